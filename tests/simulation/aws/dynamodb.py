"""moto's DynamoDB, made as fast and as exact as the simulator needs it.

moto keeps the items and evaluates the expressions. Corrected here, and held against DynamoDB
Local in tests/dynamodb_local: transactions look at every condition before they write anything,
know their ClientRequestToken, and do not copy whole tables; a write that changes nothing leaves
no record on the stream.
"""

import base64
import copy
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from moto.backends import get_backend
from moto.core import DEFAULT_ACCOUNT_ID
from moto.core.exceptions import JsonRESTError
from moto.core.utils import camelcase_to_underscores
from moto.dynamodb.comparisons import get_filter_expression
from moto.dynamodb.exceptions import (
    ItemSizeTooLarge,
    MockValidationException,
    MultipleTransactionsException,
    TooManyTransactionsException,
    TransactionCanceledException,
)
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType, Item, LimitedSizeDict
from moto.dynamodb.models.table import StreamShard, Table
from moto.dynamodb.models.utilities import bytesize, dynamo_json_dump
from moto.dynamodb.responses import DynamoHandler

from tests.simulation.aws import answers
from tests.simulation.aws.change import Change, plain_item

_TOKEN_SECONDS: Final = 600
"""For as long DynamoDB knows a transaction's token (API reference, TransactWriteItems)."""
_MAX_ITEMS: Final = 100
_MAX_ITEM_SIZE: Final = 409_600
"""Bytes, names included (developer guide, "Item size")."""
_OK: Final = 200

Wire = dict[str, Any]
Write = tuple[Table, Item | None, Item | None]


def _set_limited(attributes: Any, name: str, value: Any) -> None:
    """What moto's does, without adding up the whole item at each of its attributes."""
    dict.__setitem__(attributes, name, value)
    if not hasattr(attributes, "weight"):
        attributes.weight = _weight(attributes)
    else:
        attributes.weight += _weight({name: value})
    if attributes.weight > _MAX_ITEM_SIZE:  # at most that: what was replaced still counts
        attributes.weight = _weight(attributes)
        if attributes.weight > _MAX_ITEM_SIZE:
            raise ItemSizeTooLarge


def _weight(attributes: Mapping[str, Any]) -> int:
    return sum(
        bytesize(name) + (value.size() if isinstance(value, DynamoType) else bytesize(str(value)))
        for name, value in attributes.items()
    )


LimitedSizeDict.__setitem__ = _set_limited


