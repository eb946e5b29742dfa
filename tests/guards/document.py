"""docs/guards.md: every guard of the source, and the test that fails without it."""

import ast
from collections.abc import Iterator, Mapping
from itertools import groupby
from pathlib import Path
from typing import Final

from tests.guards.scan import Guard, conditions, guards_of
from tests.support.template import ROOT

DOCUMENT: Final = ROOT / "docs/guards.md"
_NOBODY: Final = "nobody"
_HEAD: Final = """# Guards

Every write that callers may race for has a condition, and every condition is held by a test. Taken
off the requests at the boto3 boundary, whole or one part of its ANDs alone, it lets the test named
here fail, which passes with it. `make guards` takes each off in turn and writes this page;
tests/guards/test_guards.py holds it to the conditions that the source can ask with.
"""


def all_guards() -> list[Guard]:
    """Every guard of the source."""
    return [guard for condition in conditions() for guard in guards_of(condition)]


def document(killers: Mapping[str, str]) -> str:
    """The page, with the killers of guards by name."""
    lines = [_HEAD]
    for room, guards in groupby(all_guards(), key=lambda guard: guard.condition.path.split("/")[0]):
        lines.append(f"## {room}\n")
        lines.append("| where | write | condition | fails without it |\n|---|---|---|---|")
        lines += [f"{_row(guard)}{killers.get(guard.name, _NOBODY)} |" for guard in guards]
        lines.append("")
    return "\n".join(lines)


def killers_of(text: str) -> dict[str, str]:
    """The killers of guards by name, as a page has them."""
    found = {}
    lines = text.splitlines()
    for guard in all_guards():
        row = _row(guard)
        line = next((line for line in lines if line.startswith(row)), None)
        if line is not None:
            found[guard.name] = line.removeprefix(row).removesuffix(" |")
    return {name: killer for name, killer in found.items() if killer != _NOBODY}


def _row(guard: Guard) -> str:
    asked = guard.condition
    text = f"`{_plain(asked.text)}`"
    if guard.part:
        text = f"its `{_plain(guard.part)}`" + (
            "" if guard.left is None else f" (left: `{_plain(guard.left)}`)"
        )
    return f"| {asked.path} {asked.function} | {asked.write} | {text} | "


def _plain(text: str) -> str:
    return text.replace("#", "")


def missing(killers: Mapping[str, str]) -> Iterator[str]:
    """The killers that are no tests of ours."""
    for killer in sorted(set(killers.values())):
        path, _, name = killer.partition("::")
        if not (ROOT / path).is_file() or name.partition("[")[0] not in _tests(ROOT / path):
            yield killer


def _tests(path: Path) -> set[str]:
    tree = ast.parse(path.read_text())
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
