"""A number that fits several carriers: asked in turn, until one of them knows it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.support.tracking import (
    NOW,
    FakeAdapter,
    FakeBriefing,
    FakeCarriers,
    FakeClock,
    FakeShipments,
    a_line,
    a_shipment,
    ems_settings,
    lessons,
    scan,
    send_ok,
    told,
)
from tracking.carriers import registry
from tracking.carriers.base import Answer, Question
from tracking.news.answers import hear
from tracking.parcels.shipment import Due, Parcel, Shipment, Silence
from tracking.parcels.states import Pace, Status
from tracking.shipments.stored import from_item, index_items, to_item
from tracking.sweep.tasks import Task
from tracking.sweep.worker import Worker

NUMBER = "771234567890"
NOBODY_KNOWS = Answer(known=False)
ALL = frozenset({"ups", "dhl", "ems"})


def parcel_of(carrier: str, *others: str) -> Parcel:
    return Parcel(NUMBER, carrier, others=others)


def shipment_of(parcel: Parcel) -> Shipment:
    since = int(NOW.timestamp())
    shipment = replace(a_shipment(parcel.carrier), parcels=(parcel,))
    return replace(shipment, due={parcel.carrier: Due(Pace.NEW, since)})


def asked(
    shipment: Shipment, answer: Answer, set_up: frozenset[str] = ALL, hours: float = 0
) -> Shipment:
    """The shipment after the carrier that is asked now has answered."""
    parcel = shipment.parcels[0]
    question = Question(NUMBER, parcel.carrier)
    now = NOW + timedelta(hours=hours)
    return hear(shipment, parcel.carrier, {question: answer}, now, set_up=lambda: set_up).shipment


@pytest.fixture(autouse=True)
def _adapters(monkeypatch: pytest.MonkeyPatch) -> None:
    """Carriers that can be asked for themselves."""
    for name in ("ups", "dhl", "fedex"):
        monkeypatch.setitem(registry.ADAPTERS, name, FakeAdapter())  # type: ignore[arg-type]


def test_the_next_one_is_asked_and_nobody_says_it_is_not_known() -> None:
    turned = asked(shipment_of(parcel_of("ups", "dhl", "ems")), NOBODY_KNOWS)
    parcel = turned.parcels[0]
    assert (parcel.carrier, parcel.others, parcel.tried) == ("dhl", ("ems",), ("ups",))
    assert turned.state.status is Status.PENDING
    assert {carrier: due.pace for carrier, due in turned.due.items()} == {"dhl": Pace.NEW}
    assert turned.updated_at == NOW
    assert turned.version == 2


def test_once_all_were_asked_it_is_not_known_and_they_are_asked_on_in_turn() -> None:
    shipment, carriers, since = shipment_of(parcel_of("ups", "dhl", "ems")), [], set()
    for hour in range(1, 8):
        shipment = asked(shipment, NOBODY_KNOWS, hours=hour)
        carriers.append(shipment.parcels[0].carrier)
        status = shipment.state.status
        assert status is (Status.PENDING if hour < 3 else Status.NOT_FOUND)
        if hour >= 3:
            assert {due.pace for due in shipment.due.values()} == {Pace.LOST}
            since |= {due.since for due in shipment.due.values()}
    assert carriers == ["dhl", "ems", "ups", "dhl", "ems", "ups", "dhl"]
    assert len(since) == 1  # the ladder goes on where it was, whoever is asked


def test_who_tells_a_scan_stays_and_no_other_is_asked_any_more() -> None:
    shipment = asked(shipment_of(parcel_of("ups", "ems")), NOBODY_KNOWS)
    known = asked(shipment, told(scan("EMC")))
    parcel = known.parcels[0]
    assert (parcel.carrier, parcel.others, parcel.tried) == ("ems", (), ())
    assert known.state.status is Status.IN_TRANSIT
    assert set(known.due) == {"ems"}
    suspect = asked(known, NOBODY_KNOWS)
    assert suspect == known
    assert known.as_created().parcels == (Parcel(NUMBER, "ups"),)


def test_an_old_parcel_of_that_number_ties_it_to_nobody() -> None:
    former = told(scan("EMI", 24 * 200))
    shipment = shipment_of(parcel_of("ems", "ups"))
    after = asked(shipment, former)
    assert after.parcels[0].others == ("ups",)


def test_those_that_are_not_set_up_are_skipped_and_asked_once_they_are() -> None:
    only_ems = frozenset({"ups", "ems"})
    turned = asked(shipment_of(parcel_of("ups", "dhl", "ems")), NOBODY_KNOWS, only_ems)
    parcel = turned.parcels[0]
    assert (parcel.carrier, parcel.others, parcel.tried) == ("ems", ("dhl",), ("ups",))
    assert asked(turned, NOBODY_KNOWS).parcels[0].carrier == "dhl"
    alone = asked(shipment_of(parcel_of("ups", "dhl")), NOBODY_KNOWS, frozenset({"ups"}))
    assert alone.parcels[0].carrier == "ups"
    assert alone.parcels[0].silence is Silence.NOT_FOUND


def test_a_carrier_that_was_named_is_believed() -> None:
    after = asked(shipment_of(Parcel(NUMBER, "ups")), NOBODY_KNOWS)
    assert after.parcels[0].carrier == "ups"
    assert after.state.status is Status.NOT_FOUND


def test_after_a_month_nobody_is_asked_any_more() -> None:
    shipment = asked(shipment_of(parcel_of("ups", "ems")), NOBODY_KNOWS, hours=31 * 24)
    assert shipment.state.status is Status.EXPIRED
    assert shipment.due == {}


def test_a_turn_is_one_write_that_moves_the_shipment_to_the_other_carriers_index() -> None:
    shipment = replace(shipment_of(parcel_of("ups", "ems")))
    shipments = FakeShipments()
    shipments.add(shipment)
    carriers = FakeCarriers(
        {name: replace(ems_settings(), carrier=name) for name in ("ups", "ems")}
    )
    clock = FakeClock()
    worker = Worker(
        FakeBriefing(shipments, carriers),
        shipments,
        carriers.set_up,
        carriers,
        {"ups": FakeAdapter(), "ems": FakeAdapter()},
        a_line(send_ok, clock),
        lessons(),
    )
    for _ in range(2):  # the second comes too late: the parcel is asked of somebody else by now
        worker.work(Task("ups", ((shipment.shop_id, shipment.id),)), lambda: 60.0)
    assert shipments.writes == 1
    stored = shipments.get(shipment.shop_id, shipment.id)
    assert stored is not None
    assert set(stored.due) == {"ems"}
    item = to_item(stored, actor="a", correlation_id="c")
    assert item["due_pk"].startswith("ems#")
    assert index_items(stored) == {}
    assert from_item(item) == stored
