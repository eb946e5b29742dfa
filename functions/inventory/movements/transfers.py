"""A transfer of units between two locations of a shop, as a plain value."""

from dataclasses import dataclass
from enum import StrEnum


class TransferStatus(StrEnum):
    """Where a transfer stands."""

    IN_TRANSIT = "in_transit"
    """Some units left their location and have not arrived."""
    RECEIVED = "received"
    """Nothing is on its way any more."""
    WRITTEN_OFF = "written_off"
    """Nothing is on its way any more, and nothing has arrived."""


@dataclass(frozen=True)
class Transfer:
    """Units of a SKU that go from one location to another."""

    transfer_id: str
    sku: str
    location_id: str
    """Where they leave."""
    to_location_id: str
    quantity: int
    received: int
    written_off: int
    """Units that were lost on the way."""
    reason: str | None
    reference: str | None
    version: int
    created_at: str
    updated_at: str

    @property
    def in_transit(self) -> int:
        """Units that left and have neither arrived nor been written off."""
        return self.quantity - self.received - self.written_off

    @property
    def status(self) -> TransferStatus:
        """Derived from the quantities."""
        if self.in_transit:
            return TransferStatus.IN_TRANSIT
        return TransferStatus.RECEIVED if self.received else TransferStatus.WRITTEN_OFF
