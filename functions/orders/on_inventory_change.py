"""Wakes on InventoryTable's stream: stock was decided, so an order is confirmed, held or ended."""

from functools import cache
from typing import Any, Final

from orders.composition import settings, writer
from orders.events import ROOM
from orders.news import read_decision
from orders.parking import parking
from orders.reactions import StockReactions
from waybill.batch import BatchResponse, Change, process_changes, stream_changes
from waybill.settings import on_lambda

_SOURCE: Final = "orders-inventory-change"


@cache
def _reactions() -> StockReactions:
    return StockReactions(writer())


def lambda_handler(event: dict[str, Any], _context: Any) -> BatchResponse:
    """Apply a batch of decisions."""
    return process_changes(
        stream_changes(event),
        _apply,
        room=ROOM,
        parking=parking(_SOURCE),
        local=settings().waybill_local,
    )


def _apply(change: Change) -> None:
    image = change.new
    if image is None:  # an allocation is never removed
        return
    decision = read_decision(image)
    _reactions().decided(image["shop_id"], image["order_id"], decision)


if on_lambda():
    parking(_SOURCE)
    _reactions()
