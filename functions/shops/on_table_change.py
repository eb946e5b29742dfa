"""Wakes on ShopsTable's stream: what changed becomes events on the bus."""

from functools import cache
from typing import Any

from shops.events import ROOM, events_of
from shops.settings import ShopsSettings
from waybill import aws
from waybill.batch import BatchResponse, Parking, stream_changes
from waybill.dynamo import Table
from waybill.relay import Bus, relay_changes
from waybill.settings import load_settings, on_lambda


@cache
def _settings() -> ShopsSettings:
    return load_settings(ShopsSettings)


@cache
def _bus() -> Bus:
    return Bus(aws.client("events"), _settings().event_bus)


@cache
def _parking() -> Parking:
    return Parking(Table(aws.client("dynamodb"), _settings().shops_table), "shops-relay")


def lambda_handler(event: dict[str, Any], _context: Any) -> BatchResponse:
    """Relay a batch of changes."""
    return relay_changes(
        stream_changes(event),
        events_of,
        _bus(),
        room=ROOM,
        parking=_parking(),
        local=_settings().waybill_local,
    )


if on_lambda():
    _bus()
    _parking()
