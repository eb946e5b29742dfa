"""The whole system in one process: every handler, what wakes it, and time, which a test moves.

Faults are off and nothing runs beside anything else: a call is answered, and then everything that
follows from it is delivered before the next one. AWS is a dictionary and some lists, so that a
call costs a millisecond; what is asked of carriers is answered by local/carriers.
"""

import importlib
import json
import os
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, Final
from unittest.mock import patch

from tests.simulation.delivery.wiring import read_wiring
from tests.simulation.people.front import routes
from tests.stateful.delivery import Delivery
from tests.stateful.memory import Kept, MemoryDynamo
from tests.stateful.post import Post
from tests.stateful.remembering import Memories
from tests.stateful.services import Services
from tests.support.http import http_event
from tests.support.providers import clear_providers
from tests.support.template import create_table_arguments, resources

START: Final = datetime(2026, 11, 2, 9, 0, tzinfo=UTC).timestamp()
"""A Monday morning; ten o'clock where the customers live."""
MAIL_SENDER: Final = "orders@waybill.example"
PUBLIC_URL: Final = "https://track.shop.example"
_GIVEN: Final = {"PUBLIC_URL": PUBLIC_URL, "MAIL_SENDER": MAIL_SENDER}
"""Variables that depend on a deployment's parameters."""
_MOST_DELIVERIES: Final = 2_000


class StuckError(AssertionError):
    """What follows from a call does not come to an end."""


@dataclass(frozen=True)
class Answer:
    """What a caller got."""

    status: int
    headers: Mapping[str, str]
    body: Any

    @property
    def problem(self) -> str:
        """The last part of a problem's type; "" where it is none."""
        named = self.body.get("type", "") if isinstance(self.body, dict) else ""
        return str(named).rpartition(":")[2] if self.status >= 400 else ""


class _Metrics:
    """What is counted, in place of lines that CloudWatch would read."""

    metric_set = False

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()

    def add_metric(self, name: str, unit: object, value: float) -> None:
        self.counts[name] += int(value)


@dataclass(frozen=True)
class Moment:
    """A world at an instant, to come back to."""

    now: float
    tables: Kept
    issued: int


