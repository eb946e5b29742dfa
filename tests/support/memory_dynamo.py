"""A DynamoDB client of boto3's shape over the simulation's engine: in memory, at once, no AWS.

tests/dynamodb_local holds that engine equal to Amazon's own.
"""

from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from tests.simulation.engine import Engine
from waybill.dynamo import Item


class MemoryDynamo:
    """The calls that repositories make; each is counted, and may be preceded by something."""

    def __init__(self, clock: Callable[[], float] = lambda: 0.0) -> None:
        self.engine = Engine(clock)
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.before: Callable[[str, dict[str, Any]], None] = lambda operation, request: None
        self._stored: dict[tuple[str, str, str], Item] = {}

    def __getattr__(self, name: str) -> Callable[..., dict[str, Any]]:
        operation = "".join(part.capitalize() for part in name.split("_"))
        return lambda **request: self._call(operation, request)

    def _call(self, operation: str, request: dict[str, Any]) -> dict[str, Any]:
        self.before(operation, request)
        self.calls.append((operation, request))
        status, document = self.engine.answer(operation, request)
        if status != 200:
            error = {
                "Code": document["__type"].rpartition("#")[2],
                "Message": document.get("message", document.get("Message", "")),
            }
            raise ClientError(
                {"Error": error, "ResponseMetadata": {"HTTPStatusCode": status}, **document},
                operation,
            )
        for change in self.engine.take_changes():
            key = (change.table, *change.key)
            self._stored.pop(key, None)
            if change.new is not None:
                self._stored[key] = change.new
        return document

    def items(self, table: str) -> list[Item]:
        """Everything a table holds."""
        return [item for (name, *_), item in self._stored.items() if name == table]

    def written(self) -> int:
        """Items that were written so far."""
        single = {"PutItem", "UpdateItem", "DeleteItem"}
        return sum(
            len(request["TransactItems"]) if operation == "TransactWriteItems" else 1
            for operation, request in self.calls
            if operation in single | {"TransactWriteItems"}
        )
