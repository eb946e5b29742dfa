"""What processes remember for a while: by this world's clock, and forgotten between stories.

Processes live as long as the tests do, because to make one anew takes longer than a story. So each
object that remembers something is known from its birth on, and can be as it was then.
"""

import importlib
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, Final
from unittest.mock import patch

REMEMBERING: Final = (
    "waybill.auth.Authenticator",
    "orders.rules.CachedRules",
    "orders.schedule.directory.ShopDirectory",
    "orders.waiting.Waiting",
    "notify.templates.cache.CachedTemplates",
    "notify.sending.spending.Budgets",
    "notify.sending.alerts.Alerts",
    "notify.people.secret.UnsubscribeSecret",
    "tracking.accounts.repository.CachedSettings",
    "tracking.asking.tokens.Tokens",
    "tracking.news.learning.Lessons",
)
"""Classes whose objects remember, or look at the time that passes; a test holds that it is all."""
_REAL_TIME: Final = (time.monotonic, time.sleep)


class Memories:
    """Everything that is remembered."""

    def __init__(self, monotonic: Callable[[], float], sleep: Callable[[float], None]) -> None:
        self._time = dict(zip(_REAL_TIME, (monotonic, sleep), strict=True))
        self._born: list[tuple[Any, dict[str, Any]]] = []

    def forget(self) -> None:
        """Let all be as new."""
        for owner, as_new in self._born:
            for name, value in as_new.items():
                current = vars(owner)[name]
                if isinstance(value, str):
                    vars(owner)[name] = value
                else:
                    current.clear()
                    current.update(value)

    @contextmanager
    def kept(self) -> Iterator[None]:
        """While this lasts, whoever remembers something is known."""
        with ExitStack() as undo:
            for path in REMEMBERING:
                module, _, name = path.rpartition(".")
                kind = getattr(importlib.import_module(module), name)
                undo.enter_context(patch.object(kind, "__init__", self._watched(kind.__init__)))
            yield

    def _watched(self, make: Callable[..., None]) -> Callable[..., None]:
        def made(owner: Any, *given: Any, **named: Any) -> None:
            make(owner, *given, **named)
            held = vars(owner)
            for name, value in held.items():
                held[name] = self._time.get(value, value) if callable(value) else value
            as_new = {
                name: value if isinstance(value, str) else type(value)(value)
                for name, value in held.items()
                if isinstance(value, dict | set | str)
            }
            self._born.append((owner, as_new))

        return made
