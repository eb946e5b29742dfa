"""From scans to an order: what tracking says on the bus is what orders counts, over both rooms."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

from orders.on_shipment_event import _news_of
from orders.order import Order, OrderStatus
from tests.support.tracking import NOW, a_shipment, scan, told
from tests.unit.orders.orders_builders import lines, order, ship
from tracking.carriers.base import Answer, Question
from tracking.events import events_of
from tracking.news.answers import hear
from tracking.parcels.shipment import Line, Shipment
from tracking.shipments.stored import to_item
from waybill.batch import Change
from waybill.events import Event

DELIVERED = (scan("EMA", 40), scan("EMI", 5))
TAKEN_BACK = (*DELIVERED, scan("EDF", 4))
AGAIN = (*TAKEN_BACK, scan("EMI", 1))


def shipment_of(number: int, units: int, *carriers: str) -> Shipment:
    shipment = replace(a_shipment(*carriers, number=number), lines=(Line("line_1", units),))
    return replace(shipment, created_at=NOW - timedelta(days=3))


def events(*versions: Shipment | None) -> Iterator[Event]:
    """What the relay makes of a shipment's versions, one after the other."""
    items = [v and to_item(v, actor="a", correlation_id="c") for v in versions]
    for old, new in pairwise(items):
        yield from events_of(Change("1", {"pk": "p", "sk": "shipment#x"}, old, new))


def heard(shipment: Shipment, told_of: Mapping[str, Answer]) -> Shipment:
    answers = {Question(number, "ems"): answer for number, answer in told_of.items()}
    return hear(shipment, "ems", answers, NOW).shipment


def after(before: Order, *news: Event) -> Order:
    for event in news:
        before = ship(before, _news_of(event)) or before
    return before


def confirmed(units: int) -> Order:
    return order(OrderStatus.CONFIRMED, lines=lines(units), inventory_version=1)


def counted(one: Order) -> tuple[int, int]:
    return one.lines[0].fulfilled, one.lines[0].delivered


def test_an_order_in_two_shipments_is_fulfilled_and_delivered_by_both() -> None:
    placed = confirmed(3)
    one, other = shipment_of(1, 2), shipment_of(2, 1)
    sent = after(placed, *events(None, one), *events(None, other))
    assert counted(sent) == (3, 0)
    first = heard(one, {"EE01": told(*DELIVERED)})
    half = after(sent, *events(one, first))
    assert (counted(half), half.status) == ((3, 2), OrderStatus.CONFIRMED)
    done = after(half, *events(other, heard(other, {"EE02": told(*DELIVERED)})))
    assert (counted(done), done.status) == ((3, 3), OrderStatus.COMPLETED)


def test_a_shipment_of_two_parcels_is_delivered_with_the_second() -> None:
    shipment = shipment_of(0, 2, "ems", "ems")
    sent = after(confirmed(2), *events(None, shipment))
    one = heard(shipment, {"EE00": told(*DELIVERED), "EE10": told(scan("EMA", 40))})
    assert counted(after(sent, *events(shipment, one))) == (2, 0)
    both = heard(one, {"EE10": told(*DELIVERED)})
    done = after(sent, *events(shipment, one, both))
    assert (counted(done), done.status) == ((2, 2), OrderStatus.COMPLETED)


def test_a_delivery_that_is_taken_back_and_made_again_counts_once_in_any_order() -> None:
    shipment = shipment_of(0, 2)
    versions: list[Shipment | None] = [None, shipment]
    for scans in (DELIVERED, TAKEN_BACK, AGAIN):
        last = versions[-1]
        assert last is not None
        versions.append(heard(last, {"EE00": told(*scans)}))
    told_of = list(events(*versions))
    assert [event.data.get("status") for event in told_of[1:]] == [
        "delivered",
        "exception",
        "delivered",
    ]
    assert counted(after(confirmed(3), *told_of[:3])) == (2, 0)
    assert counted(after(confirmed(3), *told_of)) == (2, 2)
    assert counted(after(confirmed(3), *told_of[::-1], *told_of)) == (2, 2)


def test_a_delivery_that_was_none_is_taken_back_whatever_is_heard_first() -> None:
    shipment = shipment_of(0, 2)
    arrived = heard(shipment, {"EE00": told(*DELIVERED)})
    created, delivered, taken_back = events(
        None, shipment, arrived, heard(arrived, {"EE00": told(*TAKEN_BACK)})
    )
    assert counted(after(confirmed(2), created, delivered, taken_back)) == (2, 0)
    late = after(confirmed(2), created, taken_back, delivered)
    assert (counted(late), late.status) == ((2, 0), OrderStatus.CONFIRMED)


def test_asking_another_carrier_or_at_once_is_no_news_to_an_order() -> None:
    shipment = shipment_of(0, 2)
    (parcel,) = shipment.parcels
    asked = replace(
        shipment,
        version=2,
        parcels=(replace(parcel, carrier="dhl", tried=("ems",), created_with="ems"),),
    )
    assert list(events(shipment, asked)) == []
