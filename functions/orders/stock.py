"""What a stock decision does to an order: a pure function."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from orders.cancelling import Prices, cancel
from orders.edits.confirming import finish
from orders.edits.edit import Edit
from orders.lifecycle import is_editing, name_hold, settled, with_hold
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

ReadEdit = Callable[[], Edit | None]
"""The edit that is being reserved; read only where it matters."""


def decide_stock(
    order: Order, decision: StockDecision, at: datetime, prices: Prices, edit: ReadEdit
) -> Change | None:
    """Apply inventory's decision; None if it, or a newer one, is already known.

    A decision that was made for what an edit adds commits that edit or declines it. Declined, it
    leaves the order as it was, so that what was short is no news of the order itself: inventory
    decides again without it. A decision made before says nothing of the edit.

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
    if not _tells_of_edit(order, decision):
        return _told_of_order(order, decision, at, prices)
    change, sold = finish(order, edit(), prices, at)
    if sold is None:
        return replace(change, order=settled(change.order, at))
    then = _told_of_order(change.order, decision, at, lambda: sold)
    return replace(then, told=change.told + then.told, records=change.records + then.records)


def _tells_of_edit(order: Order, decision: StockDecision) -> bool:
    """Whether it was made for what an edit adds; lines of an earlier edit may be named alike."""
    if order.edit is None or not is_editing(order):
        return False
    return decision.order_version >= order.edit.since


def _told_of_order(order: Order, decision: StockDecision, at: datetime, prices: Prices) -> Change:
    if decision.decision == RELEASED:
        return Change(order)
    if order.status is not OrderStatus.PENDING:
        return Change(settled(order, at))
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
