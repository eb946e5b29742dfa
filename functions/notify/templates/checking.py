"""Reads a wording without running it: what it names exists, and what it does is bounded. Pure.

The sandbox alone would not do: ``10**9**9`` is computed when a template is compiled, and doubling a
variable in each of fifty lines takes all memory. So a wording may do little: show variables,
choose by conditions, and loop over the lists there are, not one loop in another. Nothing is called,
assigned, included or multiplied; what it writes grows with its own length and with those lists.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import chain
from typing import Final

from jinja2 import TemplateSyntaxError, nodes

from notify.words.rendering import FILTERS, TESTS, wordings_environment
from notify.words.variables import Kind, Variable

MAX_DEPTH: Final = 30
"""Of nested expressions and conditions."""
_MAX_NUMBER: Final = 10**9
_YES_OR_NO: Final = "yes or no"
_RECORD: Final = "record"
_LOOP_ITSELF: Final = "loop"
_LOOP: Final[Mapping[str, str]] = {
    **dict.fromkeys(("index", "index0", "revindex", "revindex0", "length"), Kind.NUMBER),
    **dict.fromkeys(("first", "last"), _YES_OR_NO),
}
"""What a loop tells of itself."""
_ORDERED: Final = frozenset({"lt", "lteq", "gt", "gteq"})
_REFUSED: Final[Mapping[type[nodes.Node], str]] = {
    nodes.Call: "nothing can be called",
    nodes.Getitem: "write item.field; there is no [ ]",
    **dict.fromkeys(
        (nodes.Mul, nodes.Div, nodes.FloorDiv, nodes.Mod, nodes.Pow), "no arithmetic but + and -"
    ),
    nodes.Assign: "set is not allowed",
    nodes.AssignBlock: "set is not allowed",
    nodes.Include: "include is not allowed",
    nodes.Import: "import is not allowed",
    nodes.FromImport: "import is not allowed",
    nodes.Extends: "extends is not allowed",
    nodes.Block: "block is not allowed",
    nodes.Macro: "macro is not allowed",
    nodes.CallBlock: "call is not allowed",
    nodes.FilterBlock: "filter blocks are not allowed",
    nodes.With: "with is not allowed",
}


@dataclass(frozen=True)
class Fault:
    """What is wrong with a text, and in which of its lines."""

    line: int
    detail: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.detail}"


class _FaultError(Exception):
    def __init__(self, node: nodes.Node, detail: str) -> None:
        super().__init__(detail)
        inner = chain((node,), node.find_all(nodes.Node))  # only as deep as the first line there is
        self.fault = Fault(next(filter(None, (each.lineno for each in inner)), 1), detail)


def fault_of(text: str, variables: tuple[Variable, ...]) -> Fault | None:
    """Return the first thing wrong with a text that may name these variables, or None."""
    try:
        tree = wordings_environment().parse(text)
    except TemplateSyntaxError as error:
        return Fault(error.lineno, error.message or "not a template")
    except RecursionError:
        return Fault(1, "nested too deeply")
    except (ValueError, OverflowError):  # a number of thousands of digits
        return Fault(1, "a number that is too long")
    try:
        _check_depth(tree)
        _Check({variable.name: variable for variable in variables}).body(tree.body)
    except _FaultError as error:
        return error.fault
    return None


def _check_depth(tree: nodes.Node) -> None:
    """Raise for what is nested too deeply, without recursion of its own."""
    level: list[nodes.Node] = [tree]
    for _ in range(MAX_DEPTH):
        level = [child for node in level for child in node.iter_child_nodes()]
    if level:
        raise _FaultError(level[0], "nested too deeply")


class _Check:
    """Walks a wording's tree; an expression's kind says what may be done with it."""

    def __init__(self, variables: Mapping[str, Variable]) -> None:
        self._variables = variables
        self._row: tuple[str, Variable] | None = None
        self._chooses = False
        """Whether it is in a loop's own condition, which does not know how the loop goes on."""

    # --- statements ---

    def body(self, found: list[nodes.Node]) -> None:
        for node in found:
            match node:
                case nodes.Output():
                    self._output(node)
                case nodes.If():
                    self._if(node)
                case nodes.For():
                    self._for(node)
                case _:
                    raise _refused(node)

    def _output(self, node: nodes.Output) -> None:
        for child in node.nodes:
            if isinstance(child, nodes.TemplateData):
                continue
            kind = self._kind(child)
            if kind == Kind.LIST:
                raise _FaultError(child, "a list: show it with {% for … %}")
            if kind in {_RECORD, _LOOP_ITSELF}:
                raise _FaultError(child, "name one of its fields")

    def _if(self, node: nodes.If) -> None:
        self._kind(node.test)
        self.body(node.body)
        for other in node.elif_:
            self._if(other)
        self.body(node.else_)

    def _for(self, node: nodes.For) -> None:
        if self._row is not None:
            raise _FaultError(node, "a loop in a loop")
        if node.recursive:
            raise _FaultError(node, "a loop cannot be recursive")
        if not isinstance(node.iter, nodes.Name) or self._kind(node.iter) != Kind.LIST:
            raise _FaultError(node, f"loops go over {self._lists()} alone")
        if not isinstance(node.target, nodes.Name):
            raise _FaultError(node, "a loop names one variable")
        name = node.target.name
        if name in self._variables or name == "loop":
            raise _FaultError(node, f"{name} is taken")
        self.body(node.else_)
        self._row = (name, self._variables[node.iter.name])
        if node.test is not None:
            self._chooses = True
            self._kind(node.test)
            self._chooses = False
        self.body(node.body)
        self._row = None

    # --- expressions ---

    def _kind(self, node: nodes.Node) -> str:  # noqa: C901, PLR0911 - a table of nodes
        match node:
            case nodes.Name():
                return self._name(node)
            case nodes.Getattr():
                return self._attribute(node)
            case nodes.Const():
                return _constant(node)
            case nodes.Filter():
                return self._filter(node)
            case nodes.Test():
                self._listed(node, TESTS, "test")
                self._needs(node.node, Kind.NUMBER)
                return _YES_OR_NO
            case nodes.Compare():
                return self._compare(node)
            case nodes.And() | nodes.Or():
                kinds = {self._kind(node.left), self._kind(node.right)}
                return kinds.pop() if len(kinds) == 1 else _worst(kinds)
            case nodes.Not():
                self._kind(node.node)
                return _YES_OR_NO
            case nodes.CondExpr():
                return self._choice(node)
            case nodes.Add() | nodes.Sub():
                self._needs(node.left, Kind.NUMBER)
                self._needs(node.right, Kind.NUMBER)
                return Kind.NUMBER
            case nodes.Concat():
                for part in node.nodes:
                    self._needs(part, Kind.TEXT, Kind.NUMBER)
                return Kind.TEXT
        raise _refused(node)

    def _name(self, node: nodes.Name) -> str:
        if self._row and node.name == self._row[0]:
            return _RECORD
        if self._row and node.name == "loop" and not self._chooses:
            return _LOOP_ITSELF
        if node.name in self._variables:
            return self._variables[node.name].kind
        known = [*self._variables, *([self._row[0]] if self._row else [])]
        raise _FaultError(node, f"unknown variable {_quoted(node.name)}{_near(node.name, known)}")

    def _attribute(self, node: nodes.Getattr) -> str:
        match self._kind(node.node):
            case "record" if self._row:
                fields = {one.name: one.kind for one in self._row[1].fields}
                if node.attr in fields:
                    return fields[node.attr]
                near = _near(node.attr, list(fields))
                raise _FaultError(node, f"unknown field {_quoted(node.attr)}{near}")
            case "loop" if node.attr in _LOOP:
                return _LOOP[node.attr]
        raise _FaultError(node, f"{_quoted(node.attr)}: only the rows of a list have fields")

    def _filter(self, node: nodes.Filter) -> str:
        self._listed(node, FILTERS, "filter")
        kind = self._kind(node.node) if node.node is not None else Kind.TEXT
        if node.kwargs or node.dyn_args or node.dyn_kwargs:
            raise _FaultError(node, f"{node.name}: its arguments have no names here")
        if node.args and node.name != "default":
            raise _FaultError(node, f"{node.name} takes no argument here")
        if node.name == "length":
            if kind not in {Kind.LIST, Kind.TEXT}:
                raise _FaultError(node, "length: of a list or a text")
            return Kind.NUMBER
        for argument in node.args:
            self._needs(argument, Kind.TEXT, Kind.NUMBER, _YES_OR_NO)
        if kind not in {Kind.TEXT, Kind.NUMBER}:
            raise _FaultError(node, f"{node.name}: of a text")
        return kind if node.name == "default" else Kind.TEXT

    def _compare(self, node: nodes.Compare) -> str:
        left = self._kind(node.expr)
        for operand in node.ops:
            if operand.op in {"in", "notin"}:
                self._among(operand.expr)
            elif operand.op in _ORDERED:
                self._needs(node.expr, Kind.NUMBER)
                self._needs(operand.expr, Kind.NUMBER)
            else:
                self._needs(operand.expr, Kind.TEXT, Kind.NUMBER, _YES_OR_NO)
        if left in {Kind.LIST, _RECORD, _LOOP_ITSELF}:
            raise _FaultError(node, "only texts and numbers are compared")
        return _YES_OR_NO

    def _among(self, node: nodes.Node) -> None:
        if not isinstance(node, nodes.Tuple | nodes.List):
            raise _FaultError(node, "in: of values in brackets, such as ('a', 'b')")
        for item in node.items:
            self._needs(item, Kind.TEXT, Kind.NUMBER)

    def _choice(self, node: nodes.CondExpr) -> str:
        self._kind(node.test)
        if node.expr2 is None:
            raise _FaultError(node, "if without else")
        kinds = {self._kind(node.expr1), self._kind(node.expr2)}
        return kinds.pop() if len(kinds) == 1 else _worst(kinds)

    def _needs(self, node: nodes.Node, *kinds: str) -> None:
        if self._kind(node) not in kinds:
            raise _FaultError(node, f"a {' or a '.join(dict.fromkeys(kinds))} is needed here")

    def _listed(self, node: nodes.Filter | nodes.Test, known: frozenset[str], what: str) -> None:
        if node.name not in known:
            names = ", ".join(sorted(known))
            raise _FaultError(node, f"unknown {what} {_quoted(node.name)}: there are {names}")

    def _lists(self) -> str:
        lists = [one.name for one in self._variables.values() if one.kind is Kind.LIST]
        return " and ".join(lists) or "lists, and there is none here,"


def _constant(node: nodes.Const) -> str:
    match node.value:
        case bool():
            return _YES_OR_NO
        case int() if abs(node.value) <= _MAX_NUMBER:
            return Kind.NUMBER
        case str():
            return Kind.TEXT
    raise _FaultError(node, "only texts, true, false and numbers up to a billion")


def _worst(kinds: set[str]) -> str:
    """The kind of one value of several that would be shown: the one that cannot be, if any is."""
    for kind in (_LOOP_ITSELF, _RECORD, Kind.LIST):
        if kind in kinds:
            return kind
    return Kind.TEXT


def _refused(node: nodes.Node) -> _FaultError:
    return _FaultError(node, _REFUSED.get(type(node), f"{type(node).__name__} is not allowed"))


def _near(name: str, known: list[str]) -> str:
    found = get_close_matches(name, known, 1)
    return f", did you mean {_quoted(found[0])}?" if found else f": there are {', '.join(known)}"


def _quoted(name: str) -> str:
    return f"'{name}'"


def names_in(text: str) -> Iterator[str]:
    """Yield the names that a text uses; raises jinja2.TemplateSyntaxError."""
    for node in wordings_environment().parse(text).find_all(nodes.Name):
        yield node.name
