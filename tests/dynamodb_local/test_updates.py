"""Updates change, leave and spare an item in the simulator as in Amazon's own engine."""

from typing import Any

import pytest

from tests.dynamodb_local.pairs import INDEXED, Pair, attributes, expressions, key

ITEM: dict[str, Any] = {
    "pk": "a",
    "sk": "1",
    "n": 5,
    "t": "text",
    "tags": {"x", "y"},
    "twin": 5,
    "l": [1, "two", 3, 4],
    "m": {"k": "v", "n": 5, "deep": {"l": [{"z": 1}]}},
    "yes": True,
    "due_pk": "slot",
    "created_at": "2026",
    "token": "secret",
}
NINES = 10**38 - 1

# expression, values, names
CASES: list[tuple[str, dict[str, Any] | None, dict[str, str] | None]] = [
    ("SET n = :v", {":v": 6}, None),
    ("SET n = n + :v", {":v": 1}, None),
    ("SET n = n - :v", {":v": 7}, None),
    ("SET n = :v - n", {":v": 7}, None),
    ("SET n = :v + :w", {":v": 7, ":w": 1}, None),
    ("SET x = n + twin", None, None),
    ("SET n = :v", {":v": NINES}, None),
    ("SET gone = gone + :v", {":v": 1}, None),
    ("SET x = gone", None, None),
    ("SET x = n, n = twin, twin = n", None, None),
    ("SET x = :v, y = x", {":v": 1}, None),
    ("SET n = t + :v", {":v": 1}, None),
    ("SET n = :v + :v", {":v": 1}, None),
    ("SET n = n + n", None, None),
    ("SET n = if_not_exists(n, :v)", {":v": 1}, None),
    ("SET x = if_not_exists(x, :v)", {":v": 1}, None),
    ("SET x = if_not_exists(x, :v) + :v", {":v": 1}, None),
    ("REMOVE n", None, None),
    ("REMOVE gone", None, None),
    ("REMOVE n, t", None, None),
    ("ADD n :v", {":v": 1}, None),
    ("ADD x :v", {":v": 1}, None),
    ("ADD n :v", {":v": {"1"}}, None),
    ("ADD t :v", {":v": 1}, None),
    ("ADD tags :v", {":v": {"z", "x"}}, None),
    ("ADD x :v", {":v": {"z", "x"}}, None),
    ("DELETE tags :v", {":v": {"x", "q"}}, None),
    ("DELETE tags :v", {":v": {"x", "y"}}, None),
    ("DELETE x :v", {":v": {"x"}}, None),
    ("SET x = :v REMOVE t ADD n :v DELETE tags :w", {":v": 1, ":w": {"x"}}, None),
    ("SET x = tags ADD tags :v", {":v": {"z"}}, None),
    ("SET x = l, y = m, z = x", None, None),
    ("SET x = l, y = m", None, None),
    ("SET x = pk", None, None),
    ("SET due_pk = :v", {":v": "other"}, None),
    ("SET due_pk = :v", {":v": "x" * 2048}, None),
    ("SET x = :v", {":v": ""}, None),
    ("SET #n = :v", {":v": 1}, {"#n": "name"}),
    ("SET #n = :v", {":v": 1}, {"#n": "a.b"}),
    ("SET x=:v", {":v": 1}, None),
    ("SET x = n+:v", {":v": 1}, None),
    ("SET x = n -:v", {":v": 1}, None),
    ("SET\n  x = :v\nREMOVE\tt", {":v": 1}, None),
]


@pytest.mark.parametrize(("text", "values", "names"), CASES, ids=[case[0][:50] for case in CASES])
def test_update(pair: Pair, text: str, values: Any, names: Any) -> None:
    """Of an item, and where there is none."""
    pair.put(ITEM, INDEXED)
    for sk in ("1", "2"):
        where = {"TableName": INDEXED, "Key": key(sk=sk)}
        update = where | expressions(values, names, UpdateExpression=text)
        # In a transaction, what depends on the item is a reason, not an error of the whole.
        innocent = {"Put": {"TableName": INDEXED, "Item": attributes({"pk": "b", "sk": "b"})}}
        doomed = {"TableName": INDEXED, "Key": key("c")}
        doomed["ConditionExpression"] = "attribute_exists(nothing)"
        parts = [innocent, {"Update": update}, {"ConditionCheck": doomed}]
        pair.same("TransactWriteItems", {"TransactItems": parts})
        pair.same("UpdateItem", update | {"ReturnValues": "ALL_NEW"})
        pair.same("GetItem", where)


@pytest.mark.parametrize("shown", ["NONE", "ALL_OLD", "ALL_NEW"])
def test_what_an_update_returns(pair: Pair, shown: str) -> None:
    update = {"TableName": INDEXED, "Key": key(), "UpdateExpression": "ADD n :one"}
    update |= expressions({":one": 1}) | {"ReturnValues": shown}
    pair.same("UpdateItem", update)
    pair.same("UpdateItem", update)
