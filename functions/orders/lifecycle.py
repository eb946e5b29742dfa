"""An order's life: which status may follow which, when it moves by itself, and how it is cancelled.

Pure functions of values. Each answers with the order as it becomes; nothing here writes.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from orders.order import (
    EditState,
    Hold,
    HoldKind,
    Order,
    OrderStatus,
    PaymentRule,
)
from orders.records import Change, Happening, Told
from orders.status import InventoryStatus, statuses
from waybill.ids import derived_id
from waybill.problems import Conflict

TRANSITIONS: Final[Mapping[OrderStatus, frozenset[OrderStatus]]] = {
    OrderStatus.DRAFT: frozenset({OrderStatus.PENDING, OrderStatus.CANCELLED}),
    OrderStatus.PENDING: frozenset(
        {OrderStatus.CONFIRMED, OrderStatus.EXPIRED, OrderStatus.CANCELLED}
    ),
    OrderStatus.CONFIRMED: frozenset({OrderStatus.COMPLETED, OrderStatus.CANCELLED}),
    OrderStatus.COMPLETED: frozenset(),
    OrderStatus.CANCELLED: frozenset(),
    OrderStatus.EXPIRED: frozenset(),
}
"""From each status, those that may follow; a new order is a draft or pending."""

# Stock decided well enough to ship: all of it, or as much as the shop's rules and SKUs accept.
_SHIPPABLE: Final = frozenset(
    {
        InventoryStatus.ALLOCATED,
        InventoryStatus.PARTIALLY_ALLOCATED,
        InventoryStatus.BACKORDERED,
    }
)
# Statuses in which a customer still waits for the goods, so that inventory holds them.
_WAITING: Final = frozenset({OrderStatus.PENDING, OrderStatus.CONFIRMED, OrderStatus.COMPLETED})

UNKNOWN_SKU_NOTE: Final = "unknown SKU"

Demand = tuple[str, str, int, int, tuple[tuple[str, int], ...]]
"""Line, SKU, units wanted, units gone, units that came back by location."""


def impossible(order: Order, wish: str) -> Conflict:
    """Return the 409 for what the order's state does not allow, with what is possible instead."""
    gone = set() if order.has_open_units else {OrderStatus.CANCELLED}  # nothing is left to cancel
    return Conflict(
        f"this order is {order.status} and {wish}",
        order_status=order.status.value,
        possible=sorted(status.value for status in TRANSITIONS[order.status] - gone),
    )


def move(order: Order, to: OrderStatus) -> Order:
    """Return the order in its next status; raises :class:`Conflict` where there is no such way."""
    if to not in TRANSITIONS[order.status]:
        raise impossible(order, f"cannot become {to}")
    return replace(order, status=to)


def settled(order: Order, at: datetime) -> Order:
    """Return the order after every step it takes by itself: pending → confirmed → completed.

    A completed order waits for nothing any more: its holds end with it.
    """
    if order.status is OrderStatus.PENDING and is_confirmable(order):
        order = replace(move(order, OrderStatus.CONFIRMED), confirmed_at=at)
    if order.status is OrderStatus.CONFIRMED and is_complete(order):
        order = replace(move(order, OrderStatus.COMPLETED), completed_at=at, holds=())
    return order


def is_confirmable(order: Order) -> bool:
    """Stock is decided as wished, nothing holds the order, and its payment rule is met."""
    return statuses(order).inventory in _SHIPPABLE and not order.holds and is_secured(order)


def is_secured(order: Order) -> bool:
    """The payment rule is met.

    What is authorized and what is captured of it are never added up: no fact here says which
    capture belongs to which authorization.
    """
    money = order.payments
    paid = money.captured - money.refunded
    secured = {
        PaymentRule.NONE: order.current_total,
        PaymentRule.AUTHORIZED: max(money.authorized - money.voided, paid),
        PaymentRule.PAID: paid,
    }[order.rules.payment]
    return secured >= order.current_total


