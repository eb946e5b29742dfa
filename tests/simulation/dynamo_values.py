"""DynamoDB's values as they stand on the wire: checked, in one canonical form, measured, compared.

The form is canonical (numbers without needless zeros, sets sorted), so that two values are equal
in DynamoDB if, and only if, their dicts are equal.
"""

import base64
import re
from collections.abc import Mapping
from decimal import Decimal, localcontext
from typing import Any, Final

from tests.simulation.dynamo_errors import NotSimulatedError, invalid

Wire = dict[str, Any]
WireItem = dict[str, Wire]

MAX_DEPTH: Final = 32
MAX_DIGITS: Final = 38
ORDERED: Final = frozenset({"S", "N", "B"})
KINDS: Final = frozenset({"S", "N", "B", "BOOL", "NULL", "M", "L", "SS", "NS", "BS"})
_PLAIN_NUMBER: Final = re.compile(r"0|-?[1-9][0-9]{0,37}")
_NUMBER: Final = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
_LARGEST: Final = Decimal("9.9999999999999999999999999999999999999E+125")
_SMALLEST: Final = Decimal("1E-130")


def clean(value: Wire, depth: int = 0) -> Wire:
    """The canonical form of a value; raises what DynamoDB answers to one that it does not take."""
    if len(value) != 1:
        raise invalid("Supplied AttributeValue has more than one datatypes set, or none")
    ((kind, raw),) = value.items()
    if kind in {"S", "BOOL", "B"}:
        return value
    if kind == "N":
        return {"N": clean_number(raw)}
    if kind in {"M", "L"}:
        return _clean_document(kind, raw, depth + 1)
    if kind == "NULL":
        if raw is not True:
            raise invalid("Null attribute value types must have the value of true")
        return value
    if kind in {"SS", "NS", "BS"}:
        return {kind: _clean_set(kind, raw)}
    raise invalid("Supplied AttributeValue is empty, must contain exactly one of the datatypes")


def _clean_document(kind: str, raw: Any, depth: int) -> Wire:
    if depth >= MAX_DEPTH:
        raise invalid("Nesting Levels have exceeded supported limits")
    if kind == "L":
        return {"L": [clean(inner, depth) for inner in raw]}
    check_names(raw)
    return {"M": {name: clean(inner, depth) for name, inner in raw.items()}}


def check_names(attributes: Mapping[str, Any]) -> None:
    """Raise where an attribute has no name."""
    if "" in attributes:
        raise invalid("Empty attribute name")


def _clean_set(kind: str, raw: list[str]) -> list[str]:
    if not raw:
        raise invalid("One or more parameter values were invalid: A set may not be empty")
    members = [clean_number(member) for member in raw] if kind == "NS" else raw
    if len(set(members)) != len(members):
        raise invalid("One or more parameter values were invalid: Input collection has duplicates")
    return sort_set(kind, members)


def sort_set(kind: str, members: list[str]) -> list[str]:
    """A set's members in the one order that is kept."""
    return sorted(members, key=Decimal) if kind == "NS" else sorted(members)


def clean_number(text: str) -> str:
    """A number as DynamoDB keeps it; it has 38 digits and a range."""
    if _PLAIN_NUMBER.fullmatch(text):
        return text
    if not text.isascii():
        raise NotSimulatedError("digits of other scripts")
    if not _NUMBER.fullmatch(text):
        raise invalid(f"The parameter cannot be converted to a numeric value: {text}")
    return number_text(Decimal(text))


def number_text(number: Decimal) -> str:
    """The text of a number; raises where it has too many digits or is out of range."""
    if number == 0:
        return "0"
    digits = "".join(map(str, number.as_tuple().digits)).strip("0")
    if len(digits) > MAX_DIGITS:
        raise invalid("Attempting to store more than 38 significant digits in a Number")
    if number.copy_abs() > _LARGEST:
        raise invalid("Number overflow. Attempting to store a number with too large a magnitude")
    if number.copy_abs() < _SMALLEST:
        raise invalid("Number underflow. Attempting to store a number with too small a magnitude")
    with localcontext(prec=MAX_DIGITS):
        return format(number.normalize(), "f")


def total(left: Wire, right: Wire, sign: int) -> Wire:
    """The sum (sign 1) or difference (sign -1) of two numbers."""
    with localcontext(prec=300):
        return {"N": number_text(Decimal(left["N"]) + sign * Decimal(right["N"]))}


def kind_of(value: Wire) -> str:
    """The type of a value: S, N, M, …"""
    return next(iter(value))


def rank(value: Wire) -> Any:
    """What a text, number or binary value is ordered by, among those of its own type."""
    ((kind, raw),) = value.items()
    if kind == "N":
        return Decimal(raw)
    return base64.b64decode(raw) if kind == "B" else raw


def length(value: Wire) -> int | None:
    """What size() of an expression says; None for a type that has none."""
    ((kind, raw),) = value.items()
    if kind == "S":
        return len(raw.encode())
    if kind == "B":
        return len(base64.b64decode(raw))
    return None if kind in {"N", "BOOL", "NULL"} else len(raw)


def weight(value: Wire) -> int:  # noqa: PLR0911 - a table of types
    """Bytes a value counts for in the limits of items and pages."""
    ((kind, raw),) = value.items()
    if kind == "S":
        return len(raw.encode())
    if kind == "N":
        return _number_weight(raw)
    if kind in {"BOOL", "NULL"}:
        return 1
    if kind == "M":
        return 3 + sum(1 + len(name.encode()) + weight(inner) for name, inner in raw.items())
    if kind == "L":
        return 3 + sum(1 + weight(inner) for inner in raw)
    if kind == "B":
        return len(base64.b64decode(raw))
    return sum(weight({kind[0]: member}) for member in raw)


def _number_weight(text: str) -> int:
    digits = text.replace("-", "").replace(".", "").strip("0")
    return (len(digits) + 1) // 2 + 1 + text.startswith("-")


def item_weight(item: WireItem) -> int:
    """Bytes of a whole item."""
    return sum(len(name.encode()) + weight(value) for name, value in item.items())


def plain(value: Wire) -> Any:  # noqa: PLR0911 - a table of types
    """A value as plain Python: text, int, bool, None, list, dict, set (fractions are Decimal)."""
    ((kind, raw),) = value.items()
    if kind in {"S", "BOOL"}:
        return raw
    if kind == "N":
        return _plain_number(raw)
    if kind == "M":
        return {name: plain(inner) for name, inner in raw.items()}
    if kind == "L":
        return [plain(inner) for inner in raw]
    if kind == "NULL":
        return None
    if kind == "B":
        return base64.b64decode(raw)
    return {plain({kind[0]: member}) for member in raw}


def _plain_number(text: str) -> int | Decimal:
    try:
        return int(text)
    except ValueError:
        return Decimal(text)


def plain_item(item: WireItem) -> dict[str, Any]:
    """A whole item as plain Python."""
    return {name: plain(value) for name, value in item.items()}


def copied(value: Any) -> Any:
    """A deep copy of wire data, much faster than copy.deepcopy."""
    if isinstance(value, dict):
        return {name: copied(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [copied(inner) for inner in value]
    return value
