"""DynamoDB with plain Python values in and out, and errors as types instead of messages.

A thin codec stands here because boto3's own (boto3.dynamodb.types) imports all of boto3, and
returns Decimal where every number of ours is an integer.
"""

import base64
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import Any, Final

from botocore.exceptions import ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as BotoConnectionError

Item = dict[str, Any]
Values = Mapping[str, Any]

MAX_TRANSACTION: Final = 100  # DynamoDB's limit of items a transaction
MAX_BATCH_GET: Final = 100

_RETRYABLE: Final = frozenset(
    {
        "InternalServerError",
        "LimitExceededException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "ServiceUnavailable",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionConflictException",
        "TransactionInProgressException",
    }
)


_RETRYABLE_STATUSES: Final = frozenset({429, *range(500, 600)})


class ConditionFailedError(Exception):
    """A conditional write was refused; ``current`` is the item as it stands, if asked for."""

    def __init__(self, current: Item | None = None) -> None:
        super().__init__("condition failed")
        self.current = current


class ContentionError(Exception):
    """Others kept changing the item between every read and write; the same may succeed later."""


class StartKeyError(Exception):
    """A list was asked to go on from a key that is not in it."""


class TransactionCancelledError(Exception):
    """A transaction was cancelled; ``reasons`` has one code per item, "None" for the innocent.

    ``currents`` holds the items as they stand, where the write asked for them.
    """

    def __init__(self, reasons: Sequence[str], currents: Sequence[Item | None]) -> None:
        super().__init__(", ".join(sorted(set(reasons) - {"None"})))
        self.reasons = list(reasons)
        self.currents = list(currents)


def marshal(value: Any) -> dict[str, Any]:  # noqa: PLR0911 - a table of types
    """A Python value as a DynamoDB attribute.

    Raises TypeError for floats and other strangers, and for sets that are empty or not of text,
    which DynamoDB refuses.
    """
    match value:
        case bool():
            return {"BOOL": value}
        case str():
            return {"S": value}
        case int():
            return {"N": str(value)}
        case None:
            return {"NULL": True}
        case bytes():
            return {"B": value}
        case dict():
            return {"M": {key: marshal(inner) for key, inner in value.items()}}
        case list() | tuple():
            return {"L": [marshal(inner) for inner in value]}
        case set() | frozenset() if value and all(isinstance(member, str) for member in value):
            return {"SS": sorted(value)}
    raise TypeError(f"{type(value).__name__} is not stored")


def unmarshal(attribute: Mapping[str, Any]) -> Any:  # noqa: PLR0911 - a table of types
    """A DynamoDB attribute as a Python value; numbers are integers here.

    What is never written here (fractions, sets of numbers or bytes) is still read, so that one
    strange item is one record's failure, not its whole batch's.
    """
    ((kind, value),) = attribute.items()
    match kind:
        case "S" | "BOOL":
            return value
        case "B":  # bytes from a client, base64 in a stream's record
            return value if isinstance(value, bytes) else base64.b64decode(value)
        case "N":
            return _number(value)
        case "NULL":
            return None
        case "M":
            return {key: unmarshal(inner) for key, inner in value.items()}
        case "L":
            return [unmarshal(inner) for inner in value]
        case "SS":
            return set(value)
        case "NS":
            return {_number(member) for member in value}
        case "BS":
            return {unmarshal({"B": member}) for member in value}
    raise TypeError(f"attribute type {kind} is not known")


def _number(text: str) -> int | Decimal:
    try:
        return int(text)
    except ValueError:
        return Decimal(text)


def marshal_item(item: Values) -> dict[str, Any]:
    """A whole item (or a map of expression values) for the wire."""
    return {key: marshal(value) for key, value in item.items()}


def unmarshal_item(item: Mapping[str, Any]) -> Item:
    """A whole item from the wire."""
    return {key: unmarshal(value) for key, value in item.items()}


def is_transient(error: BaseException) -> bool:
    """True where the same call may succeed later: throttling, conflicts, 5xx, lost connections."""
    if isinstance(error, ContentionError):
        return True
    if isinstance(error, TransactionCancelledError):
        return not {"ConditionalCheckFailed", "ValidationError"} & set(error.reasons)
    if isinstance(error, ClientError):
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        return status in _RETRYABLE_STATUSES or error.response["Error"]["Code"] in _RETRYABLE
    return isinstance(error, BotoConnectionError | HTTPClientError)