def is_complete(order: Order) -> bool:
    """Every unit that is to be shipped was delivered or came back, and nothing is under way.

    Cancelled units do not count; an open return or an edit that is being reserved does. Nobody
    says whether a unit that came back had been delivered, so it is taken for one that was, unless
    the shipment of an undelivered one has ended: then nothing is waited for that can still come.
    """
    if is_editing(order) or any(state.is_open for state in order.returns.values()):
        return False
    ended = Counter[str]()
    for shipment in order.shipments.values():
        if shipment.ended:
            ended.update(shipment.lines)
    return all(
        max(line.returned, line.delivered + min(line.returned, ended[line.line_id])) >= line.wanted
        for line in order.lines
        if line.requires_shipping
    )


def is_editing(order: Order) -> bool:
    """Whether what a confirmed edit adds is being reserved."""
    return order.edit is not None and order.edit.state is EditState.RESERVING


def confirm_draft(order: Order, at: datetime) -> Change:
    """Make a draft an order: from now on stock is asked for, first come first served by ``at``."""
    if order.status is not OrderStatus.DRAFT:
        raise impossible(order, "is no draft")
    return Change(
        replace(move(order, OrderStatus.PENDING), placed_at=at), (Told(Happening.DRAFT_CONFIRMED),)
    )


def pay_by(order: Order) -> datetime | None:
    """When an order expires that is still to be paid; None for one that does not.

    What has left already is not taken back by a clock: such an order needs a person. A platform's
    order is sold already, and ends when the platform says so.
    """
    if order.platform_version:
        return None
    minutes = order.rules.payment_minutes
    if minutes is None or order.status is not OrderStatus.PENDING or is_secured(order):
        return None
    if any(line.fulfilled for line in order.lines):
        return None
    charged_at = order.edit.charged_at if order.edit else None
    return (charged_at or order.placed_at) + timedelta(minutes=minutes)


def expire(order: Order, at: datetime) -> Change | None:
    """End an order that was not paid in time; None where it was, or there is time left."""
    deadline = pay_by(order)
    if deadline is None or deadline > at:
        return None
    ended = replace(move(order, OrderStatus.EXPIRED), holds=(), removed=order.total)
    return Change(without_edit(ended, "the order expired"), (Told(Happening.EXPIRED),))


def without_edit(order: Order, reason: str) -> Order:
    """Return the order without what an edit that is being reserved would add."""
    if not is_editing(order) or order.edit is None:
        return order
    return replace(
        order,
        lines=order.agreed_lines,
        edit=replace(order.edit, state=EditState.DECLINED, reason=reason, since=0),
    )


def unknown_sku_hold(order_id: str) -> str:
    """Return the id of the hold for SKUs that nobody knows; an order has it once, at placement."""
    return name_hold(order_id, UNKNOWN_SKU_NOTE, 0)


def name_hold(order_id: str, why: str, version: int) -> str:
    """Return a hold's id, the same in every attempt to place it on this version of the order."""
    return derived_id("hold", order_id, why, str(version))[: len("hold_") + 10]


def with_hold(
    order: Order, kind: HoldKind, at: datetime, *, hold_id: str, note: str | None = None
) -> Order:
    """Return the order with one more hold."""
    return replace(order, holds=(*order.holds, Hold(hold_id, kind, at, note)))


def asks_stock(order: Order) -> bool:
    """Whether inventory is to hold what the order waits for."""
    return order.status in _WAITING and order.asks_stock


def demand(order: Order | None) -> frozenset[Demand]:
    """Tell what inventory must hold, has to write off, and gets back.

    What needs no shipping is handed over when the order completes.
    """
    if order is None:
        return frozenset()
    waiting = asks_stock(order)
    completed = order.status is OrderStatus.COMPLETED
    wants = (
        (
            line.line_id,
            line.sku,
            line.wanted if waiting else 0,
            line.wanted if completed and not line.requires_shipping else line.fulfilled,
            tuple(sorted(line.restocked.items())),
        )
        for line in order.lines
    )
    return frozenset(want for want in wants if any(want[2:]))
