"""Every member that a problem is raised with is described, and no other is."""

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path

from inventory.movements.posting import _RULES
from local.openapi import ROOT
from local.problem_members import MEMBERS
from orders.payments.facts import _LIMITS
from waybill import problems

CLASSES = {
    name: one
    for name, one in inspect.getmembers(problems, inspect.isclass)
    if issubclass(one, problems.Problem)
}
STANDARD = {"detail", "errors", "headers"}


def members(source: Path) -> Iterator[str]:
    """Names that are given to problems in a file; of ``**something`` the texts beside the call."""
    for node in ast.walk(ast.parse(source.read_text())):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if name in CLASSES:
                yield from (word.arg for word in node.keywords if word.arg)


def raised() -> set[str]:
    named = {
        name
        for folder in ("functions", "layers/shared/python")
        for source in (ROOT / folder).rglob("*.py")
        for name in members(source)
    }
    computed = {rule.number for rule in _RULES.values()} | {
        limit.left for limit in _LIMITS.values()
    }
    quoted = {"charge", "refund", "previous_total", "total"}  # tests/unit/orders proves these
    return (named - STANDARD) | computed | quoted


def test_members_of_problems_are_described():
    assert raised() == set(MEMBERS)
