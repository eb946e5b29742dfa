"""Every condition that the source can ask a write with, read off the syntax of functions/, layers/.

What cannot be read is an error: a condition nobody knows of is one that nobody takes off.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Final

from tests.guards.conditions import parts
from tests.support.template import ROOT

_WRITES: Final = frozenset(
    {"put", "update", "delete", "put_write", "update_write", "delete_write", "check_write"}
)
_BOUNDARY: Final = "layers/shared/python/waybill/dynamo.py"
_SOURCES: Final = ("functions", "layers/shared/python")


class UnreadableError(Exception):
    """A condition that this scan cannot read off the source."""


@dataclass(frozen=True, order=True)
class Condition:
    """A condition that one write of the source can have."""

    path: str
    """Of the file, below functions/ or layers/shared/python."""
    line: int = field(compare=False)
    end: int = field(compare=False)
    """The last line of the write's call; neither line is a part of what it is called."""
    function: str
    write: str
    """The call, and what is written: ``put_write payment_item``."""
    text: str

    @property
    def name(self) -> str:
        """What tells it from all others, and outlives edits elsewhere in the file."""
        return f"{self.path} {self.function}: {self.write} IF {self.text}"


@dataclass(frozen=True, order=True)
class Guard:
    """What is taken off: a condition, or one part of it."""

    condition: Condition
    part: str | None = None
    left: str | None = field(default=None, compare=False)
    """What stays of the condition."""

    @property
    def name(self) -> str:
        """What tells it from all others."""
        return self.condition.name + (f" WITHOUT {self.part}" if self.part else "")


def guards_of(condition: Condition) -> list[Guard]:
    """The condition, and each part of it that it would be weaker without."""
    return [
        Guard(condition),
        *(Guard(condition, taken, left) for taken, left in parts(condition.text)),
    ]


def conditions() -> list[Condition]:
    """Every condition of the source, by file and line."""
    found: list[Condition] = []
    for source in _SOURCES:
        for file in sorted((ROOT / source).rglob("*.py")):
            text = file.read_text()
            if str(file.relative_to(ROOT)) == _BOUNDARY:
                continue
            if '"ConditionExpression"' in text:
                raise UnreadableError(f"{file} writes a request of its own")
            if "condition" in text or "check_write" in text:
                path = str(file.relative_to(ROOT / source))
                found += conditions_of(path, text)
    twice = {one.name for one in found if [other.name for other in found].count(one.name) > 1}
    if twice:
        raise UnreadableError(f"writes that nothing tells apart: {sorted(twice)}")
    return found


def conditions_of(path: str, text: str) -> Iterator[Condition]:
    """The conditions of one module's writes."""
    module = _Module(path, ast.parse(text))
    for call, within in module.calls:
        name = _called(call)
        given = [word.value for word in call.keywords if word.arg == "condition"]
        if name == "check_write":
            given += call.args[1:2]
        if not given:
            continue
        if name not in _WRITES and name in module.functions:
            continue  # read where the function hands it on
        if name not in _WRITES:
            raise UnreadableError(f"{path}:{call.lineno}: {name}(condition=…) is no known write")
        (asked,) = given
        function = ".".join(_names(within)) or "(module)"
        for condition in dict.fromkeys(module.texts(asked, within)):
            write = f"{name} {_described(call.args[0])}"
            yield Condition(path, call.lineno, call.end_lineno or 0, function, write, condition)


