"""The model stands for itself: it shares no code with what it judges, nor with what stands in."""

import ast
from pathlib import Path

import pytest

from tests.stateful.model.business import spread
from tests.stateful.model.lines import Line
from tests.support.template import ROOT

_FILES = sorted((ROOT / "tests/stateful/model").glob("*.py"))
_OWN = "tests.stateful.model"
_LIBRARY = {"collections", "contextlib", "copy", "dataclasses", "datetime", "functools", "typing"}


@pytest.mark.parametrize("file", _FILES, ids=lambda file: file.stem)
def test_a_part_of_the_model_imports_nothing_else(file: Path) -> None:
    for node in ast.walk(ast.parse(file.read_text())):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        for name in names:
            known = name.partition(".")[0] in {*_LIBRARY, "zoneinfo"}
            assert known or name.startswith(_OWN), name


@pytest.mark.parametrize(
    ("amount", "weights", "parts"),
    [
        (100, [1, 1, 1], [34, 33, 33]),
        (101, [1999, 333, 0], [87, 14, 0]),
        (5, [0, 0], [5, 0]),
        (0, [3, 4], [0, 0]),
    ],
)
def test_a_discount_is_divided_by_largest_remainder(
    amount: int, weights: list[int], parts: list[int]
) -> None:
    assert spread(amount, weights) == parts


def test_units_cost_what_the_line_costs_in_whatever_portions() -> None:
    line = Line("line_1", "TEE", 3, 1000, discount=100, tax=190)
    first = line.cost(1, tax_included=False)
    line.cancelled = 1
    second = line.cost(1, tax_included=False)
    line.cancelled = 2
    rest = line.cost(1, tax_included=False)
    assert first + second + rest == 3 * 1000 - 100 + 190
    assert (first, second, rest) == (1030, 1030, 1030)
