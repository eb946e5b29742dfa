"""Requests that nobody has compared with Amazon's engine end a seed.

Some of it DynamoDB would do, some of it answer with an error; no handler sees either.
"""

from typing import Any, Final

import pytest

from tests.dynamodb_local.pairs import (
    INDEXED,
    TABLE,
    Document,
    attributes,
    expressions,
    key,
    refused,
)
from tests.simulation.aws.dynamodb import MotoDynamoDB
from tests.simulation.aws.forms import Schema
from tests.simulation.processes.host import NotSimulatedError

WHERE: Final[Document] = {"TableName": TABLE, "Key": key()}
ITEM: Final[Document] = {"TableName": TABLE, "Item": key()}
QUERY: Final = {"TableName": TABLE, "KeyConditionExpression": "pk = :pk"} | expressions(
    {":pk": "a"}
)
HUGE: Final = "x" * 400_000


def transaction(**part: Document) -> Document:
    return {"TransactItems": [part]}


def query(text: str, **values: Any) -> Document:
    given = {f":{name}": value for name, value in values.items()}
    return {"TableName": TABLE} | expressions(given, KeyConditionExpression=text)


REQUESTS: Final[dict[str, tuple[str, Document]]] = {
    "a scan": ("Scan", {"TableName": TABLE}),
    "a batch of writes": ("BatchWriteItem", {"RequestItems": {}}),
    "a transaction of reads": ("TransactGetItems", {"TransactItems": []}),
    "PartiQL": ("ExecuteStatement", {"Statement": ""}),
    "a table's description": ("DescribeTable", {"TableName": TABLE}),
    "no such table": ("GetItem", WHERE | {"TableName": "NoTable"}),
    "capacity": ("GetItem", WHERE | {"ReturnConsumedCapacity": "TOTAL"}),
    "metrics": ("PutItem", ITEM | {"ReturnItemCollectionMetrics": "SIZE"}),
    "old conditions": ("PutItem", ITEM | {"Expected": {}}),
    "old updates": ("UpdateItem", WHERE | {"AttributeUpdates": {}}),
    "old key conditions": ("Query", {"TableName": TABLE, "KeyConditions": {}}),
    "a filter": ("Query", QUERY | {"FilterExpression": "attribute_exists(n)"}),
    "a projection": ("GetItem", WHERE | {"ProjectionExpression": "n"}),
    "a projection of a query": ("Query", QUERY | {"ProjectionExpression": "n"}),
    "a count": ("Query", QUERY | {"Select": "COUNT"}),
    "new values of a put": ("PutItem", ITEM | {"ReturnValues": "ALL_NEW"}),
    "what was updated": (
        "UpdateItem",
        WHERE | {"UpdateExpression": "REMOVE n", "ReturnValues": "UPDATED_NEW"},
    ),
    "an unknown way to fail": (
        "PutItem",
        ITEM | {"ReturnValuesOnConditionCheckFailure": "ALL_NEW"},
    ),
    "an update without changes": ("UpdateItem", WHERE),
    "names without an expression": ("PutItem", ITEM | expressions(None, {"#n": "n"})),
    "empty values": ("PutItem", ITEM | {"ExpressionAttributeValues": {}}),
    "empty names": ("PutItem", ITEM | {"ExpressionAttributeNames": {}}),
    # queries
    "no limit": ("Query", QUERY | {"Limit": 0}),
    "a consistent read of an index": (
        "Query",
        {"TableName": INDEXED, "IndexName": "due", "ConsistentRead": True}
        | expressions({":v": "a"}, KeyConditionExpression="due_pk = :v"),
    ),
    "no such index": ("Query", QUERY | {"IndexName": "unknown"}),
    "a start in another partition": ("Query", QUERY | {"ExclusiveStartKey": key("b")}),
    "a start without a sort key": ("Query", QUERY | {"ExclusiveStartKey": attributes({"pk": "a"})}),
    "an empty start": ("Query", QUERY | {"ExclusiveStartKey": {}}),
    "a start before the range": (
        "Query",
        query("pk = :p AND sk > :v", p="a", v="2") | {"ExclusiveStartKey": key("a", "1")},
    ),
    "no condition": ("Query", {"TableName": TABLE}),
    "a range of partitions": ("Query", query("pk > :p", p="a")),
    "a sort key alone": ("Query", query("sk = :v", v="a")),
    "the sort key first": ("Query", query("sk = :v AND pk = :p", v="a", p="a")),
    "another attribute": ("Query", query("pk = :p AND n = :v", p="a", v="a")),
    "either key": ("Query", query("pk = :p OR sk = :v", p="a", v="a")),
    "not that key": ("Query", query("pk = :p AND NOT sk = :v", p="a", v="a")),
    "another sort key": ("Query", query("pk = :p AND sk <> :v", p="a", v="a")),
    "some sort keys": ("Query", query("pk = :p AND sk IN (:v)", p="a", v="a")),
    "three conditions": ("Query", query("pk = :p AND sk > :v AND sk < :w", p="a", v="a", w="b")),
    "a number for a key": ("Query", query("pk = :p", p=1)),
    "an empty key": ("Query", query("pk = :p", p="")),
    # batches
    "no tables": ("BatchGetItem", {"RequestItems": {}}),
    "no keys": ("BatchGetItem", {"RequestItems": {TABLE: {"Keys": []}}}),
    "a key twice": ("BatchGetItem", {"RequestItems": {TABLE: {"Keys": [key(), key()]}}}),
    "a hundred and one": (
        "BatchGetItem",
        {"RequestItems": {TABLE: {"Keys": [key(str(n)) for n in range(101)]}}},
    ),
    "a batch's projection": (
        "BatchGetItem",
        {"RequestItems": {TABLE: {"Keys": [key()], "ProjectionExpression": "n"}}},
    ),
    # transactions
    "nothing at all": ("TransactWriteItems", {"TransactItems": []}),
    "a hundred and one writes": (
        "TransactWriteItems",
        {"TransactItems": [{"Delete": WHERE | {"Key": key(str(n))}} for n in range(101)]},
    ),
    "an item twice": ("TransactWriteItems", {"TransactItems": [{"Put": ITEM}, {"Delete": WHERE}]}),
    "two in one": ("TransactWriteItems", transaction(Put=ITEM, Delete=WHERE)),
    "none in one": ("TransactWriteItems", transaction()),
    "a read": ("TransactWriteItems", transaction(Get=WHERE)),
    "a check without condition": ("TransactWriteItems", transaction(ConditionCheck=WHERE)),
    "an empty token": ("TransactWriteItems", transaction(Put=ITEM) | {"ClientRequestToken": ""}),
    "a long token": (
        "TransactWriteItems",
        transaction(Put=ITEM) | {"ClientRequestToken": "x" * 37},
    ),
    "returned values": ("TransactWriteItems", transaction(Put=ITEM | {"ReturnValues": "ALL_OLD"})),
    "more than 4 MB": (
        "TransactWriteItems",
        {
            "TransactItems": [
                {
                    "Put": {
                        "TableName": TABLE,
                        "Item": key(str(n)) | attributes({"x": HUGE[:390_000]}),
                    }
                }
                for n in range(11)
            ]
        },
    ),
}


