"""A fault is counted when what it is named for has happened, once."""

import random
from contextlib import nullcontext
from typing import Any

import pytest
from botocore.awsrequest import AWSPreparedRequest

from tests.simulation.aws.change import Change
from tests.simulation.aws.cloud import Cloud, Hooks, Request
from tests.simulation.processes.faults import Fault, Faults
from tests.simulation.processes.machine import Function, Machine, Process
from tests.support.grants import Grant, Permissions

ITEM = {"pk": "a", "sk": "b"}
NONE = b'{"TableName": "T", "ConsistentRead": true}'
OLD = Change("T", ("a", "b"), None, ITEM, {})
NEW = Change("T", ("a", "b"), ITEM, ITEM, {})
ELSEWHERE = Change("U", ("a", "b"), None, ITEM, {})


class Only(Faults):
    """Nothing but one kind of fault, at the first occasion."""

    def __init__(self, kind: Fault) -> None:
        super().__init__(random.Random(0), strength=0.0)
        self.kind: Fault | None = kind

    def strikes(self, kind: Fault) -> bool:
        found = kind is self.kind
        if found:
            self.kind = None
        return found


class Engine:
    """Answers everything; whether it changes anything is said beforehand."""

    def __init__(self, *, changes: bool) -> None:
        self._changes = changes

    def execute(self, sent: AWSPreparedRequest, document: dict[str, Any]) -> Any:
        return type("Answer", (), {"status_code": 200, "content": b"{}"})()

    def take_changes(self) -> list[Any]:
        return [_Change()] if self._changes else []


class _Change:
    table, key, old, new = "OrdersTable", ("a", "b"), None, ITEM


def cloud_of(machine: Machine, operation: str, *, changes: bool) -> Cloud:
    """A boundary with one function behind it, which may do this."""
    engine: Any = Engine(changes=changes)

    def ignore(*_: Any) -> None:
        pass

    tables = ("T", "T/index/listed", "T/index/other")
    permissions = Permissions({Grant("F", f"dynamodb:{operation}", name) for name in tables}, {})
    return Cloud(machine, engine, Hooks(ignore, ignore, ignore), permissions)


def counted(kind: Fault, operation: str, *, changes: bool) -> dict[str, int]:
    """What is counted when a fault befalls the one call of a function."""
    faults = Only(kind)
    machine = Machine(random.Random(0), faults, 0.0)
    cloud = cloud_of(machine, operation, changes=changes)
    ask(machine, cloud, operation, NONE)
    return {name: times for name, times in faults.counts.items() if times}


def ask(machine: Machine, cloud: Cloud, operation: str, body: bytes) -> list[float]:
    """Let a function make its one call; how long it took."""
    took: list[float] = []
    sent = AWSPreparedRequest("POST", "https://x.example/", {}, body, False)

    def handler(_event: Any, _context: Any) -> None:
        began = machine.now
        cloud.send(machine.current().process, f"before-send.dynamodb.{operation}", sent)
        took.append(machine.now - began)

    machine.functions["F"] = Function(handler, timeout=30.0)
    machine.invoke("F", {}, lambda _result: None)
    machine.run(until=lambda: False)
    return took


def test_a_function_that_hangs_times_out_once() -> None:
    assert counted(Fault.TIMED_OUT, "PutItem", changes=True) == {Fault.TIMED_OUT: 1}


@pytest.mark.parametrize("kind", [Fault.LOST_ANSWER, Fault.LATE_WRITE])
def test_a_timeout_is_applied_where_something_was_written(kind: Fault) -> None:
    assert counted(kind, "PutItem", changes=True) == {kind: 1}
    assert counted(kind, "PutItem", changes=False) == {}


def test_a_read_whose_answer_is_lost_applied_nothing() -> None:
    assert counted(Fault.LOST_ANSWER, "GetItem", changes=False) == {}


def test_mails_alone_are_throttled_where_ses_takes_few() -> None:
    faults = Faults(random.Random(0), strength=0.0)
    machine = Machine(random.Random(0), faults, 0.0)
    cloud = cloud_of(machine, "PutItem", changes=False)
    sent = AWSPreparedRequest("POST", "https://x.example/", {}, b"{}", False)

    def throttled(operation: str) -> int:
        request = Request(Process("F/1", "F"), "sesv2", operation, sent, 1)
        return sum(cloud._strikes(Fault.THROTTLED, request) for _ in range(100))

    faults.on = True
    assert throttled("SendEmail") == 0
    cloud.throttles_mails = True
    assert 50 < throttled("SendEmail") < 90
    assert throttled("PutItem") == 0
    faults.on = False
    assert throttled("SendEmail") == 0


def quiet() -> tuple[Machine, Cloud]:
    """A world in which nothing fails by chance."""
    machine = Machine(random.Random(0), Faults(random.Random(0), strength=0.0), 0.0)
    return machine, cloud_of(machine, "Query", changes=False)


def test_a_call_is_held_for_as_long_as_is_said_and_that_is_no_fault() -> None:
    machine, cloud = quiet()
    cloud.delay = lambda request: 5.0 if request.process.function == "F" else 0.0
    (took,) = ask(machine, cloud, "Query", NONE)
    assert 5.0 < took < 10.0
    assert not +machine.faults.counts


def not_seen(index: bytes, lags: dict[str, float]) -> list[list[Change]]:
    """Which writes a look at an index is kept from seeing."""
    machine, cloud = quiet()
    found: list[list[Change]] = []
    engine: Any = cloud.engine
    engine.as_before = lambda unseen: nullcontext(found.append(unseen))
    cloud.lags = lags
    cloud._history.add(-6.0, [OLD])
    cloud._history.add(-4.0, [NEW, ELSEWHERE])
    ask(machine, cloud, "Query", b'{"TableName": "T", "IndexName": "' + index + b'"}')
    return found


def test_an_index_is_behind_for_as_long_as_is_said() -> None:
    assert not_seen(b"listed", {"listed": 5.0}) == [[NEW]]
    assert not_seen(b"other", {"listed": 5.0}) == []
    assert not_seen(b"listed", {}) == []


def test_an_index_that_is_made_to_be_behind_is_no_fault() -> None:
    machine, cloud = quiet()
    engine: Any = cloud.engine
    contents = iter((b"now", b"then"))
    engine.as_before = lambda unseen: nullcontext()
    engine.execute = lambda *_: type("A", (), {"status_code": 200, "content": next(contents)})()
    cloud.lags = {"listed": 5.0}
    cloud._history.add(0.0, [NEW])
    ask(machine, cloud, "Query", b'{"TableName": "T", "IndexName": "listed"}')
    assert next(contents, None) is None
    assert not +machine.faults.counts
