"""Shipments and their parcels, as their carriers tell of them."""

from dataclasses import dataclass, field
from typing import Any

from tests.stateful.model.orders import Order
from tests.stateful.model.said import text

MEANS = {
    "picked-up": "picked_up",
    "departed": "in_transit",
    "arrived": "in_transit",
    "customs-hold": "exception",
    "customs-cleared": "in_transit",
    "out": "out_for_delivery",
    "attempted": "delivery_attempted",
    "pickup": "available_for_pickup",
    "returning": "returning",
    "delivered": "delivered",
}
"""What a scan means."""
_URGENT = (
    "delivered",
    "pending",
    "not_found",
    "picked_up",
    "in_transit",
    "out_for_delivery",
    "available_for_pickup",
    "delivery_attempted",
    "returning",
    "exception",
)
"""Of parcels under way, the one that needs somebody most is shown: the last of these."""
DONE = frozenset({"delivered", "returned", "cancelled", "expired"})
GONE = frozenset({"returned", "cancelled", "expired"})


@dataclass
class Tracked:
    """A parcel."""

    number: str
    carrier: str
    scans: list[str] = field(default_factory=list)
    lost: bool = False
    """Its carrier has said that it knows no such number."""

    @property
    def status(self) -> str:
        """Where it stands."""
        if self.scans:
            return MEANS[self.scans[-1]]
        return "not_found" if self.lost else "pending"


@dataclass
class Shipment:
    """A shipment of an order."""

    order: Order
    lines: dict[str, int]
    parcels: list[Tracked]
    made_at: float
    identity: tuple[Any, ...]
    request: dict[str, Any]
    id: str = ""
    version: int = 1
    asked_at: float = 0.0
    """When somebody last wanted to know at once."""
    heard_at: float = 0.0
    """When its carriers were last asked."""

    @property
    def status(self) -> str:
        """Delivered only when all of it is; else of what is under way the most urgent."""
        statuses = [parcel.status for parcel in self.parcels]
        under_way = [status for status in statuses if status not in DONE]
        return max(under_way or statuses, key=_URGENT.index)

    @property
    def is_over(self) -> bool:
        """Whether it is done, so that one day nobody asks any more."""
        return self.status in DONE

    @property
    def needs_recipient(self) -> bool:
        """Whether the recipient has to do something: fetch it, or be there."""
        return False

    def view(self) -> dict[str, Any]:
        """As it is answered."""
        return {
            "id": self.id,
            "order_id": self.order.id,
            "status": self.status,
            "lines": [{"line_id": name, "quantity": units} for name, units in self.lines.items()],
            "parcels": [
                {
                    "id": str(number),
                    "tracking_number": parcel.number,
                    "carrier": parcel.carrier,
                    "status": parcel.status,
                }
                for number, parcel in enumerate(self.parcels, 1)
            ],
            "created_at": text(self.made_at),
        }