class Table:
    """One DynamoDB table; expressions are written out by the repository that calls."""

    def __init__(self, client: Any, name: str) -> None:
        self.client = client
        self.name = name

    def get(self, key: Values, *, consistent: bool = True) -> Item | None:
        """The item under a key, or None."""
        answer = self.client.get_item(
            TableName=self.name, Key=marshal_item(key), ConsistentRead=consistent
        )
        return unmarshal_item(answer["Item"]) if "Item" in answer else None

    def put(
        self, item: Values, *, condition: str | None = None, values: Values | None = None
    ) -> None:
        """Write a whole item; raises :class:`ConditionFailedError` with the current one."""
        request: dict[str, Any] = {"TableName": self.name, "Item": marshal_item(item)}
        if condition:
            request["ConditionExpression"] = condition
            request["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
        if values:
            request["ExpressionAttributeValues"] = marshal_item(values)
        with _conditions():
            self.client.put_item(**request)

    def update(
        self,
        key: Values,
        update: str,
        *,
        values: Values | None = None,
        names: Mapping[str, str] | None = None,
        condition: str | None = None,
    ) -> Item:
        """Change attributes of an item and return it whole as it now stands."""
        request: dict[str, Any] = {
            "TableName": self.name,
            "Key": marshal_item(key),
            "UpdateExpression": update,
            "ReturnValues": "ALL_NEW",
        }
        if condition:
            request["ConditionExpression"] = condition
            request["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
        if values:
            request["ExpressionAttributeValues"] = marshal_item(values)
        if names:
            request["ExpressionAttributeNames"] = dict(names)
        with _conditions():
            return unmarshal_item(self.client.update_item(**request)["Attributes"])

    def delete(
        self, key: Values, *, condition: str | None = None, values: Values | None = None
    ) -> None:
        """Remove an item; raises :class:`ConditionFailedError` with the current one."""
        request: dict[str, Any] = {"TableName": self.name, "Key": marshal_item(key)}
        if condition:
            request["ConditionExpression"] = condition
            request["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
        if values:
            request["ExpressionAttributeValues"] = marshal_item(values)
        with _conditions():
            self.client.delete_item(**request)

    def query(
        self,
        condition: str,
        values: Values,
        *,
        index: str | None = None,
        consistent: bool = False,
        newest_first: bool = False,
        limit: int | None = None,
        start: Values | None = None,
        names: Mapping[str, str] | None = None,
    ) -> tuple[list[Item], Item | None]:
        """One page of a key condition, and the key to go on from (None at the end)."""
        request: dict[str, Any] = {
            "TableName": self.name,
            "KeyConditionExpression": condition,
            "ExpressionAttributeValues": marshal_item(values),
            "ScanIndexForward": not newest_first,
        }
        if index:
            request["IndexName"] = index
        else:
            request["ConsistentRead"] = consistent
        if names:
            request["ExpressionAttributeNames"] = dict(names)
        if limit:
            request["Limit"] = limit
        if start:
            request["ExclusiveStartKey"] = marshal_item(start)
        try:
            answer = self.client.query(**request)
        except ClientError as error:
            if start and error.response["Error"]["Code"] == "ValidationException":
                raise StartKeyError from error
            raise
        last = answer.get("LastEvaluatedKey")
        return [unmarshal_item(i) for i in answer["Items"]], unmarshal_item(last) if last else None

    def query_all(
        self, condition: str, values: Values, *, index: str | None = None, consistent: bool = False
    ) -> Iterator[Item]:
        """Every item of a key condition, page after page."""
        start: Values | None = None
        while True:
            items, start = self.query(
                condition, values, index=index, consistent=consistent, start=start
            )
            yield from items
            if not start:
                return

    def batch_get(self, keys: Sequence[Values], *, consistent: bool = True) -> list[Item]:
        """The items that exist under these distinct keys, in no order; asks again for the rest."""
        found: list[Item] = []
        pending = [marshal_item(key) for key in keys]
        while pending:
            chunk, pending = pending[:MAX_BATCH_GET], pending[MAX_BATCH_GET:]
            answer = self.client.batch_get_item(
                RequestItems={self.name: {"Keys": chunk, "ConsistentRead": consistent}}
            )
            found += [unmarshal_item(item) for item in answer["Responses"].get(self.name, [])]
            pending += answer["UnprocessedKeys"].get(self.name, {}).get("Keys", [])
        return found

    def transact(self, writes: Sequence[Mapping[str, Any]], *, token: str | None = None) -> None:
        """Write all or nothing, at most 100 items; see :func:`put_write` and its siblings.

        Raises :class:`TransactionCancelledError` with one reason per write.
        """
        request: dict[str, Any] = {
            "TransactItems": [
                {verb: {"TableName": self.name, **body} for verb, body in write.items()}
                for write in writes
            ]
        }
        if token:
            request["ClientRequestToken"] = token
        with _conditions():
            self.client.transact_write_items(**request)


def put_write(
    item: Values, *, condition: str | None = None, values: Values | None = None
) -> dict[str, Any]:
    """A put for :meth:`Table.transact`."""
    return {"Put": {"Item": marshal_item(item), **_conditional(condition, values)}}


def update_write(
    key: Values,
    update: str,
    *,
    values: Values | None = None,
    names: Mapping[str, str] | None = None,
    condition: str | None = None,
) -> dict[str, Any]:
    """An update for :meth:`Table.transact`."""
    body: dict[str, Any] = {"Key": marshal_item(key), "UpdateExpression": update}
    if names:
        body["ExpressionAttributeNames"] = dict(names)
    return {"Update": body | _conditional(condition, values)}


def delete_write(
    key: Values, *, condition: str | None = None, values: Values | None = None
) -> dict[str, Any]:
    """A removal for :meth:`Table.transact`."""
    return {"Delete": {"Key": marshal_item(key), **_conditional(condition, values)}}


def check_write(key: Values, condition: str, *, values: Values | None = None) -> dict[str, Any]:
    """A condition on an item that the transaction does not write."""
    return {"ConditionCheck": {"Key": marshal_item(key), **_conditional(condition, values)}}


def _conditional(condition: str | None, values: Values | None) -> dict[str, Any]:
    body: dict[str, Any] = {}
    if condition:
        body["ConditionExpression"] = condition
        body["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
    if values:
        body["ExpressionAttributeValues"] = marshal_item(values)
    return body


@contextmanager
def _conditions() -> Iterator[None]:
    """Translate botocore's refusals of conditions into our own types."""
    try:
        yield
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code == "ConditionalCheckFailedException":
            raise ConditionFailedError(_old(error.response)) from error
        if code == "TransactionCanceledException":
            reasons: Any = error.response.get("CancellationReasons", [])
            raise TransactionCancelledError(
                [reason.get("Code", "None") for reason in reasons],
                [_old(reason) for reason in reasons],
            ) from error
        raise


def _old(answer: Any) -> Item | None:
    return unmarshal_item(answer["Item"]) if answer.get("Item") else None
