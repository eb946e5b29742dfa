"""What a stock decision does to an order: a pure function."""

from dataclasses import replace
from datetime import datetime

from orders.lifecycle import cancel, name_hold, settled, with_hold
from orders.news import StockDecision
from orders.order import (
    CancelReason,
    HoldKind,
    Order,
    OrderStatus,
    ShortageRule,
)

OUT_OF_STOCK = "out_of_stock"
RELEASED = "released"


def decide_stock(order: Order, decision: StockDecision, at: datetime) -> Order | None:
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
        return order
    held = any(hold.kind is HoldKind.INVENTORY_OUT_OF_STOCK for hold in order.holds)
    if decision.decision == OUT_OF_STOCK:
        if order.rules.on_shortage is ShortageRule.CANCEL and order.has_open_units:
            return cancel(order, CancelReason.INVENTORY, at)
        if held:
            return order
        kind = HoldKind.INVENTORY_OUT_OF_STOCK
        return with_hold(order, kind, at, hold_id=name_hold(order.order_id, kind, order.version))
    if held:
        order = replace(
            order,
            holds=tuple(h for h in order.holds if h.kind is not HoldKind.INVENTORY_OUT_OF_STOCK),
        )
    return settled(order)
