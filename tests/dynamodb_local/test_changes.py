"""What the simulator tells of its writes: changes, stream records, and the tables before them."""

import json
from typing import Any

import boto3
import pytest
from moto.core.models import botocore_stubber

from tests.dynamodb_local.pairs import (
    INDEXED,
    TABLE,
    Document,
    attributes,
    expressions,
    key,
)
from tests.simulation.aws.dynamodb import MotoDynamoDB

V = {":v": 1}


def put(engine: MotoDynamoDB, sk: str = "1", table: str = TABLE, **more: Any) -> None:
    item = key(sk=sk) | attributes(more)
    assert engine.answer("PutItem", {"TableName": table, "Item": item}) == (200, "{}")


def update(engine: MotoDynamoDB, text: str, sk: str = "1", **more: Any) -> tuple[int, str]:
    document = {"TableName": TABLE, "Key": key(sk=sk)}
    return engine.answer("UpdateItem", document | expressions(UpdateExpression=text, **more))


def test_a_change_is_told_once_plain_and_as_the_stream_has_it(
    engine: MotoDynamoDB,
) -> None:
    put(engine, n=1, s={"a"}, l=[None, True, {"x": "y"}])
    (change,) = engine.take_changes()
    assert engine.take_changes() == []
    item = {"pk": "a", "sk": "1", "n": 1, "s": {"a"}, "l": [None, True, {"x": "y"}]}
    assert (change.table, change.key, change.old, change.new) == (TABLE, ("a", "1"), None, item)
    record = change.record
    assert record["eventName"] == "INSERT"
    assert record["eventSource"] == "aws:dynamodb"
    assert record["dynamodb"]["Keys"] == key()
    assert record["dynamodb"]["NewImage"] == attributes(item)
    assert "OldImage" not in record["dynamodb"]
    assert record["dynamodb"]["ApproximateCreationDateTime"] == 1_800_000_000
    assert record["dynamodb"]["StreamViewType"] == "NEW_AND_OLD_IMAGES"


def test_events_of_an_items_life(engine: MotoDynamoDB) -> None:
    put(engine)
    update(engine, "ADD n :v", values=V)
    engine.answer("DeleteItem", {"TableName": TABLE, "Key": key()})
    changes = engine.take_changes()
    assert [change.record["eventName"] for change in changes] == ["INSERT", "MODIFY", "REMOVE"]
    assert [change.new for change in changes[:-1]] == [change.old for change in changes[1:]]
    assert changes[-1].new is None
    assert "NewImage" not in changes[-1].record["dynamodb"]
    numbers = [change.record["dynamodb"]["SequenceNumber"] for change in changes]
    assert numbers == sorted(set(numbers))
    assert len({change.record["eventID"] for change in changes}) == 3


@pytest.mark.parametrize(
    "text",
    ["SET n = :v", "REMOVE gone", "ADD s :s", "DELETE s :t", "SET n = n + :z"],
)
def test_a_write_that_leaves_the_item_is_no_change(engine: MotoDynamoDB, text: str) -> None:
    """As the guide says: "DynamoDB Streams does not write a stream record for that operation"."""
    put(engine, n=1, s={"a", "b"})
    engine.take_changes()
    values = {":v": 1, ":z": 0, ":s": {"b"}, ":t": {"c"}}
    used = {name: value for name, value in values.items() if name in text}
    assert update(engine, text, values=used or None)[0] == 200
    assert engine.take_changes() == []


def test_the_same_item_put_again_is_no_change(engine: MotoDynamoDB) -> None:
    for _ in range(2):
        put(engine, n=1, s={"a", "b"})
    engine.answer("DeleteItem", {"TableName": TABLE, "Key": key("b")})
    assert len(engine.take_changes()) == 1


def test_what_fails_changes_nothing(engine: MotoDynamoDB) -> None:
    put(engine)
    engine.take_changes()
    assert update(engine, "SET n = n + :v", values=V)[0] == 400
    parts: list[Document] = [
        {"Put": {"TableName": TABLE, "Item": key("b")}},
        {
            "Delete": {
                "TableName": TABLE,
                "Key": key(),
                "ConditionExpression": "attribute_exists(n)",
            }
        },
    ]
    assert engine.answer("TransactWriteItems", {"TransactItems": parts})[0] == 400
    assert engine.take_changes() == []
    assert [item["pk"] for item in engine.items(TABLE)] == ["a"]


