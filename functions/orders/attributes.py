"""What of a value is stored, and read back: an attribute that says nothing is left out.

Items cost by size, and what another version of the code stored is no error.
"""

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

from waybill.clock import from_text, to_text
from waybill.dynamo import Item

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Values = Mapping[str, Any]
T = TypeVar("T", bound="DataclassInstance")


def present(**attributes: Any) -> Item:
    """Return the attributes that have a value."""
    return {name: value for name, value in attributes.items() if value is not None}


def nonzero(numbers: Mapping[str, int]) -> Item:
    """Return the numbers that are not 0."""
    return {name: number for name, number in numbers.items() if number}


def unless(value: Any, usual: Any) -> Any:
    """Return a value, or None where it is the usual one."""
    return None if value == usual else value


def text(instant: datetime | None) -> str | None:
    """Return an instant as it is stored, if there is one."""
    return to_text(instant) if instant else None


def instant(text: str | None) -> datetime | None:
    """Return a stored instant, if there is one."""
    return from_text(text) if text else None


def known(kind: type[T], item: Values) -> T:
    """Read a value from the attributes that it has; others are left alone."""
    return kind(**{f.name: item[f.name] for f in fields(kind) if f.name in item})
