"""Asks the simulator's DynamoDB and DynamoDB Local the same, and holds the answers together."""

import json
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

import pytest
import urllib3
from moto.backends import get_backend
from moto.core import DEFAULT_ACCOUNT_ID

from tests.simulation.aws.dynamodb import MotoDynamoDB
from tests.simulation.processes.host import NotSimulatedError
from tests.support.template import create_table_arguments, resources

Document = dict[str, Any]
Answer = tuple[int, Document]

TABLE: Final = "InventoryTable"
INDEXED: Final = "ShipmentsTable"
REGION: Final = "eu-central-1"
_WHO: Final = (
    "AWS4-HMAC-SHA256 Credential=testing/20260101/eu-central-1/dynamodb/aws4_request,"
    " SignedHeaders=host, Signature=testing"
)
_HEADERS: Final = {"Content-Type": "application/x-amz-json-1.0", "Authorization": _WHO}


def wire(value: Any) -> Document:  # noqa: PLR0911 - a table of types
    """A plain value as DynamoDB's JSON has it."""
    match value:
        case bool():
            return {"BOOL": value}
        case str():
            return {"S": value}
        case int() | Decimal():
            return {"N": str(value)}
        case None:
            return {"NULL": True}
        case bytes():
            return {"B": value.decode()}
        case list():
            return {"L": [wire(inner) for inner in value]}
        case dict():
            return {"M": attributes(value)}
        case set():
            return _set(value)
    raise TypeError(type(value).__name__)


def _set(value: set[Any]) -> Document:
    texts = sorted(map(str, value))
    return {"SS" if all(isinstance(member, str) for member in value) else "NS": texts}


def attributes(plain: Mapping[str, Any]) -> Document:
    """Named plain values, each in its wire form."""
    return {name: wire(value) for name, value in plain.items()}


def key(pk: str = "a", sk: str = "1") -> Document:
    """The key of an item."""
    return attributes({"pk": pk, "sk": sk})


def expressions(
    values: Mapping[str, Any] | None = None, names: Mapping[str, str] | None = None, **texts: str
) -> Document:
    """The expression part of a request, without what is empty."""
    found: Document = dict(texts)
    if values is not None:
        found["ExpressionAttributeValues"] = attributes(values)
    if names is not None:
        found["ExpressionAttributeNames"] = dict(names)
    return found


class Local:
    """DynamoDB Local over HTTP, without an SDK that would check or change a request.

    Nor with `requests`: moto looks through all addresses it knows before it lets one of those go.
    """

    def __init__(self, address: str) -> None:
        self.address = address
        self._written: set[str] = set()
        self._http = urllib3.PoolManager()

    def answer(self, operation: str, document: Document) -> Answer:
        """Status and document."""
        if operation not in {"GetItem", "BatchGetItem", "Query", "Scan"}:
            self._written |= _tables(document)
        response = self._http.request(
            "POST",
            self.address,
            body=json.dumps(document),
            headers=_HEADERS | {"X-Amz-Target": f"DynamoDB_20120810.{operation}"},
            timeout=30,
            retries=False,
        )
        return response.status, response.json()

    def items(self, table: str, **more: str) -> Iterator[Document]:
        """Every item of a table; with a projection, a part of each."""
        scan: Document = {"TableName": table, **more}
        while True:
            page = self.answer("Scan", scan)[1]
            yield from page.get("Items", [])
            if "LastEvaluatedKey" not in page:
                return
            scan["ExclusiveStartKey"] = page["LastEvaluatedKey"]

    def clear(self, *, everything: bool = False) -> None:
        """Remove what was written here, or by anybody."""
        every = {arguments["TableName"] for arguments in tables()}
        for table in sorted(every if everything else self._written):
            for item in list(self.items(table, ProjectionExpression="pk, sk")):
                self.answer("DeleteItem", {"TableName": table, "Key": item})
        self._written.clear()


def _tables(document: Document) -> set[str]:
    if "TransactItems" in document:
        bodies = [body for part in document["TransactItems"] for body in part.values()]
        return {body["TableName"] for body in bodies}
    return {document["TableName"]}


