"""A fault is counted when what it is named for has happened, once."""

import random
from typing import Any

import pytest
from botocore.awsrequest import AWSPreparedRequest

from tests.simulation.aws.cloud import Cloud, Hooks, Request
from tests.simulation.processes.faults import Fault, Faults
from tests.simulation.processes.machine import Function, Machine, Process
from tests.support.grants import Grant, Permissions

ITEM = {"pk": "a", "sk": "b"}


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

    permissions = Permissions({Grant("F", f"dynamodb:{operation}", "T")}, {})
    return Cloud(machine, engine, Hooks(ignore, ignore, ignore), permissions)


def counted(kind: Fault, operation: str, *, changes: bool) -> dict[str, int]:
    """What is counted when a fault befalls the one call of a function."""
    faults = Only(kind)
    machine = Machine(random.Random(0), faults, 0.0)
    cloud = cloud_of(machine, operation, changes=changes)
    body = b'{"TableName": "T", "ConsistentRead": true}'
    sent = AWSPreparedRequest("POST", "https://x.example/", {}, body, False)

    def handler(_event: Any, _context: Any) -> None:
        cloud.send(machine.current().process, f"before-send.dynamodb.{operation}", sent)

    machine.functions["F"] = Function(handler, timeout=30.0)
    machine.invoke("F", {}, lambda _result: None)
    machine.run(until=lambda: False)
    return {name: times for name, times in faults.counts.items() if times}


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
