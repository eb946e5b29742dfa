"""How a plan becomes transactions."""

from dataclasses import replace

from inventory.allocation.groups import MAX_ROWS, Group, cut_groups
from inventory.stock import Decision, LevelKey, OrderKey
from tests.unit.inventory.inventory_world import SHOP, World, backorders, demand, shop


def cut(world: World, *demands, limit: int = 100) -> list[Group]:
    stock = world.stock()
    return list(cut_groups(world.plan(*demands), stock, limit=limit))


def test_one_update_of_a_level_serves_all_orders_of_a_group():
    world = shop({("A", "hq"): 100})
    (group,) = cut(world, *(demand(f"o{n:02}", ("A", 1)) for n in range(40)))
    assert len(group.steps) == 40
    (change,) = group.levels.values()
    assert (change.taken, change.reserved, change.on_hand) == (40, 40, 0)


def test_groups_never_have_more_than_100_items():
    world = shop({("A", "hq"): 500})
    groups = cut(world, *(demand(f"o{n:03}", ("A", 1)) for n in range(100)))
    sizes = [len(group.steps) + len(group.levels) + group.rows for group in groups]
    assert sum(len(group.steps) for group in groups) == 100
    assert max(sizes) <= 100
    assert len(groups) == 3


def test_orders_without_rows_fill_a_transaction_with_decisions_alone():
    world = shop({("A", "hq"): 0})
    (group,) = cut(world, *(demand(f"o{n:03}", ("A", 1)) for n in range(100)))
    assert (len(group.steps), group.rows, group.levels) == (100, 0, {})


def test_a_large_order_is_written_in_parts_and_decided_with_the_last():
    skus = [f"S{n:03}" for n in range(100)]
    world = shop({(sku, "hq"): 1 for sku in skus})
    groups = cut(world, demand("o1", *((sku, 1) for sku in skus)), demand("o2", ("S000", 0)))
    parts = [group.steps[0] for group in groups if group.steps[0].plan.demand.order_id == "o1"]
    assert [len(part.changes) for part in parts] == [MAX_ROWS, MAX_ROWS, 10]
    assert [part.seen_version for part in parts] == [0, 1, 2]
    assert [part.allocation.order_version for part in parts] == [0, 0, 1]
    assert [part.allocation.decision for part in parts] == [
        Decision.PENDING,
        Decision.PENDING,
        Decision.ALLOCATED,
    ]
    assert [part.decided for part in parts] == [False, False, True]
    assert [len(part.allocation.reservations) for part in parts] == [45, 90, 100]


def test_after_a_crash_between_parts_the_rest_is_reserved_and_nothing_twice():
    skus = [f"S{n:03}" for n in range(60)]
    world = shop({(sku, "hq"): 1 for sku in skus})
    order = demand("o1", *((sku, 1) for sku in skus))
    first, _ = cut(world, order)
    world.allocations[OrderKey(SHOP, "o1")] = first.steps[0].allocation
    (rest,) = cut(world, order)
    assert rest.rows == 15
    assert rest.steps[0].allocation.decision is Decision.ALLOCATED
    assert rest.steps[0].allocation.version == 2


def test_a_part_is_given_back_when_the_rest_is_sold_meanwhile():
    skus = [f"S{n:03}" for n in range(60)]
    world = shop({(sku, "hq"): 1 for sku in skus})
    order = demand("o1", *((sku, 1) for sku in skus))
    first, second = cut(world, order)
    world.allocations[OrderKey(SHOP, "o1")] = first.steps[0].allocation
    sold = second.steps[0].changes[0].after.sku
    world.apply(demand("o2", (sold, 1)))
    plan = world.apply(order)["o1"]
    assert plan.decision is Decision.OUT_OF_STOCK
    assert world.reserved_at("o1") == {}


def test_backorders_of_a_limited_sku_are_bounded_by_what_is_owed_elsewhere():
    world = shop({("A", "hq"): 0, ("A", "shed"): 0}, items=[backorders("A", limit=10)])
    world.apply(demand("o1", ("A", 3)))
    (group,) = cut(world, demand("o2", ("A", 4)), demand("o3", ("A", 2)))
    assert group.levels[LevelKey(SHOP, "A", "hq")].room == 10 - 6


def test_what_is_owed_stays_at_home_whichever_location_serves_first():
    """Or the limit, which is a condition on one level, could be exceeded."""
    world = shop({("A", "hq"): 0, ("A", "shed"): 0}, items=[backorders("A", limit=3)])
    world.apply(demand("o1", ("A", 2)))
    first, *others = world.places
    world.places = (replace(first, priority=999), *others)
    (group,) = cut(world, demand("o2", ("A", 1)))
    (key,) = group.levels
    assert key.location_id == "hq"
    assert group.levels[key].room == 3 - 1


def test_a_fact_that_no_condition_may_refuse_stands_alone():
    world = shop({("A", "hq"): 2})
    groups = cut(
        world,
        demand("o1", ("A", 5, 5), active=False),
        replace(demand("o2", ("A", 1)), placed_at="z"),
        demand("o0", ("A", 0), active=False),
    )
    forced = [[change.forced for change in group.levels.values()] for group in groups]
    assert [len(group.steps) for group in groups] == [1, 1, 1]
    assert [True] in forced
