"""The planner: every question once, whatever happens to a sweep."""

from dataclasses import replace
from datetime import timedelta
from functools import reduce

import pytest

from tests.support.cadence import a_journey
from tests.support.tracking import (
    NOW,
    FakeAdapter,
    FakeCarriers,
    FakeClock,
    FakeQueue,
    FakeShipments,
    a_shipment,
    ems_settings,
)
from tracking.accounts.breaker import Breaker, Outcome
from tracking.accounts.settings import Watermark
from tracking.accounts.usage import Usage
from tracking.cadence import UNLEARNED, Rhythm, learned
from tracking.carriers.base import Limits
from tracking.parcels.shipment import Due, Shipment, key_part
from tracking.parcels.states import Pace
from tracking.sweep.planner import Planner
from tracking.sweep.tasks import PAGE, Task


class World:
    """A planner and all it touches."""

    def __init__(self, **settings: int) -> None:
        self.clock = FakeClock()
        self.shipments = FakeShipments()
        self.carriers = FakeCarriers({"ems": ems_settings(**settings)})
        self.queue = FakeQueue()
        self.limits = Limits()

    def sweep(self) -> int:
        return Planner(
            self.shipments,
            self.carriers,
            self.queue,
            {"ems": FakeAdapter(LIMITS=self.limits), "dhl": FakeAdapter()},
            self.clock,
        ).sweep()


def moving(number: int) -> Shipment:
    since = int(NOW.timestamp()) - 3600
    return replace(a_shipment(number=number), due={"ems": Due(Pace.MOVING, since)})


def long_moving(number: int) -> Shipment:
    since = int(NOW.timestamp()) - 2 * 86_400
    return replace(a_shipment(number=number), due={"ems": Due(Pace.MOVING, since)})


def lost(number: int) -> Shipment:
    return replace(moving(number), due={"ems": Due(Pace.LOST, int(NOW.timestamp()) - 600)})


