"""Wakes on ShipmentsTable's stream: puts what happened to shipments on the bus."""

from functools import cache
from typing import Any

from tracking.events import ROOM, events_of
from tracking.settings import relay_settings
from waybill import aws
from waybill.batch import BatchResponse, Parking, stream_changes
from waybill.dynamo import Table
from waybill.relay import Bus, relay_changes
from waybill.settings import on_lambda


@cache
def _bus() -> Bus:
    return Bus(aws.client("events"), relay_settings().event_bus)


@cache
def _parking() -> Parking:
    table = Table(aws.client("dynamodb"), relay_settings().shipments_table)
    return Parking(table, "shipments-relay")


def lambda_handler(event: dict[str, Any], _context: Any) -> BatchResponse:
    """Relay a batch of changes."""
    return relay_changes(
        stream_changes(event),
        events_of,
        _bus(),
        room=ROOM,
        parking=_parking(),
        local=relay_settings().waybill_local,
    )


if on_lambda():
    _bus()
    _parking()
