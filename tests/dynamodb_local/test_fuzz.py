"""Random small items and expressions: both engines say the same, whatever they are asked."""

from typing import Any, Final

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.dynamodb_local.pairs import INDEXED, TABLE, Local, Pair, expressions, key

_SETTINGS: Final = settings(
    max_examples=250,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
)

NAMES: Final = ["n", "t", "l", "m", "s", "gone"]
NUMBERS: Final = st.sampled_from([-1, 0, 1, 2, 10])
TEXTS: Final = st.sampled_from(["", "a", "ab", "b", "1"])
SCALARS: Final = NUMBERS | TEXTS | st.booleans() | st.none()
SETS: Final = st.sets(NUMBERS, min_size=1, max_size=2) | st.sets(TEXTS, min_size=1, max_size=2)
VALUES: Final = st.recursive(
    SCALARS | SETS,
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["k", "n"]), inner, max_size=2)
    ),
    max_leaves=3,
)
ITEMS: Final = st.fixed_dictionaries(
    {},
    optional={"n": NUMBERS, "t": TEXTS, "s": SETS, "l": st.lists(VALUES, max_size=3), "m": VALUES},
)
PATHS: Final = st.sampled_from([*NAMES, "m.k", "m.n", "l[0]", "l[1]", "m.k.n", "l[0].k", "pk"])
PLACES: Final = [":a", ":n", ":t", ":s", ":l"]
GIVEN: Final = st.fixed_dictionaries(
    {":a": VALUES, ":n": NUMBERS, ":t": TEXTS, ":s": SETS, ":l": st.lists(VALUES, max_size=2)}
)
"""What the placeholders stand for; of a request's own, those that are used are sent."""

OPERANDS: Final = PATHS | st.sampled_from(PLACES)
SIGNS: Final = st.sampled_from(["=", "<>", "<", "<=", ">", ">="])


def _sized(operand: str) -> str:
    return f"size({operand})"


MEASURED: Final = OPERANDS | OPERANDS.map(_sized)
TESTS: Final = st.one_of(
    st.tuples(MEASURED, SIGNS, MEASURED).map(" ".join),
    st.tuples(MEASURED, MEASURED, MEASURED).map(lambda t: f"{t[0]} BETWEEN {t[1]} AND {t[2]}"),
    st.tuples(OPERANDS, OPERANDS, OPERANDS).map(lambda t: f"{t[0]} IN ({t[1]}, {t[2]})"),
    PATHS.map("attribute_exists({})".format),
    PATHS.map("attribute_not_exists({})".format),
    st.tuples(PATHS, OPERANDS).map(lambda t: f"begins_with({t[0]}, {t[1]})"),
    st.tuples(PATHS, OPERANDS).map(lambda t: f"contains({t[0]}, {t[1]})"),
    st.tuples(PATHS, OPERANDS).map(lambda t: f"attribute_type({t[0]}, {t[1]})"),
)
CONDITIONS: Final = st.recursive(
    TESTS,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["AND", "OR"]), inner).map(" ".join),
        inner.map("NOT {}".format),
        st.tuples(inner, inner).map(lambda t: f"({t[0]} OR {t[1]}) AND {t[0]}"),
    ),
    max_leaves=3,
)
TERMS: Final = st.one_of(
    OPERANDS,
    st.tuples(PATHS, OPERANDS).map(lambda t: f"if_not_exists({t[0]}, {t[1]})"),
    st.tuples(OPERANDS, OPERANDS).map(lambda t: f"list_append({t[0]}, {t[1]})"),
)
SUMS: Final = TERMS | st.tuples(TERMS, st.sampled_from(["+", "-"]), TERMS).map(" ".join)
TARGETS: Final = PATHS.filter(lambda path: path != "pk")


def _clause(word: str, action: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    some = st.lists(action, min_size=1, max_size=2).map(", ".join)
    return some.map(f"{word} {{}} ".format)


SET: Final = _clause("SET", st.tuples(TARGETS, SUMS).map(" = ".join))
REMOVE: Final = _clause("REMOVE", TARGETS)
ADD: Final = _clause("ADD", st.tuples(TARGETS, st.sampled_from([":n", ":s", ":a"])).map(" ".join))
DELETE: Final = _clause("DELETE", st.tuples(TARGETS, st.just(":s")).map(" ".join))
UPDATES: Final = st.one_of(
    *(SET, REMOVE, ADD, DELETE),
    st.tuples(SET, REMOVE).map("".join),
    st.tuples(ADD, SET, DELETE).map("".join),
)


def _used(values: dict[str, Any], *texts: str) -> dict[str, Any] | None:
    return {name: v for name, v in values.items() if any(name in text for text in texts)} or None


@given(
    item=ITEMS,
    condition=CONDITIONS,
    update=UPDATES,
    values=GIVEN,
)
@_SETTINGS
def test_writes(local: Local, item: Any, condition: str, update: str, values: Any) -> None:
    local.clear()
    pair = Pair(local)
    pair.put({"pk": "a", "sk": "1", **item})
    where = {"TableName": TABLE, "Key": key()}
    check = expressions(_used(values, condition), ConditionExpression=condition)
    pair.same("TransactWriteItems", {"TransactItems": [{"ConditionCheck": where | check}]})
    change = expressions(_used(values, update), UpdateExpression=update)
    pair.same("UpdateItem", where | change | {"ReturnValues": "ALL_NEW"})
    both = expressions(
        _used(values, condition, update), ConditionExpression=condition, UpdateExpression=update
    )
    pair.same("UpdateItem", where | both | {"ReturnValuesOnConditionCheckFailure": "ALL_OLD"})
    pair.same("GetItem", where)


SORTS: Final = st.sampled_from(["a", "aa", "ab", "b", "ba", "c"])
RANGES: Final = st.one_of(
    st.just(("", None, None)),
    st.tuples(
        SIGNS.filter(lambda s: s != "<>").map(" AND created_at {} :v".format), SORTS, st.none()
    ),
    st.tuples(st.just(" AND begins_with(created_at, :v)"), SORTS, st.none()),
    st.tuples(st.just(" AND created_at BETWEEN :v AND :w"), SORTS, SORTS),
)


@given(
    rows=st.lists(SORTS | st.none(), max_size=6),
    condition=RANGES,
    limit=st.none() | st.integers(1, 4),
    forward=st.booleans(),
)
@_SETTINGS
def test_queries_of_an_index(
    local: Local, rows: list[Any], condition: Any, limit: int | None, forward: bool
) -> None:
    """Page after page of an index; items of one place in its order come as they like."""
    local.clear()
    pair = Pair(local)
    for n, sort in enumerate(dict.fromkeys(rows)):
        more = {"created_at": sort} if sort else {}
        pair.put({"pk": f"p{n}", "sk": "-", "due_pk": "d", "x": n, **more}, INDEXED)
    text, low, high = condition
    given_values = {":d": "d", ":v": low, ":w": high}
    values = {name: value for name, value in given_values.items() if value is not None}
    document = {"TableName": INDEXED, "IndexName": "due", "ScanIndexForward": forward}
    document |= expressions(values, KeyConditionExpression="due_pk = :d" + text)
    if limit:
        document["Limit"] = limit
    for _ in range(8):
        page = pair.same("Query", document)
        if "LastEvaluatedKey" not in page:
            return
        document["ExclusiveStartKey"] = page["LastEvaluatedKey"]
    raise AssertionError("the pages do not end")
