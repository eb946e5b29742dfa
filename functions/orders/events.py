"""Which events a change of an order is: a pure function of its images before and after.

Events hold ids, quantities, statuses and money, nothing personal. One change may be several: an
order whose stock is decided last is confirmed and, where nothing is to be shipped, completed.
"""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any, Final

from orders.items import read_order
from orders.order import Order, OrderStatus
from orders.returns.events import facts_of
from orders.status import statuses
from waybill.batch import Change
from waybill.dynamo import Item
from waybill.events import Event, EventName

ROOM: Final = "orders"

_CONFIRMED: Final = frozenset({OrderStatus.CONFIRMED, OrderStatus.COMPLETED})

Fact = tuple[EventName, dict[str, Any]]


def events_of(change: Change) -> Iterator[Event]:
    """Return the events of a stream record of OrdersTable."""
    image = change.new
    if image is None:
        return
    key, told = _told(change, image)
    for name, data in told:
        yield Event(
            name=name,
            room=ROOM,
            shop_id=image["shop_id"],
            key=key,
            version=image["version"],
            occurred_at=image["updated_at"],
            correlation_id=image["correlation_id"],
            actor=image["actor"],
            data={"order_id": image["order_id"], "number": image["number"]} | data,
        )


def _told(change: Change, image: Item) -> tuple[str, Iterator[Fact]]:
    """Tell which aggregate changed, and what happened to it."""
    if change.key["sk"] == "order":
        old = read_order(change.old) if change.old else None
        return image["order_id"], facts(old, read_order(image))
    if change.key["sk"].startswith("return#"):
        return image["return_id"], facts_of(change, image)
    return "", iter(())


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
    if old is not None and new.payment_facts > old.payment_facts:
        yield EventName.ORDER_PAYMENT_RECORDED, _payment(old, new)
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


def _payment(old: Order, new: Order) -> dict[str, Any]:
    """Tell which sum grew, by how much, and what all of them are."""
    before, sums = asdict(old.payments), asdict(new.payments)
    kind, amount = next(
        ((kind, sums[kind] - before[kind]) for kind in sums if sums[kind] > before[kind]), ("", 0)
    )
    return {
        "kind": kind,
        "amount": amount,
        "currency": new.currency,
        "payments": sums,
        "payment_status": statuses(new).payment.value,
    }


def _became(status: OrderStatus, old: Order | None, new: Order) -> bool:
    return new.status is status and (old is None or old.status is not status)


def _hold_ids(order: Order | None) -> set[str]:
    return {hold.id for hold in order.holds} if order else set()


def _shipped(order: Order | None) -> int:
    return sum(line.fulfilled for line in order.lines) if order else 0
