"""Queries and batches read the same items, in the same order, to the same end."""

from typing import Any

import pytest

from tests.dynamodb_local.pairs import INDEXED, TABLE, Document, Pair, attributes, expressions, key

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
    ("pk = :pk AND sk <> :v", {":v": "a"}, None),
    ("pk = :pk AND sk BETWEEN :v AND :w", {":v": "10", ":w": "aa"}, None),
    ("pk = :pk AND sk BETWEEN :v AND :w", {":v": "b", ":w": "a"}, None),
    ("pk = :pk AND begins_with(sk, :v)", {":v": "a"}, None),
    ("pk = :pk AND begins_with(sk, :v)", {":v": "😀"}, None),
    ("pk = :pk AND begins_with(sk, :v)", {":v": ""}, None),
    ("pk = :pk AND sk = :v", {":v": ""}, None),
    ("pk = :pk AND sk > :v", {":v": 1}, None),
    ("pk = :pk AND sk IN (:v)", {":v": "a"}, None),
    ("pk = :pk AND contains(sk, :v)", {":v": "a"}, None),
    ("pk = :pk AND NOT sk = :v", {":v": "a"}, None),
    ("pk = :pk OR sk = :v", {":v": "a"}, None),
    ("pk = :pk AND sk = :v AND sk = :w", {":v": "a", ":w": "a"}, None),
    ("pk = :pk AND sk > :v AND sk < :w", {":v": "a", ":w": "b"}, None),
    ("pk = :pk AND n = :v", {":v": 1}, None),
    ("sk = :v AND pk = :pk", {":v": "a"}, None),
    ("(pk = :pk) AND (sk = :v)", {":v": "a"}, None),
    ("(pk = :pk AND sk = :v)", {":v": "a"}, None),
    ("pk = :pk and sk between :v and :w", {":v": "a", ":w": "b"}, None),
    ("pk > :pk", {}, None),
    ("begins_with(pk, :pk)", {}, None),
    ("sk = :pk", {}, None),
    ("n = :pk", {}, None),
    ("#p = :pk AND #s = :v", {":v": "a"}, {"#p": "pk", "#s": "sk"}),
    ("#p = :pk", {}, {"#p": "pk", "#s": "sk"}),
    ("pk = :pk", {":v": 1}, None),
    ("pk = :pk AND attribute_exists(sk)", {}, None),
    ("pk = :pk AND size(sk) = :v", {":v": 1}, None),
    ("pk = :pk AND sk = pk", {}, None),
    ("pk.x = :pk", {}, None),
    ("", {}, None),
]


@pytest.mark.parametrize(("text", "values", "names"), CONDITIONS, ids=[c[0] for c in CONDITIONS])
@pytest.mark.parametrize("forward", [True, False], ids=["forward", "backward"])
def test_key_condition(rows: Pair, text: str, values: Any, names: Any, forward: bool) -> None:
    ask(rows, text, V | values, names, ScanIndexForward=forward)
    ask(rows, text, V | values, names, ScanIndexForward=forward, Limit=2)


def test_a_partition_that_is_not_there(rows: Pair) -> None:
    assert ask(rows, "pk = :pk", {":pk": "c"})["Count"] == 0
    ask(rows, "pk = :pk", {":pk": ""})
    ask(rows, "pk = :pk", {":pk": 1})


@pytest.mark.parametrize("limit", [1, 3, 4, 10, 11, 12, 0, -1])
@pytest.mark.parametrize("forward", [True, False], ids=["forward", "backward"])
def test_pages(rows: Pair, limit: int, forward: bool) -> None:
    """A page that ends with the last item still names where to go on."""
    start: Document = {}
    for _ in range(14):
        page = ask(rows, "pk = :pk", V, Limit=limit, ScanIndexForward=forward, **start)
        if "LastEvaluatedKey" not in page:
            break
        start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}


STARTS: dict[str, Document] = {
    "an item": key("a", "aa"),
    "between items": key("a", "aaa"),
    "before all": key("a", "!"),
    "after all": key("a", "😀😀"),
    "outside the range": key("a", "1"),
    "another partition": key("b", "1"),
    "no sort key": attributes({"pk": "a"}),
    "more than the key": key() | attributes({"n": 1}),
    "a wrong type": attributes({"pk": "a", "sk": 1}),
    "an empty text": key("a", ""),
    "nothing": {},
}


@pytest.mark.parametrize("start", STARTS.values(), ids=STARTS)
@pytest.mark.parametrize("forward", [True, False], ids=["forward", "backward"])
def test_start(rows: Pair, start: Document, forward: bool) -> None:
    more = {"ExclusiveStartKey": start, "ScanIndexForward": forward}
    ask(rows, "pk = :pk", V, **more)
    ask(rows, "pk = :pk AND begins_with(sk, :v)", V | {":v": "a"}, **more)
    ask(rows, "pk = :pk AND sk BETWEEN :v AND :w", V | {":v": "a", ":w": "b"}, **more)
    ask(rows, "pk = :pk AND sk > :v", V | {":v": "a"}, **more)