class World:
    """One deployment; made by :func:`deployed`."""

    def __init__(self) -> None:
        self.now = START
        self.wiring = read_wiring()
        tables = [create_table_arguments(name) for name in resources("AWS::DynamoDB::Table")]
        self.tables = MemoryDynamo(tables, lambda: self.now)
        self.delivery = Delivery(self.wiring, self._invoke, lambda: self.now)
        self.queues = {f"https://queues.example/{name}": name for name in self.wiring.queues}
        self.services = Services(self.delivery, self.queues, lambda: self.now)
        self.post = Post()
        self.metrics = _Metrics()
        self.memories = Memories(self.monotonic, self.sleep)
        self.chance = random.Random(0)
        self.written: set[tuple[str, str]] = set()
        """Tables and partitions that were written to; whoever looks takes it out."""
        self._routes = routes()
        self._handlers: dict[str, Callable[[Any, Any], Any]] = {}
        self._deadline = 0.0

    # --- calls ----------------------------------------------------------------------------------

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        key: str | None,
        query: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
        raw: str | None = None,
    ) -> Answer:
        """Call the API, and let all that follows happen."""
        event = http_event(method, path, body, key=key, query=query, headers=headers, raw=raw)
        answer = self._invoke(self._function_of(path), event)
        self.settle()
        text, told = answer["body"], answer["headers"]
        is_json = "json" in told.get("Content-Type", "")
        return Answer(answer["statusCode"], told, json.loads(text) if text and is_json else text)

    def settle(self) -> None:
        """Deliver what waits, until nothing does."""
        for _ in range(_MOST_DELIVERIES):
            self._collect()
            if not self.delivery.deliver():
                return
        raise StuckError(f"{_MOST_DELIVERIES} deliveries and no end")

    def advance(self, seconds: float) -> None:
        """Let time pass, and nothing else happen."""
        self.now += seconds

    def tick(self) -> None:
        """Let each schedule fire, one after the other."""
        for function in dict.fromkeys(name for name, _ in self.delivery.schedules):
            self.delivery.tick(function)
            self.settle()

    def _collect(self) -> None:
        for table, record in self.tables.records:
            self.written.add((table, record["dynamodb"]["Keys"]["pk"]["S"]))
            self.delivery.record(table, record)
        self.tables.records.clear()

    def _function_of(self, path: str) -> str:
        fitting = [p for p in self._routes if path == p or path.startswith(f"{p}/")]
        return self._routes[max(fitting, key=len, default="$default")]

    def _invoke(self, function: str, event: Any) -> Any:
        """Run a handler; what it raises ends the example."""
        self._deadline = self.now + self.wiring.functions[function].timeout
        return self._handlers[function](event, self)

    def get_remaining_time_in_millis(self) -> int:
        """Lambda's context, as far as handlers use it."""
        return int((self._deadline - self.now) * 1000)

    # --- keep and restore -----------------------------------------------------------------------

    def keep(self) -> Moment:
        """The world as it is."""
        return Moment(self.now, self.tables.keep(), self.post.issued)

    def restore(self, moment: Moment, seed: int = 0) -> None:
        """Let the world be as it was, with processes that know nothing."""
        self.now = moment.now
        self.tables.restore(moment.tables)
        self.delivery.clear()
        self.services.clear()
        self.post.scans.clear()
        self.post.told.clear()
        self.post.issued = moment.issued
        self.chance.seed(seed)
        self.written.clear()
        self.memories.forget()

    # --- what processes find --------------------------------------------------------------------

    def create_client(self, service: str, **_: Any) -> Any:
        """botocore's session, as far as :mod:`waybill.aws` uses it."""
        return self.tables if service == "dynamodb" else self.services

    def sleep(self, seconds: float) -> None:
        """A process waits, and others work."""
        self.now += seconds
        self.settle()

    def monotonic(self) -> float:
        """Seconds since some instant."""
        return self.now

    def date(self, zone: Any = None) -> datetime:
        """The current instant."""
        return datetime.fromtimestamp(self.now, zone or UTC)

    def environment(self) -> dict[str, str]:
        """One environment for all functions: each name means the same to each of them."""
        urls = {name: url for url, name in self.queues.items()}
        found: dict[str, str] = {}
        for function in self.wiring.functions.values():
            for name, value in function.environment.items():
                text = _GIVEN.get(name) or urls.get(value, value)
                assert found.setdefault(name, text) == text, f"{name} means two things"
        return found

    def load(self) -> None:
        """Import the handlers."""
        for name, config in self.wiring.functions.items():
            module, _, handler = config.handler.rpartition(".")
            self._handlers[name] = getattr(importlib.import_module(module), handler)


@contextmanager
def deployed() -> Iterator[World]:
    """A world whose handlers find it wherever they would find AWS, carriers, time and chance."""
    world = World()
    with ExitStack() as undo:
        undo.enter_context(patch.dict(os.environ, world.environment()))
        import waybill.aws  # noqa: PLC0415
        import waybill.clock  # noqa: PLC0415
        import waybill.ids  # noqa: PLC0415
        import waybill.observability  # noqa: PLC0415
        from tracking.carriers import base, http  # noqa: PLC0415

        def ask(_: Any, request: base.Request) -> base.Response:
            told = world.post.answer(request.method, request.url, request.headers, request.body)
            http._refuse(told.status, "")
            return base.Response(told.status, "application/json", told.raw or b"")

        secret = SimpleNamespace(
            randbits=world.chance.getrandbits,
            token_urlsafe=lambda size=32: format(world.chance.getrandbits(8 * size), "x"),
        )
        date = SimpleNamespace(now=world.date, fromisoformat=datetime.fromisoformat)
        level = waybill.observability.logger.log_level
        undo.enter_context(world.memories.kept())
        clear_providers()
        undo.callback(clear_providers)
        undo.callback(lambda: waybill.observability.logger.setLevel(level))
        waybill.observability.logger.setLevel("CRITICAL")
        for owner, name, value in (
            (waybill.aws, "_session", lambda: world),
            (waybill.clock, "datetime", date),
            (waybill.ids, "secrets", secret),
            (waybill.observability, "metrics", world.metrics),
            (http.CarrierHttp, "send", ask),
            (time, "sleep", world.sleep),
            (time, "monotonic", world.monotonic),
        ):
            undo.enter_context(patch.object(owner, name, value))
        world.load()
        yield world
