"""What the environment tells the room's functions."""

from dataclasses import dataclass

from waybill.settings import Settings


@dataclass(frozen=True, kw_only=True)
class OrdersSettings(Settings):
    """Set by template.yaml; a function is given what it needs."""

    orders_table: str
    inventory_table: str = ""
    """For looking up SKUs."""
    shops_table: str = ""
    """For a shop's rules and platforms' observations."""
    shipments_table: str = ""
    """For the timeline."""
    event_bus: str = ""
    """Name of the bus; the relay's."""
