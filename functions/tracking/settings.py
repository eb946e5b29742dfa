"""What the tracking room is told by its environment."""

from dataclasses import dataclass
from functools import cache

from waybill.settings import Settings, load_settings


@dataclass(frozen=True, kw_only=True)
class TrackingSettings(Settings):
    """What every function of the room has."""

    shipments_table: str


@dataclass(frozen=True, kw_only=True)
class TrackingApiSettings(TrackingSettings):
    """The HTTP API also looks at orders and shops, and knows where the public pages are."""

    orders_table: str
    shops_table: str
    public_url: str = ""
    """Base URL of the tracking pages; "" means the host the API was called at."""


@dataclass(frozen=True, kw_only=True)
class TrackingScheduleSettings(TrackingSettings):
    """The planner also sends questions to the queue."""

    sweep_queue_url: str


@dataclass(frozen=True, kw_only=True)
class TrackingRelaySettings(TrackingSettings):
    """The relay also puts events."""

    event_bus: str


@cache
def tracking_settings() -> TrackingSettings:
    """The environment, read once."""
    return load_settings(TrackingSettings)


@cache
def api_settings() -> TrackingApiSettings:
    """The API function's environment, read once."""
    return load_settings(TrackingApiSettings)


@cache
def schedule_settings() -> TrackingScheduleSettings:
    """The planner's environment, read once."""
    return load_settings(TrackingScheduleSettings)


@cache
def relay_settings() -> TrackingRelaySettings:
    """The relay function's environment, read once."""
    return load_settings(TrackingRelaySettings)
