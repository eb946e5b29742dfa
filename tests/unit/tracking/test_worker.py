"""The worker: news are written, everything else is not."""

from datetime import timedelta
from itertools import count

import pytest

from tests.support.tracking import (
    NOW,
    FakeAdapter,
    FakeCarriers,
    FakeClock,
    FakeShipments,
    a_shipment,
    ems_settings,
    scan,
    send_ok,
    told,
)
from tracking.carriers.base import (
    Answer,
    FailingError,
    GarbledError,
    RateLimitedError,
    RefusedError,
    UnreachableError,
)
from tracking.planner import Task
from tracking.shipment import Shipment
from tracking.states import Status
from tracking.worker import MAX_FAILURES, MAX_STUMBLES, Worker, shuffled
from waybill.dynamo import ContentionError


class World:
    """A worker and all it touches."""

    def __init__(self, *shipments: Shipment) -> None:
        self.shipments = FakeShipments()
        self.shipments.add(*shipments)
        self.ids = tuple((s.shop_id, s.id) for s in shipments)
        self.adapter = FakeAdapter()
        self.carriers = FakeCarriers(known={"ems": ems_settings()})
        self.clock = FakeClock()
        self.seconds_left = lambda: 60.0

    def work(self, carrier: str = "ems") -> None:
        worker = Worker(self.shipments, self.carriers, {"ems": self.adapter}, send_ok, self.clock)
        worker.work(Task(carrier, self.ids), self.seconds_left)

    def stored(self) -> list[Shipment]:
        return self.shipments.get_many(self.ids)


def test_eight_scans_in_eight_polls_are_eight_writes_and_eight_polls_without_news_none() -> None:
    world = World(a_shipment())
    codes = ("EMA", "EMB", "EMC", "EMD", "EMF", "EMG", "EDG", "EMI")
    for so_far in range(1, 9):
        scans = [scan(code, 20 - i) for i, code in enumerate(codes[:so_far])]
        world.adapter.answers["EE00"] = told(*scans)
        world.work()
        world.work()
    assert world.shipments.writes == 8
    assert world.stored()[0].state.status is Status.DELIVERED


@pytest.mark.parametrize(
    "error",
    [
        UnreachableError(),
        FailingError(),
        RateLimitedError("60"),
        RefusedError(),
        GarbledError(),
        KeyError("an adapter's own fault"),
    ],
)
def test_errors_are_not_news_and_never_raised(error: Exception) -> None:
    world = World(shipment := a_shipment())
    world.adapter.answers["EE00"] = error
    world.work()
    assert world.shipments.writes == 0
    assert world.stored() == [shipment]
    assert world.carriers.writes == isinstance(error, RateLimitedError)  # the pause it asks for


def test_an_empty_answer_changes_nothing_that_is_known() -> None:
    world = World(a_shipment())
    world.adapter.answers["EE00"] = told(scan("EMC"))
    world.work()
    world.adapter.answers["EE00"] = Answer(known=False)
    world.work()
    assert world.shipments.writes == 1


def test_a_carrier_that_is_down_is_left_alone_after_three_questions() -> None:
    world = World(*(a_shipment(number=n) for n in range(20)))
    world.adapter.answers = {f"EE0{n}": UnreachableError() for n in range(20)}
    world.work()
    assert len(world.adapter.asked) == MAX_FAILURES


@pytest.mark.parametrize("error", [RateLimitedError(), RefusedError()])
def test_a_carrier_that_says_stop_is_left_alone_at_once(error: Exception) -> None:
    world = World(*(a_shipment(number=n) for n in range(20)))
    world.adapter.answers = {f"EE0{n}": error for n in range(20)}
    world.work()
    assert len(world.adapter.asked) == 1


@pytest.mark.parametrize("error", [GarbledError(), FailingError(), KeyError("stumbled")])
def test_numbers_that_fail_by_themselves_stop_no_other(error: Exception) -> None:
    shipments = [a_shipment(number=n) for n in range(32)]
    world = World(*shipments)
    first = [s.parcels[0].tracking_number for s in shuffled(shipments, NOW)][: MAX_STUMBLES - 1]
    world.adapter.answers = dict.fromkeys(first, error)
    world.work()
    assert world.adapter.asked[: len(first)] == first
    assert len(world.adapter.asked) == 32


