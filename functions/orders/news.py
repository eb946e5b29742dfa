"""What an order hears from elsewhere: from inventory, from tracking, from its platform."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from orders.order import CancelReason, Payments


@dataclass(frozen=True)
class StockDecision:
    """What inventory decided for an order."""

    version: int
    decision: str
    """allocated, partially_allocated, backordered, out_of_stock or released."""
    lines: Mapping[str, Mapping[str, Any]]
    """``allocated`` and ``backordered`` units by line id."""
    order_version: int = 0
    """The newest version of the order that it was made for."""


def read_decision(item: Mapping[str, Any]) -> StockDecision:
    """Return the decision of inventory's item."""
    version = item.get("order_version", 0)
    return StockDecision(item["version"], item["decision"], item["lines"], version)


@dataclass(frozen=True)
class ShipmentNews:
    """What tracking says of a shipment."""

    shipment_id: str
    version: int
    lines: Mapping[str, int]
    """Units by line id; empty means all that is open."""
    delivered: bool = False
    ended: bool = False
    """Nothing of it is under way any more, and it was not delivered."""
    reopened: bool = False
    """The news is that it was not delivered, or had not ended, after all."""


@dataclass(frozen=True)
class Observation:
    """What a platform says of an order that is already here."""

    version: int
    """Grows with every newer observation of the order."""
    payments: Payments
    cancelled_at: datetime | None = None
    cancel_reason: CancelReason = CancelReason.OTHER
    skus_known: bool = True
    """Of the order's own lines, whatever the platform has of them by now."""
