"""Update expressions change, leave and are refused in the engine as in Amazon's own."""

from decimal import Decimal
from typing import Any

import pytest

from tests.dynamodb_local.pairs import INDEXED, Pair, attributes, expressions, key

ITEM: dict[str, Any] = {
    "pk": "a",
    "sk": "1",
    "n": 5,
    "t": "text",
    "tags": {"x", "y"},
    "nums": {1, 2},
    "twin": 5,
    "l": [1, "two", 3, 4],
    "m": {"k": "v", "n": 5, "deep": {"l": [{"z": 1}]}},
    "yes": True,
    "due_pk": "slot",
    "created_at": "2026",
    "token": "secret",
    "f": Decimal("0.5"),
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
    ("SET f = f + f", None, None),
    ("SET f = f + :v", {":v": Decimal("0.25")}, None),
    ("SET n = n + :v", {":v": NINES}, None),
    ("SET n = :v", {":v": NINES}, None),
    ("SET n = :v", {":v": 10**38}, None),
    ("SET n = :v", {":v": NINES * 10 + 1}, None),
    ("SET n = n + :v", {":v": Decimal("1e-40")}, None),
    ("SET n = :v + :w", {":v": NINES, ":w": 1}, None),
    ("SET n = :v + :w", {":v": NINES, ":w": 2}, None),
    ("SET n = :v + :w", {":v": Decimal("9.9e125"), ":w": Decimal("9.9e125")}, None),
    ("SET gone = gone + :v", {":v": 1}, None),
    ("SET x = gone", None, None),
    ("SET x = m.gone", None, None),
    ("SET x = l[9]", None, None),
    ("SET x = n, n = twin, twin = n", None, None),
    ("SET x = :v, y = x", {":v": 1}, None),
    ("SET n = t + :v", {":v": 1}, None),
    ("SET n = n + :v", {":v": "1"}, None),
    ("SET n = :v + :v", {":v": 1}, None),
    ("SET n = n + n", None, None),
    ("SET n = n + :v + :v", {":v": 1}, None),
    ("SET n = if_not_exists(n, :v)", {":v": 1}, None),
    ("SET x = if_not_exists(x, :v)", {":v": 1}, None),
    ("SET x = if_not_exists(x, :v) + :v", {":v": 1}, None),
    ("SET x = if_not_exists(x, gone)", None, None),
    ("SET x = if_not_exists(n, gone)", None, None),
    ("SET x = if_not_exists(x, if_not_exists(y, :v))", {":v": 1}, None),
    ("SET x = if_not_exists(x, n + :v)", {":v": 1}, None),
    ("SET x = if_not_exists(m.k, :v)", {":v": 1}, None),
    ("SET x = if_not_exists(m.zz, :v)", {":v": 1}, None),
    ("SET x = if_not_exists(:v, :v)", {":v": 1}, None),
    ("SET x = if_not_exists(n)", None, None),
    ("SET n = if_not_exists(n, n)", None, None),
    ("SET l = list_append(l, :v)", {":v": [5]}, None),
    ("SET l = list_append(:v, l)", {":v": [5]}, None),
    ("SET l = list_append(l, l)", None, None),
    ("SET x = list_append(if_not_exists(x, :e), :v)", {":v": [5], ":e": []}, None),
    ("SET x = list_append(x, :v)", {":v": [5]}, None),
    ("SET x = list_append(n, :v)", {":v": [5]}, None),
    ("SET x = list_append(l, :v)", {":v": 5}, None),
    ("SET x = list_append(l, n)", None, None),
    ("SET x = size(l)", None, None),
    ("SET x = unknown(l)", None, None),
    ("SET x = attribute_exists(l)", None, None),
    ("SET m.k = :v", {":v": 1}, None),
    ("SET m.x = :v", {":v": 1}, None),
    ("SET m.x.y = :v", {":v": 1}, None),
    ("SET x.y = :v", {":v": 1}, None),
    ("SET t.y = :v", {":v": 1}, None),
    ("SET m[0] = :v", {":v": 1}, None),
    ("SET l.x = :v", {":v": 1}, None),
    ("SET l[0] = :v", {":v": 9}, None),
    ("SET l[9] = :v", {":v": 9}, None),
    ("SET l[9] = :v, l[8] = :w", {":v": 9, ":w": 8}, None),
    ("SET l[8] = :w, l[9] = :v", {":v": 9, ":w": 8}, None),
    ("SET l[0] = l[1], l[1] = l[0]", None, None),
    ("SET l[4] = :v REMOVE l[0]", {":v": 9}, None),
    ("REMOVE l[0] SET l[0] = :v", {":v": 9}, None),
    ("REMOVE l[0] SET l[1] = :v", {":v": 9}, None),
    ("SET m.deep.l[0].z = m.n, m.n = :v", {":v": 9}, None),
    ("SET m.deep = m", None, None),
    ("SET m = :v, x = m.k", {":v": {}}, None),
    ("REMOVE n", None, None),
    ("REMOVE gone", None, None),
    ("REMOVE n, t", None, None),
    ("REMOVE l[0], l[2]", None, None),
    ("REMOVE l[2], l[0]", None, None),
    ("REMOVE l[9]", None, None),
    ("REMOVE m.k", None, None),
    ("REMOVE m.gone", None, None),
    ("REMOVE gone.k", None, None),
    ("REMOVE m.gone.k", None, None),
    ("REMOVE t.k", None, None),
    ("REMOVE m[0]", None, None),
    ("REMOVE gone[0]", None, None),
    ("ADD n :v", {":v": 1}, None),
    ("ADD x :v", {":v": 1}, None),
    ("ADD m.n :v", {":v": 1}, None),
    ("ADD m.x :v", {":v": 1}, None),
    ("ADD x.y :v", {":v": 1}, None),
    ("ADD l[0] :v", {":v": 1}, None),
    ("ADD l[9] :v", {":v": 1}, None),
    ("ADD n :v", {":v": "1"}, None),
    ("ADD n :v", {":v": {"1"}}, None),
    ("ADD l :v", {":v": [1]}, None),
    ("ADD t :v", {":v": 1}, None),
    ("ADD tags :v", {":v": {"z", "x"}}, None),
    ("ADD x :v", {":v": {"z", "x"}}, None),
    ("ADD tags :v", {":v": {1}}, None),
    ("ADD nums :v", {":v": {2, 3}}, None),
    ("ADD tags :v", {":v": "z"}, None),
    ("ADD n :v", {":v": NINES}, None),
    ("ADD n twin", None, None),
    ("DELETE tags :v", {":v": {"x", "q"}}, None),
    ("DELETE tags :v", {":v": {"x", "y"}}, None),
    ("DELETE x :v", {":v": {"x"}}, None),
    ("DELETE nums :v", {":v": {1}}, None),
    ("DELETE tags :v", {":v": {1}}, None),
    ("DELETE tags :v", {":v": "x"}, None),
    ("DELETE n :v", {":v": 1}, None),
    ("DELETE n :v", {":v": {1}}, None),
    ("DELETE m.x :v", {":v": {"x"}}, None),
    ("DELETE x.y :v", {":v": {"x"}}, None),
    ("SET x = :v REMOVE t ADD n :v DELETE tags :w", {":v": 1, ":w": {"x"}}, None),
    ("set x = :v remove t", {":v": 1}, None),
    ("SET x = :v SET y = :v", {":v": 1}, None),
    ("SET x = :v, x = :v", {":v": 1}, None),
    ("SET x = :v REMOVE x", {":v": 1}, None),
    ("SET m = :v REMOVE m.k", {":v": 1}, None),
    ("SET m.k = :v, m.n = :v", {":v": 1}, None),
    ("SET m.k = :v, m[0] = :v", {":v": 1}, None),
    ("SET m.k = :v, m.k.x = :v", {":v": 1}, None),
    ("SET l[0] = :v, l[0] = :v", {":v": 1}, None),
    ("SET #m.k = :v, m.#k = :v", {":v": 1}, {"#m": "m", "#k": "k"}),
    ("SET x = pk", None, None),
    ("SET due_pk = :v", {":v": "other"}, None),
    ("SET due_pk = :v", {":v": ""}, None),
    ("SET due_pk = :v", {":v": 1}, None),
    ("SET due_pk = :v", {":v": None}, None),
    ("SET due_pk = n", None, None),
    ("SET due_pk = if_not_exists(x, n)", None, None),
    ("SET due_pk = :v", {":v": "x" * 2048}, None),
    ("SET due_pk = :v", {":v": "x" * 2049}, None),
    ("SET created_at = :v", {":v": "x" * 1025}, None),
    ("REMOVE due_pk, token", None, None),
    ("SET x = :v", {":v": ""}, None),
    ("SET x = :v", {":v": set()}, None),
    ("SET x = :v", {":v": "x" * 409_000}, None),
    ("SET x = :v", {":v": "x" * 409_600}, None),
    ("SET name = :v", {":v": 1}, None),
    ("SET #n = :v", {":v": 1}, {"#n": "name"}),
    ("SET #n = :v", {":v": 1}, {"#n": "a.b"}),
    ("SET #n = :v", {":v": 1}, None),
    ("SET x = :v", None, None),
    ("SET x = :v", {":v": 1, ":w": 2}, None),
    ("SET x = :v", {":v": 1}, {"#n": "n"}),
    ("SET x = 1", None, None),
    ("SET x : :v", {":v": 1}, None),
    ("SET x = :v,", {":v": 1}, None),
    ("SET", None, None),
    ("x = :v", {":v": 1}, None),
    ("REMOVE x = :v", {":v": 1}, None),
    ("ADD x = :v", {":v": 1}, None),
    ("", None, None),
    ("SET x=:v", {":v": 1}, None),
    ("SET x = n+:v", {":v": 1}, None),
    ("SET x = n -:v", {":v": 1}, None),
    ("SET\n  x = :v\nREMOVE\tt", {":v": 1}, None),
    ("SET :v = :v", {":v": 1}, None),
    ("SET x = :v AND y = :v", {":v": 1}, None),
]

