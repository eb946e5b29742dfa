"""The part of DynamoDB's expression language that the simulator vouches for.

Conditions compare whole attributes with given values or with each other; updates set, remove, add
and delete whole attributes. That is what the repositories write, and tests/dynamodb_local holds
what it means equal to Amazon's own engine. Whatever else DynamoDB would take, or would answer
with an error, is refused.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from moto.dynamodb.parsing.reserved_keywords import ReservedKeywords

from tests.simulation.processes.host import NotSimulatedError

_NAME: Final = r"(?:#\w+|[A-Za-z]\w*)"
_VALUE: Final = r":\w+"
_LIST: Final = rf"{_VALUE}(?:\s*,\s*{_VALUE})*"
_TESTS: Final = (
    rf"(?P<sign>attribute_(?:not_)?exists)\(\s*(?P<name>{_NAME})\s*\)",
    rf"(?P<sign>begins_with|contains)\(\s*(?P<name>{_NAME})\s*,\s*(?P<a>{_VALUE})\s*\)",
    rf"(?P<name>{_NAME})\s*(?P<sign>=|<>|<=|>=|<|>)\s*(?P<a>{_NAME}|{_VALUE})",
    rf"(?P<name>{_NAME})\s+(?P<sign>BETWEEN)\s+(?P<a>{_VALUE})\s+AND\s+(?P<b>{_VALUE})",
    rf"(?P<name>{_NAME})\s+(?P<sign>IN)\s*\(\s*(?P<a>{_LIST})\s*\)",
)
_TERM: Final = rf"(?:if_not_exists\(\s*{_NAME}\s*,\s*{_VALUE}\s*\)|{_NAME}|{_VALUE})"
_ACTIONS: Final = {
    "SET": rf"({_NAME})\s*=\s*({_TERM})(?:\s*([+-])\s*({_TERM}))?",
    "REMOVE": rf"({_NAME})",
    "ADD": rf"({_NAME})\s+({_VALUE})",
    "DELETE": rf"({_NAME})\s+({_VALUE})",
}
_TEST_FORMS: Final = [re.compile(form) for form in _TESTS]
_ACTION_FORMS: Final = {clause: re.compile(form) for clause, form in _ACTIONS.items()}
_WORD: Final = re.compile(r"\s*(?:(AND|OR|NOT)\b|([()]))\s*")
_CLAUSE: Final = re.compile(r"(SET|REMOVE|ADD|DELETE)\s+")
_COMMA: Final = re.compile(r"\s*,\s*")
_SPACE: Final = re.compile(r"\s*")
_OPERAND: Final = re.compile(rf"(?<![\w:#])(?:{_NAME}|{_VALUE})(?!\w|\s*\()")


@dataclass(frozen=True, slots=True)
class Test:
    """One test of an attribute: a sign or a function, and what it is held against."""

    sign: str
    name: str
    operands: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """AND, OR or NOT of tests."""

    word: str
    parts: tuple[Any, ...]


Tree = Test | Choice


@dataclass(frozen=True, slots=True)
class Action:
    """One change of an attribute; operands are names, values, or both for if_not_exists."""

    clause: str
    name: str
    operands: tuple[tuple[str, ...], ...]
    sign: str | None = None


def _operands(text: str) -> tuple[str, ...]:
    """The names and values in a piece of an expression."""
    return tuple(_OPERAND.findall(text))


def tests_of(tree: Tree) -> Iterator[Test]:
    """Every test in a condition."""
    if isinstance(tree, Test):
        yield tree
        return
    for part in tree.parts:
        yield from tests_of(part)


def _refused(text: str) -> NotSimulatedError:
    return NotSimulatedError(f"the expression {text!r} is not one of those that are compared")


def _check_words(text: str, names: set[str]) -> None:
    if not text.isascii():
        raise _refused(text)
    for name in names:
        if name.upper() in ReservedKeywords.get_reserved_keywords():
            raise NotSimulatedError(f"{name} in {text!r} is a reserved word")


# --- conditions -----------------------------------------------------------------------------------


@cache
def condition(text: str) -> Tree:
    """The tree of a condition."""
    tokens = list(_tokens(text))
    tree = _either(text, tokens)
    if tokens:
        raise _refused(text)
    used = {test.name for test in tests_of(tree)}
    used.update(name for test in tests_of(tree) for name in test.operands if name[0] != ":")
    _check_words(text, used)
    return tree


def _tokens(text: str) -> Iterator[str | Test]:
    at = _SPACE.match(text).end()  # type: ignore[union-attr]
    while at < len(text):
        if word := _WORD.match(text, at):
            yield word[1] or word[2]
            at = word.end()
            continue
        found = next(filter(None, (form.match(text, at) for form in _TEST_FORMS)), None)
        if found is None:
            raise _refused(text)
        yield _test(found)
        at = _SPACE.match(text, found.end()).end()  # type: ignore[union-attr]


def _test(found: re.Match[str]) -> Test:
    parts = found.groupdict()
    held = _operands(parts.get("a", "")) + _operands(parts.get("b", ""))
    return Test(parts["sign"], parts["name"], held)


def _either(text: str, tokens: list[Any]) -> Tree:
    left = _both(text, tokens)
    while tokens[:1] == ["OR"]:
        tokens.pop(0)
        left = Choice("OR", (left, _both(text, tokens)))
    return left


def _both(text: str, tokens: list[Any]) -> Tree:
    left = _single(text, tokens)
    while tokens[:1] == ["AND"]:
        tokens.pop(0)
        left = Choice("AND", (left, _single(text, tokens)))
    return left


def _single(text: str, tokens: list[Any]) -> Tree:
    token = tokens.pop(0) if tokens else None
    if isinstance(token, Test):
        return token
    if token == "NOT":
        return Choice("NOT", (_single(text, tokens),))
    if token != "(" or tokens[:1] == ["("]:  # DynamoDB takes no redundant parentheses
        raise _refused(text)
    inner = _either(text, tokens)
    if tokens[:1] != [")"]:
        raise _refused(text)
    tokens.pop(0)
    return inner


# --- updates --------------------------------------------------------------------------------------


@cache
def update(text: str) -> tuple[Action, ...]:
    """The actions of an update."""
    found: list[Action] = []
    clauses: list[str] = []
    at = 0
    text = text.strip()
    while at < len(text):
        clause = _CLAUSE.match(text, at)
        if clause is None or clause[1] in clauses or (at and not text[at - 1].isspace()):
            raise _refused(text)
        clauses.append(clause[1])
        at = clause.end()
        while True:
            action = _ACTION_FORMS[clause[1]].match(text, at)
            if action is None:
                raise _refused(text)
            found.append(_action(clause[1], action))
            comma = _COMMA.match(text, action.end())
            if comma is None:
                at = _SPACE.match(text, action.end()).end()  # type: ignore[union-attr]
                break
            at = comma.end()
    if not found:
        raise _refused(text)
    _check_words(text, {name for action in found for name in _names(action)})
    return tuple(found)


def _action(clause: str, found: re.Match[str]) -> Action:
    name, *rest = found.groups()
    if clause != "SET":
        return Action(clause, name, tuple((value,) for value in rest))
    left, sign, right = rest
    return Action(clause, name, tuple(_operands(term) for term in (left, right) if term), sign)


def _names(action: Action) -> Iterator[str]:
    yield action.name
    yield from (name for term in action.operands for name in term if name[0] != ":")
