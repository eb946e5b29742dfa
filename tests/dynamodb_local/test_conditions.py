"""Conditions hold and fail in the simulator as in Amazon's own engine."""

from typing import Any

import pytest

from tests.dynamodb_local.pairs import TABLE, Pair, expressions, key

ITEM: dict[str, Any] = {
    "pk": "a",
    "sk": "1",
    "n": 5,
    "big": 10,
    "t": "text",
    "e": "",
    "b": b"AQID",
    "yes": True,
    "nil": None,
    "tags": {"x", "y"},
    "l": [1, "two", [3]],
    "twin": 5,
    "m": {"k": "v", "n": 5, "deep": {"l": [{"z": 1}]}},
    "kind": "S",
}
# expression, values, names
CASES: list[tuple[str, dict[str, Any] | None, dict[str, str] | None]] = [
    # what is missing compares with nothing, but differs from everything
    *((f"gone {sign} :v", {":v": -1}, None) for sign in ("=", "<>", "<", "<=", ">", ">=")),
    *((f"gone {sign} lost", None, None) for sign in ("=", "<>", "<", "<=", ">", ">=")),
    *((f"NOT gone {sign} :v", {":v": -1}, None) for sign in ("=", "<>", "<", ">")),
    ("gone BETWEEN :a AND :b", {":a": -1, ":b": 1}, None),
    ("gone IN (:v)", {":v": -1}, None),
    ("begins_with(gone, :t)", {":t": "t"}, None),
    ("contains(gone, :t)", {":t": "t"}, None),
    # types never mix
    *((f"n {sign} :t", {":t": "5"}, None) for sign in ("=", "<>", "<", "<=", ">", ">=")),
    *((f"yes {sign} :v", {":v": True}, None) for sign in ("=", "<>")),
    *((f"yes {sign} :v", {":v": 1}, None) for sign in ("=", "<>", "<", ">=")),
    *((f"tags {sign} :v", {":v": {"y", "x"}}, None) for sign in ("=", "<>")),
    *((f"nil {sign} gone", None, None) for sign in ("=", "<>", "<=")),
    *((f"gone {sign} :v", {":v": None}, None) for sign in ("=", "<>")),
    *((f"b {sign} :v", {":v": "AQID"}, None) for sign in ("=", "<>", ">=")),
    ("tags < :v", {":v": "a"}, None),
    ("l < m", None, None),
    ("m = :v", {":v": ITEM["m"]}, None),
    ("l = :v", {":v": [1, "two", [3]]}, None),
    ("l = :v", {":v": ["two", 1, [3]]}, None),
    ("l = :v", {":v": [True, "two", [3]]}, None),
    ("l = :v", {":v": ["1", "two", [3]]}, None),
    ("nil = :v", {":v": None}, None),
    ("nil <> :v", {":v": None}, None),
    ("b = :v", {":v": b"AQID"}, None),
    ("n = twin", None, None),
    ("n < big", None, None),
    ("big > n AND n < big", None, None),
    ("e = :e", {":e": ""}, None),
    ("t >= :t", {":t": "Text"}, None),
    # between, in
    ("n BETWEEN :a AND :b", {":a": 5, ":b": 5}, None),
    ("n BETWEEN :a AND :b", {":a": "1", ":b": "6"}, None),
    ("t BETWEEN :a AND :b", {":a": "s", ":b": "u"}, None),
    ("n IN (:n)", {":n": 5}, None),
    ("n IN (:a, :b)", {":a": "5", ":b": 6}, None),
    ("tags IN (:a)", {":a": {"x", "y"}}, None),
    # functions
    ("begins_with(t, :t)", {":t": "te"}, None),
    ("begins_with(t, :t)", {":t": ""}, None),
    ("begins_with(n, :t)", {":t": "5"}, None),
    ("contains(t, :v)", {":v": "ex"}, None),
    ("contains(t, :v)", {":v": ""}, None),
    ("contains(tags, :v)", {":v": "x"}, None),
    ("contains(n, :v)", {":v": "5"}, None),
    ("contains(b, :v)", {":v": "A"}, None),
    ("contains(l, :v)", {":v": "two"}, None),
    ("contains(m, :v)", {":v": "k"}, None),
    ("attribute_exists(t)", None, None),
    ("attribute_exists(nil)", None, None),
    ("attribute_not_exists(nil)", None, None),
    # shapes of expressions
    ("n = :n OR gone = :n AND gone = :n", {":n": 5}, None),
    ("NOT n = :n OR n = :n", {":n": 5}, None),
    ("NOT NOT n = :n", {":n": 5}, None),
    ("NOT (n = :n AND gone = :n)", {":n": 5}, None),
    ("(n = :n)", {":n": 5}, None),
    ("(n = :n) AND (t = :t)", {":n": 5, ":t": "text"}, None),
    ("(NOT (n = :n))", {":n": 5}, None),
    ("n=:n", {":n": 5}, None),
    ("n =\n:n", {":n": 5}, None),
    ("n\t=  :n", {":n": 5}, None),
    (" n = :n ", {":n": 5}, None),
    ("n_1 = :n", {":n": 5}, None),
    # names and values
    ("#n = :n", {":n": 5}, {"#n": "n"}),
    ("#n = :n", {":n": 5}, {"#n": "m.n"}),
    ("#1 = :1", {":1": 5}, {"#1": "n"}),
    ("#_ = :_", {":_": 5}, {"#_": "n"}),
]


@pytest.mark.parametrize(("text", "values", "names"), CASES, ids=[case[0] for case in CASES])
def test_condition(pair: Pair, text: str, values: Any, names: Any) -> None:
    """Asked of an item, and where there is none."""
    pair.put(ITEM)
    for sk in ("1", "2"):
        check = {"TableName": TABLE, "Key": key(sk=sk)}
        check |= expressions(values, names, ConditionExpression=text)
        pair.same("TransactWriteItems", {"TransactItems": [{"ConditionCheck": check}]})
