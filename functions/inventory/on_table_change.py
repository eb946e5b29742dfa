"""InventoryTable's stream: changes of levels and of their checks become events on the bus."""

from collections.abc import Iterator
from functools import cache
from typing import Any

from inventory.events import stock_events
from inventory.settings import relay_settings
from waybill.aws import client
from waybill.batch import BatchResponse, Change, Parking, stream_changes
from waybill.dynamo import Table
from waybill.events import Event, EventName
from waybill.observability import count
from waybill.relay import Bus, relay_changes
from waybill.settings import on_lambda


@cache
def _bus() -> Bus:
    return Bus(client("events"), relay_settings().event_bus)


@cache
def _parking() -> Parking:
    table = Table(client("dynamodb"), relay_settings().inventory_table)
    return Parking(table, "inventory-relay")


def _events(change: Change) -> Iterator[Event]:
    """What is told of a change; what somebody has to act on is counted, and so rings an alarm."""
    for event in stock_events(change):
        if event.name is EventName.STOCK_OVERSOLD:
            count("StockOversold")
        yield event


def lambda_handler(event: dict[str, Any], _context: Any) -> BatchResponse:
    """Relay a batch of changes."""
    return relay_changes(
        stream_changes(event),
        _events,
        _bus(),
        room="inventory",
        parking=_parking(),
        local=relay_settings().waybill_local,
    )


if on_lambda():
    _bus()
    _parking()
