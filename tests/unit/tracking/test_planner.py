"""The planner: every question once, whatever happens to a sweep."""

from dataclasses import replace
from datetime import timedelta

import pytest

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
from tracking.planner import PAGE, Planner, Task
from tracking.shipment import Due, Pace, Shipment, key_part


class World:
    """A planner and all it touches."""

    def __init__(self, **settings: int) -> None:
        self.clock = FakeClock()
        self.shipments = FakeShipments()
        self.carriers = FakeCarriers(known={"ems": ems_settings(**settings)})
        self.queue = FakeQueue()

    def sweep(self) -> int:
        return Planner(
            self.shipments,
            self.carriers,
            self.queue,
            {"ems": FakeAdapter(), "dhl": FakeAdapter()},
            self.clock,
        ).sweep()


def moving(number: int) -> Shipment:
    since = int(NOW.timestamp()) - 3600
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
    late = replace(a_shipment(number=2000), created_at=NOW + timedelta(seconds=80))
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
    world.carriers.known["dhl"] = replace(ems_settings(), carrier="dhl")
    assert world.sweep() == 1  # it is set up now: everything it missed is one sweep


def test_a_budget_is_spent_on_new_shipments_first_and_renewed_at_midnight() -> None:
    world = World(daily_budget=10)
    world.shipments.add(*(moving(n) for n in range(60)))
    world.shipments.add(*(a_shipment(number=n) for n in range(100, 104)))
    world.clock.advance(seconds=10)
    assert world.sweep() == 10
    assert {key_part(a_shipment(number=n).id) for n in range(100, 104)} <= set(world.queue.asked())
    world.clock.advance(hours=3)
    assert world.sweep() == 0
    world.clock.advance(hours=10)
    assert world.sweep() == 10


def test_a_carrier_that_rests_is_not_planned_and_nothing_is_lost() -> None:
    world = World()
    world.shipments.add(*(moving(n) for n in range(50)))
    world.sweep()
    world.queue.tasks.clear()
    before = world.carriers.watermark("ems")
    world.carriers.pause("ems", world.clock.now + timedelta(hours=3))
    for _ in range(17):
        world.clock.advance(minutes=10)
        assert world.sweep() == 0
    assert world.carriers.watermark("ems").swept_to == before.swept_to
    world.clock.advance(minutes=10)
    assert 30 < world.sweep() == len(set(world.queue.asked()))


def test_a_clock_that_stands_plans_nothing() -> None:
    world = World()
    world.sweep()
    assert world.sweep() == 0
    assert world.carriers.writes == 1


def test_a_carrier_whose_planning_fails_delays_no_other() -> None:
    world = World()
    world.carriers.known["dhl"] = replace(ems_settings(), carrier="dhl")
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
    task = Task("ems", (("shop_a", "shp_1"), ("shop_b", "shp_2")))
    assert Task.from_body(task.body()) == task
