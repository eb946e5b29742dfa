"""Wakes on OrdersTable's stream: what changed becomes events on the bus."""

from functools import cache
from typing import Any, Final

from orders.composition import settings
from orders.events import ROOM, events_of
from orders.parking import parking
from waybill.aws import client
from waybill.batch import BatchResponse, stream_changes
from waybill.relay import Bus, relay_changes
from waybill.settings import on_lambda

_SOURCE: Final = "orders-relay"


@cache
def _bus() -> Bus:
    return Bus(client("events"), settings().event_bus)


def lambda_handler(event: dict[str, Any], _context: Any) -> BatchResponse:
    """Relay a batch of changes."""
    return relay_changes(
        stream_changes(event),
        events_of,
        _bus(),
        room=ROOM,
        parking=parking(_SOURCE),
        local=settings().waybill_local,
    )


if on_lambda():
    _bus()
    parking(_SOURCE)
