"""A plugin of pytest: instead of the tests, each guard in turn with the tests that may kill it.

Run by __main__.py in a pytest of its own. A test kills a guard by failing without it, and by
passing with it directly afterwards: what another guard's absence left behind kills nobody. Nor
does a write that DynamoDB refuses without the guard as well, or one that was broken here.
"""

import json
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any, Final

import pytest
from _pytest.runner import runtestprotocol

from tests.guards import recording
from tests.guards.boundary import Boundary, watched
from tests.guards.scan import Guard, conditions, guards_of

PLAN: Final = "GUARDS_PLAN"
RESULTS: Final = "GUARDS_RESULTS"
_SECONDS_A_TEST: Final = 60

pytest_collection = recording.pytest_collection


class OverrunError(BaseException):
    """A test goes on and on without a guard. No Exception: the product catches those."""


@dataclass
class Result:
    """What became of one guard."""

    guard: str
    killer: str = ""
    by: str = ""
    """How the killer failed."""
    survived: list[str] = field(default_factory=list)
    """The tests that decide nothing: they pass without it, or DynamoDB refuses all the same."""
    troubles: list[str] = field(default_factory=list)
    """What this tool did wrong."""


class Remover:
    """Takes guards off."""

    def __init__(self, plan: dict[str, list[str]]) -> None:
        known = {guard.name: guard for condition in conditions() for guard in guards_of(condition)}
        self.plan = [(known[name], tests) for name, tests in plan.items()]
        self.boundary = Boundary(conditions())

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        items = {item.nodeid: item for item in session.items}
        with Path(os.environ[RESULTS]).open("a") as results, watched(self.boundary):
            for guard, tests in self.plan:
                result = self._tried(guard, [items[test] for test in tests])
                results.write(json.dumps(asdict(result)) + "\n")
                results.flush()
        return True

    def _tried(self, guard: Guard, items: list[pytest.Item]) -> Result:
        result = Result(guard.name)
        for item in items:
            self.boundary.start()
            self.boundary.guard = guard
            failed = _run(item)
            self.boundary.guard = None
            if self.boundary.malformed:
                result.troubles += [f"{item.nodeid}: {one}" for one in self.boundary.malformed]
            elif failed is None or not self.boundary.taken or self.boundary.unfit:
                result.survived.append(item.nodeid)
            elif OverrunError.__name__ in failed:
                result.troubles.append(f"{item.nodeid}: still ran after {_SECONDS_A_TEST} s")
            elif (left := _run(item)) is not None:
                result.troubles.append(f"{item.nodeid}: fails with the guard as well: {left}")
            else:
                result.killer, result.by = item.nodeid, failed
                break
        return result


def _run(item: pytest.Item) -> str | None:
    """How a test fails, in a line; None where it passes."""
    with _limited():
        reports = runtestprotocol(item, log=False, nextitem=None)
    for report in reports:
        if report.failed:
            crash: Any = getattr(report.longrepr, "reprcrash", None)
            return str(crash.message if crash else report.longrepr).strip().split("\n")[0]
    return None


@contextmanager
def _limited() -> Iterator[None]:
    def overrun(number: int, frame: FrameType | None) -> None:
        raise OverrunError

    before = signal.signal(signal.SIGALRM, overrun)
    signal.setitimer(signal.ITIMER_REAL, _SECONDS_A_TEST)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def pytest_configure(config: pytest.Config) -> None:
    """Once, for all guards of the run."""
    config.pluginmanager.register(Remover(json.loads(Path(os.environ[PLAN]).read_text())))