@pytest.mark.parametrize(("operation", "document"), REQUESTS.values(), ids=REQUESTS)
def test_request(engine: MotoDynamoDB, operation: str, document: Document) -> None:
    refused(engine, operation, document)


NUMBERS: Final = [
    *("", " 1", "1 ", "x", "1.", ".5", "1e", "NaN", "Infinity", "0x10", "1_000", "١", "²"),  # noqa: RUF001
    *("-0", "0.0", "1.0", "007", "+5", "1e3", "0.1", "9" * 39, "1" + "0" * 38),
]
VALUES: Final[list[Document]] = [
    *({"N": text} for text in NUMBERS),
    *({"SS": texts} for texts in ([], ["a", "a"], ["b", "a"], ["", "a"])),
    {"NS": ["1"]},
    {"BS": ["AQ=="]},
    {"B": "AQI"},
    {"NULL": False},
    {"M": {"": {"S": "x"}}},
    {"L": [{"M": {"x": {"L": [{"SS": []}]}}}]},
    {"X": "x"},
    {"S": "a", "N": "1"},
    {},
]


@pytest.mark.parametrize("value", VALUES, ids=lambda value: str(value)[:40])
def test_value(engine: MotoDynamoDB, value: Document) -> None:
    refused(engine, "PutItem", {"TableName": TABLE, "Item": key() | {"x": value}})
    update = {"UpdateExpression": "SET y = :v", "ExpressionAttributeValues": {":v": value}}
    refused(engine, "UpdateItem", WHERE | update)


