"""What a shipment does to an order: a pure function. A shipment is a fact and never refused."""

from collections import Counter
from dataclasses import replace
from datetime import datetime

from orders.lifecycle import settled
from orders.news import ShipmentNews
from orders.order import Order, Shipment


def ship(order: Order, news: ShipmentNews, at: datetime) -> Order | None:
    """Apply what tracking says of a shipment; None if it changes nothing, or newer is known.

    Scans on the way cost the order no write: their versions are not kept. That stays right in any
    order of arrival, because a delivery, another end, and news that takes either back are always
    kept.
    """
    known = order.shipments.get(news.shipment_id)
    if known and news.version <= known.version:
        return None
    lines = dict(news.lines or (known.lines if known else _all_open(order)))
    on_the_way = not (news.delivered or news.ended or news.reopened)
    nothing_ended = known is not None and not (known.delivered or known.ended)
    if known and on_the_way and nothing_ended and known.lines == lines:
        return None
    latest = Shipment(news.version, lines, delivered=news.delivered, ended=news.ended)
    return settled(_with_shipments(order, {**order.shipments, news.shipment_id: latest}), at)


def _all_open(order: Order) -> dict[str, int]:
    return {line.line_id: line.open for line in order.agreed_lines if line.open}


def _with_shipments(order: Order, shipments: dict[str, Shipment]) -> Order:
    """Return the order with its shipments, and with the quantities that follow from all of them."""
    fulfilled: Counter[str] = Counter()
    delivered: Counter[str] = Counter()
    for shipment in shipments.values():
        fulfilled.update(shipment.lines)
        if shipment.delivered:
            delivered.update(shipment.lines)
    wanted = {line.line_id: line.wanted for line in order.agreed_lines}
    excess = {line_id for line_id, units in fulfilled.items() if units > wanted.get(line_id, 0)}
    return replace(
        order,
        lines=tuple(
            replace(line, fulfilled=fulfilled[line.line_id], delivered=delivered[line.line_id])
            for line in order.lines
        ),
        shipments={
            shipment_id: replace(shipment, unmatched=not excess.isdisjoint(shipment.lines))
            for shipment_id, shipment in shipments.items()
        },
    )


def recounted(order: Order) -> Order:
    """Return the order with its shipments looked at again, where one carried what it had not."""
    if not any(shipment.unmatched for shipment in order.shipments.values()):
        return order
    return _with_shipments(order, dict(order.shipments))


def newly_unmatched(before: Order, after: Order) -> int:
    """How many shipments of an order have become unmatched by a change."""
    return sum(
        shipment.unmatched
        and not (shipment_id in before.shipments and before.shipments[shipment_id].unmatched)
        for shipment_id, shipment in after.shipments.items()
    )
