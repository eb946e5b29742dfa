"""Where writes leave the product: what is seen of their conditions, and what is taken off them.

Requests leave by two doors: botocore's client, which integration tests have with moto behind it,
and the client over the simulator's DynamoDB, which unit tests have. What happens to a request
here happens before either engine sees it.
"""

import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import FrameType
from typing import Any, Final

import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError, ParamValidationError

from tests.guards.scan import Condition, Guard
from tests.guards.surgery import CONDITION, Body, weakened
from tests.simulation.processes.host import NotSimulatedError
from tests.support.memory_dynamo import MemoryDynamo
from tests.support.template import ROOT
from waybill import dynamo

Document = dict[str, Any]
Send = Callable[[Document], Document]

_VERBS: Final = {"PutItem": "Put", "UpdateItem": "Update", "DeleteItem": "Delete"}
_SOURCES: Final = tuple(f"{ROOT / folder}/" for folder in ("functions", "layers/shared/python"))
_DYNAMO: Final = dynamo.__file__
_UNFIT: Final = "refers to an attribute that does not exist"
"""What moto says of an update that the item does not allow; the simulator's DynamoDB has no words
for it, and refuses what is malformed by a NotSimulatedError."""


class Asked(str):
    """A condition's text, as it stands in a transaction, with the place that it comes from."""

    __slots__ = ("place",)
    place: tuple[str, int] | None


class Boundary:
    """What passed, by condition; and the guard that is taken off, if one is."""

    def __init__(self, conditions: list[Condition]) -> None:
        self._of_file: Mapping[str, list[Condition]] = defaultdict(list)
        for condition in conditions:
            self._of_file[condition.path].append(condition)
        self.guard: Guard | None = None
        self.start()

    def start(self) -> None:
        """Forget what passed."""
        self.seen: dict[Condition, set[str]] = defaultdict(set)
        """The tables that it was asked of."""
        self.refused: set[Condition] = set()
        self.unknown: set[str] = set()
        """Conditions of the product's own that the scan of the source did not find."""
        self.taken = 0
        """How many writes went out without the guard."""
        self.unfit = 0
        """How many of those DynamoDB refused by itself: their item has not what they add to."""
        self.malformed: list[str] = []
        """Requests that were refused for what was done to them here: no test judges by those."""

    def call(self, operation: str, request: Document, send: Send) -> Document:
        """Send a request of a client, without the guard where it has it."""
        writes = list(_writes(operation, request))
        asked = [self._asked(body) for _, body in writes]
        changed = request
        if self.guard and any(one == self.guard.condition for one in asked):
            changed = self._weakened(operation, request, asked)
        try:
            return send(changed)
        except ClientError as error:
            self._note_refusal(asked, error)
            if changed is not request:
                self._note_trouble(operation, error)
            raise
        except (ParamValidationError, NotSimulatedError) as error:
            if changed is not request:
                self.malformed.append(f"{operation}: {error}")
            raise

    def _asked(self, body: Body) -> Condition | None:
        """The condition of the source that a write asks with."""
        text = body.get(CONDITION)
        place = text.place if isinstance(text, Asked) else _place(sys._getframe(2))
        if text is None or place is None:
            return None
        path, line = place
        for condition in self._of_file[path]:
            if condition.text == text and condition.line <= line <= condition.end:
                self.seen[condition].add(body["TableName"])
                return condition
        self.unknown.add(f"{path}:{line}: {text}")
        return None

    def _weakened(
        self, operation: str, request: Document, asked: list[Condition | None]
    ) -> Document:
        assert self.guard is not None
        after = []
        for (verb, body), condition in zip(_writes(operation, request), asked, strict=True):
            mine = condition == self.guard.condition
            self.taken += mine
            after.append({verb: weakened(verb, body, self.guard.left) if mine else body})
        if operation == "TransactWriteItems":
            return request | {"TransactItems": after}
        ((only,),) = (one.values() for one in after)
        return dict(only)

    def _note_refusal(self, asked: list[Condition | None], error: ClientError) -> None:
        answer = error.response
        reasons = [reason.get("Code") for reason in answer.get("CancellationReasons", [])]
        if answer["Error"]["Code"] == "ConditionalCheckFailedException":
            reasons = ["ConditionalCheckFailed"]
        for condition, reason in zip(asked, reasons, strict=False):
            if condition and reason == "ConditionalCheckFailed":
                self.refused.add(condition)

    def _note_trouble(self, operation: str, error: ClientError) -> None:
        told = error.response["Error"]
        reasons = [reason.get("Code") for reason in error.response.get("CancellationReasons", [])]
        if "ValidationError" in reasons:
            self.unfit += 1
        elif told["Code"] == "ValidationException":
            unfit = _UNFIT in told.get("Message", _UNFIT)
            self.unfit += unfit
            self.malformed += [] if unfit else [f"{operation}: {error}"]


def _writes(operation: str, request: Document) -> Iterator[tuple[str, Body]]:
    if operation in _VERBS:
        yield _VERBS[operation], request
    elif operation == "TransactWriteItems":
        yield from (next(iter(write.items())) for write in request["TransactItems"])


def _place(frame: FrameType | None) -> tuple[str, int] | None:
    """The file and line of the product that asked waybill.dynamo; None where no room did.

    Between the two may stand a test's own function, which lets somebody else write before.
    """
    while frame and frame.f_code.co_filename != _DYNAMO:
        frame = frame.f_back
    while frame:
        file = frame.f_code.co_filename
        source = next((source for source in _SOURCES if file.startswith(source)), None)
        if source and file != _DYNAMO:
            return file.removeprefix(source), frame.f_lineno
        frame = frame.f_back
    return None


@contextmanager
def watched(boundary: Boundary) -> Iterator[None]:
    """Lead every request of this process by the boundary."""
    call, memory, conditional = BaseClient._make_api_call, MemoryDynamo._call, dynamo._conditional

    def by_botocore(client: Any, operation: str, request: Document) -> Document:
        if client.meta.service_model.service_name != "dynamodb":
            other: Document = call(client, operation, request)
            return other
        return boundary.call(operation, request, lambda sent: call(client, operation, sent))

    def by_memory(client: MemoryDynamo, operation: str, request: Document) -> Document:
        return boundary.call(operation, request, lambda sent: memory(client, operation, sent))

    def placed(text: str | None, values: Any) -> Document:
        body = conditional(text, values)
        if text:
            asked = Asked(text)
            asked.place = _place(sys._getframe(1))
            body[CONDITION] = asked
        return body

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseClient, "_make_api_call", by_botocore)
        patch.setattr(MemoryDynamo, "_call", by_memory)
        patch.setattr(dynamo, "_conditional", placed)
        yield
