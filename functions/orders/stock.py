"""What a stock decision does to an order: a pure function."""

from dataclasses import replace
from datetime import datetime

from orders.cancelling import Prices, cancel
from orders.lifecycle import name_hold, settled, with_hold
from orders.news import StockDecision
from orders.order import (
    CancelReason,
    HoldKind,
    Order,
    OrderStatus,
    ShortageRule,
)
from orders.records import Change, Happening, Told

OUT_OF_STOCK = "out_of_stock"
RELEASED = "released"


def decide_stock(
    order: Order, decision: StockDecision, at: datetime, prices: Prices
) -> Change | None:
    """Apply inventory's decision; None if it, or a newer one, is already known.

    Short stock holds a pending order, or cancels it where the shop prefers that. Stock found
    later takes the hold away, and the order is confirmed once nothing else is in its way.
    """
    if decision.version <= order.inventory_version:
        return None
    order = replace(
        order,
        inventory_version=decision.version,
        lines=tuple(
            replace(
                line,
                allocated=decision.lines.get(line.line_id, {}).get("allocated", 0),
                backordered=decision.lines.get(line.line_id, {}).get("backordered", 0),
            )
            for line in order.lines
        ),
    )
    if order.status is not OrderStatus.PENDING or decision.decision == RELEASED:
        return Change(order)
    held = any(hold.kind is HoldKind.INVENTORY_OUT_OF_STOCK for hold in order.holds)
    if decision.decision == OUT_OF_STOCK:
        return _short(order, at, prices, held=held)
    return _found(order, at) if held else Change(settled(order, at))


def _short(order: Order, at: datetime, prices: Prices, *, held: bool) -> Change:
    if order.rules.on_shortage is ShortageRule.CANCEL and order.has_open_units:
        return cancel(order, CancelReason.INVENTORY, at, prices)
    if held:
        return Change(order)
    kind = HoldKind.INVENTORY_OUT_OF_STOCK
    hold_id = name_hold(order.order_id, kind, order.version)
    waiting = with_hold(order, kind, at, hold_id=hold_id)
    return Change(waiting, (Told(Happening.HELD, {"kind": kind.value, "hold_id": hold_id}),))


def _found(order: Order, at: datetime) -> Change:
    kind = HoldKind.INVENTORY_OUT_OF_STOCK
    free = replace(order, holds=tuple(hold for hold in order.holds if hold.kind is not kind))
    return Change(settled(free, at), (Told(Happening.HOLD_RELEASED, {"kind": kind.value}),))
