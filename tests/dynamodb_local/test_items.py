"""Items and keys are stored, and refused, by the engine as by Amazon's own."""

from typing import Any

import pytest

from tests.dynamodb_local.pairs import INDEXED, TABLE, Document, Pair, attributes, expressions, key
from tests.simulation.dynamo_values import item_weight

# Numbers as they are sent; how they come back is compared as well.
NUMBERS = [
    *("0", "-0", "0.0", "1.0", "1.50", "007", "+5", "-5", "1e3", "1E-3", "12345678901234567890"),
    *("9" * 38, "9" * 39, "1" + "0" * 38, "1" + "0" * 125, "1" + "0" * 126, "0." + "0" * 129 + "1"),
    *("0." + "0" * 130 + "1", "9.9999999999999999999999999999999999999E+125", "1e126", "-1e126"),
    *("1e-130", "1e-131", "0.1", "1.00000000000000000000000000000000000001", "", " 1", "1 ", "x"),
    *("1.", ".5", "1e", "NaN", "Infinity", "0x10", "1_000"),
]
# Values in wire form, stored under an attribute that is in no key.
VALUES: list[Document] = [
    {"S": ""},
    {"S": "é😀"},
    {"SS": []},
    {"NS": []},
    {"SS": ["a", "a"]},
    {"SS": ["a", ""]},
    {"NS": ["1", "1.0"]},
    {"NS": ["10", "9", "-1"]},
    {"NS": ["x"]},
    {"BS": ["AQ==", "Ag=="]},
    {"BS": ["AQ==", "AQ=="]},
    {"B": ""},
    {"NULL": True},
    {"NULL": False},
    {"L": []},
    {"M": {}},
    {"M": {"": {"S": "x"}}},
    {"L": [{"M": {"x": {"L": [{"SS": []}]}}}]},
    {"L": [{"N": "1.0"}, {"N": "x"}]},
    {"S": "a", "N": "1"},
    {},
]
NAMES = ["x", "a.b", " ", "#x", ":x", "é", "x" * 255, "x" * 256, "x" * 65535, "name", "1"]
KEYS: list[Document] = [
    key(),
    key("x" * 2048),
    key("x" * 2049),
    key("é" * 1024),
    key("é" * 1025),
    key("a", "x" * 1024),
    key("a", "x" * 1025),
    key("", "1"),
    key("a", ""),
    attributes({"pk": "a"}),
    attributes({"sk": "a"}),
    attributes({"pk": "a", "sk": 1}),
    attributes({"pk": "a", "sk": None}),
    attributes({"pk": "a", "sk": "1", "x": "y"}),
    {},
]


@pytest.mark.parametrize("text", NUMBERS, ids=lambda text: repr(text)[:20])
def test_number(pair: Pair, text: str) -> None:
    item = key() | {"n": {"N": text}, "l": {"L": [{"N": "1"}, {"N": text}]}}
    pair.same("PutItem", {"TableName": TABLE, "Item": item})
    pair.same("GetItem", {"TableName": TABLE, "Key": key()})
    condition = {"ConditionExpression": "n = :n", "ExpressionAttributeValues": {":n": {"N": text}}}
    pair.same("DeleteItem", {"TableName": TABLE, "Key": key()} | condition)


@pytest.mark.parametrize("value", VALUES, ids=lambda value: str(value)[:40])
def test_value(pair: Pair, value: Document) -> None:
    pair.same("PutItem", {"TableName": TABLE, "Item": key() | {"x": value}})
    update = {"UpdateExpression": "SET y = :v", "ExpressionAttributeValues": {":v": value}}
    pair.same("UpdateItem", {"TableName": TABLE, "Key": key()} | update)
    pair.same("GetItem", {"TableName": TABLE, "Key": key()})


@pytest.mark.parametrize("depth", [30, 31, 32, 33])
@pytest.mark.parametrize("kind", ["L", "M"])
def test_depth(pair: Pair, depth: int, kind: str) -> None:
    value: Document = {"S": "x"}
    for _ in range(depth):
        value = {"L": [value]} if kind == "L" else {"M": {"k": value}}
    pair.same("PutItem", {"TableName": TABLE, "Item": key() | {"x": value}})


