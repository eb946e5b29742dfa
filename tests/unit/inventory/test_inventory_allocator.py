"""The group commit's loop: conflicts, stale readings, refusals and poison."""

from dataclasses import dataclass, field

import pytest
from botocore.exceptions import ReadTimeoutError

from inventory.allocation.allocator import MAX_CONFLICTS, MAX_PLANS, Allocator
from inventory.allocation.groups import Commit
from inventory.patience import Patience
from inventory.stock import Decision, OrderKey
from tests.support.logs import capture_logs
from tests.unit.inventory.inventory_world import SHOP, World, WorldAllocations, demand, shop
from waybill.observability import end_invocation

logs = pytest.fixture(capture_logs)

TIMEOUT = ReadTimeoutError(endpoint_url="https://dynamodb")


@dataclass
class Naps:
    taken: list[float] = field(default_factory=list)

    def patience(self) -> Patience:
        return Patience(self.taken.append, lambda: 0.5)


def run(world: World, *demands, refusals=()):
    allocations, naps = WorldAllocations(world, refusals), Naps()
    outcome = Allocator(allocations, naps.patience()).apply(demands)
    return outcome, allocations, naps


def decision(world: World, order_id: str) -> Decision:
    return world.allocations[OrderKey(SHOP, order_id)].decision


def test_a_batch_is_one_reading_and_one_transaction():
    world = shop({("A", "hq"): 10})
    outcome, allocations, naps = run(world, *(demand(f"o{n}", ("A", 1)) for n in range(10)))
    assert (outcome.undone, outcome.poisoned) == (set(), {})
    assert (allocations.reads, len(allocations.commits), naps.taken) == (1, 1, [])


def test_a_conflict_is_the_same_group_again_after_a_jittered_wait():
    world = shop({("A", "hq"): 1})
    outcome, allocations, naps = run(
        world, demand("o1", ("A", 1)), refusals=[Commit.CONFLICT, Commit.CONFLICT]
    )
    assert outcome.undone == set()
    assert allocations.reads == 1
    assert naps.taken == [0.5 * 0.02, 0.5 * 0.04]
    assert decision(world, "o1") is Decision.ALLOCATED


def test_a_stale_reading_is_read_and_planned_again():
    world = shop({("A", "hq"): 1})
    outcome, allocations, _ = run(world, demand("o1", ("A", 1)), refusals=[Commit.STALE])
    assert outcome.undone == set()
    assert allocations.reads == 2


def test_what_another_applied_meanwhile_is_dropped_and_the_rest_goes_on():
    world = shop({("A", "hq"): 5})

    class Meanwhile(WorldAllocations):
        def read(self, demands):
            found = super().read(demands)
            if self.reads == 1:
                self.world.apply(demand("o1", ("A", 1)))
            return found

    allocations = Meanwhile(world)
    orders = [demand("o1", ("A", 1)), demand("o2", ("A", 1))]
    outcome = Allocator(allocations, Naps().patience()).apply(orders)
    assert outcome.undone == set()
    assert [step.plan.demand.order_id for g in allocations.commits for step in g.steps] == ["o2"]
    assert world.level("A", "hq").reserved == 2


def test_stock_that_another_took_meanwhile_is_not_promised():
    world = shop({("A", "hq"): 1})

    class Meanwhile(WorldAllocations):
        def read(self, demands):
            found = super().read(demands)
            if self.reads == 1:
                self.world.apply(demand("faster", ("A", 1)))
            return found

    outcome = Allocator(Meanwhile(world), Naps().patience()).apply([demand("o1", ("A", 1))])
    assert outcome.undone == set()
    assert decision(world, "o1") is Decision.OUT_OF_STOCK


def test_a_lost_answer_whose_write_was_applied_changes_nothing_when_delivered_again():
    world = shop({("A", "hq"): 5})

    class LosesTheAnswer(WorldAllocations):
        def commit(self, group):
            super().commit(group)
            raise TIMEOUT

    outcome = Allocator(LosesTheAnswer(world), Naps().patience()).apply([demand("o1", ("A", 2))])
    assert outcome.undone == {OrderKey(SHOP, "o1")}
    again, allocations, _ = run(world, demand("o1", ("A", 2)), demand("o2", ("A", 1)))
    assert again.undone == set()
    assert [step.plan.demand.order_id for g in allocations.commits for step in g.steps] == ["o2"]
    assert world.level("A", "hq").reserved == 3


@pytest.mark.parametrize(
    ("refusals", "reads"),
    [([Commit.STALE] * MAX_PLANS, MAX_PLANS), ([TIMEOUT], 1)],
)
def test_what_is_refused_for_now_comes_again(refusals, reads):
    world = shop({("A", "hq"): 5})
    outcome, allocations, _ = run(world, demand("o1", ("A", 2)), refusals=refusals)
    assert outcome.undone == {OrderKey(SHOP, "o1")}
    assert outcome.poisoned == {}
    assert allocations.reads == reads


def test_endless_conflicts_end_in_another_delivery():
    world = shop({("A", "hq"): 5})
    refusals = [Commit.CONFLICT] * (MAX_CONFLICTS * MAX_PLANS)
    outcome, _, naps = run(world, demand("o1", ("A", 2)), refusals=refusals)
    assert outcome.undone == {OrderKey(SHOP, "o1")}
    assert max(naps.taken) <= 1.0


def test_one_order_that_fails_by_itself_is_found_and_the_others_are_applied():
    world = shop({("A", "hq"): 5})

    class Poisoned(WorldAllocations):
        def commit(self, group):
            if any(step.plan.demand.order_id == "bad" for step in group.steps):
                raise TypeError("cannot be stored")
            return super().commit(group)

    orders = [demand(name, ("A", 1)) for name in ("o1", "bad", "o2")]
    outcome = Allocator(Poisoned(world), Naps().patience()).apply(orders)
    assert set(outcome.poisoned) == {OrderKey(SHOP, "bad")}
    assert outcome.undone == set()
    assert world.level("A", "hq").reserved == 2


def test_a_batch_of_nothing_reads_nothing():
    outcome, allocations, _ = run(shop({}))
    assert (outcome.undone, allocations.reads) == (set(), 0)


def test_what_was_shipped_beyond_what_there_was_rings_once(logs):
    world = shop({("A", "hq"): 1})
    gone = demand("o1", ("A", 2, 2), active=False)
    for _ in range(2):
        run(world, gone, demand("o2", ("A", 0)))
    end_invocation()
    assert world.level("A", "hq").on_hand == -1
    assert logs.counted("UnreservedShipments") == 1