def comparable(status: int, document: Document) -> Document:
    """What engines must agree on: all but a message's words, and orders that nobody promises."""
    if status != 200:
        reasons = [
            {name: _normal(reason.get(name)) for name in ("Code", "Item")}
            for reason in document.get("CancellationReasons", [])
        ]
        code = document["__type"].rpartition("#")[2]
        item = _normal(document.get("Item"))
        return {"status": status, "code": code, "item": item, "reasons": reasons}
    found: Document = _normal(document)
    found.pop("ConsumedCapacity", None)  # DynamoDB Local gives it unasked
    for table, items in found.get("Responses", {}).items():
        found["Responses"][table] = sorted(items, key=str)
    return found


def _normal(value: Any) -> Any:
    """Numbers by what they are worth, and sets without an order."""
    if isinstance(value, list):
        return [_normal(inner) for inner in value]
    if not isinstance(value, dict):
        return value
    if set(value) == {"N"}:
        return {"N": Decimal(value["N"])}
    if set(value) == {"NS"}:
        return {"NS": sorted(map(Decimal, value["NS"]))}
    if set(value) <= {"SS", "BS"}:
        return {name: sorted(inner) for name, inner in value.items()}
    return {name: _normal(value[name]) for name in sorted(value)}


def _without_ties(page: Document) -> Document:
    """A page in which items of one sort value stand in one order; an index promises none."""
    if "Items" not in page:
        return page
    items = page["Items"]
    sorts = [str(item.get("created_at", item.get("list_sk"))) for item in items]
    whole = [[str(i) for i, at in zip(items, sorts, strict=True) if at == sort] for sort in sorts]
    return page | {"Items": [[sort, sorted(tied)] for sort, tied in zip(sorts, whole, strict=True)]}


def _refuted(mine: Document, theirs: Document) -> bool:
    """The one difference there is: an update that its item does not allow, in a transaction.

    DynamoDB's reference of TransactWriteItems names it as a reason, "ValidationError", of the
    cancelled transaction; DynamoDB Local answers with a ValidationException instead.
    """
    reasons = {reason["Code"] for reason in mine.get("reasons", [])}
    return "ValidationError" in reasons and theirs.get("code") == "ValidationException"


def tables() -> list[Document]:
    """The template's tables, as arguments of CreateTable."""
    return [create_table_arguments(name) for name in resources("AWS::DynamoDB::Table")]


def told_apart(document: Document, mine: Answer, theirs: Answer) -> bool:
    """Whether two answers to a request differ in what they must agree on."""
    if mine == theirs:
        return False
    left, right = comparable(*mine), comparable(*theirs)
    if "IndexName" in document:
        left, right = _without_ties(left), _without_ties(right)
    return left != right and not _refuted(left, right)


def empty_engine(clock: Callable[[], float]) -> MotoDynamoDB:
    """The simulator's DynamoDB; moto has its tables already."""
    for table in get_backend("dynamodb")[DEFAULT_ACCOUNT_ID][REGION].tables.values():
        table.items.clear()
    return MotoDynamoDB(REGION, clock, tables())


def refused(engine: MotoDynamoDB, operation: str, document: Document) -> None:
    """Fail where the simulator answers a request, or does anything of it."""
    with pytest.raises(NotSimulatedError):
        engine.answer(operation, document)
    assert engine.take_changes() == []


class Pair:
    """The simulator's DynamoDB and Amazon's own, asked the same things."""

    def __init__(self, local: Local) -> None:
        self.local = local
        self.now = 0.0
        self.answered: Answer = (0, {})
        self.engine = empty_engine(lambda: self.now)

    def answer(self, operation: str, document: Document) -> Answer:
        """What the simulator answers; raises NotSimulatedError where it does not."""
        status, text = self.engine.answer(operation, json.loads(json.dumps(document)))
        return status, json.loads(text)

    def same(self, operation: str, document: Document) -> Document:
        """The answer of both; fails where they differ. ``answered`` keeps it as it came."""
        self.answered = self.answer(operation, document)
        theirs = self.local.answer(operation, document)
        assert not told_apart(document, self.answered, theirs), (
            f"{operation} {json.dumps(document)}: {self.answered}, not {theirs}"
        )
        return comparable(*self.answered)

    def put(self, item: Mapping[str, Any], table: str = TABLE) -> None:
        """Store a plain item in both."""
        document = {"TableName": table, "Item": attributes(item)}
        assert self.same("PutItem", document) == {}
