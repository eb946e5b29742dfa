"""What is told is kept, and who pushes is asked less for as long as they do."""

from datetime import timedelta

import pytest

from tests.support.tracking import NOW, FakeClock, FakeShipments, a_shipment, scan, told
from tracking.cadence import phase_of, questions
from tracking.carriers.base import Question
from tracking.news.keeping import Keeper
from tracking.parcels.shipment import Shipment
from tracking.parcels.states import Scan
from waybill.dynamo import ContentionError


class World:
    """A shipment, and a keeper."""

    def __init__(self) -> None:
        self.shipments = FakeShipments()
        self.shipments.add(a_shipment())
        self.keeper = Keeper(self.shipments, frozenset, FakeClock())
        self.scans: list[Scan] = []

    @property
    def shipment(self) -> Shipment:
        (stored,) = self.shipments.stored.values()
        return stored

    def hear(self, *scans: Scan, pushed: bool = False) -> None:
        self.scans += scans
        given = {Question("EE00", "ems"): told(*self.scans)}
        self.keeper.keep(self.shipment, "ems", given, pushed=pushed)

    @property
    def is_pushed(self) -> bool:
        return self.shipment.due["ems"].pushed


def test_pushed_news_make_polls_four_times_rarer() -> None:
    world = World()
    world.hear(scan("EMC", 5))
    polled = world.shipment.due["ems"]
    world.hear(scan("EMD", 4), pushed=True)
    assert world.is_pushed
    end = NOW.timestamp() + 8 * 86_400
    phase = phase_of(world.shipment.id)
    often, rarely = (questions(due, end, phase) for due in (polled, world.shipment.due["ems"]))
    assert often / 4 - 1 <= rarely <= often / 4 + 1


def test_a_poll_without_news_believes_in_the_pushes_and_writes_nothing() -> None:
    world = World()
    world.hear(scan("EMC", 5), pushed=True)
    writes = world.shipments.writes
    world.hear()
    assert world.is_pushed
    assert world.shipments.writes == writes


def test_news_that_had_to_be_asked_for_end_the_belief_until_the_next_push() -> None:
    world = World()
    world.hear(scan("EMC", 5), pushed=True)
    world.hear(scan("EMD", 4))
    assert not world.is_pushed
    world.hear(scan("EMF", 3), pushed=True)
    assert world.is_pushed


def test_the_same_push_again_writes_nothing() -> None:
    world = World()
    world.hear(scan("EMC", 5), pushed=True)
    writes = world.shipments.writes
    world.hear(pushed=True)
    assert world.shipments.writes == writes


def test_a_shipment_that_somebody_else_changes_is_read_again() -> None:
    world = World()
    world.shipments.rivals = 2
    world.hear(scan("EMC", 5))
    assert world.shipment.parcels[0].scans
    world.shipments.rivals = 99
    with pytest.raises(ContentionError):
        world.hear(scan("EMD", 4))


def test_when_a_shipment_was_last_heard_of_is_told_by_news_alone() -> None:
    world = World()
    world.hear(scan("EMC", 5), pushed=True)
    clock = FakeClock(NOW + timedelta(hours=1))
    world.keeper = Keeper(world.shipments, frozenset, clock)
    world.hear()
    assert world.shipment.updated_at == NOW
    world.hear(scan("EMD", 1))
    assert world.shipment.updated_at == clock.now
