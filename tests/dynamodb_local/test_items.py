"""Items and keys are stored by the simulator as by Amazon's own engine."""

from typing import Any

import pytest

from tests.dynamodb_local.pairs import INDEXED, TABLE, Document, Pair, attributes, expressions, key

# Values in wire form, stored under an attribute that is in no key.
VALUES: list[Document] = [
    *({"N": text} for text in ("0", "-5", "12345678901234567890", "9" * 38, f"-{'9' * 38}")),
    {"S": ""},
    {"S": "é😀"},
    {"SS": ["a"]},
    {"SS": ["a", "b", "é"]},
    {"B": ""},
    {"B": "AQID"},
    {"BOOL": False},
    {"NULL": True},
    {"L": []},
    {"M": {}},
    {"L": [{"M": {"x": {"L": [{"SS": ["a"]}, {"N": "1"}, {"NULL": True}, {"B": "AQ=="}]}}}]},
    {"M": {"k": {"M": {"k": {"BOOL": True}}}, "a.b": {"S": "é"}, "#x": {"N": "1"}}},
]
NAMES = ["x", "a.b", " ", "#x", ":x", "é", "x" * 255, "name", "1"]
KEYS: list[Document] = [
    key(),
    key("x" * 2048),
    key("é" * 1024),
    key("a", "x" * 1024),
]


@pytest.mark.parametrize("value", VALUES, ids=lambda value: str(value)[:40])
def test_value(pair: Pair, value: Document) -> None:
    given = {"ExpressionAttributeValues": {":v": value}}
    where = {"TableName": TABLE, "Key": key()}
    pair.same("PutItem", {"TableName": TABLE, "Item": key() | {"x": value}})
    pair.same("UpdateItem", where | {"UpdateExpression": "SET y = :v"} | given)
    pair.same("GetItem", where)
    for text in ("x = :v", "x = y AND NOT y <> :v", "x IN (:v)"):
        parts = [{"ConditionCheck": where | {"ConditionExpression": text} | given}]
        assert pair.same("TransactWriteItems", {"TransactItems": parts}) == {}
    assert pair.same("DeleteItem", where | {"ConditionExpression": "x = y"}) == {}


@pytest.mark.parametrize("kind", ["L", "M"])
def test_depth(pair: Pair, kind: str) -> None:
    value: Document = {"S": "x"}
    for _ in range(20):
        value = {"L": [value]} if kind == "L" else {"M": {"k": value}}
    pair.same("PutItem", {"TableName": TABLE, "Item": key() | {"x": value}})
    pair.same("GetItem", {"TableName": TABLE, "Key": key()})


@pytest.mark.parametrize("name", NAMES, ids=lambda name: name[:5])
def test_name(pair: Pair, name: str) -> None:
    pair.same("PutItem", {"TableName": TABLE, "Item": key() | {name: {"S": "x"}}})
    update = expressions({":v": 1}, {"#n": name}, UpdateExpression="SET #n = :v")
    pair.same("UpdateItem", {"TableName": TABLE, "Key": key()} | update)
    pair.same("GetItem", {"TableName": TABLE, "Key": key()})


@pytest.mark.parametrize("given", KEYS, ids=lambda given: str(given)[:40])
def test_key(pair: Pair, given: Document) -> None:
    table = "NotificationsTable"  # in no index, which would take less
    where = {"TableName": table, "Key": given}
    pair.same("GetItem", where)
    pair.same("UpdateItem", where | {"UpdateExpression": "REMOVE x", "ReturnValues": "ALL_NEW"})
    pair.same("GetItem", where)
    pair.same("BatchGetItem", {"RequestItems": {table: {"Keys": [given]}}})
    pair.same("DeleteItem", where | {"ReturnValues": "ALL_OLD"})
    pair.same("PutItem", {"TableName": table, "Item": given})


@pytest.mark.parametrize(("name", "size"), [("token", 2048), ("created_at", 1024)])
def test_key_of_an_index(pair: Pair, name: str, size: int) -> None:
    item = key() | attributes({name: "x" * size})
    assert pair.same("PutItem", {"TableName": INDEXED, "Item": item}) == {}


def test_the_largest_item_that_is_taken(pair: Pair) -> None:
    for value in ("x" * 399_900, [[]] * 36_000, dict.fromkeys(map(str, range(15_000)), 1)):
        item = key() | attributes({"x": value})
        assert pair.same("PutItem", {"TableName": TABLE, "Item": item}) == {}


@pytest.mark.parametrize("shown", ["NONE", "ALL_OLD"])
@pytest.mark.parametrize("operation", ["PutItem", "DeleteItem"])
def test_what_a_write_returns(pair: Pair, operation: str, shown: str) -> None:
    name = "Item" if operation == "PutItem" else "Key"
    for _ in range(2):
        pair.same(operation, {"TableName": TABLE, name: key(), "ReturnValues": shown})


@pytest.mark.parametrize("shown", [None, "NONE", "ALL_OLD"])
@pytest.mark.parametrize("sk", ["1", "2"], ids=["item", "none"])
@pytest.mark.parametrize("operation", ["PutItem", "DeleteItem", "UpdateItem"])
def test_what_a_failed_condition_returns(
    pair: Pair, operation: str, sk: str, shown: str | None
) -> None:
    pair.put({"pk": "a", "sk": "1", "x": {"y": [1, {"z"}]}})
    name = "Item" if operation == "PutItem" else "Key"
    document: dict[str, Any] = {"TableName": TABLE, name: key(sk=sk)}
    document |= expressions({":v": 1}, ConditionExpression="version = :v")
    if operation == "UpdateItem":
        document["UpdateExpression"] = "SET version = :v"
    if shown:
        document["ReturnValuesOnConditionCheckFailure"] = shown
    assert pair.same(operation, document)["code"] == "ConditionalCheckFailedException"
