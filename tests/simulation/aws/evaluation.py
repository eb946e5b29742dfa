"""What a condition says of an item, and what an update makes of it, as DynamoDB decides it.

moto compares values without their types, takes a missing attribute for NULL, and changes sets in
place. Here values are compared as they stand on the wire, where one value has one form
(forms.py). An attribute that is missing compares with nothing, but differs from
everything.
"""

from collections.abc import Callable, Mapping
from operator import ge, gt, le, lt
from typing import Any, Final

from tests.simulation.aws.expressions import Action, Choice, Test, Tree
from tests.simulation.processes.host import NotSimulatedError

Value = dict[str, Any]
Wire = dict[str, Value]

MAX_DIGITS: Final = 38
_ORDER: Final[dict[str, Callable[[Any, Any], bool]]] = {"<": lt, "<=": le, ">": gt, ">=": ge}


class UnfitError(Exception):
    """The item does not allow the update: DynamoDB answers with a ValidationException."""


def kind(value: Value) -> str:
    """The type of a value: S, N, M, …"""
    return next(iter(value))


def rank(value: Value) -> Any:
    """What a text or a number is ordered by, among those of its own type."""
    return int(value["N"]) if "N" in value else value["S"]


class Terms:
    """What the names and values of one request stand for."""

    def __init__(self, body: Mapping[str, Any]) -> None:
        self.names: Mapping[str, str] = body.get("ExpressionAttributeNames", {})
        self.values: Mapping[str, Value] = body.get("ExpressionAttributeValues", {})

    def name(self, name: str) -> str:
        """An attribute's real name."""
        return self.names[name] if name[0] == "#" else name

    def get(self, operand: str, item: Wire) -> Value | None:
        """The value an operand has for an item."""
        return self.values[operand] if operand[0] == ":" else item.get(self.name(operand))


# --- conditions -----------------------------------------------------------------------------------


def holds(tree: Tree, item: Wire | None, terms: Terms) -> bool:
    """Whether a condition is true for an item (None: there is none)."""
    if isinstance(tree, Choice):
        told = (holds(part, item, terms) for part in tree.parts)
        return {"AND": all, "OR": any, "NOT": lambda parts: not any(parts)}[tree.word](told)
    attributes = item or {}
    return _true(tree, [terms.get(name, attributes) for name in (tree.name, *tree.operands)])


def _true(test: Test, operands: list[Value | None]) -> bool:
    value, *others = operands
    if test.sign in {"<>", "attribute_not_exists"}:
        return value is None or (bool(others) and value != others[0])
    if value is None or None in others:
        return False
    return test.sign == "attribute_exists" or _HOLDS[test.sign](value, *others)


def _ordered(sign: str) -> Callable[[Value, Value], bool]:
    def compare(left: Value, right: Value) -> bool:
        same = kind(left) == kind(right) and kind(left) in {"S", "N"}
        return same and _ORDER[sign](rank(left), rank(right))

    return compare


def _between(value: Value, low: Value, high: Value) -> bool:
    return _ordered("<=")(low, value) and _ordered("<=")(value, high)


def _begins(value: Value, prefix: Value) -> bool:
    return "S" in value and bool(value["S"].startswith(prefix["S"]))


def _contains(value: Value, member: Value) -> bool:
    if "L" in value:
        return member in value["L"]
    return kind(value) in {"S", "SS"} and "S" in member and member["S"] in value[kind(value)]


_HOLDS: Final[dict[str, Callable[..., bool]]] = {
    "=": lambda left, right: bool(left == right),
    "IN": lambda value, *options: value in options,
    "BETWEEN": _between,
    "begins_with": _begins,
    "contains": _contains,
    **{sign: _ordered(sign) for sign in _ORDER},
}


# --- updates --------------------------------------------------------------------------------------


def updated(actions: tuple[Action, ...], item: Wire, terms: Terms) -> Wire:
    """A new item as the actions, judged all at once, leave this one; raises UnfitError."""
    result = dict(item)
    for action in actions:
        name = terms.name(action.name)
        value = _value(action, item.get(name), item, terms)
        if value is None:
            result.pop(name, None)
        else:
            result[name] = value
    return result


def _value(action: Action, current: Value | None, item: Wire, terms: Terms) -> Value | None:
    """What the attribute becomes; None where it goes."""
    if action.clause == "REMOVE":
        return None
    if action.clause == "SET":
        found = [_term(term, item, terms) for term in action.operands]
        return _sum(found[0], found[1], action.sign) if action.sign else found[0]
    ((name,),) = action.operands
    operand = terms.values[name]
    if current is None:
        return operand if action.clause == "ADD" else None
    if kind(current) != kind(operand):
        raise UnfitError("an operand in the update expression has an incorrect data type")
    if "N" in operand:
        return _sum(current, operand, "+")
    before, given = set(current["SS"]), set(operand["SS"])
    members = sorted(before | given if action.clause == "ADD" else before - given)
    return {"SS": members} if members else None


def _term(term: tuple[str, ...], item: Wire, terms: Terms) -> Value:
    """A term's value: that of its first operand that has one."""
    found = next(filter(None, (terms.get(operand, item) for operand in term)), None)
    if found is None:
        raise UnfitError("the provided expression refers to an attribute that does not exist")
    return found


def _sum(left: Value, right: Value, sign: str | None) -> Value:
    if "N" not in left or "N" not in right:
        raise UnfitError("an operand in the update expression has an incorrect data type")
    total = int(left["N"]) + int(right["N"]) * (-1 if sign == "-" else 1)
    if len(str(abs(total))) > MAX_DIGITS:
        raise NotSimulatedError("a number of more than 38 digits")
    return {"N": str(total)}
