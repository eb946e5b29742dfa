"""A sweep's worker holds back: carriers that fail, pauses, budgets and batches."""

import itertools
from datetime import timedelta

import pytest

from tests.support.tracking import (
    NOW,
    FakeAdapter,
    a_line,
    a_shipment,
    scan,
    send_ok,
    told,
)
from tests.unit.tracking.worker_world import World
from tracking.accounts.breaker import FIRST_PROBE, MAX_UNANSWERED, MAX_UNREACHED, State
from tracking.asking.questions import questions_of, shuffled
from tracking.carriers.base import (
    FailingError,
    GarbledError,
    Limits,
    RateLimitedError,
    RefusedError,
    Request,
    Response,
    UnreachableError,
)
from tracking.shipments.models import MAX_PARCELS


def test_a_carrier_that_is_down_is_left_alone_after_three_questions() -> None:
    world = World(*(a_shipment(number=n) for n in range(20)))
    world.adapter.answers = {f"EE0{n}": UnreachableError() for n in range(20)}
    world.work()
    assert len(world.adapter.asked) == MAX_UNREACHED


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
    first = [s.parcels[0].tracking_number for s in shuffled(shipments, NOW)][: MAX_UNANSWERED - 1]
    world.adapter.answers = dict.fromkeys(first, error)
    world.work()
    assert world.adapter.asked[: len(first)] == first
    assert len(world.adapter.asked) == 32


def test_a_carrier_that_fails_for_every_number_is_left_alone_too() -> None:
    world = World(*(a_shipment(number=n) for n in range(32)))
    world.adapter.answers = {f"EE0{n}": FailingError() for n in range(32)}
    world.work()
    assert len(world.adapter.asked) == MAX_UNANSWERED


@pytest.mark.parametrize("error", [UnreachableError(), FailingError()])
def test_numbers_that_always_fail_starve_no_other_for_good(error: Exception) -> None:
    """The first of the page hang for 12 seconds each, in every message; the others are well."""
    world = World(*(a_shipment(number=n) for n in range(32)))
    world.adapter.answers = {f"EE0{n}": error for n in range(12)}
    spent = {True: 12.0, False: 0.2}
    for _ in range(24):
        before = len(world.adapter.asked)

        def seconds_left(before: int = before) -> float:
            asked = world.adapter.asked[before:]
            return 60.0 - sum(spent[number in world.adapter.answers] for number in asked)

        world.seconds_left = seconds_left
        world.work()
        assert seconds_left() > 0
        world.clock.advance(minutes=20)
    assert {f"EE0{n}" for n in range(32)} <= set(world.adapter.asked)


def test_the_order_of_asking_is_the_instants_own() -> None:
    shipments = [a_shipment(number=n) for n in range(32)]
    one, same = shuffled(shipments, NOW), shuffled(shipments[::-1], NOW)
    assert one == same != shuffled(shipments, NOW + timedelta(seconds=1))
    assert sorted(one, key=lambda each: each.id) == shipments


def test_more_parcels_than_there_is_time_for_are_all_asked_about_in_the_end() -> None:
    world = World(shipment := a_shipment(*["ems"] * MAX_PARCELS))
    world.adapter.LIMITS = Limits(seconds_between=1.5)
    for _ in range(12):
        ends = world.clock.now + timedelta(seconds=60)
        world.seconds_left = lambda ends=ends: (ends - world.clock.now).total_seconds()
        before = len(world.adapter.asked)
        world.work()
        assert len(world.adapter.asked) - before < MAX_PARCELS
        world.clock.advance(hours=1)
    assert set(world.adapter.asked) == {parcel.tracking_number for parcel in shipment.parcels}


def test_a_carrier_that_asks_for_a_pause_gets_it_beyond_the_message() -> None:
    world = World(a_shipment(number=1), a_shipment(number=2))
    world.adapter.answers = {f"EE0{n}": RateLimitedError("3600") for n in (1, 2)}
    world.work(since=5.0)
    assert world.usage.paused_until == NOW + timedelta(hours=1)
    assert world.usage.missed_from == 5.0  # what it was spared is asked again
    world.clock.advance(minutes=59)
    world.work(since=9.0)
    assert len(world.adapter.asked) == 1
    assert world.carriers.usage_writes == 1
    world.work(since=2.0)
    assert (world.usage.missed_from, world.carriers.usage_writes) == (2.0, 2)
    world.clock.advance(minutes=1)
    world.work()
    assert len(world.adapter.asked) == 2