FILTERS: list[tuple[str, dict[str, Any]]] = [
    ("odd = :v", {":v": True}),
    ("n > :v", {":v": 3}),
    ("gone > :v", {":v": 3}),
    ("m.k < :v", {":v": 3}),
    ("sk = :v", {":v": "a"}),
    ("pk = :pk", {}),
    ("attribute_exists(sk)", {}),
    ("n = :pk", {}),
    ("", {}),
]


@pytest.mark.parametrize(("text", "values"), FILTERS, ids=[case[0] for case in FILTERS])
def test_filter(rows: Pair, text: str, values: dict[str, Any]) -> None:
    ask(rows, "pk = :pk", V | values, FilterExpression=text)
    ask(rows, "pk = :pk", V | values, FilterExpression=text, Limit=3)


PROJECTIONS: list[tuple[str, dict[str, str] | None]] = [
    ("n", None),
    ("n, sk", None),
    ("n, n", None),
    ("gone", None),
    ("#n", {"#n": "n"}),
    ("n", {"#n": "n"}),
    ("name", None),
    ("n,", None),
    ("", None),
]


@pytest.mark.parametrize(("text", "names"), PROJECTIONS, ids=[case[0] for case in PROJECTIONS])
def test_projection(rows: Pair, text: str, names: dict[str, str] | None) -> None:
    ask(rows, "pk = :pk", V, names, ProjectionExpression=text)
    part = expressions(None, names, ProjectionExpression=text)
    rows.same("GetItem", {"TableName": TABLE, "Key": key()} | part)
    rows.same("BatchGetItem", {"RequestItems": {TABLE: {"Keys": [key()]} | part}})


def test_a_page_ends_after_a_megabyte(pair: Pair) -> None:
    for n in range(12):
        pair.put({"pk": "a", "sk": f"{n:02}", "x": "x" * 130_000})
    page = ask(pair, "pk = :pk", V)
    assert page["Count"] < 12
    ask(pair, "pk = :pk", V, ExclusiveStartKey=page["LastEvaluatedKey"])
    # The guide says that the limit applies before the filter; DynamoDB Local applies it after.
    filtered = {"FilterExpression": "attribute_not_exists(x)", "TableName": TABLE}
    filtered |= {"KeyConditionExpression": "pk = :pk"} | expressions(V)
    assert "LastEvaluatedKey" in pair.engine.answer("Query", filtered)[1]


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
        ("by_shop", "pk = :v", "s1"),
        ("by_token", "#t = :v", "t1"),
        ("due", "due_pk = :v", "slot"),
        ("due", "due_pk = :v AND begins_with(created_at, :v)", "slot"),
        ("unknown", "due_pk = :v", "slot"),
    ],
)
def test_index(shipments: Pair, name: str, text: str, value: str) -> None:
    names = {"ExpressionAttributeNames": {"#t": "token"}} if "#t" in text else {}
    index(shipments, name, text, value, **names)
    index(shipments, name, text, value, ScanIndexForward=False, **names)
    index(shipments, name, text, value, ConsistentRead=True, **names)
    index(shipments, name, text, value, ConsistentRead=False, FilterExpression="x > :v", **names)
    last = index(shipments, name, text, value, Limit=1, **names).get("LastEvaluatedKey")
    if last:
        index(shipments, name, text, value, ExclusiveStartKey=last, **names)
        del last["pk"]
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


def test_a_filter_on_what_an_index_does_not_show(shipments: Pair) -> None:
    index(shipments, "due", "due_pk = :v", "slot", FilterExpression="attribute_exists(x)")
    index(shipments, "due", "due_pk = :v", "slot", FilterExpression="attribute_exists(due_since)")
    index(shipments, "due", "due_pk = :v", "slot", FilterExpression="attribute_exists(pk)")
    index(shipments, "due", "due_pk = :v", "slot", ProjectionExpression="pk, due_since")
    index(shipments, "due", "due_pk = :v", "slot", ProjectionExpression="x")


BATCHES: dict[str, Document] = {
    "found and not": {TABLE: {"Keys": [key(), key("c"), key("b")]}},
    "twice": {TABLE: {"Keys": [key(), key()]}},
    "two tables": {TABLE: {"Keys": [key()]}, INDEXED: {"Keys": [key()]}},
    "none": {},
    "no keys": {TABLE: {"Keys": []}},
    "a hundred": {TABLE: {"Keys": [key("a", str(n)) for n in range(100)]}},
    "a hundred and one": {TABLE: {"Keys": [key("a", str(n)) for n in range(101)]}},
    "a hundred and one in two": {
        TABLE: {"Keys": [key("a", str(n)) for n in range(100)]},
        INDEXED: {"Keys": [key()]},
    },
    "consistent": {TABLE: {"Keys": [key()], "ConsistentRead": True}},
}


@pytest.mark.parametrize("wanted", BATCHES.values(), ids=BATCHES)
def test_batch(rows: Pair, wanted: Document) -> None:
    rows.same("BatchGetItem", {"RequestItems": wanted})