class _Module:
    """A module's calls, each with the functions and classes around it, and what names mean."""

    def __init__(self, path: str, tree: ast.Module) -> None:
        self.path = path
        self.tree = tree
        self.calls: list[tuple[ast.Call, tuple[ast.AST, ...]]] = []
        self.functions: set[str] = set()
        self._walk(tree, ())

    def _walk(self, node: ast.AST, within: tuple[ast.AST, ...]) -> None:
        if isinstance(node, ast.Call):
            self.calls.append((node, within))
        if isinstance(node, ast.FunctionDef):
            self.functions.add(node.name)
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            within = (*within, node)
        for child in ast.iter_child_nodes(node):
            self._walk(child, within)

    def texts(self, node: ast.expr, within: tuple[ast.AST, ...]) -> Iterator[str]:
        """Every text that an expression may be; None is no text."""
        match node:
            case ast.Constant(value=None):
                return
            case ast.Constant(value=str(text)):
                yield text
            case ast.IfExp(body=first, orelse=second):
                yield from self.texts(first, within)
                yield from self.texts(second, within)
            case ast.JoinedStr(values=pieces):
                yield from self._joined(pieces, within)
            case ast.FormattedValue(value=inner, conversion=-1, format_spec=None):
                yield from self.texts(inner, within)
            case ast.Subscript(value=ast.Name(id=table)):
                for value in self._table(table):
                    yield from self.texts(value, ())
            case ast.Name(id=name):
                yield from self._named(name, within)
            case _:
                raise self._unreadable(node)

    def _joined(self, pieces: list[ast.expr], within: tuple[ast.AST, ...]) -> Iterator[str]:
        for chosen in product(*(list(self.texts(piece, within)) for piece in pieces)):
            yield "".join(chosen)

    def _unreadable(self, node: ast.AST) -> UnreadableError:
        return UnreadableError(f"{self.path}:{getattr(node, 'lineno', 0)}: {ast.unparse(node)}")

    def _named(self, name: str, within: tuple[ast.AST, ...]) -> Iterator[str]:
        function = next((one for one in reversed(within) if isinstance(one, ast.FunctionDef)), None)
        assigned = list(_assigned(function or self.tree, name))
        if assigned:
            for value in assigned:
                yield from self.texts(value, within)
            return
        if function is None:
            raise UnreadableError(f"{self.path}: {name} is no text of the module")
        if name in [argument.arg for argument in _arguments(function)]:
            yield from self._given(function, name)
        else:
            yield from self._named(name, ())

    def _given(self, function: ast.FunctionDef, name: str) -> Iterator[str]:
        """What the module's own calls give a function by a parameter."""
        names = [argument.arg for argument in _arguments(function) if argument.arg != "self"]
        for call, within in self.calls:
            if _called(call) != function.name:
                continue
            by_name = {word.arg: word.value for word in call.keywords}
            by_name |= dict(zip(names, call.args, strict=False))
            if name not in by_name:
                raise self._unreadable(call)
            yield from self.texts(by_name[name], within)

    def _table(self, name: str) -> list[ast.expr]:
        for value in _assigned(self.tree, name):
            if isinstance(value, ast.Dict):
                return value.values
        raise UnreadableError(f"{self.path}: {name} is no table of texts")


def _assigned(scope: ast.AST, name: str) -> Iterator[ast.expr]:
    """What a name is assigned in a function, or at the top of a module."""
    inside = ast.walk(scope) if isinstance(scope, ast.FunctionDef) else ast.iter_child_nodes(scope)
    for node in inside:
        match node:
            case ast.Assign(targets=[ast.Name(id=target)], value=value) if target == name:
                yield value
            case ast.AnnAssign(target=ast.Name(id=target), value=ast.expr() as value) if (
                target == name
            ):
                yield value


def _arguments(function: ast.FunctionDef) -> list[ast.arg]:
    given = function.args
    return [*given.posonlyargs, *given.args, *given.kwonlyargs]


def _called(call: ast.Call) -> str:
    match call.func:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
    return ast.unparse(call.func)


def _names(within: tuple[ast.AST, ...]) -> list[str]:
    return [one.name for one in within if isinstance(one, ast.ClassDef | ast.FunctionDef)]


def _described(node: ast.expr) -> str:
    """What a write writes, in a word: the function that makes it, or its name."""
    match node:
        case ast.BinOp(left=left):
            return _described(left)
        case ast.Call():
            return _called(node)
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
    return ast.unparse(node)


def files() -> list[Path]:
    """The sources that are scanned."""
    return [file for source in _SOURCES for file in sorted((ROOT / source).rglob("*.py"))]
