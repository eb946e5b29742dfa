"""Which events a change of an order is: a pure function of its images before and after.

Events hold ids, quantities, statuses and money, nothing personal. One change may be several: an
order whose stock is decided last is confirmed and, where nothing is to be shipped, completed.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from orders.items import read_order
from orders.order import Order, OrderStatus
from orders.status import statuses
from waybill.batch import Change
from waybill.events import Event, EventName

ROOM: Final = "orders"

_CONFIRMED: Final = frozenset({OrderStatus.CONFIRMED, OrderStatus.COMPLETED})

# An order's holds end with it; that it ended is the news.
_GIVEN_UP: Final = frozenset({OrderStatus.CANCELLED, OrderStatus.EXPIRED})

Fact = tuple[EventName, dict[str, Any]]


def events_of(change: Change) -> Iterator[Event]:
    """Return the events of a stream record of OrdersTable."""
    if change.new is None or change.key["sk"] != "order":
        return
    new = read_order(change.new)
    old = read_order(change.old) if change.old else None
    for name, data in (*facts(old, new), *_amended(change.new, new)):
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
    yield from _held(old, new)
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
    if _became(OrderStatus.CANCELLED, old, new):
        reason = new.cancel_reason.value if new.cancel_reason else None
        yield EventName.ORDER_CANCELLED, {"reason": reason}
    if _became(OrderStatus.EXPIRED, old, new):
        yield EventName.ORDER_EXPIRED, {}
    if _became(OrderStatus.COMPLETED, old, new):
        yield EventName.ORDER_COMPLETED, {}


def _held(old: Order | None, new: Order) -> Iterator[Fact]:
    before = old.holds if old and old.status is not OrderStatus.DRAFT else ()
    open_kinds = sorted({hold.kind.value for hold in new.holds})
    if not new.ended and {hold.id for hold in new.holds} - {hold.id for hold in before}:
        yield EventName.ORDER_HELD, {"holds": open_kinds}
    left = {hold.id for hold in new.holds}
    released = sorted({hold.kind.value for hold in before if hold.id not in left})
    if released and new.status not in _GIVEN_UP:
        yield EventName.ORDER_HOLD_RELEASED, {"released": released, "holds": open_kinds}


def _amended(image: Mapping[str, Any], order: Order) -> Iterator[Fact]:
    if image.get("amended") and order.status is not OrderStatus.DRAFT:
        yield EventName.ORDER_AMENDED, {"fields": list(image["amended"])}


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


def _became(status: OrderStatus, old: Order | None, new: Order) -> bool:
    return new.status is status and (old is None or old.status is not status)


def _shipped(order: Order | None) -> int:
    return sum(line.fulfilled for line in order.lines) if order else 0
