"""Queries and batches read the same items, in the same order, to the same end."""

from typing import Any

import pytest

from tests.dynamodb_local.pairs import INDEXED, TABLE, Document, Pair, expressions, key

V = {":pk": "a"}


def ask(
    pair: Pair,
    text: str,
    values: dict[str, Any] | None,
    names: dict[str, str] | None = None,
    **more: Any,
) -> Document:
    document = {"TableName": TABLE, "KeyConditionExpression": text}
    return pair.same("Query", document | expressions(values, names) | more)


@pytest.fixture
def rows(pair: Pair) -> Pair:
    """A partition of text keys whose order is not that of their words, and its neighbours."""
    for pk, sks in {
        "a": ["1", "10", "2", "A", "a", "aa", "ab", "b", "é", "😀", "￮"],
        "b": ["1"],
    }.items():
        for n, sk in enumerate(sks):
            pair.put({"pk": pk, "sk": sk, "n": n, "odd": bool(n % 2), "m": {"k": n}})
    return pair


# key condition, values beside :pk, names
CONDITIONS: list[tuple[str, dict[str, Any], dict[str, str] | None]] = [
    ("pk = :pk", {}, None),
    *((f"pk = :pk AND sk {sign} :v", {":v": "aa"}, None) for sign in ("=", "<", "<=", ">", ">=")),
    ("pk = :pk AND sk BETWEEN :v AND :w", {":v": "10", ":w": "aa"}, None),
    ("pk = :pk AND begins_with(sk, :v)", {":v": "a"}, None),
    ("pk = :pk AND begins_with(sk, :v)", {":v": "😀"}, None),
    ("(pk = :pk) AND (sk = :v)", {":v": "a"}, None),
    ("(pk = :pk AND sk = :v)", {":v": "a"}, None),
    ("#p = :pk AND #s = :v", {":v": "a"}, {"#p": "pk", "#s": "sk"}),
]


@pytest.mark.parametrize(("text", "values", "names"), CONDITIONS, ids=[c[0] for c in CONDITIONS])
@pytest.mark.parametrize("forward", [True, False], ids=["forward", "backward"])
def test_key_condition(rows: Pair, text: str, values: Any, names: Any, forward: bool) -> None:
    ask(rows, text, V | values, names, ScanIndexForward=forward)
    ask(rows, text, V | values, names, ScanIndexForward=forward, Limit=2)


def test_a_partition_that_is_not_there(rows: Pair) -> None:
    assert ask(rows, "pk = :pk", {":pk": "c"})["Count"] == 0


@pytest.mark.parametrize("limit", [1, 3, 4, 10, 11, 12])
@pytest.mark.parametrize("forward", [True, False], ids=["forward", "backward"])
def test_pages(rows: Pair, limit: int, forward: bool) -> None:
    """A page that ends with the last item still names where to go on."""
    start: Document = {}
    for _ in range(14):
        page = ask(rows, "pk = :pk", V, Limit=limit, ScanIndexForward=forward, **start)
        if "LastEvaluatedKey" not in page:
            break
        start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}


@pytest.mark.parametrize("sk", ["aa", "aaa"], ids=["an item", "between items"])
@pytest.mark.parametrize("forward", [True, False], ids=["forward", "backward"])
def test_start(rows: Pair, sk: str, forward: bool) -> None:
    more = {"ExclusiveStartKey": key("a", sk), "ScanIndexForward": forward}
    ask(rows, "pk = :pk", V, **more)
    ask(rows, "pk = :pk AND begins_with(sk, :v)", V | {":v": "a"}, **more)
    ask(rows, "pk = :pk AND sk BETWEEN :v AND :w", V | {":v": "a", ":w": "b"}, **more)
    ask(rows, "pk = :pk AND sk > :v", V | {":v": "a"}, **more)


def test_a_start_that_is_gone(rows: Pair) -> None:
    for forward in (True, False):
        page = ask(rows, "pk = :pk", V, Limit=4, ScanIndexForward=forward)
        start = page["LastEvaluatedKey"]
        rows.same("DeleteItem", {"TableName": TABLE, "Key": start})
        ask(rows, "pk = :pk", V, ExclusiveStartKey=start, ScanIndexForward=forward)


@pytest.fixture
def shipments(pair: Pair) -> Pair:
    """Items of which some lack what an index needs."""
    for n in range(8):
        item = {"pk": f"s{n}", "sk": "-", "shop_id": "shop", "created_at": f"2026-{n}", "x": n}
        item |= {"token": f"t{n}", "due_class": "a", "due_since": n} if n % 2 else {}
        item |= {"due_pk": "slot"} if n % 3 else {}
        pair.put(item, INDEXED)
    pair.put({"pk": "s9", "sk": "-", "due_pk": "slot", "shop_id": "shop"}, INDEXED)
    return pair


def index(pair: Pair, name: str, text: str, value: str, **more: Any) -> Document:
    document = {"TableName": INDEXED, "IndexName": name, "KeyConditionExpression": text}
    return pair.same("Query", document | expressions({":v": value}) | more)


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("by_shop", "shop_id = :v", "shop"),
        ("by_shop", "shop_id = :v AND created_at > :v", "shop"),
        ("by_token", "#t = :v", "t1"),
        ("due", "due_pk = :v", "slot"),
        ("due", "due_pk = :v AND begins_with(created_at, :v)", "slot"),
    ],
)
def test_index(shipments: Pair, name: str, text: str, value: str) -> None:
    names = {"ExpressionAttributeNames": {"#t": "token"}} if "#t" in text else {}
    index(shipments, name, text, value, **names)
    index(shipments, name, text, value, ScanIndexForward=False, **names)
    index(shipments, name, text, value, ConsistentRead=False, **names)
    last = index(shipments, name, text, value, Limit=1, **names).get("LastEvaluatedKey")
    if last:
        index(shipments, name, text, value, ExclusiveStartKey=last, **names)


def test_an_index_follows_its_items(shipments: Pair) -> None:
    where = {"TableName": INDEXED, "Key": key("s1", "-")}
    for text, values in (
        ("SET due_pk = :v", {":v": "other"}),
        ("SET created_at = :v, due_pk = :s", {":v": "2027", ":s": "slot"}),
        ("REMOVE due_pk", None),
    ):
        shipments.same("UpdateItem", where | expressions(values, UpdateExpression=text))
        index(shipments, "due", "due_pk = :v", "slot")
        index(shipments, "due", "due_pk = :v", "other")
    shipments.same("DeleteItem", where)
    index(shipments, "by_shop", "shop_id = :v", "shop")


BATCHES: dict[str, Document] = {
    "found and not": {TABLE: {"Keys": [key(), key("c"), key("b")]}},
    "two tables": {TABLE: {"Keys": [key()]}, INDEXED: {"Keys": [key()]}},
    "a hundred": {TABLE: {"Keys": [key("a", str(n)) for n in range(100)]}},
    "consistent": {TABLE: {"Keys": [key()], "ConsistentRead": True}},
}


@pytest.mark.parametrize("wanted", BATCHES.values(), ids=BATCHES)
def test_batch(rows: Pair, wanted: Document) -> None:
    rows.same("BatchGetItem", {"RequestItems": wanted})