def test_a_carrier_that_fails_for_every_number_is_left_alone_too() -> None:
    world = World(*(a_shipment(number=n) for n in range(32)))
    world.adapter.answers = {f"EE0{n}": FailingError() for n in range(32)}
    world.work()
    assert len(world.adapter.asked) == MAX_STUMBLES


@pytest.mark.parametrize("error", [UnreachableError(), FailingError()])
def test_numbers_that_always_fail_starve_no_other_for_good(error: Exception) -> None:
    """The first of the page hang for 12 seconds each, in every message; the others are well."""
    world = World(*(a_shipment(number=n) for n in range(32)))
    world.adapter.answers = {f"EE0{n}": error for n in range(12)}
    spent = {True: 12.0, False: 0.2}
    for _ in range(12):
        before = len(world.adapter.asked)

        def seconds_left(before: int = before) -> float:
            asked = world.adapter.asked[before:]
            return 60.0 - sum(spent[number in world.adapter.answers] for number in asked)

        world.seconds_left = seconds_left
        world.work()
        assert seconds_left() > 0
        world.clock.advance(minutes=15)
    assert {f"EE0{n}" for n in range(32)} <= set(world.adapter.asked)


def test_the_order_of_asking_is_the_instants_own() -> None:
    shipments = [a_shipment(number=n) for n in range(32)]
    one, same = shuffled(shipments, NOW), shuffled(shipments[::-1], NOW)
    assert one == same != shuffled(shipments, NOW + timedelta(seconds=1))
    assert sorted(one, key=lambda each: each.id) == shipments


def test_a_carrier_that_asks_for_a_pause_gets_it_beyond_the_message() -> None:
    world = World(a_shipment(number=1), a_shipment(number=2))
    world.adapter.answers = {f"EE0{n}": RateLimitedError("3600") for n in (1, 2)}
    world.work()
    assert world.carriers.watermark("ems").paused_until == NOW + timedelta(hours=1)
    world.clock.advance(minutes=59)
    world.work()
    assert len(world.adapter.asked) == 1
    world.clock.advance(minutes=1)
    world.work()
    assert len(world.adapter.asked) == 2


def test_what_was_answered_before_a_429_is_kept() -> None:
    world = World(a_shipment("ems", "ems"))
    world.adapter.answers = {"EE00": told(scan("EMC")), "EE10": RateLimitedError("5")}
    world.work()
    assert world.stored()[0].parcels[0].scans
    assert world.carriers.watermark("ems").paused_until == NOW + timedelta(seconds=5)


def test_a_worker_stops_before_its_time_is_up() -> None:
    world = World(*(a_shipment(number=n) for n in range(9)))
    left = count(40, -5)
    world.seconds_left = lambda: float(next(left))
    world.work()
    assert 1 <= len(world.adapter.asked) < 9


def test_a_rival_write_is_read_again_and_nothing_asked_twice() -> None:
    world = World(a_shipment())
    world.adapter.answers["EE00"] = told(scan("EMC"))
    world.shipments.rivals = 2
    world.work()
    assert world.stored()[0].version == 4
    assert world.stored()[0].parcels[0].scans
    assert len(world.adapter.asked) == 1


def test_endless_rivals_bring_the_message_again() -> None:
    world = World(a_shipment())
    world.adapter.answers["EE00"] = told(scan("EMC"))
    world.shipments.rivals = 99
    with pytest.raises(ContentionError):
        world.work()


def test_a_crash_before_the_write_is_healed_by_the_next_question() -> None:
    world = World(a_shipment())
    world.adapter.answers["EE00"] = told(scan("EMC"))
    save, world.shipments.save = world.shipments.save, _crash
    with pytest.raises(SystemError):
        world.work()
    world.shipments.save = save
    world.work()
    assert world.stored()[0].state.status is Status.IN_TRANSIT


def _crash(*_: object) -> None:
    raise SystemError


def test_only_the_carriers_own_parcels_are_asked_about() -> None:
    world = World(a_shipment("dhl", "ems", "dhl"))
    world.work()
    assert world.adapter.asked == ["EE10"]


def test_a_shipment_that_is_no_longer_followed_is_not_asked_about() -> None:
    world = World(a_shipment("dhl"))
    world.work()
    assert world.adapter.asked == []


def test_without_settings_nothing_is_asked() -> None:
    world = World(a_shipment())
    world.carriers.known.clear()
    world.work()
    world.work("dhl")
    assert world.adapter.asked == []
