"""What of a value is stored: an attribute that says nothing is left out, for items cost by size."""

from collections.abc import Mapping
from typing import Any

from waybill.dynamo import Item


def present(**attributes: Any) -> Item:
    """Return the attributes that have a value."""
    return {name: value for name, value in attributes.items() if value is not None}


def nonzero(numbers: Mapping[str, int]) -> Item:
    """Return the numbers that are not 0."""
    return {name: number for name, number in numbers.items() if number}
