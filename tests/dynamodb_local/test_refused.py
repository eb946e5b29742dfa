"""What the engine does not simulate, it refuses loudly: no handler can take it for AWS."""

from typing import Any

import pytest

from tests.dynamodb_local.pairs import TABLE, Document, attributes, expressions, key
from tests.simulation.engine import Engine, NotSimulatedError

WHERE = {"TableName": TABLE, "Key": key()}
ITEM = {"TableName": TABLE, "Item": key()}
QUERY = {"TableName": TABLE, "KeyConditionExpression": "pk = :pk"} | expressions({":pk": "a"})


def condition(text: str, **values: Any) -> Document:
    given = {f":{name}": value for name, value in values.items()} or None
    return WHERE | expressions(given, ConditionExpression=text)


def transaction(**part: Document) -> Document:
    return {"TransactItems": [part]}


CASES: dict[str, tuple[str, Document]] = {
    "a scan": ("Scan", {"TableName": TABLE}),
    "a batch of writes": ("BatchWriteItem", {"RequestItems": {}}),
    "a transaction of reads": ("TransactGetItems", {"TransactItems": []}),
    "PartiQL": ("ExecuteStatement", {"Statement": ""}),
    "a table's description": ("DescribeTable", {"TableName": TABLE}),
    "capacity": ("GetItem", WHERE | {"ReturnConsumedCapacity": "TOTAL"}),
    "metrics": ("PutItem", ITEM | {"ReturnItemCollectionMetrics": "SIZE"}),
    "old conditions": ("PutItem", ITEM | {"Expected": {}}),
    "old updates": ("UpdateItem", WHERE | {"AttributeUpdates": {}}),
    "old key conditions": ("Query", {"TableName": TABLE, "KeyConditions": {}}),
    "old filters": ("Query", QUERY | {"QueryFilter": {}}),
    "old projections": ("GetItem", WHERE | {"AttributesToGet": ["n"]}),
    "old projections in a batch": (
        "BatchGetItem",
        {"RequestItems": {TABLE: {"Keys": [key()], "AttributesToGet": ["n"]}}},
    ),
    "a count": ("Query", QUERY | {"Select": "COUNT"}),
    "what was updated": ("UpdateItem", WHERE | {"ReturnValues": "UPDATED_NEW"}),
    "what was updated, before": ("UpdateItem", WHERE | {"ReturnValues": "UPDATED_OLD"}),
    "returned values in a transaction": (
        "TransactWriteItems",
        transaction(Put=ITEM | {"ReturnValues": "ALL_OLD"}),
    ),
    "an unknown way to fail, in a transaction": (
        "TransactWriteItems",
        transaction(Put=ITEM | {"ReturnValuesOnConditionCheckFailure": "ALL_NEW"}),
    ),
    "a change of a key, in a transaction": (
        "TransactWriteItems",
        transaction(Update=WHERE | expressions({":v": "b"}, UpdateExpression="SET sk = :v")),
    ),
    "a key of a wrong type, in a transaction": (
        "TransactWriteItems",
        transaction(Put={"TableName": TABLE, "Item": attributes({"pk": "a", "sk": 1})}),
    ),
    "an index's key of a wrong type, in a transaction": (
        "TransactWriteItems",
        transaction(Put={"TableName": TABLE, "Item": key() | attributes({"items_of": 1})}),
    ),
    "a transaction of more than 4 MB": (
        "TransactWriteItems",
        {
            "TransactItems": [
                {
                    "Put": {
                        "TableName": TABLE,
                        "Item": key(sk=str(n)) | attributes({"x": "x" * 400_000}),
                    }
                }
                for n in range(11)
            ]
        },
    ),
    "an operand in parentheses": ("DeleteItem", condition("n = (:n)", n=1)),
    "a place in parentheses": ("DeleteItem", condition("(n) = :n", n=1)),
    "a sum in parentheses": (
        "UpdateItem",
        WHERE | expressions({":v": 1}, UpdateExpression="SET n = (n + :v)"),
    ),
    "an attribute named size": ("DeleteItem", condition("attribute_exists(size)")),
    "an attribute named convert": ("DeleteItem", condition("attribute_exists(convert)")),
    "empty values without an expression": ("PutItem", ITEM | {"ExpressionAttributeValues": {}}),
    "empty names without an expression": ("PutItem", ITEM | {"ExpressionAttributeNames": {}}),
    "a value first, in a key condition": ("Query", QUERY | {"KeyConditionExpression": ":pk = pk"}),
    "a part of an attribute": ("GetItem", WHERE | {"ProjectionExpression": "m.k"}),
    "digits of other scripts": ("PutItem", {"TableName": TABLE, "Item": key() | {"n": {"N": "١"}}}),  # noqa: RUF001
}


@pytest.mark.parametrize(("operation", "document"), CASES.values(), ids=CASES)
def test_refused(operation: str, document: Document) -> None:
    engine = Engine(lambda: 0.0)
    with pytest.raises(NotSimulatedError):
        engine.answer(operation, document)
    assert engine.take_changes() == []


def test_a_batch_of_more_than_16_megabytes() -> None:
    engine = Engine(lambda: 0.0)
    for n in range(45):
        item = key(sk=str(n)) | attributes({"x": "x" * 400_000})
        assert engine.answer("PutItem", {"TableName": TABLE, "Item": item})[0] == 200
    wanted = {TABLE: {"Keys": [key(sk=str(n)) for n in range(45)]}}
    with pytest.raises(NotSimulatedError):
        engine.answer("BatchGetItem", {"RequestItems": wanted})


@pytest.mark.parametrize(
    "change",
    [
        {"AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "N"}]},
        {"KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}]},
        {"LocalSecondaryIndexes": []},
    ],
    ids=["a key that is a number", "no sort key", "a local index"],
)
def test_a_table_that_is_not_simulated(change: Document) -> None:
    arguments: Document = {
        "TableName": "T",
        "KeySchema": [
            {"AttributeName": "pk", "KeyType": "HASH"},
            {"AttributeName": "sk", "KeyType": "RANGE"},
        ],
        "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
        "StreamSpecification": {"StreamViewType": "NEW_AND_OLD_IMAGES"},
    }
    Engine(lambda: 0.0, [arguments])
    with pytest.raises(NotSimulatedError):
        Engine(lambda: 0.0, [arguments | change])


def test_it_is_no_exception_that_a_handler_could_catch() -> None:
    assert not issubclass(NotSimulatedError, Exception)
