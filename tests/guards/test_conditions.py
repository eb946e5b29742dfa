"""tests.guards.conditions: what a condition is without one of its parts."""

import pytest

from tests.guards.conditions import parts, written
from tests.simulation.aws.expressions import condition


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("version = :seen", []),
        ("attribute_not_exists(pk) OR version < :v", []),
        ("a = :a AND b = :b", [("a = :a", "b = :b"), ("b = :b", "a = :a")]),
        (
            "a = :a AND b IN (:b, :c) AND NOT contains(d, :d)",
            [
                ("a = :a", "b IN (:b, :c) AND NOT contains(d, :d)"),
                ("b IN (:b, :c)", "a = :a AND NOT contains(d, :d)"),
                ("NOT contains(d, :d)", "a = :a AND b IN (:b, :c)"),
            ],
        ),
        (
            "(attribute_not_exists(a) OR a < :a) AND b = :b",
            [
                ("attribute_not_exists(a) OR a < :a", "b = :b"),
                ("b = :b", "attribute_not_exists(a) OR a < :a"),
            ],
        ),
        (
            "a < :a OR (a = :a AND (b < :b OR c = :c))",
            [
                ("a = :a", "a < :a OR b < :b OR c = :c"),
                ("b < :b OR c = :c", "a < :a OR a = :a"),
            ],
        ),
        ("NOT (a = :a AND b = :b)", []),
        (
            "a BETWEEN :a AND :b AND begins_with(c, :c)",
            [
                ("a BETWEEN :a AND :b", "begins_with(c, :c)"),
                ("begins_with(c, :c)", "a BETWEEN :a AND :b"),
            ],
        ),
    ],
)
def test_each_part_of_an_and_may_be_taken_out(text: str, found: list[tuple[str, str]]) -> None:
    assert list(parts(text)) == found


@pytest.mark.parametrize(
    "text",
    [
        "a <> :a AND (b = :b OR NOT contains(c, :c))",
        "NOT (a = :a OR b = :b) AND attribute_exists(c)",
        "a IN (:a, :b) OR (b >= :b AND c <= d)",
    ],
)
def test_a_tree_is_written_as_it_is_read(text: str) -> None:
    assert written(condition(text)).replace("(", "").replace(")", "") == text.replace(
        "(", ""
    ).replace(")", "")
    assert written(condition(written(condition(text)))) == written(condition(text))
