"""Wakes on the bus: a shipment was created or its status changed."""

from functools import cache
from typing import Any, Final

from orders.composition import writer
from orders.events import ROOM
from orders.news import ShipmentNews
from orders.reactions import ShipmentReactions
from waybill.events import Event
from waybill.observability import end_invocation, start_work
from waybill.settings import on_lambda

_DELIVERED: Final = "delivered"
_ENDED: Final = frozenset({"returned", "cancelled", "expired"})


@cache
def _reactions() -> ShipmentReactions:
    return ShipmentReactions(writer())


def lambda_handler(event: dict[str, Any], _context: Any) -> None:
    """Apply one event; what fails raises, is retried and at last kept in the failure queue."""
    shipment = Event.from_eventbridge(event)
    start_work(ROOM, shipment.correlation_id)
    try:
        _reactions().moved(shipment.shop_id, shipment.data["order_id"], _news_of(shipment))
    finally:
        end_invocation()


def _news_of(event: Event) -> ShipmentNews:
    lines: dict[str, int] = {}
    for line in event.data.get("lines") or ():
        lines[line["line_id"]] = lines.get(line["line_id"], 0) + int(line["quantity"])
    status, before = event.data.get("status"), event.data.get("previous_status")
    return ShipmentNews(
        shipment_id=event.data["shipment_id"],
        version=event.version,
        lines=lines,
        delivered=status == _DELIVERED,
        ended=status in _ENDED,
        reopened=before in {_DELIVERED, *_ENDED} and before != status,
    )


if on_lambda():
    _reactions()
