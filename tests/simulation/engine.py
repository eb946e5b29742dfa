"""DynamoDB for the simulation: what the real one answers, at once, in memory.

moto's DynamoDB takes 2 ms an update and copies whole tables for a transaction, and differs from
the real one where it matters here (a missing attribute is less than any value; a token makes no
transaction idempotent). tests/dynamodb_local compares every answer with Amazon's own engine.
What is not simulated faithfully raises NotSimulatedError.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Final

from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from tests.simulation.dynamo_errors import ApiError, NotSimulatedError, invalid
from tests.simulation.dynamo_reads import batch_get_item, get_item, query
from tests.simulation.dynamo_tables import Key, Table, unknown_table
from tests.simulation.dynamo_values import WireItem, copied, plain_item
from tests.simulation.dynamo_writes import transact, write_item
from tests.support.template import create_table_arguments, resources

__all__ = ["Change", "Engine", "NotSimulatedError"]

_TOKEN_LIFE: Final = 600.0
"""Seconds a transaction's token is remembered."""
_TOKEN_LENGTH: Final = 36

_EXPRESSIONS: Final = frozenset({"ExpressionAttributeNames", "ExpressionAttributeValues"})
_WRITE: Final = _EXPRESSIONS | {
    "TableName",
    "ConditionExpression",
    "ReturnValuesOnConditionCheckFailure",
}
_PART: Final = {
    "Put": _WRITE | {"Item"},
    "Delete": _WRITE | {"Key"},
    "Update": _WRITE | {"Key", "UpdateExpression"},
    "ConditionCheck": _WRITE | {"Key"},
}
_GET: Final = frozenset({"ConsistentRead", "ExpressionAttributeNames", "ProjectionExpression"})
_KNOWN: Final = {
    "GetItem": _GET | {"TableName", "Key"},
    "BatchGetItem": frozenset({"RequestItems"}),
    "Query": _EXPRESSIONS
    | {"TableName", "IndexName", "ConsistentRead", "KeyConditionExpression", "FilterExpression"}
    | {"ProjectionExpression", "ScanIndexForward", "Limit", "ExclusiveStartKey"},
    "PutItem": _PART["Put"] | {"ReturnValues"},
    "DeleteItem": _PART["Delete"] | {"ReturnValues"},
    "UpdateItem": _PART["Update"] | {"ReturnValues"},
    "TransactWriteItems": frozenset({"TransactItems", "ClientRequestToken"}),
}


@dataclass(frozen=True)
class Change:
    """One item that a call changed."""

    table: str
    """Logical id in template.yaml."""
    key: tuple[str, str]
    old: dict[str, Any] | None
    """Plain Python, as ``new``."""
    new: dict[str, Any] | None
    record: dict[str, Any]
    """The stream's record, as Lambda hands it to a function."""


class _Body(BytesIO):
    def stream(self, **_: Any) -> Iterator[bytes]:
        yield self.read()