def test_a_carrier_that_does_not_say_how_long_it_wants_to_rest_is_left_alone_for_a_minute() -> None:
    world = World(a_shipment(number=1), a_shipment(number=2))
    world.adapter.answers = {f"EE0{n}": RateLimitedError() for n in (1, 2)}
    world.work()
    world.clock.advance(seconds=59)
    world.work()
    assert len(world.adapter.asked) == 1
    world.clock.advance(seconds=1)
    world.work()
    assert len(world.adapter.asked) == 2


def test_what_was_answered_before_a_429_is_kept() -> None:
    world = World(shipment := a_shipment("ems", "ems"))
    first, second = (each.number for each in questions_of(shipment, "ems", NOW))
    world.adapter.answers = {first: told(scan("EMC")), second: RateLimitedError("5")}
    world.work()
    assert [p.tracking_number for p in world.stored()[0].parcels if p.scans] == [first]
    assert world.usage.paused_until == NOW + timedelta(seconds=5)


def test_an_open_breaker_is_asked_nothing_until_its_probe_and_what_was_missed_is_known() -> None:
    world = World(*(a_shipment(number=n) for n in range(20)))
    world.adapter.answers = {f"EE0{n}": UnreachableError() for n in range(20)}
    world.work(since=7.0)
    assert world.usage.state(world.clock.now) is State.OPEN
    assert world.usage.missed_from == 7.0
    asked = len(world.adapter.asked)
    world.work(since=60.0)
    assert len(world.adapter.asked) == asked
    world.clock.advance(seconds=FIRST_PROBE)
    world.work(since=60.0)
    assert len(world.adapter.asked) == asked + 1  # a probe, and no more
    world.adapter.answers = {}
    world.clock.advance(seconds=2 * FIRST_PROBE)
    world.work(since=120.0)
    assert len(world.adapter.asked) == asked + 1 + 20
    assert world.usage.state(world.clock.now) is State.CLOSED
    assert world.shipments.writes == 20  # not known: their own rhythm, as ever


def test_failures_in_a_row_are_counted_over_messages() -> None:
    world = World(a_shipment())
    world.adapter.answers = {"EE00": UnreachableError()}
    for _ in range(MAX_UNREACHED):
        assert world.usage.state(world.clock.now) is State.CLOSED
        world.work()
    assert world.usage.state(world.clock.now) is State.OPEN


def test_a_budget_is_never_exceeded() -> None:
    world = World(*(a_shipment(number=n) for n in range(20)), daily_budget=7)
    world.work()
    world.work()
    assert len(world.adapter.asked) == 7
    assert world.usage.calls_on("2026-11-22") == 7
    assert world.usage.missed_from is None
    world.clock.advance(hours=12)
    world.work()
    assert len(world.adapter.asked) == 14


def test_requests_are_as_far_apart_as_the_carrier_wants_over_messages_as_well() -> None:
    world = World(*(a_shipment(number=n) for n in range(3)))
    world.adapter.LIMITS = Limits(seconds_between=5)
    sent: list[float] = []

    def send(request: Request) -> Response:
        sent.append(world.clock.now.timestamp())
        return send_ok(request)

    world.line = a_line(send, world.clock)
    world.work()
    world.work()
    assert [round(b - a) for a, b in itertools.pairwise(sent)] == [5] * 5


def test_numbers_are_asked_in_the_carriers_own_batches() -> None:
    shipments = [a_shipment("ems", "ems", "ems", number=n) for n in range(10)]
    world = World(*shipments, daily_budget=1000)
    world.adapter.LIMITS = Limits(batch=7)
    world.adapter.answers = {"EE03": told(scan("EMC")), "EE23": told(scan("EMD"))}
    world.work()
    assert len(world.adapter.asked) == 30
    assert world.usage.total().calls == 5
    known = next(each for each in world.stored() if each.parcels[0].scans)
    assert [bool(parcel.scans) for parcel in known.parcels] == [True, False, True]
    assert world.shipments.writes == 10  # each once, though a batch may cut it in two


def test_one_number_that_spoils_a_batch_spoils_no_other() -> None:
    world = World(*(a_shipment(number=n) for n in range(16)), daily_budget=1000)

    class Strict(FakeAdapter):
        def parse(self, questions, response):
            if any(question.number == "EE05" for question in questions):
                raise GarbledError
            return super().parse(questions, response)

    world.adapter = Strict(LIMITS=Limits(batch=16))
    world.work()
    assert world.shipments.writes == 15
    assert world.usage.total().calls == 1 + 2 * 4
