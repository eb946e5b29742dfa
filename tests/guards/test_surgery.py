"""tests.guards.surgery: DynamoDB takes what is left of a write, and does as before."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.dynamodb_local.pairs import TABLE, attributes, expressions, key
from tests.guards.surgery import weakened
from tests.support.memory_dynamo import MemoryDynamo, memory_tables

NOBODYS = {"pk": "a", "sk": "1"}


@pytest.fixture(scope="module")
def _tables() -> Iterator[None]:
    with memory_tables():
        yield


@pytest.fixture
def client(_tables: None) -> MemoryDynamo:
    made = MemoryDynamo(lambda: 1_800_000_000.0)
    made.put_item(TableName=TABLE, Item=attributes(NOBODYS | {"state": "old", "n": 1, "m": 5}))
    return made


UPDATE = {"TableName": TABLE, "Key": key(), "UpdateExpression": "SET n = n + :one, #state = :new"}


def asked(text: str, values: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    return expressions(values, names, ConditionExpression=text)


def test_a_whole_condition_goes_with_what_only_it_used(client: MemoryDynamo) -> None:
    terms = asked(
        "#state = :old AND m < :one AND #kind = :kind",
        {":one": 1, ":new": "new", ":old": "older", ":kind": "k"},
        {"#state": "state", "#kind": "kind"},
    )
    shown = {"ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
    after = weakened("Update", UPDATE | terms | shown, None)
    assert after == UPDATE | expressions({":one": 1, ":new": "new"}, {"#state": "state"})
    client.update_item(**after)
    assert client.items(TABLE) == [NOBODYS | {"state": "new", "n": 2, "m": 5}]


def test_what_is_left_of_a_condition_is_asked_as_before(client: MemoryDynamo) -> None:
    terms = asked(
        "n = :one AND m = :five", {":one": 2, ":new": "new", ":five": 5}, {"#state": "state"}
    )
    shown = {"ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
    after = weakened("Update", UPDATE | terms | shown, "m = :five")
    assert after["ReturnValuesOnConditionCheckFailure"] == "ALL_OLD"
    client.update_item(**after)
    assert client.items(TABLE) == [NOBODYS | {"state": "new", "n": 3, "m": 5}]


def test_a_put_and_a_removal_keep_no_terms(client: MemoryDynamo) -> None:
    terms = asked("#state = :state", {":state": "other"}, {"#state": "state"})
    put = {"TableName": TABLE, "Item": attributes(NOBODYS | {"n": 3})}
    assert weakened("Put", put | terms, None) == put
    client.put_item(**weakened("Put", put | terms, None))
    assert client.items(TABLE) == [NOBODYS | {"n": 3}]
    removal = {"TableName": TABLE, "Key": key()}
    assert weakened("Delete", removal | terms, None) == removal
    client.delete_item(**weakened("Delete", removal | terms, None))
    assert client.items(TABLE) == []


@pytest.mark.parametrize("pk", ["a", "nobody"])
def test_a_check_keeps_its_place_and_always_holds(client: MemoryDynamo, pk: str) -> None:
    """Or the reasons of a cancelled transaction would be those of other writes."""
    terms = asked("n = :two", {":two": 2}, {})
    check = {"TableName": TABLE, "Key": key(pk, "1")} | terms
    del check["ExpressionAttributeNames"]
    put = {"TableName": TABLE, "Item": attributes({"pk": "b", "sk": "1"})}
    after = weakened("ConditionCheck", check, None)
    client.transact_write_items(TransactItems=[{"ConditionCheck": after}, {"Put": put}])
    assert {"pk": "b", "sk": "1"} in client.items(TABLE)
