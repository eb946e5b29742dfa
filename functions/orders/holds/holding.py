"""How a hold is put on an order and taken off again; pure."""

from dataclasses import replace
from datetime import datetime
from typing import Final

from orders.lifecycle import impossible, settled, unknown_sku_hold, with_hold
from orders.order import HoldKind, Order
from orders.records import Change, Happening, Told
from waybill.problems import Conflict, NotFound

MAX_HOLDS: Final = 10
"""Of an order, by its shop; the room's own come on top."""


def hold(
    order: Order,
    kind: HoldKind,
    note: str | None,
    at: datetime,
    *,
    hold_id: str,
) -> Change:
    """Return the order with one more hold; raises :class:`Conflict` for ended, and for too many."""
    if order.ended:
        raise impossible(order, "cannot be held")
    if len(order.holds) >= MAX_HOLDS:
        raise Conflict(f"at most {MAX_HOLDS} holds an order", holds=len(order.holds))
    held = with_hold(order, kind, at, hold_id=hold_id, note=note)
    told = Told(Happening.HELD, {"kind": kind.value, "hold_id": hold_id})
    return Change(held, (told,))


def release(order: Order, hold_id: str, at: datetime) -> Change:
    """Return the order without a hold; inventory is asked again where it was short of stock.

    Where a SKU was unknown, it is asked for the first time; one that still is unknown is short.
    What inventory answers then holds the order again, or lets it go on. Raises :class:`Conflict`
    for an order that has ended, and :class:`NotFound`.
    """
    if order.ended:
        raise impossible(order, "waits for nothing any more")
    released = next((one for one in order.holds if one.id == hold_id), None)
    if released is None:
        raise NotFound("the order has no such hold")
    free = replace(
        order,
        holds=tuple(one for one in order.holds if one.id != hold_id),
        asks_stock=order.asks_stock or hold_id == unknown_sku_hold(order.order_id),
    )
    told = Told(Happening.HOLD_RELEASED, {"kind": released.kind.value, "hold_id": hold_id})
    short = released.kind is HoldKind.INVENTORY_OUT_OF_STOCK
    return Change(settled(free, at), (told,), asks_again=short)
