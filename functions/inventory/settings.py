"""What the inventory room is told by its environment."""

from dataclasses import dataclass
from functools import cache

from waybill.settings import Settings, load_settings


@dataclass(frozen=True, kw_only=True)
class InventorySettings(Settings):
    """What every function of the room has."""

    inventory_table: str


@dataclass(frozen=True, kw_only=True)
class InventoryRelaySettings(InventorySettings):
    """The relay also puts events."""

    event_bus: str


@dataclass(frozen=True, kw_only=True)
class AllocationSettings(InventorySettings):
    """What fills orders also looks at the orders."""

    orders_table: str


@cache
def allocation_settings() -> AllocationSettings:
    """The environment of what allocates, read once."""
    return load_settings(AllocationSettings)


@cache
def inventory_settings() -> InventorySettings:
    """The environment, read once."""
    return load_settings(InventorySettings)


@cache
def relay_settings() -> InventoryRelaySettings:
    """The relay function's environment, read once."""
    return load_settings(InventoryRelaySettings)
