"""A return as the business sees it: plain values, without storage, HTTP or clock."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final, NamedTuple

from orders.order import ReturnState
from waybill.ids import derived_id, random_id, sortable_code

MAX_RETURNS: Final = 20
"""Returns of one order, whatever became of them."""
MAX_REMEMBERED: Final = 50
"""Idempotency-Keys of steps that a return remembers, the newest ones."""
_CODE: Final = 26  # characters of an order's id behind its prefix
_PLACE: Final = 2
_OWN: Final = 10


class ReturnReason(StrEnum):
    """Why a unit comes back; the names are those of Shopify's return reasons."""

    SIZE_TOO_SMALL = "size_too_small"
    SIZE_TOO_LARGE = "size_too_large"
    UNWANTED = "unwanted"
    NOT_AS_DESCRIBED = "not_as_described"
    WRONG_ITEM = "wrong_item"
    DEFECTIVE = "defective"
    STYLE = "style"
    COLOR = "color"
    OTHER = "other"
    UNKNOWN = "unknown"


class Disposition(StrEnum):
    """What becomes of a unit that arrived."""

    RESTOCK = "restock"
    """It can be sold again, and stands on the shelf of a location."""
    DAMAGED = "damaged"


class Arrival(NamedTuple):
    """Units of a line that arrived."""

    line_id: str
    quantity: int
    disposition: Disposition
    location_id: str | None
    """Where they are put on the shelf; None for damaged ones."""


@dataclass(frozen=True)
class ReturnLine:
    """Units of one line of the order; all numbers are units."""

    line_id: str
    quantity: int
    """What was asked for."""
    reason: ReturnReason = ReturnReason.UNKNOWN
    note: str | None = None
    cancelled: int = 0
    """What will not come after all."""
    restocked: Mapping[str, int] = field(default_factory=dict)
    """What arrived and can be sold again, by location id."""
    damaged: int = 0
    refunded: int = 0

    @property
    def received(self) -> int:
        """Units that arrived."""
        return sum(self.restocked.values()) + self.damaged

    @property
    def due(self) -> int:
        """Units that are still to arrive."""
        return self.quantity - self.cancelled - self.received

    @property
    def unrefunded(self) -> int:
        """Units that arrived and were not refunded yet."""
        return self.received - self.refunded


class Remembered(NamedTuple):
    """A request that changed the return under an Idempotency-Key, both as hashes."""

    key: str
    body: str


@dataclass(frozen=True)
class OrderReturn:
    """A return of units of one order."""

    return_id: str
    shop_id: str
    order_id: str
    version: int
    """The version of the order that wrote it."""
    state: ReturnState
    lines: tuple[ReturnLine, ...]
    requested_at: datetime
    updated_at: datetime
    note: str | None = None
    decline_note: str | None = None
    refunded: int = 0
    """Money that went back, in minor units of the order's currency."""
    made_in: int = 0
    """The version of the order that made it."""
    made_by: Remembered | None = None
    """The request that made it, where it came with an Idempotency-Key."""
    requests: tuple[Remembered, ...] = ()
    """The newest steps that came with one."""

    def line(self, line_id: str) -> ReturnLine | None:
        """Return the line of this id."""
        return next((line for line in self.lines if line.line_id == line_id), None)


def own_part(shop_id: str, order_id: str, idempotency_key: str | None) -> str:
    """Return the end of a return's id: the same for the same key, else a new one."""
    if idempotency_key is None:
        return random_id("", _OWN)[1:]
    return derived_id("", shop_id, order_id, idempotency_key)[1 : _OWN + 1]


def return_id(order_id: str, place: int, own: str) -> str:
    """Name a return: the order's code, its place in the order, and what is its own.

    So the order of a return is known without an index, and an order's returns sort as they came.
    """
    return f"ret_{order_id.partition('_')[2]}{sortable_code(place, _PLACE)}{own}"


def order_of(name: str) -> str | None:
    """Tell which order a return's id belongs to; None where it is no such id."""
    prefix, _, code = name.partition("_")
    if prefix != "ret" or len(code) != _CODE + _PLACE + _OWN:
        return None
    return f"ord_{code[:_CODE]}"