# of the table's own key; in a transaction the engine refuses to say what happens
KEYS: list[tuple[str, dict[str, Any] | None, dict[str, str] | None]] = [
    ("SET pk = :v", {":v": "a"}, None),
    ("SET sk = :v", {":v": "1"}, None),
    ("REMOVE sk", None, None),
    ("ADD pk :v", {":v": 1}, None),
    ("SET pk.x = :v", {":v": 1}, None),
    ("SET #p = :v", {":v": 1}, {"#p": "pk"}),
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


@pytest.mark.parametrize(("text", "values", "names"), KEYS, ids=[case[0] for case in KEYS])
def test_a_key_never_changes(pair: Pair, text: str, values: Any, names: Any) -> None:
    pair.put(ITEM, INDEXED)
    update = {"TableName": INDEXED, "Key": key()} | expressions(
        values, names, UpdateExpression=text
    )
    assert pair.same("UpdateItem", update)["code"] == "ValidationException"


@pytest.mark.parametrize("shown", ["NONE", "ALL_OLD", "ALL_NEW", "SOME"])
def test_what_an_update_returns(pair: Pair, shown: str) -> None:
    update = {"TableName": INDEXED, "Key": key(), "UpdateExpression": "ADD n :one"}
    update |= expressions({":one": 1}) | {"ReturnValues": shown}
    pair.same("UpdateItem", update)
    pair.same("UpdateItem", update)


def test_an_update_that_says_nothing_makes_the_item(pair: Pair) -> None:
    document = {"TableName": INDEXED, "Key": key()}
    pair.same("UpdateItem", document | {"ReturnValues": "ALL_NEW"})
    pair.same("GetItem", document)
