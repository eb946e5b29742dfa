"""Wakes on the bus: a platform's order was observed."""

from functools import cache
from typing import Any

from orders.composition import inventory, rules, shops_table, writer
from orders.events import ROOM
from orders.observing import PlatformReactions
from waybill.events import Event
from waybill.observability import end_invocation, start_work
from waybill.settings import on_lambda
from waybill.views import ShopsView


@cache
def _reactions() -> PlatformReactions:
    return PlatformReactions(writer(), rules(), inventory(), ShopsView(shops_table()))


def lambda_handler(event: dict[str, Any], _context: Any) -> None:
    """Apply one event; what fails raises, is retried and at last kept in the failure queue."""
    seen = Event.from_eventbridge(event)
    start_work(ROOM, seen.correlation_id)
    try:
        _reactions().observed(seen.shop_id, seen.data["platform"], seen.data["external_id"])
    finally:
        end_invocation()


if on_lambda():
    _reactions()
