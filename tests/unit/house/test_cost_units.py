"""Write units from images, on items small enough to count by hand."""

import pytest

from bench.cost.units import Index, indexes_of, kilobytes, written

KEYS = {"pk": {"S": "a"}, "sk": {"S": "b"}}
SPARSE = Index(("due_pk", "at"), ("pk", "sk"), frozenset({"note"}))
WHOLE = Index(("list",), ("pk", "sk"), None)
DUE = KEYS | {"due_pk": {"S": "x"}, "at": {"S": "1"}}


def of(**attributes: str) -> dict[str, dict[str, str]]:
    return KEYS | {name: {"S": value} for name, value in attributes.items()}


def sized(many: int) -> dict[str, dict[str, str]]:
    """An item of so many bytes: names and values, ``pk``, ``a``, ``sk``, ``b`` and ``v`` are 7."""
    return of(v="x" * (many - 7))


@pytest.mark.parametrize(("many", "units"), [(8, 1), (1024, 1), (1025, 2), (2048, 2), (2049, 3)])
def test_each_begun_kilobyte_is_a_unit(many, units):
    assert kilobytes(sized(many)) == units
    assert written(None, sized(many), ()) == units


def test_the_larger_image_counts_and_a_transaction_doubles_it():
    assert written(sized(2000), sized(10), ()) == 2
    assert written(sized(10), sized(2000), (), transaction=True) == 4


def test_what_is_not_there_takes_one_unit():
    assert written(None, None, ()) == 1


@pytest.mark.parametrize(
    ("before", "after", "units"),
    [
        (KEYS, DUE, 1),
        (DUE, KEYS, 1),
        (DUE, DUE | {"at": {"S": "2"}}, 2),
        (DUE, DUE | {"note": {"S": "n"}}, 1),
        (DUE, DUE | {"other": {"S": "o"}}, 0),
        (KEYS, KEYS | {"due_pk": {"S": "x"}}, 0),
        (None, DUE, 1),
        (DUE, None, 1),
    ],
    ids=["comes", "goes", "moves", "changes", "not projected", "half a key", "put", "deleted"],
)
def test_an_index_takes_units_for_entries_that_come_go_change_or_move(before, after, units):
    assert SPARSE.units(before, after) == units


def test_an_entry_of_everything_is_as_large_as_the_item():
    assert WHOLE.units(None, sized(2000) | {"list": {"S": "l"}}) == 2


def test_a_transaction_does_not_double_an_index():
    assert written(KEYS, DUE, (SPARSE,), transaction=True) == 2 + 1


def test_a_template_s_indexes_are_read_with_what_they_hold():
    table = {
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
        "GlobalSecondaryIndexes": [
            {
                "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["n"]},
            },
            {
                "KeySchema": [{"AttributeName": "h", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "ALL"},
            },
        ],
    }
    assert indexes_of({"T": table, "U": {"KeySchema": []}}) == {
        "T": (Index(("g",), ("pk",), frozenset({"n"})), Index(("h",), ("pk",), None)),
        "U": (),
    }
