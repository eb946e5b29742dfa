"""Whether a condition holds for an item, as DynamoDB decides it.

A place that is missing compares with nothing: every comparison with it is false, but ``<>``.
"""

from collections.abc import Callable
from operator import ge, gt, le, lt
from typing import Any, Final

from tests.simulation.dynamo_binding import Bound, Constant
from tests.simulation.dynamo_tokens import Call, Path
from tests.simulation.dynamo_values import ORDERED, Wire, WireItem, kind_of, length, rank

_ORDER: Final[dict[str, Callable[[Any, Any], bool]]] = {"<": lt, "<=": le, ">": gt, ">=": ge}


def at(item: WireItem | None, path: Path) -> Wire | None:
    """The value at a place of an item, or None."""
    if item is None:
        return None
    here: Wire | None = item.get(path.parts[0])
    for part in path.parts[1:]:
        if here is None:
            return None
        ((kind, raw),) = here.items()
        if isinstance(part, int):
            here = raw[part] if kind == "L" and part < len(raw) else None
        else:
            here = raw.get(part) if kind == "M" else None
    return here


def _operand(node: Bound, item: WireItem | None) -> Wire | None:
    if isinstance(node, Constant):
        return node.value
    if isinstance(node, Path):
        return at(item, node)
    inner = _operand(node.args[0], item)
    size = None if inner is None else length(inner)
    return None if size is None else {"N": str(size)}


def ordered(sign: str, left: Wire, right: Wire) -> bool:
    """Whether ``left sign right`` holds; values of different types have no order."""
    kind = kind_of(left)
    if kind != kind_of(right) or kind not in ORDERED:
        return False
    return _ORDER[sign](rank(left), rank(right))


def holds(node: Bound, item: WireItem | None) -> bool:
    """Whether a bound condition is true for an item (None: there is none)."""
    assert isinstance(node, Call)
    match node.name:
        case "AND":
            return all(holds(arg, item) for arg in node.args)
        case "OR":
            return any(holds(arg, item) for arg in node.args)
        case "NOT":
            return not holds(node.args[0], item)
    return _OPERATIONS[node.name](*(_operand(arg, item) for arg in node.args))


def _compare(sign: str) -> Callable[..., bool]:
    def compare(left: Wire | None, right: Wire | None) -> bool:
        return left is not None and right is not None and ordered(sign, left, right)

    return compare


def _equal(left: Wire | None, right: Wire | None) -> bool:
    return left is not None and left == right


def _different(left: Wire | None, right: Wire | None) -> bool:
    return left is None or left != right


def _between(value: Wire | None, low: Wire | None, high: Wire | None) -> bool:
    return _compare("<=")(low, value) and _compare("<=")(value, high)


def _one_of(value: Wire | None, *options: Wire | None) -> bool:
    return value is not None and value in options


def _has_type(value: Wire | None, kind: Wire | None) -> bool:
    return value is not None and kind is not None and kind_of(value) == kind["S"]


def _begins(value: Wire | None, prefix: Wire | None) -> bool:
    if value is None or prefix is None or kind_of(value) != kind_of(prefix):
        return False
    return kind_of(value) in {"S", "B"} and bool(rank(value).startswith(rank(prefix)))


def _contains(value: Wire | None, member: Wire | None) -> bool:
    if value is None or member is None:
        return False
    kind, inner = kind_of(value), kind_of(member)
    if kind == "L":
        return member in value["L"]
    if kind in {"SS", "NS", "BS"}:
        return inner == kind[0] and member[inner] in value[kind]
    return kind in {"S", "B"} and inner == kind and rank(member) in rank(value)


_OPERATIONS: Final[dict[str, Callable[..., bool]]] = {
    "=": _equal,
    "<>": _different,
    "<": _compare("<"),
    "<=": _compare("<="),
    ">": _compare(">"),
    ">=": _compare(">="),
    "BETWEEN": _between,
    "IN": _one_of,
    "attribute_exists": lambda value: value is not None,
    "attribute_not_exists": lambda value: value is None,
    "attribute_type": _has_type,
    "begins_with": _begins,
    "contains": _contains,
}
