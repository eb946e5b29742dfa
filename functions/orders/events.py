"""Which events a change of an order is: a pure function of its images before and after.

Events hold ids, quantities, statuses and money, nothing personal. One change may be several: an
order whose stock is decided last is confirmed and, where nothing is to be shipped, completed.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from itertools import chain
from typing import Any, Final

from orders.items import read_order
from orders.order import EditState, Order, OrderEdit, OrderStatus
from orders.returns.events import facts_of
from orders.status import statuses
from waybill.batch import Change
from waybill.dynamo import Item
from waybill.events import Event, EventName

ROOM: Final = "orders"

_CONFIRMED: Final = frozenset({OrderStatus.CONFIRMED, OrderStatus.COMPLETED})

# An order's holds end with it; that it ended is the news.
_GIVEN_UP: Final = frozenset({OrderStatus.CANCELLED, OrderStatus.EXPIRED})

Fact = tuple[EventName, dict[str, Any]]


def events_of(change: Change) -> Iterator[Event]:
    """Return the events of a stream record of OrdersTable."""
    image = change.new
    if image is None:
        return
    key, told = _told(change, image)
    for name, data in told:
        about = {"order_id": image["order_id"], "number": image["number"]}
        yield Event.of_image(image, name, room=ROOM, key=key, data=about | data)


def _told(change: Change, image: Item) -> tuple[str, Iterator[Fact]]:
    """Tell which aggregate changed, and what happened to it."""
    if change.key["sk"] == "order":
        old = read_order(change.old) if change.old else None
        new = read_order(image)
        return image["order_id"], chain(facts(old, new), _amended(image, new))
    if change.key["sk"].startswith("return#"):
        return image["return_id"], facts_of(change, image)
    return "", iter(())


def facts(old: Order | None, new: Order) -> Iterator[Fact]:
    """Tell what happened to an order between two of its versions; a draft is nobody's news."""
    if new.status is OrderStatus.DRAFT:
        return
    known = old if old is not None and old.status is not OrderStatus.DRAFT else None
    if new.status is OrderStatus.CANCELLED and old is not None and known is None:
        return
    for tell in _TELLING:
        yield from tell(known, new)


# --- what each kind of change tells; the order before is None where the world knew none ---------


def _told_placed(old: Order | None, new: Order) -> Iterator[Fact]:
    if old is None:
        yield EventName.ORDER_PLACED, _placed(new)


def _told_held(old: Order | None, new: Order) -> Iterator[Fact]:
    before = old.holds if old else ()
    open_kinds = sorted({hold.kind.value for hold in new.holds})
    if not new.ended and {hold.id for hold in new.holds} - {hold.id for hold in before}:
        yield EventName.ORDER_HELD, {"holds": open_kinds}
    left = {hold.id for hold in new.holds}
    released = sorted({hold.kind.value for hold in before if hold.id not in left})
    if released and new.status not in _GIVEN_UP:
        yield EventName.ORDER_HOLD_RELEASED, {"released": released, "holds": open_kinds}


def _told_confirmed(old: Order | None, new: Order) -> Iterator[Fact]:
    if new.status not in _CONFIRMED or (old and old.status in _CONFIRMED):
        return
    now = statuses(new)
    data = {
        "inventory_status": now.inventory.value,
        "fulfillment_status": now.fulfillment.value,
    }
    yield EventName.ORDER_CONFIRMED, data


def _told_fulfilled(old: Order | None, new: Order) -> Iterator[Fact]:
    if _shipped(new) > _shipped(old):
        status = statuses(new).fulfillment.value
        yield EventName.ORDER_FULFILLED, {"fulfillment_status": status}


def _told_edited(old: Order | None, new: Order) -> Iterator[Fact]:
    if old is not None and new.edit is not None and new.edit != old.edit:
        yield from _edited(old, new, new.edit)


def _told_paid(old: Order | None, new: Order) -> Iterator[Fact]:
    if old is not None and new.payment_facts > old.payment_facts:
        yield EventName.ORDER_PAYMENT_RECORDED, _payment(old, new)


def _told_ended(old: Order | None, new: Order) -> Iterator[Fact]:
    if _became(OrderStatus.CANCELLED, old, new):
        reason = new.cancel_reason.value if new.cancel_reason else None
        yield EventName.ORDER_CANCELLED, {"reason": reason}
    if _became(OrderStatus.EXPIRED, old, new):
        yield EventName.ORDER_EXPIRED, {}
    if _became(OrderStatus.COMPLETED, old, new):
        yield EventName.ORDER_COMPLETED, {}


_TELLING: Final[tuple[Callable[[Order | None, Order], Iterator[Fact]], ...]] = (
    _told_placed,
    _told_held,
    _told_confirmed,
    _told_fulfilled,
    _told_edited,
    _told_paid,
    _told_ended,
)


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


def _shipped(order: Order | None) -> int:
    return sum(line.fulfilled for line in order.lines) if order else 0