@pytest.mark.parametrize(("every", "times"), [(60, 1), (30, 1), (10, 2)])
def test_a_new_shipment_is_asked_about_once_or_twice_and_within_two_minutes(
    every: int, times: int
) -> None:
    world = World()
    world.sweep()
    world.shipments.add(shipment := a_shipment())
    for _ in range(120 // every):
        world.clock.advance(seconds=every)
        world.sweep()
    assert world.queue.asked() == [key_part(shipment.id)] * times
    assert world.queue.tasks[0].group == "ems#0"


def test_a_firing_out_of_turn_asks_about_what_came_since() -> None:
    world = World()
    world.sweep()
    world.shipments.add(a_shipment(number=1))
    world.clock.advance(seconds=8)
    assert world.sweep() == 1
    world.shipments.add(replace(a_shipment(number=2), created_at=world.clock.now))
    world.clock.advance(seconds=8)
    assert world.sweep() == 1
    assert len(set(world.queue.asked())) == 2


def test_each_moving_shipment_is_asked_about_every_four_hours_and_written_never() -> None:
    world = World()
    world.shipments.add(*(moving(n) for n in range(50)))
    world.sweep()
    world.queue.tasks.clear()
    for _ in range(8 * 60):
        world.clock.advance(minutes=1)
        world.sweep()
    asked = world.queue.asked()
    assert {asked.count(shipment_id) for shipment_id in asked} <= {2, 3}
    assert len(set(asked)) == 50
    assert world.shipments.writes == 0
    assert world.carriers.writes == 1 + 8 * 60


def test_an_outage_of_the_planner_is_one_long_sweep() -> None:
    world = World()
    world.shipments.add(*(moving(n) for n in range(50)))
    world.sweep()
    world.queue.tasks.clear()
    world.clock.advance(hours=7)
    world.sweep()
    assert len(world.queue.asked()) == 50


@pytest.mark.parametrize("dies_after", [0, 1, None])
def test_a_planner_that_dies_asks_nothing_twice_and_forgets_nothing(
    dies_after: int | None,
) -> None:
    """After so many messages; None: after all of them, before the watermark."""
    many = [lost(n) for n in range(1500)]
    world, fault_free = World(), World()
    for each in (world, fault_free):
        each.shipments.add(*many)
        each.sweep()
        each.queue.tasks.clear()
        each.clock.advance(seconds=70)
    world.queue.dies_after = dies_after
    world.carriers.is_down = dies_after is None
    with pytest.raises(ConnectionError):
        world.sweep()
    world.queue.dies_after, world.carriers.is_down = None, False
    late = replace(a_shipment(number=5000), created_at=NOW + timedelta(seconds=80))
    for each in (world, fault_free):
        each.clock.advance(seconds=60)
        each.shipments.add(late)
        each.sweep()
    assert len(world.queue.asked()) > PAGE
    assert len(world.queue.asked()) == len(set(world.queue.asked()))
    assert set(world.queue.asked()) == set(fault_free.queue.asked())
    assert key_part(late.id) in world.queue.asked()


def test_two_planners_at_once_ask_once() -> None:
    world = World()
    world.shipments.add(*(moving(n) for n in range(60)))
    stale = dict(world.carriers.marks)
    world.sweep()
    world.carriers.marks = stale
    world.clock.advance(seconds=1)
    world.sweep()
    assert len(world.queue.asked()) == len(set(world.queue.asked()))


def test_messages_hold_at_most_a_page() -> None:
    world = World()
    world.shipments.add(*(a_shipment(number=n) for n in range(100)))
    world.clock.advance(seconds=6)
    world.sweep()
    assert sum(len(task.shipments) for task in world.queue.tasks) == 100
    assert max(len(task.shipments) for task in world.queue.tasks) <= PAGE
    assert all(len(task.deduplication_id) <= 128 for task in world.queue.tasks)


def test_a_carrier_that_is_not_set_up_is_not_asked() -> None:
    world = World()
    world.shipments.add(a_shipment("dhl"))
    world.clock.advance(minutes=20)
    assert world.sweep() == 0
    world.carriers.known_settings["dhl"] = replace(ems_settings(), carrier="dhl")
    assert world.sweep() == 1  # it is set up now: everything it missed is one sweep


def test_a_budget_is_spent_on_new_shipments_first_and_renewed_at_midnight() -> None:
    world = World(daily_budget=24)
    world.carriers.marks["ems"] = Watermark(NOW.timestamp() - 86_400)
    world.shipments.add(*(long_moving(n) for n in range(40)))
    world.shipments.add(*(a_shipment(number=n) for n in range(100, 104)))
    world.clock.advance(seconds=30)
    assert world.sweep() == 15  # half of the day's, and two hours' ahead
    new = {key_part(a_shipment(number=n).id) for n in range(100, 104)}
    assert new <= set(world.queue.asked()[:4])
    world.queue.tasks.clear()
    for _ in range(12 * 60 - 1):
        world.clock.advance(minutes=1)
        world.sweep()
    assert len(world.queue.asked()) <= 9
    world.queue.tasks.clear()
    for _ in range(24 * 60):
        world.clock.advance(minutes=1)
        world.sweep()
    assert 12 <= len(world.queue.asked()) <= 24


def test_the_requests_of_a_carrier_without_a_budget_are_counted_with_its_sweeps() -> None:
    world = World()
    world.limits = Limits(batch=5)
    world.carriers.marks["ems"] = Watermark(NOW.timestamp() - 86_400)
    world.shipments.add(*(long_moving(n) for n in range(40)))
    counted: dict[str, int] = {}
    for _ in range(5):
        world.queue.tasks.clear()
        assert world.sweep() == 40
        day = world.clock.now.date().isoformat()
        counted[day] = sum(-(-len(task.shipments) // 5) for task in world.queue.tasks)
        world.clock.advance(days=1)
    newest = dict(list(counted.items())[-3:])
    assert world.carriers.watermark("ems").requests == newest
    assert all(newest.values())


def test_the_requests_of_a_carrier_with_a_budget_are_counted_by_who_makes_them() -> None:
    world = World(daily_budget=1000)
    world.carriers.marks["ems"] = Watermark(NOW.timestamp() - 86_400)
    world.shipments.add(*(long_moving(n) for n in range(40)))
    assert world.sweep() == 40
    assert world.carriers.watermark("ems").requests == {}


def test_a_tight_budget_makes_all_wait_longer_and_lasts_all_day() -> None:
    """Four times as much is wanted as there is: nobody is left out, no hour is."""
    world = World(daily_budget=240)
    world.clock.now = NOW.replace(hour=0)
    world.carriers.marks["ems"] = Watermark(world.clock.now.timestamp())
    shipments = [replace(long_moving(n), created_at=world.clock.now) for n in range(160)]
    world.shipments.add(*shipments)
    by_hour: list[int] = []
    for _ in range(24):
        before = len(world.queue.asked())
        for _ in range(60):
            world.clock.advance(minutes=1)
            world.sweep()
        by_hour.append(len(world.queue.asked()) - before)
    assert world.carriers.watermark("ems").stretch > 2
    assert 180 <= sum(by_hour) <= 240
    blocks = [sum(by_hour[hour : hour + 4]) for hour in range(0, 24, 4)]
    assert all(20 <= block <= 60 for block in blocks)  # 40 each
    asked = world.queue.asked()
    assert len(set(asked)) >= 150


def test_numbers_asked_together_cost_one_request() -> None:
    world = World(daily_budget=24)
    world.limits = Limits(batch=30)
    world.carriers.marks["ems"] = Watermark(NOW.timestamp() - 86_400)
    world.shipments.add(*(long_moving(n) for n in range(400)))
    world.clock.advance(seconds=30)
    assert world.sweep() == 400
    assert world.sweep() == 0
    assert world.carriers.watermark("ems").asked == 400


def test_a_slow_carrier_gets_messages_that_fit_a_workers_time() -> None:
    world = World()
    world.limits = Limits(seconds_between=5)
    world.carriers.marks["ems"] = Watermark(NOW.timestamp() - 86_400)
    world.shipments.add(*(long_moving(n) for n in range(400)))
    world.clock.advance(seconds=30)
    world.sweep()
    assert max(len(task.shipments) for task in world.queue.tasks) == 6
    assert {task.group for task in world.queue.tasks} == {"ems#0"}


def test_many_questions_go_to_several_workers_unless_requests_are_counted() -> None:
    groups: list[set[str]] = []
    for many, budget in ((100, None), (1500, None), (1500, 100_000)):
        world = World(**({} if budget is None else {"daily_budget": budget}))
        world.carriers.marks["ems"] = Watermark(NOW.timestamp() - 86_400)
        world.shipments.add(*(long_moving(n) for n in range(many)))
        world.clock.advance(seconds=30)
        assert world.sweep() == many
        groups.append({task.group for task in world.queue.tasks})
    assert groups[0] == groups[2] == {"ems#0"}
    assert groups[1] == {f"ems#{k}" for k in range(8)}


def test_a_carrier_that_rests_is_not_planned_and_nothing_is_lost() -> None:
    world = World()
    world.shipments.add(*(moving(n) for n in range(50)))
    world.sweep()
    world.queue.tasks.clear()
    before = world.carriers.watermark("ems")
    until = world.clock.now + timedelta(hours=9)
    world.carriers.usages["ems"] = Usage(version=1, paused_until=until)
    for _ in range(53):
        world.clock.advance(minutes=10)
        assert world.sweep() == 0
    assert world.carriers.watermark("ems").swept_to == before.swept_to
    world.clock.advance(minutes=10)
    assert 30 < world.sweep() == len(set(world.queue.asked()))


def test_a_failing_carrier_is_probed_with_one_question_and_asked_after_what_was_due() -> None:
    world = World()
    world.shipments.add(*(moving(n) for n in range(50)))
    world.sweep()
    world.queue.tasks.clear()
    down = Breaker().after(Outcome.REFUSED, world.clock.now.timestamp())
    world.carriers.usages["ems"] = Usage(version=1, breaker=down)
    for _ in range(9 * 60):
        world.clock.advance(minutes=1)
        world.sweep()
        if world.queue.tasks:
            break
    swept = world.carriers.watermark("ems").swept_to
    assert swept == NOW.timestamp()
    assert [len(task.shipments) for task in world.queue.tasks] == [1]
    world.sweep()
    assert len(world.queue.tasks) == 1  # the same probe, whenever it is planned
    world.clock.advance(hours=9)
    down = down.after(Outcome.UNREACHED, down.probe_at)
    world.carriers.usages["ems"] = Usage(version=2, breaker=down)
    world.sweep()
    assert len(world.queue.tasks) == 2
    assert world.queue.asked()[0] != world.queue.asked()[1]  # lest one fails by itself
    world.carriers.usages["ems"] = Usage(version=3)
    assert world.sweep() == 50


def test_what_a_carrier_was_spared_is_asked_again_once() -> None:
    world = World()
    world.shipments.add(*(moving(n) for n in range(50)))
    world.sweep()
    start = world.clock.now.timestamp()
    world.clock.advance(hours=9)
    assert world.sweep() == 50
    world.queue.tasks.clear()
    world.queue.seen.clear()
    world.clock.advance(seconds=60)
    world.carriers.usages["ems"] = Usage(version=1, missed_from=start)
    assert world.sweep() == 50
    assert world.carriers.usage("ems").missed_from is None
    world.clock.advance(seconds=60)
    assert world.sweep() < 10


def test_a_clock_that_stands_plans_nothing() -> None:
    world = World()
    world.sweep()
    assert world.sweep() == 0
    assert world.carriers.writes == 1


def test_a_carrier_whose_planning_fails_delays_no_other() -> None:
    world = World()
    world.carriers.known_settings["dhl"] = replace(ems_settings(), carrier="dhl")
    world.shipments.add(a_shipment())
    world.clock.advance(seconds=6)

    class Broken(FakeShipments):
        def active(self, carrier, slot):
            if carrier == "dhl":
                raise ConnectionError
            return super().active(carrier, slot)

    world.shipments = Broken(world.shipments.stored)
    with pytest.raises(ConnectionError):
        world.sweep()
    assert len(world.queue.asked()) == 1
    assert set(world.carriers.marks) == {"ems"}


def test_a_task_survives_its_text() -> None:
    task = Task("ems", (("shop_a", "shp_1"), ("shop_b", "shp_2")), 1_790_000_000.5)
    assert Task.from_body(task.body()) == task
    assert Task.from_body('{"carrier":"ems","shipments":[["a","b"]]}').since == 0


def test_what_was_learned_since_the_last_sweep_takes_no_question_from_anybody() -> None:
    """The sweep begins where the one before ended, by the rhythm that one knew."""
    lessons = [a_journey(int(NOW.timestamp()), days=1, hour=hour) for hour in (9, 10, 11)] * 3
    after = reduce(learned, lessons, UNLEARNED)

    def asked(changed_minutes_ago: int, earlier: Rhythm | None) -> int:
        world = World()
        for number in range(400):
            world.shipments.add(long_moving(number))
        world.sweep()
        world.clock.advance(minutes=15)
        changed_at = (world.clock.now - timedelta(minutes=changed_minutes_ago)).timestamp()
        rhythm = replace(after, changed_at=changed_at, earlier=earlier)
        world.carriers.rhythms["ems"] = rhythm
        return world.sweep()

    usual = asked(16, UNLEARNED)
    assert asked(14, after) == usual
    assert asked(14, UNLEARNED) > usual