def test_depth(engine: MotoDynamoDB) -> None:
    value: Document = {"S": "x"}
    for _ in range(30):
        value = {"L": [value]}
    refused(engine, "PutItem", {"TableName": TABLE, "Item": key() | {"x": value}})


@pytest.mark.parametrize("name", ["", "x" * 256])
def test_name(engine: MotoDynamoDB, name: str) -> None:
    refused(engine, "PutItem", {"TableName": TABLE, "Item": key() | {name: {"S": "x"}}})


@pytest.mark.parametrize(
    "given",
    [
        *(key(pk) for pk in ("", "x" * 2049, "é" * 1025)),
        *(key("a", sk) for sk in ("", "x" * 1025)),
        *(attributes(given) for given in ({"pk": "a"}, {"sk": "a"}, {"pk": "a", "sk": 1}, {})),
    ],
    ids=lambda given: str(given)[:40],
)
def test_key(engine: MotoDynamoDB, given: Document) -> None:
    refused(engine, "PutItem", {"TableName": TABLE, "Item": given})
    refused(engine, "GetItem", {"TableName": TABLE, "Key": given})
    refused(engine, "DeleteItem", {"TableName": TABLE, "Key": given})
    refused(engine, "BatchGetItem", {"RequestItems": {TABLE: {"Keys": [given]}}})


@pytest.mark.parametrize("value", ["", 1, None, "x" * 2049])
def test_key_of_an_index(engine: MotoDynamoDB, value: Any) -> None:
    item = key() | attributes({"token": value})
    refused(engine, "PutItem", {"TableName": INDEXED, "Item": item})


def test_answers_of_more_than_a_page(engine: MotoDynamoDB) -> None:
    for sk in ("1", "2"):
        item = key(sk=sk) | attributes({"x": HUGE[:300_000]})
        assert engine.answer("PutItem", {"TableName": TABLE, "Item": item})[0] == 200
    engine.take_changes()
    refused(engine, "Query", QUERY)
    refused(engine, "BatchGetItem", {"RequestItems": {TABLE: {"Keys": [key(), key(sk="2")]}}})


@pytest.mark.parametrize(
    "change",
    [
        {"AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "N"}]},
        {"KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}]},
        {"LocalSecondaryIndexes": []},
    ],
    ids=["a key that is a number", "no sort key", "a local index"],
)
def test_table(change: Document) -> None:
    arguments: Document = {
        "TableName": "T",
        "KeySchema": [
            {"AttributeName": "pk", "KeyType": "HASH"},
            {"AttributeName": "sk", "KeyType": "RANGE"},
        ],
        "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
    }
    Schema(arguments)
    with pytest.raises(NotSimulatedError):
        Schema(arguments | change)


def test_it_is_no_exception_that_a_handler_could_catch() -> None:
    assert not issubclass(NotSimulatedError, Exception)
