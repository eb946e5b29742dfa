"""Transactions are atomic and idempotent in the simulator as in Amazon's own engine."""

from typing import Any

import pytest

from tests.dynamodb_local.pairs import INDEXED, TABLE, Document, Pair, attributes, expressions, key


def put(sk: str, **more: Any) -> Document:
    return {"Put": {"TableName": TABLE, "Item": key(sk=sk) | attributes(more)}}


def check(sk: str, text: str, *, shown: str | None = None, **values: Any) -> Document:
    body = {"TableName": TABLE, "Key": key(sk=sk), "ConditionExpression": text}
    body |= expressions({f":{name}": value for name, value in values.items()} or None)
    if shown:
        body["ReturnValuesOnConditionCheckFailure"] = shown
    return {"ConditionCheck": body}


def update(sk: str, text: str, condition: str | None = None, **values: Any) -> Document:
    body = {"TableName": TABLE, "Key": key(sk=sk), "UpdateExpression": text}
    body |= expressions({f":{name}": value for name, value in values.items()} or None)
    if condition:
        body |= {"ConditionExpression": condition, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
    return {"Update": body}


def delete(sk: str) -> Document:
    return {"Delete": {"TableName": TABLE, "Key": key(sk=sk)}}


def everything(pair: Pair) -> Document:
    query = {"TableName": TABLE, "KeyConditionExpression": "pk = :pk"}
    return pair.same("Query", query | expressions({":pk": "a"}))


CASES: dict[str, list[Document]] = {
    "puts": [put("1", n=1), put("2"), put("3")],
    "one of each": [
        put("9"),
        update("1", "ADD n :one", one=1),
        delete("2"),
        check("3", "n = :n", n=3),
    ],
    "a check alone": [check("1", "attribute_exists(pk)")],
    "a failed check": [put("9"), check("1", "attribute_not_exists(pk)")],
    "a failed check that shows": [check("1", "n = :n", n=9, shown="ALL_OLD"), put("9")],
    "a failed check of nothing": [check("8", "n = :n", n=9, shown="ALL_OLD"), put("9")],
    "a failed check that hides": [check("1", "n = :n", n=9, shown="NONE"), put("9")],
    "several failures": [
        check("1", "n = :n", n=9, shown="ALL_OLD"),
        put("9"),
        check("2", "n = :n", n=9),
        check("3", "n = :n", n=3),
        update("7", "SET n = :n", "attribute_exists(pk)", n=1),
    ],
    "a condition sees what was before": [
        put("8"),
        update("1", "SET n = :n", "n = :old", n=9, old=1),
        check("2", "n = :n", n=2),
    ],
    "an update that its item refuses": [put("9"), update("1", "SET n = gone + :n", n=1)],
    "a condition goes before the update": [
        update("1", "SET n = gone + :n", "attribute_not_exists(pk)", n=1)
    ],
    "an update of a wrong type": [put("9"), update("1", "ADD t :n", n=1)],
    "one key in two tables": [put("1"), {"Put": {"TableName": INDEXED, "Item": key()}}],
    "a hundred": [put(f"{n:03}") for n in range(100)],
    "deleting nothing": [delete("8"), put("9")],
}


@pytest.mark.parametrize("parts", CASES.values(), ids=CASES)
def test_transaction(pair: Pair, parts: list[Document]) -> None:
    for n in (1, 2, 3):
        pair.put({"pk": "a", "sk": str(n), "n": n, "t": "text"})
    pair.same("TransactWriteItems", {"TransactItems": parts})
    everything(pair)


def test_a_token_writes_once(pair: Pair) -> None:
    document = {"TransactItems": [update("1", "ADD n :one", one=1)], "ClientRequestToken": "once"}
    for _ in range(3):
        assert pair.same("TransactWriteItems", document) == {}
    assert everything(pair)["Items"][0]["n"] == {"N": 1}
    other = {"TransactItems": [update("1", "ADD n :one", one=2)], "ClientRequestToken": "once"}
    found = pair.same("TransactWriteItems", other)
    assert found["code"] == "IdempotentParameterMismatchException"
    pair.same("TransactWriteItems", other | {"ClientRequestToken": "twice"})
    assert everything(pair)["Items"][0]["n"] == {"N": 3}


def test_a_token_of_a_cancelled_transaction_may_still_write(pair: Pair) -> None:
    parts = [update("2", "ADD n :one", one=1), check("1", "attribute_exists(pk)")]
    document = {"TransactItems": parts, "ClientRequestToken": "again"}
    assert pair.same("TransactWriteItems", document)["code"] == "TransactionCanceledException"
    pair.put({"pk": "a", "sk": "1"})
    assert pair.same("TransactWriteItems", document) == {}
    assert len(everything(pair)["Items"]) == 2


def test_a_token_is_forgotten_after_ten_minutes(pair: Pair) -> None:
    """Not compared: Amazon's own engine keeps a clock of its own."""
    document = {"TransactItems": [update("1", "ADD n :one", one=1)], "ClientRequestToken": "late"}
    for pair.now in (0.0, 599.0, 601.0):
        assert pair.answer("TransactWriteItems", document)[0] == 200
    (item,) = pair.engine.items(TABLE)
    assert item["n"] == 2


def test_the_longest_token(pair: Pair) -> None:
    document = {"TransactItems": [put("1")], "ClientRequestToken": "x" * 36}
    assert pair.same("TransactWriteItems", document) == {}