@pytest.mark.parametrize("name", NAMES, ids=lambda name: name[:5])
def test_name(pair: Pair, name: str) -> None:
    pair.same("PutItem", {"TableName": TABLE, "Item": key() | {name: {"S": "x"}}})
    pair.same("GetItem", {"TableName": TABLE, "Key": key()})


@pytest.mark.parametrize("given", KEYS, ids=lambda given: str(given)[:40])
def test_key(pair: Pair, given: Document) -> None:
    pair.same("PutItem", {"TableName": TABLE, "Item": given})
    where = {"TableName": TABLE, "Key": given}
    pair.same("GetItem", where)
    pair.same("UpdateItem", where | {"UpdateExpression": "REMOVE x", "ReturnValues": "ALL_NEW"})
    pair.same("DeleteItem", where | {"ReturnValues": "ALL_OLD"})
    pair.same("BatchGetItem", {"RequestItems": {TABLE: {"Keys": [given]}}})


@pytest.mark.parametrize("value", ["", "x", 1, None, "x" * 1024, "x" * 1025, "x" * 2049])
@pytest.mark.parametrize("name", ["token", "created_at"])
def test_key_of_an_index(pair: Pair, name: str, value: Any) -> None:
    pair.same("PutItem", {"TableName": INDEXED, "Item": key() | attributes({name: value})})


@pytest.mark.parametrize("extra", [-1, 0, 1])
@pytest.mark.parametrize(
    "filler",
    [{}, {"n": -1234567, "yes": True, "none": None}, {"m": {"é": [1, "x"]}, "s": {"ab", "c"}}],
    ids=["text", "scalars", "documents"],
)
def test_size_of_an_item(pair: Pair, filler: dict[str, Any], extra: int) -> None:
    """The largest item that is taken, and one byte on either side of it, as the engine counts."""
    item = key() | attributes(filler) | {"x": {"S": ""}}
    item["x"] = {"S": "x" * (409_600 - item_weight(item) + extra)}
    found = pair.same("PutItem", {"TableName": TABLE, "Item": item})
    assert (found == {}) == (extra <= 0)


@pytest.mark.parametrize("shown", ["NONE", "ALL_OLD", "ALL_NEW", "UPDATED_NEW"])
@pytest.mark.parametrize("operation", ["PutItem", "DeleteItem"])
def test_what_a_write_returns(pair: Pair, operation: str, shown: str) -> None:
    name = "Item" if operation == "PutItem" else "Key"
    for _ in range(2):
        pair.same(operation, {"TableName": TABLE, name: key(), "ReturnValues": shown})


@pytest.mark.parametrize("shown", [None, "NONE", "ALL_OLD", "ALL_NEW"])
@pytest.mark.parametrize("sk", ["1", "2"], ids=["item", "none"])
@pytest.mark.parametrize("operation", ["PutItem", "DeleteItem", "UpdateItem"])
def test_what_a_failed_condition_returns(
    pair: Pair, operation: str, sk: str, shown: str | None
) -> None:
    pair.put({"pk": "a", "sk": "1", "x": {"y": [1, {"z"}]}})
    name = "Item" if operation == "PutItem" else "Key"
    document = {"TableName": TABLE, name: key(sk=sk)}
    document |= expressions({":v": 1}, ConditionExpression="version = :v")
    if operation == "UpdateItem":
        document["UpdateExpression"] = "SET version = :v"
    if shown:
        document["ReturnValuesOnConditionCheckFailure"] = shown
    pair.same(operation, document)


def test_expression_values_without_an_expression(pair: Pair) -> None:
    for extra in (expressions({":v": 1}), expressions(None, {"#n": "n"})):
        pair.same("PutItem", {"TableName": TABLE, "Item": key()} | extra)
        pair.same("UpdateItem", {"TableName": TABLE, "Key": key()} | extra)


def test_a_table_that_is_not_there(pair: Pair) -> None:
    pair.same("PutItem", {"TableName": "NoTable", "Item": key()})
    pair.same("GetItem", {"TableName": "NoTable", "Key": key()})
    pair.same("BatchGetItem", {"RequestItems": {"NoTable": {"Keys": [key()]}}})
