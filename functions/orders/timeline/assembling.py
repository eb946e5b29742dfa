"""What an order, its details, its stock, payments and shipments tell of its past; pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from orders.details import Details
from orders.order import Order, Payment
from orders.records import Entry, PaymentFact
from waybill.clock import from_text, to_text

BY_ORDERS: Final = "orders"
BY_INVENTORY: Final = "inventory"
BY_TRACKING: Final = "tracking"

# What comes first of what happened at one instant.
_RANKS: Final = {
    "placed": 0,
    "payment": 1,
    "stock_decided": 2,
    "confirmed": 4,
    "shipment_created": 5,
    "shipment_status": 6,
    "completed": 7,
}
_RANK_OF_ENTRIES: Final = 3


@dataclass(frozen=True)
class Moment:
    """One thing that happened; ``place`` sorts by instant, and is no other's of the order."""

    at: datetime
    actor: str
    event: str
    data: Mapping[str, Any]
    place: str


@dataclass(frozen=True)
class Sources:
    """Where an order's past is read off, but for the entries of its own."""

    order: Order
    details: Details
    decision: Mapping[str, Any] | None
    """Inventory's newest; see :class:`waybill.views.InventoryView`."""
    shipments: Sequence[Mapping[str, Any]]
    """See :class:`waybill.views.ShipmentsView`."""
    payments: Sequence[PaymentFact]


def moments(sources: Sources) -> list[Moment]:
    """Return what the sources tell, newest first."""
    found = [*_ordinary(sources), *_paid(sources), *_shipped(sources.shipments)]
    return sorted(found, key=lambda moment: moment.place, reverse=True)


def moment_of(entry: Entry, name: str) -> Moment:
    """Return an entry as the timeline shows it; ``name`` tells it from the order's others."""
    place = f"{to_text(entry.at)}#{_RANK_OF_ENTRIES}#{name}"
    return Moment(entry.at, entry.actor, entry.told.what.value, entry.told.data, place)


def _ordinary(sources: Sources) -> Iterator[Moment]:
    order, details, decision = sources.order, sources.details, sources.decision
    channel = {"channel": order.channel, "number": order.number}
    yield _moment(details.placed_at, details.placed_by, "placed", channel)
    if decision is not None:
        at = from_text(decision["updated_at"])
        told = {"decision": decision["decision"], "lines": decision["lines"]}
        yield _moment(at, BY_INVENTORY, "stock_decided", told)
    if order.confirmed_at:
        yield _moment(order.confirmed_at, BY_ORDERS, "confirmed", {})
    if order.completed_at:
        yield _moment(order.completed_at, BY_ORDERS, "completed", {})


def _paid(sources: Sources) -> Iterator[Moment]:
    details, currency = sources.details, sources.order.currency
    for number, payment in enumerate(details.payments):
        data = _payment(payment, currency)
        yield _moment(details.placed_at, details.placed_by, "payment", data, str(number))
    for fact in sources.payments:
        data = _payment(fact.payment, currency) | {"payment_id": fact.payment_id}
        if fact.return_id:
            data["return_id"] = fact.return_id
        yield _moment(fact.at, fact.actor, "payment", data, fact.payment_id)


def _shipped(shipments: Sequence[Mapping[str, Any]]) -> Iterator[Moment]:
    """A shipment keeps who wrote it last; who made it is known until it is written again."""
    for item in shipments:
        shipment_id, fresh = item["id"], item["version"] == 1
        carriers = sorted({parcel["carrier"] for parcel in item["parcels"]})
        made = {"shipment_id": shipment_id, "carriers": carriers}
        maker = item["actor"] if fresh else BY_TRACKING
        at = from_text(item["created_at"])
        yield _moment(at, maker, "shipment_created", made, shipment_id)
        if not fresh:
            status = {"shipment_id": shipment_id, "status": item["status"]}
            at = from_text(item["updated_at"])
            yield _moment(at, BY_TRACKING, "shipment_status", status, shipment_id)


def _payment(payment: Payment, currency: str) -> dict[str, Any]:
    money = {"amount": payment.amount, "currency": currency}
    return {"kind": payment.kind.value, "amount": money}


def _moment(
    at: datetime, actor: str, event: str, data: Mapping[str, Any], name: str = ""
) -> Moment:
    return Moment(at, actor, event, data, f"{to_text(at)}#{_RANKS[event]}#{name}")
