"""Random small items and expressions: both engines say the same, and the simulator refuses none."""

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
SETS: Final = st.sets(st.sampled_from(["a", "ab", "1"]), min_size=1, max_size=2)
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
GIVEN: Final = st.fixed_dictionaries({":a": VALUES, ":n": NUMBERS, ":t": TEXTS, ":s": SETS})
"""What the placeholders stand for; of a request's own, those that are used are sent."""

NAME: Final = st.sampled_from(NAMES)
PAIRS: Final = st.lists(NAME, min_size=2, max_size=2, unique=True)
SIGNS: Final = st.sampled_from(["=", "<>", "<", "<=", ">", ">="])
TESTS: Final = st.one_of(
    st.tuples(NAME, st.sampled_from(["=", "<>"]), st.just(":a")).map(" ".join),
    st.tuples(NAME, SIGNS, st.sampled_from([":n", ":t"])).map(" ".join),
    st.tuples(PAIRS, SIGNS).map(lambda t: f"{t[0][0]} {t[1]} {t[0][1]}"),
    st.tuples(NAME, st.sampled_from([":n", ":t"])).map(
        lambda t: f"{t[0]} BETWEEN {t[1]} AND {t[1]}"
    ),
    NAME.map("{} IN (:a, :n)".format),
    NAME.map("attribute_exists({})".format),
    NAME.map("attribute_not_exists({})".format),
    NAME.map("begins_with({}, :t)".format),
    NAME.map("contains({}, :t)".format),
)
CONDITIONS: Final = st.recursive(
    TESTS,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["AND", "OR"]), inner).map(" ".join),
        inner.map("NOT {}".format),
        st.tuples(TESTS, inner).map(lambda t: f"({t[0]} OR {t[1]}) AND {t[0]}"),
    ),
    max_leaves=3,
)
TERMS: Final = st.one_of(NAME, NAME.map("if_not_exists({}, :n)".format), st.just(":n"))
VALUED: Final = st.one_of(TERMS, NAME.map("if_not_exists({}, :a)".format), st.just(":a"))
SUMS: Final = VALUED | st.tuples(TERMS, st.sampled_from(["+", "-"]), TERMS).map(" ".join)
CHANGES: Final = {
    "SET": SUMS.map("{{}} = {}".format),
    "REMOVE": st.just("{}"),
    "ADD": st.sampled_from(["{} :n", "{} :s"]),
    "DELETE": st.just("{} :s"),
}


@st.composite
def updates(draw: st.DrawFn) -> str:
    """Some changes of some attributes, each changed once."""
    names = draw(st.lists(NAME, min_size=1, max_size=4, unique=True))
    clauses: dict[str, list[str]] = {}
    for name in names:
        clause = draw(st.sampled_from(sorted(CHANGES)))
        clauses.setdefault(clause, []).append(draw(CHANGES[clause]).format(name))
    return " ".join(f"{clause} {', '.join(changes)}" for clause, changes in clauses.items())


def _used(values: dict[str, Any], *texts: str) -> dict[str, Any] | None:
    return {name: v for name, v in values.items() if any(name in text for text in texts)} or None


@given(
    item=ITEMS,
    condition=CONDITIONS,
    update=updates(),
    values=GIVEN,
)
@_SETTINGS
def test_writes(
    local: Local, moto: None, item: Any, condition: str, update: str, values: Any
) -> None:
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
    st.lists(SORTS, min_size=2, max_size=2)
    .map(sorted)
    .map(lambda ends: (" AND created_at BETWEEN :v AND :w", *ends)),
)


@given(
    rows=st.lists(SORTS | st.none(), max_size=6),
    condition=RANGES,
    limit=st.none() | st.integers(1, 4),
    forward=st.booleans(),
)
@_SETTINGS
def test_queries_of_an_index(
    local: Local, moto: None, rows: list[Any], condition: Any, limit: int | None, forward: bool
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
