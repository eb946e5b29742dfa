"""Reads an order's image from the stream as a demand on stock.

An image of a status, allocation rule or shape that this code does not know is an error, never a
guess: it is set aside and the other orders go on.
"""

from enum import StrEnum
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from inventory.stock import Demand, DemandLine
from waybill.dynamo import Item

_Units = Annotated[int, Field(strict=True, ge=0, le=1_000_000_000)]
_Name = Annotated[str, Field(min_length=1)]


class OrderStatus(StrEnum):
    """The statuses an order is stored with."""

    DRAFT = "draft"
    PENDING = "pending"
    CONFIRMED = "confirmed"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


_GONE: Final = frozenset({OrderStatus.CANCELLED, OrderStatus.EXPIRED})


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class _LineImage(_Model):
    line_id: _Name
    sku: str
    quantity: _Units
    cancelled: _Units = 0
    fulfilled: _Units = 0
    requires_shipping: bool = True
    restocked: dict[_Name, _Units] = Field(default_factory=dict)


class _OrderImage(_Model):
    shop_id: _Name
    order_id: _Name
    version: Annotated[int, Field(strict=True, ge=1)]
    status: OrderStatus
    placed_at: _Name
    allocation: Literal["all", "partial"]
    ship_country: str = ""
    asks_stock: Annotated[bool, Field(strict=True)] = True
    lines: tuple[_LineImage, ...]
    correlation_id: str = ""
    actor: str = ""


def read_demand(image: Item) -> Demand | None:
    """The demand of an order's image; None for a draft, which asks nothing.

    An order that does not ask for stock yet wants what has left, and no more.
    Raises pydantic's ValidationError for an image that cannot be understood.
    """
    order = _OrderImage.model_validate(_known(image))
    if order.status is OrderStatus.DRAFT:
        return None
    active = order.status not in _GONE
    completed = order.status is OrderStatus.COMPLETED
    return Demand(
        shop_id=order.shop_id,
        order_id=order.order_id,
        order_version=order.version,
        placed_at=order.placed_at,
        active=active,
        partial=order.allocation == "partial",
        ship_country=order.ship_country,
        lines=tuple(
            _line(line, waiting=active and order.asks_stock, completed=completed)
            for line in order.lines
        ),
        asks_stock=order.asks_stock,
        correlation_id=order.correlation_id,
        actor=order.actor,
    )


def _line(line: _LineImage, *, waiting: bool, completed: bool) -> DemandLine:
    """A completed order has handed over what needs no shipping, so nothing stays reserved."""
    kept = max(0, line.quantity - line.cancelled) if waiting else 0
    handed_over = completed and not line.requires_shipping
    shipped = max(kept, line.fulfilled) if handed_over else line.fulfilled
    return DemandLine(
        line.line_id, line.sku, max(kept, line.fulfilled), shipped, restocked=line.restocked
    )


def _known(image: Item) -> dict[str, Any]:
    """Absent and null are the same here: a field that was never set."""
    return {name: value for name, value in image.items() if value is not None}
