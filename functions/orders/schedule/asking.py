"""When an order asks inventory for stock, and whether it has been answered. Pure."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from orders.lifecycle import asks_stock, is_editing
from orders.order import Order, OrderStatus

AT_ONCE: Final = timedelta(minutes=1)
"""An order that asks within this of its placement is found by its placement."""


def is_undecided(order: Order) -> bool:
    """It waits for stock, for itself or for an edit, and inventory has not decided on that."""
    if is_editing(order):
        return True
    pending = order.status is OrderStatus.PENDING
    return pending and asks_stock(order) and not order.inventory_version


def has_waited(order: Order, at: datetime) -> bool:
    """Whether it had asked long enough before to be due then: placement alone does not tell."""
    return order.asked_at is None or at >= order.asked_at + AT_ONCE


def noting_when_asked(before: Order | None, after: Order, at: datetime) -> Order:
    """Return the order with the instant it asks at, where its placement does not tell.

    So it is with what a platform or an unanswered request placed long ago, with an order whose
    unknown SKU is known at last, and with one that an edit adds to.
    """
    if not asks_stock(after) or (before is not None and _has_asked(before, after)):
        return after
    at_once = abs(at - after.placed_at) <= AT_ONCE
    return replace(after, asked_at=None if at_once else at)


def _has_asked(before: Order, after: Order) -> bool:
    if is_editing(after) and not is_editing(before):
        return False
    return asks_stock(before)