def test_a_transactions_changes_stand_in_its_order(engine: MotoDynamoDB) -> None:
    parts = [
        {"Put": {"TableName": table, "Item": key(pk)}}
        for table, pk in ((TABLE, "b"), (INDEXED, "c"), (TABLE, "a"))
    ]
    document = {"TransactItems": parts, "ClientRequestToken": "x"}
    engine.answer("TransactWriteItems", document)
    assert [change.key[0] for change in engine.take_changes()] == ["b", "c", "a"]
    engine.answer("TransactWriteItems", document)
    assert engine.take_changes() == []


def shop(engine: MotoDynamoDB) -> list[str]:
    """Which items an index shows."""
    document = {"TableName": INDEXED, "IndexName": "by_shop"}
    document |= expressions({":v": "s"}, KeyConditionExpression="shop_id = :v")
    answer = json.loads(engine.answer("Query", document)[1])
    return [item["sk"]["S"] for item in answer["Items"]]


def test_the_tables_as_before(engine: MotoDynamoDB) -> None:
    """Any of the last changes are undone for a while, in tables and indexes alike."""
    for sk, at in (("1", "c"), ("2", "b"), ("3", "a")):
        put(engine, sk, INDEXED, shop_id="s", created_at=at)
    put(engine, "1", INDEXED, shop_id="s", created_at="0")
    engine.answer("DeleteItem", {"TableName": INDEXED, "Key": key(sk="2")})
    changes = engine.take_changes()
    assert shop(engine) == ["1", "3"]
    seen = []
    for count in range(len(changes) + 1):
        with engine.as_before(changes[count:]):
            seen.append(shop(engine))
        assert shop(engine) == ["1", "3"]
    assert seen == [[], ["1"], ["2", "1"], ["3", "2", "1"], ["1", "3", "2"], ["1", "3"]]
    with engine.as_before([changes[4]]):
        assert shop(engine) == ["1", "3", "2"]
    assert engine.take_changes() == []


def test_the_tables_come_back_whatever_happens(engine: MotoDynamoDB) -> None:
    put(engine)
    changes = engine.take_changes()

    def break_off() -> None:
        with engine.as_before(changes):
            assert list(engine.items(TABLE)) == []
            raise KeyError

    with pytest.raises(KeyError):
        break_off()
    assert len(list(engine.items(TABLE))) == 1


def test_items_are_told_by_their_keys(engine: MotoDynamoDB) -> None:
    for pk in ("b", "a"):
        for sk in ("2", "1"):
            item = key(pk, sk)
            engine.answer("PutItem", {"TableName": TABLE, "Item": item})
    found = [(item["pk"], item["sk"]) for item in engine.items(TABLE)]
    assert found == [("a", "1"), ("a", "2"), ("b", "1"), ("b", "2")]


def test_botocore_understands_the_answers(engine: MotoDynamoDB) -> None:
    client = boto3.client(
        "dynamodb", region_name="eu-central-1", aws_access_key_id="x", aws_secret_access_key="x"
    )
    client.meta.events.unregister("before-send", botocore_stubber)
    client.meta.events.register("before-send", lambda request, **_: engine.execute(request))
    item = key() | {"b": {"B": b"\x00\xff"}, "n": {"N": "1"}}
    client.put_item(TableName=TABLE, Item=item)
    assert client.get_item(TableName=TABLE, Key=key())["Item"] == item
    check = {"TableName": TABLE, "Item": key(), "ConditionExpression": "attribute_not_exists(pk)"}
    check["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
    with pytest.raises(client.exceptions.ConditionalCheckFailedException) as failed:
        client.put_item(**check)
    assert failed.value.response["Item"] == item
    with pytest.raises(client.exceptions.TransactionCanceledException) as cancelled:
        client.transact_write_items(TransactItems=[{"Put": check}])
    (reason,) = cancelled.value.response["CancellationReasons"]
    assert (reason["Code"], reason["Item"]) == ("ConditionalCheckFailed", item)
