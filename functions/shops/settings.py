"""Settings of the shops room."""

from dataclasses import dataclass

from waybill.settings import Settings


@dataclass(frozen=True, kw_only=True)
class ShopsSettings(Settings):
    """What template.yaml gives this room's functions."""

    shops_table: str
    event_bus: str = ""
    """Name of the bus; the relay's alone."""