class MotoDynamoDB:
    """The tables of the template in moto's memory; one at a time, within ``mock_aws``."""

    def __init__(self, region: str, clock: Callable[[], float]) -> None:
        self._region = region
        self._backend: DynamoDBBackend = get_backend("dynamodb")[DEFAULT_ACCOUNT_ID][region]
        self._clock = clock
        self._writes: list[tuple[Table, Wire | None, Wire | None]] = []
        self._tokens: dict[str, tuple[float, str]] = {}
        self._sequence = 0
        self._replace()

    def _replace(self) -> None:
        """Put corrected methods on moto's objects of this region; they go with the backend."""
        self._backend.transact_write_items = self._transact
        for table in self._backend.tables.values():
            shard = table.stream_shard
            assert isinstance(shard, StreamShard)
            shard.add = _recorder(self._writes, table)

    def execute(self, sent: AWSPreparedRequest) -> AWSResponse:
        """Answer a request as DynamoDB would."""
        target = sent.headers["X-Amz-Target"]
        operation = (target.decode() if isinstance(target, bytes) else target).partition(".")[2]
        document = json.loads(sent.body)
        if operation != "TransactWriteItems":
            return self._answer(sent, operation, document)
        token = document.pop("ClientRequestToken", None)
        known = self._tokens.get(token) if token else None
        written = json.dumps(document, sort_keys=True)
        if known and known[0] > self._clock() - _TOKEN_SECONDS:
            if known[1] == written:
                return answers.answer(sent, 200, b"{}")
            return answers.refusal("dynamodb", sent, 400, "IdempotentParameterMismatchException")
        answer = self._answer(sent, operation, document)
        if answer.status_code == _OK and token:
            self._tokens[token] = (self._clock(), written)
        return answer

    def _answer(self, sent: AWSPreparedRequest, operation: str, document: Wire) -> AWSResponse:
        """Let moto's handler do it, without the general machinery around it, which takes longer.

        What that machinery would do to the document and to the answer, JSON does as well: both
        are DynamoDB's own form already.
        """
        handler = DynamoHandler()
        handler.headers = handler.response_headers = {}
        handler.region, handler.current_account = self._region, DEFAULT_ACCOUNT_ID
        handler.body = handler.params = document
        try:
            result = getattr(handler, camelcase_to_underscores(operation))()
        except JsonRESTError as error:
            return answers.answer(sent, error.code, error.description.encode())
        return answers.answer(sent, _OK, dynamo_json_dump(result.result).encode())

    def take_changes(self) -> list[Change]:
        """What the last request changed, in the order of its writes; an item at most once.

        moto makes an item and then updates it, where DynamoDB does both at once.
        """
        merged: dict[tuple[str, str, str], tuple[Table, Wire | None, Wire | None]] = {}
        for table, old, new in self._writes:
            image = new or old or {}
            key = (table.name, image["pk"]["S"], image["sk"]["S"])
            first = merged[key][1] if key in merged else old
            merged[key] = (table, first, new)
        self._writes.clear()
        return [self._change(*write) for write in merged.values() if write[1] != write[2]]

    def items(self, table: str) -> Iterator[dict[str, Any]]:
        """Everything a table holds, in plain Python."""
        for item in list(self._backend.tables[table].all_items()):
            yield plain_item(_wire(item))

    @contextmanager
    def as_before(self, unseen: Iterable[Change]) -> Iterator[None]:
        """Let the tables look as if these latest changes of theirs had not been made yet."""
        first: dict[tuple[str, tuple[str, str]], Change] = {}
        for change in unseen:
            first.setdefault((change.table, change.key), change)
        now = [(table, key, self._get(table, key)) for table, key in first]
        try:
            for (table, key), change in first.items():
                self._set(table, key, _item(change.former) if change.former else None)
            yield
        finally:
            for table, key, item in now:
                self._set(table, key, item)

    # --- within ---------------------------------------------------------------------------------

    def _get(self, table: str, key: tuple[str, str]) -> Item | None:
        rows = self._backend.tables[table].items.get(DynamoType({"S": key[0]}), {})
        found: Item | None = rows.get(DynamoType({"S": key[1]}))
        return found

    def _set(self, table: str, key: tuple[str, str], item: Item | None) -> None:
        rows = self._backend.tables[table].items[DynamoType({"S": key[0]})]
        if item is None:
            rows.pop(DynamoType({"S": key[1]}), None)
        else:
            rows[DynamoType({"S": key[1]})] = item

    def _change(self, table: Table, old: Wire | None, new: Wire | None) -> Change:
        self._sequence += 1
        item = new or old or {}
        key = (item["pk"]["S"], item["sk"]["S"])
        images = {"OldImage": old, "NewImage": new}
        record = {
            "eventID": f"{self._sequence:032x}",
            "eventName": "INSERT" if old is None else "REMOVE" if new is None else "MODIFY",
            "eventVersion": "1.1",
            "eventSource": "aws:dynamodb",
            "awsRegion": "eu-central-1",
            "eventSourceARN": f"arn:aws:dynamodb:eu-central-1:0:table/{table.name}/stream/0",
            "dynamodb": {
                "ApproximateCreationDateTime": int(self._clock()),
                "Keys": {"pk": item["pk"], "sk": item["sk"]},
                "SequenceNumber": f"{self._sequence:021}",
                "SizeBytes": 1,
                "StreamViewType": "NEW_AND_OLD_IMAGES",
                **{name: _text(image) for name, image in images.items() if image is not None},
            },
        }
        return Change(
            table.name,
            key,
            plain_item(old) if old is not None else None,
            plain_item(new) if new is not None else None,
            record,
            former=old,
        )

    def _transact(self, transact_items: list[dict[str, Any]]) -> None:
        """All conditions first, then all writes; or none."""
        if len(transact_items) > _MAX_ITEMS:
            raise TooManyTransactionsException
        operations = [next(iter(item.items())) for item in transact_items]
        keys = [_key_of(verb, body) for verb, body in operations]
        if len(set(keys)) < len(keys):
            raise MultipleTransactionsException
        reasons = [
            _refusal(self._get(table, (pk, sk)), body)
            for (table, pk, sk), (_, body) in zip(keys, operations, strict=True)
        ]
        if any(code for code, _, _ in reasons):
            raise TransactionCanceledException(reasons)
        before = [
            (table, (pk, sk), copy.copy(self._get(table, (pk, sk)))) for table, pk, sk in keys
        ]
        done = len(self._writes)
        try:
            for verb, body in operations:
                self._apply(verb, body)
        except MockValidationException as error:
            del self._writes[done:]
            for table, key, item in before:
                self._set(table, key, item)
            failed = [(None, None, None)] * len(operations)
            failed[operations.index((verb, body))] = ("ValidationError", str(error), None)
            raise TransactionCanceledException(failed) from None

    def _apply(self, verb: str, body: dict[str, Any]) -> None:
        if verb == "Put":
            self._backend.put_item(body["TableName"], body["Item"])
        elif verb == "Delete":
            self._backend.delete_item(body["TableName"], body["Key"], None, None, None)
        elif verb == "Update":
            self._backend.update_item(
                body["TableName"],
                body["Key"],
                update_expression=body["UpdateExpression"],
                expression_attribute_names=body.get("ExpressionAttributeNames"),
                expression_attribute_values=body.get("ExpressionAttributeValues"),
            )


def _recorder(
    writes: list[tuple[Table, Wire | None, Wire | None]], table: Table
) -> Callable[[Item | None, Item | None], None]:
    def add(old: Item | None, new: Item | None) -> None:
        writes.append((table, _wire(old) if old else None, _wire(new) if new else None))

    return add


def _key_of(verb: str, body: dict[str, Any]) -> tuple[str, str, str]:
    key = body["Item"] if verb == "Put" else body["Key"]
    return body["TableName"], key["pk"]["S"], key["sk"]["S"]


def _refusal(current: Item | None, body: dict[str, Any]) -> tuple[Any, Any, Any]:
    condition = body.get("ConditionExpression")
    if condition is None:
        return None, None, None
    holds = get_filter_expression(
        condition, body.get("ExpressionAttributeNames"), body.get("ExpressionAttributeValues")
    ).expr(current)
    if holds:
        return None, None, None
    wanted = body.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD" and current
    item = _wire(current) if wanted and current else None
    return "ConditionalCheckFailed", "The conditional request failed", item


def _wire(item: Item) -> Wire:
    wire: Wire = item.to_json()["Attributes"]
    return wire


def _text(value: Any) -> Any:
    """An image as JSON has it: bytes in base64."""
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, dict):
        return {name: _text(inner) for name, inner in value.items()}
    return [_text(inner) for inner in value] if isinstance(value, list) else value


def _item(image: Wire) -> Item:
    return Item(DynamoType(image["pk"]), DynamoType(image["sk"]), copy.deepcopy(image))
