"""What the inventory room is told by its environment."""

from functools import cache

from waybill.settings import Settings, load_settings


class InventorySettings(Settings):
    """What every function of the room has."""

    inventory_table: str


class InventoryApiSettings(InventorySettings):
    """The HTTP API also checks keys."""

    shops_table: str
    operator_secret: str
    """The ARN of the secret, not the secret."""


class InventoryRelaySettings(InventorySettings):
    """The relay also puts events."""

    event_bus: str


@cache
def inventory_settings() -> InventorySettings:
    """The environment, read once."""
    return load_settings(InventorySettings)


@cache
def api_settings() -> InventoryApiSettings:
    """The API function's environment, read once."""
    return load_settings(InventoryApiSettings)


@cache
def relay_settings() -> InventoryRelaySettings:
    """The relay function's environment, read once."""
    return load_settings(InventoryRelaySettings)
