"""A sweep's worker: what it asks, what it keeps of the answers, and who is faster."""

from dataclasses import replace
from datetime import timedelta
from itertools import count

import pytest

from tests.support.tracking import (
    NOW,
    FakeClock,
    FakeRhythms,
    a_shipment,
    scan,
    told,
)
from tests.unit.tracking.worker_world import World
from tracking.accounts.usage import DRAWN, Day, histogram
from tracking.carriers.base import (
    Answer,
    FailingError,
    GarbledError,
    RateLimitedError,
    RefusedError,
    UnreachableError,
)
from tracking.news.learning import Lessons
from tracking.parcels.shipment import Refreshes
from tracking.parcels.states import Status
from waybill.dynamo import ContentionError


def test_eight_scans_in_eight_polls_are_eight_writes_and_eight_polls_without_news_none() -> None:
    world = World(a_shipment())
    codes = ("EMA", "EMB", "EMC", "EMD", "EMF", "EMG", "EDG", "EMI")
    for so_far in range(1, 9):
        scans = [scan(code, 20 - i) for i, code in enumerate(codes[:so_far])]
        world.adapter.answers["EE00"] = told(*scans)
        world.work()
        world.work()
    assert world.shipments.writes == 8
    assert world.carriers.usage_writes == 0  # the sweeps have counted all that there is to count
    assert world.stored()[0].state.status is Status.DELIVERED


def test_a_task_that_is_drawn_tells_its_news_for_all_that_are_not() -> None:
    world = World(a_shipment())
    world.work()  # that nothing is known yet is news
    world.is_drawn = True
    world.work()
    assert world.carriers.usage_writes == 0  # it has nothing to tell
    world.adapter.answers["EE00"] = told(scan("EMC", 1))
    world.work()
    assert world.usage.total() == Day(calls=0, news=DRAWN)
    world.is_drawn = False
    world.adapter.answers["EE00"] = told(scan("EMC", 1), scan("EMD", 0))
    world.work()
    assert world.carriers.usage_writes == 1


def test_requests_beside_the_plan_are_told_by_lot_too() -> None:
    world = World(a_shipment("ems", "ems", "ems"))  # the index knows shipments, not their parcels
    world.work()
    assert world.carriers.usage_writes == 0
    world.is_drawn = True
    world.work()
    assert world.usage.total() == Day(calls=2 * DRAWN)
    world.ids = (("shop_1", "shp_gone"),)
    world.work()
    assert world.usage.total() == Day(calls=2 * DRAWN - DRAWN)


def test_where_there_is_a_budget_every_task_tells_what_it_asked() -> None:
    world = World(a_shipment(), daily_budget=1000)
    for _ in range(3):
        world.work()
    assert world.carriers.usage_writes == 3
    assert world.usage.total() == Day(calls=3, news=1)


def test_after_a_failure_every_answer_counts_until_it_is_ten_minutes_old() -> None:
    world = World(a_shipment())
    world.adapter.answers["EE00"] = FailingError()
    world.work()
    world.adapter.answers.clear()
    world.work()
    assert world.carriers.usage_writes == 2
    assert (world.usage.breaker.calls, world.usage.breaker.failures) == (2, 1)
    world.clock.advance(minutes=10)
    world.work()
    assert world.carriers.usage_writes == 2


def test_a_probe_is_counted_by_who_makes_it() -> None:
    world = World(a_shipment())
    world.adapter.answers["EE00"] = RefusedError()
    world.work()
    assert world.usage.total() == Day(calls=0, errors=1)  # counted with its sweep
    world.clock.advance(minutes=1)
    world.adapter.answers.clear()
    world.work()
    assert world.usage.total() == Day(calls=1, errors=1, news=1)


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
    assert world.carriers.usage_writes == 1


def test_an_empty_answer_changes_nothing_that_is_known() -> None:
    world = World(a_shipment())
    world.adapter.answers["EE00"] = told(scan("EMC"))
    world.work()
    world.adapter.answers["EE00"] = Answer(known=False)
    world.work()
    assert world.shipments.writes == 1


def test_the_delay_of_what_came_since_the_registration_is_counted() -> None:
    shipment = replace(a_shipment(), created_at=NOW - timedelta(hours=10))
    world = World(shipment, daily_budget=1000)
    world.adapter.answers["EE00"] = told(scan("EMA", 20), scan("EMB", 1), scan("EMC", 0.05))
    world.work()
    assert world.usage.total().delays == histogram([timedelta(minutes=60), timedelta(minutes=3)])


def test_a_refreshed_shipment_is_asked_the_less_later_that_day() -> None:
    today = Refreshes("2026-11-22", 4, NOW)
    shipment = replace(a_shipment(), refreshes=today, created_at=NOW - timedelta(days=2))
    world = World(shipment, per_shipment_daily_cap=10)
    world.work()
    assert len(world.adapter.asked) == 1  # noon: six of the ten, and four
    world.clock.advance(hours=3)
    world.work()
    assert len(world.adapter.asked) == 1
    world.clock.advance(hours=9)
    world.work()
    assert len(world.adapter.asked) == 2


def test_what_ended_is_learned_from_at_most_once_a_minute() -> None:
    world = World(*(a_shipment(number=n) for n in range(5)))
    codes = ("EMA", "EMC", "EMD", "EDG", "EMI")
    answer = told(*(scan(code, 50 - 10 * i) for i, code in enumerate(codes)))
    world.adapter.answers = {f"EE0{n}": answer for n in range(5)}
    world.work()
    assert world.rhythms.writes == 1
    assert world.rhythms.kept["ems"].lessons == 5
    world.work()
    assert world.rhythms.writes == 1


def test_lessons_within_half_a_minute_are_one_change_of_the_rhythm() -> None:
    rhythms, clock = FakeRhythms(), FakeClock()
    codes = ("EMA", "EMC", "EMD", "EDG", "EMI")
    ended = a_shipment()
    parcel = ended.parcels[0]
    scans = tuple(scan(code, 50 - 10 * i) for i, code in enumerate(codes))
    ended = replace(ended, parcels=(replace(parcel, scans=scans),))
    seen = []
    for seconds in (0, 10, 40):
        clock.advance(seconds=seconds)
        lessons = Lessons(rhythms, lambda: 0.0, clock)  # each in a process of its own
        lessons.add("ems", ended)
        lessons.learn("ems")
        kept = rhythms.kept["ems"]
        seen.append((kept.lessons, kept.earlier and kept.earlier.lessons))
        assert kept.changed_at == clock.now.timestamp()
    assert seen == [(1, 0), (2, 0), (3, 2)]


def test_a_rival_in_the_usage_loses_no_count() -> None:
    world = World(a_shipment(), daily_budget=1000)
    world.carriers.rivals = 3
    world.work()
    assert world.usage.calls_on("2026-11-22") == 1


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
    world.carriers.known_settings.clear()
    world.work()
    world.work("dhl")
    assert world.adapter.asked == []