class Engine:
    """The tables of the template, empty at first; nothing is shared between two engines."""

    def __init__(
        self,
        clock: Callable[[], float],
        tables: Iterable[Mapping[str, Any]] | None = None,
        region: str = "eu-central-1",
    ) -> None:
        """``clock`` gives seconds since 1970; ``tables`` are arguments of CreateTable."""
        if tables is None:
            tables = [create_table_arguments(name) for name in resources("AWS::DynamoDB::Table")]
        self._clock = clock
        self._region = region
        self._tables = {arguments["TableName"]: Table(arguments) for arguments in tables}
        self._changes: list[Change] = []
        self._tokens: dict[str, tuple[float, bytes]] = {}
        self._requests = 0

    # --- calls ----------------------------------------------------------------------------------

    def execute(self, request: AWSPreparedRequest) -> AWSResponse:
        """The answer to one HTTP request of botocore; its changes wait in :meth:`take_changes`."""
        operation = request.headers["X-Amz-Target"]
        if isinstance(operation, bytes):
            operation = operation.decode()
        status, body = self.answer(operation.rpartition(".")[2], json.loads(request.body))
        self._requests += 1
        headers = {
            "Content-Type": "application/x-amz-json-1.0",
            "x-amzn-RequestId": f"simulated-{self._requests}",
        }
        return AWSResponse(request.url, status, headers, _Body(json.dumps(body).encode()))

    def answer(self, operation: str, document: Mapping[str, Any]) -> tuple[int, dict[str, Any]]:
        """Status and document that DynamoDB answers to an operation's document."""
        known = _KNOWN.get(operation)
        if known is None:
            raise NotSimulatedError(f"DynamoDB's {operation}")
        _only(known, document, operation)
        try:
            return 200, self._run(operation, document)
        except ApiError as error:
            kind = f"com.amazonaws.dynamodb.v20120810#{error.code}"
            return 400, {"__type": kind, "message": error.message, **error.fields}

    def _run(self, operation: str, document: Mapping[str, Any]) -> dict[str, Any]:
        match operation:
            case "GetItem":
                return get_item(self._table, document)
            case "BatchGetItem":
                for part in document["RequestItems"].values():
                    _only(_GET | {"Keys"}, part, operation)
                return batch_get_item(self._table, document)
            case "Query":
                return query(self._table, document)
            case "TransactWriteItems":
                return self._transact(document)
        return write_item(self._table, operation.removesuffix("Item"), document, self._commit)

    def _transact(self, document: Mapping[str, Any]) -> dict[str, Any]:
        """A token that wrote within ten minutes writes no more, and only takes the same request."""
        for part in document["TransactItems"]:
            for verb, body in part.items():
                _only(_PART[verb], body, verb)
        token = document.get("ClientRequestToken")
        if token is not None and len(token) > _TOKEN_LENGTH:
            raise invalid("clientRequestToken: Member must have length less than or equal to 36")
        content = json.dumps(document["TransactItems"], sort_keys=True).encode()
        digest = hashlib.blake2b(content, digest_size=16).digest()
        before = self._tokens.get(token) if token else None
        if before and self._clock() < before[0] + _TOKEN_LIFE:
            if before[1] != digest:
                raise ApiError("IdempotentParameterMismatchException", "token of another request")
            return {}
        transact(self._table, document, self._commit)
        if token:
            self._tokens[token] = (self._clock(), digest)
        return {}

    def _table(self, name: str) -> Table:
        if name not in self._tables:
            raise unknown_table(name)
        return self._tables[name]

    # --- changes --------------------------------------------------------------------------------

    def _commit(self, table: Table, key: Key, new: WireItem | None) -> None:
        """Store an item; a write that leaves it as it was makes no record in the stream."""
        old = table.items.get(key)
        if old == new:
            return
        table.set(key, new)
        self._changes.append(
            Change(
                table=table.name,
                key=key,
                old=None if old is None else plain_item(old),
                new=None if new is None else plain_item(new),
                record=self._record(table, key, old, new),
            )
        )

    def _record(
        self, table: Table, key: Key, old: WireItem | None, new: WireItem | None
    ) -> dict[str, Any]:
        table.sequence += 1
        sequence = f"{table.sequence:021d}"
        images = {}
        if new is not None:
            images["NewImage"] = copied(new)
        if old is not None:
            images["OldImage"] = copied(old)
        event = "INSERT" if old is None else "REMOVE" if new is None else "MODIFY"
        arn = f"arn:aws:dynamodb:{self._region}:000000000000:table/{table.name}/stream/simulated"
        identity = hashlib.blake2b(f"{table.name}#{sequence}".encode(), digest_size=16)
        return {
            "eventID": identity.hexdigest(),
            "eventName": event,
            "eventVersion": "1.1",
            "eventSource": "aws:dynamodb",
            "awsRegion": self._region,
            "dynamodb": {
                "ApproximateCreationDateTime": int(self._clock()),
                "Keys": {name: {"S": part} for name, part in zip(table.keys, key, strict=True)},
                **images,
                "SequenceNumber": sequence,
                "SizeBytes": len(key[0]) + len(key[1]),
                "StreamViewType": table.stream_view,
            },
            "eventSourceARN": arn,
        }

    def take_changes(self) -> list[Change]:
        """What the calls since the last time changed, in order; a transaction's in its own."""
        changes, self._changes = self._changes, []
        return changes

    @contextmanager
    def as_before(self, undo: Sequence[Change]) -> Iterator[None]:
        """The tables as if these changes, the oldest first, had not been made yet.

        For one read that is eventually consistent; a write meanwhile is a mistake of the caller.
        """
        touched = {(change.table, change.key): None for change in undo}
        now = {(name, key): self._tables[name].items.get(key) for name, key in touched}
        written = len(self._changes)
        try:
            for change in reversed(undo):
                image = change.record["dynamodb"].get("OldImage")
                self._tables[change.table].set(change.key, image)
            yield
        finally:
            for (name, key), item in now.items():
                self._tables[name].set(key, item)
        if len(self._changes) != written:
            raise NotSimulatedError("a write to tables as they were before")

    # --- the end --------------------------------------------------------------------------------

    def items(self, table: str) -> Iterator[dict[str, Any]]:
        """Every item of a table as plain Python, by its key."""
        for item in self._tables[table].in_order():
            yield plain_item(item)


def _only(known: frozenset[str], document: Mapping[str, Any], what: str) -> None:
    """Refuse parameters that nobody has compared with the real DynamoDB."""
    unknown = sorted(set(document) - known)
    if unknown:
        raise NotSimulatedError(f"{', '.join(unknown)} of DynamoDB's {what}")
