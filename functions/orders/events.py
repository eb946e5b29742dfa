"""Which events a change of an order is: a pure function of its images before and after.

Events hold ids, quantities, statuses and money, nothing personal. One change may be several: an
order whose stock is decided last is confirmed and, where nothing is to be shipped, completed.
"""

from collections.abc import Iterator
from typing import Any, Final

from orders.items import read_order
from orders.order import EditState, Order, OrderEdit, OrderStatus
from orders.status import statuses
from waybill.batch import Change
from waybill.events import Event, EventName

ROOM: Final = "orders"

_CONFIRMED: Final = frozenset({OrderStatus.CONFIRMED, OrderStatus.COMPLETED})

Fact = tuple[EventName, dict[str, Any]]


def events_of(change: Change) -> Iterator[Event]:
    """Return the events of a stream record of OrdersTable."""
    if change.new is None or change.key["sk"] != "order":
        return
    new = read_order(change.new)
    old = read_order(change.old) if change.old else None
    for name, data in facts(old, new):
        yield Event(
            name=name,
            room=ROOM,
            shop_id=new.shop_id,
            key=new.order_id,
            version=new.version,
            occurred_at=change.new["updated_at"],
            correlation_id=change.new["correlation_id"],
            actor=change.new["actor"],
            data={"order_id": new.order_id, "number": new.number} | data,
        )


def facts(old: Order | None, new: Order) -> Iterator[Fact]:
    """Tell what happened to an order between two of its versions; a draft is nobody's news."""
    if new.status is OrderStatus.DRAFT:
        return
    was_placed = old is not None and old.status is not OrderStatus.DRAFT
    if new.status is OrderStatus.CANCELLED and old is not None and not was_placed:
        return
    if not was_placed:
        yield EventName.ORDER_PLACED, _placed(new)
    if not new.ended and _hold_ids(new) - _hold_ids(old):
        yield EventName.ORDER_HELD, {"holds": sorted({hold.kind.value for hold in new.holds})}
    if new.status in _CONFIRMED and not (old and old.status in _CONFIRMED):
        now = statuses(new)
        yield (
            EventName.ORDER_CONFIRMED,
            {
                "inventory_status": now.inventory.value,
                "fulfillment_status": now.fulfillment.value,
            },
        )
    if _shipped(new) > _shipped(old):
        yield (
            EventName.ORDER_FULFILLED,
            {"fulfillment_status": statuses(new).fulfillment.value},
        )
    if old is not None and new.edit is not None and new.edit != old.edit:
        yield from _edited(old, new, new.edit)
    if _became(OrderStatus.CANCELLED, old, new):
        reason = new.cancel_reason.value if new.cancel_reason else None
        yield EventName.ORDER_CANCELLED, {"reason": reason}
    if _became(OrderStatus.COMPLETED, old, new):
        yield EventName.ORDER_COMPLETED, {}


def _placed(order: Order) -> dict[str, Any]:
    return {
        "status": order.status.value,
        "channel": order.channel,
        "currency": order.currency,
        "total": order.total,
        "lines": [
            {"line_id": line.line_id, "sku": line.sku, "quantity": line.quantity}
            for line in order.lines
        ],
    }


def _edited(old: Order, new: Order, edit: OrderEdit) -> Iterator[Fact]:
    """Tell of an edit once it is certain; the reserving of what it adds is nobody's news."""
    if edit.state is EditState.DECLINED:
        yield EventName.ORDER_EDIT_DECLINED, {"edit_id": edit.edit_id, "reason": edit.reason}
    if edit.state is not EditState.CONFIRMED:
        return
    before = {line.line_id: line.cancelled for line in old.agreed_lines}
    difference = new.current_total - old.current_total
    yield (
        EventName.ORDER_EDITED,
        {
            "edit_id": edit.edit_id,
            "currency": new.currency,
            "charge": max(0, difference),
            "refund": max(0, -difference),
            "added": [
                {"line_id": line.line_id, "sku": line.sku, "quantity": line.quantity}
                for line in new.lines
                if line.line_id not in before
            ],
            "removed": [
                {
                    "line_id": line.line_id,
                    "sku": line.sku,
                    "quantity": line.cancelled - before[line.line_id],
                }
                for line in new.lines
                if line.cancelled > before.get(line.line_id, line.cancelled)
            ],
        },
    )


def _became(status: OrderStatus, old: Order | None, new: Order) -> bool:
    return new.status is status and (old is None or old.status is not status)


def _hold_ids(order: Order | None) -> set[str]:
    return {hold.id for hold in order.holds} if order else set()


def _shipped(order: Order | None) -> int:
    return sum(line.fulfilled for line in order.lines) if order else 0
