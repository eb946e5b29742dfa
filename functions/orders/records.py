"""What is written beside an order, in the transaction that changes it: each a thing of its own.

The order keeps what every step needs; what only some orders have, and what has happened to it,
stands in records of its own in the order's partition.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from orders.details import Details
from orders.edits.edit import Edit
from orders.order import Order, Payment
from orders.returns.rma import OrderReturn


class Happening(StrEnum):
    """What the timeline tells of an order beside its ordinary steps, which tell of themselves."""

    DRAFT_CONFIRMED = "draft_confirmed"
    AMENDED = "amended"
    HELD = "held"
    HOLD_RELEASED = "hold_released"
    UNITS_CANCELLED = "units_cancelled"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    EDIT_RESERVING = "edit_reserving"
    EDIT_CONFIRMED = "edit_confirmed"
    EDIT_DECLINED = "edit_declined"
    RETURN_REQUESTED = "return_requested"
    RETURN_APPROVED = "return_approved"
    RETURN_DECLINED = "return_declined"
    RETURN_RECEIVED = "return_received"
    RETURN_REFUNDED = "return_refunded"
    RETURN_CANCELLED = "return_cancelled"


@dataclass(frozen=True)
class Told:
    """What a change is told as; the writer knows who and when."""

    what: Happening
    data: Mapping[str, Any] = field(default_factory=dict)
    """Ids, quantities, kinds and money in minor units; nothing personal."""


@dataclass(frozen=True)
class Entry:
    """An entry of an order's timeline."""

    version: int
    """The version of the order that it made."""
    at: datetime
    actor: str
    told: Told


@dataclass(frozen=True)
class PaymentFact:
    """A payment told of after the order was placed."""

    payment_id: str
    payment: Payment
    at: datetime
    actor: str
    return_id: str | None = None
    """The return that was refunded by it."""


@dataclass(frozen=True)
class KeyUse:
    """What an Idempotency-Key has made of an order, so that it makes it once."""

    made: str
    """The id of what it made, which is derived from the key."""
    body_hash: str


Record = Entry | PaymentFact | Details | KeyUse | Edit | OrderReturn


@dataclass(frozen=True)
class Change:
    """A decision about an order: what it becomes, and what is written with it."""

    order: Order
    told: tuple[Told, ...] = ()
    records: tuple[Record, ...] = ()
    asks_again: bool = False
    """Inventory is asked although the demand is what it was."""
