"""Who waits: units owed, stock that arrives for them, preorders, returns, closed locations."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

import pytest

from inventory.allocation.allocator import Allocator
from inventory.allocation.filler import Filler
from inventory.errors import StillOwedError
from inventory.patience import Patience
from inventory.stock import (
    Decision,
    Demand,
    OrderKey,
    OversellPolicy,
    SkuKey,
    Stock,
    StockItem,
)
from tests.unit.inventory.inventory_world import (
    SHOP,
    World,
    WorldAllocations,
    backorders,
    demand,
    location,
    shop,
)

A = SkuKey(SHOP, "A")


def decision(world: World, order_id: str) -> Decision:
    return world.allocations[OrderKey(SHOP, order_id)].decision


@dataclass
class WorldWaiting:
    """Who waits, and an index that may not know all of them."""

    world: World
    demands_of: dict[str, Demand]
    index_misses: set[str] = field(default_factory=set)
    asked: int = 0

    def stock(self, sku: SkuKey) -> Stock:
        return self.world.stock()

    def demands(self, sku: SkuKey, known: Iterable[OrderKey], limit: int) -> Sequence[Demand]:
        self.asked += 1
        waiting = [
            key.order_id
            for key, allocation in self.world.allocations.items()
            if any(row.backordered and row.sku == sku.sku for row in allocation.reservations)
            and key.order_id not in self.index_misses
        ]
        waiting.sort(key=lambda order_id: (self.demands_of[order_id].placed_at, order_id))
        found = dict.fromkeys([*waiting[:limit], *(key.order_id for key in known)])
        return [self.demands_of[order_id] for order_id in found]


def waiting_shop(*demands: Demand, shelves=None, items=None) -> tuple[World, WorldWaiting, Filler]:
    world = shop(
        {("A", "hq"): 0, ("A", "shed"): 0} if shelves is None else shelves,
        items=items or [backorders("A")],
    )
    for each in demands:
        world.apply(each)
    waiting = WorldWaiting(world, {each.order_id: each for each in demands})
    allocator = Allocator(WorldAllocations(world), Patience(lambda _: None, lambda: 0.0))
    return world, waiting, Filler(waiting, allocator)


def orders(*quantities: int, sku: str = "A") -> list[Demand]:
    return [
        demand(f"o{n}", (sku, units), placed_at=f"t{n}") for n, units in enumerate(quantities, 1)
    ]


def test_stock_that_arrives_fills_who_was_placed_first():
    world, _, filler = waiting_shop(*orders(2, 2, 2))
    world.shelves["A", "hq"] = 3
    filler.fill(A)
    assert [decision(world, f"o{n}") for n in (1, 2, 3)] == [
        Decision.ALLOCATED,
        Decision.BACKORDERED,
        Decision.BACKORDERED,
    ]
    lines = world.allocations[OrderKey(SHOP, "o2")].lines
    assert lines == {"l1": (1, 1)}
    level = world.level("A", "hq")
    assert (level.available, level.backordered) == (0, 3)


def test_it_fills_from_whatever_location_it_arrives_at():
    world, _, filler = waiting_shop(*orders(2))
    world.shelves["A", "shed"] = 5
    filler.fill(A)
    assert world.reserved_at("o1") == {("A", "shed"): 2}
    assert world.level("A", "hq").backordered == 0


def test_a_fill_tells_orders_of_it_and_is_not_done_twice():
    world, waiting, filler = waiting_shop(*orders(2))
    world.shelves["A", "hq"] = 5
    filler.fill(A)
    allocation = world.allocations[OrderKey(SHOP, "o1")]
    assert (allocation.version, allocation.order_version) == (2, 1)
    filler.fill(A)
    assert world.allocations[OrderKey(SHOP, "o1")] == allocation
    assert waiting.asked == 1  # nobody waits: nobody is asked


def test_nothing_is_read_of_orders_while_there_is_nothing_to_give():
    _, waiting, filler = waiting_shop(*orders(2))
    filler.fill(A)
    assert waiting.asked == 0


def test_who_waits_for_another_sku_waits_for_it_in_its_own_order():
    items = [backorders("A"), backorders("B")]
    shelves = {("A", "hq"): 0, ("B", "hq"): 0}
    early = demand("o1", ("B", 1), placed_at="t1")
    both = demand("o2", ("A", 1), ("B", 1), placed_at="t2")
    world, _, filler = waiting_shop(early, both, shelves=shelves, items=items)
    world.shelves |= {("A", "hq"): 1, ("B", "hq"): 1}
    filler.fill(A)
    assert world.reserved_at("o2") == {("A", "hq"): 1}
    filler.fill(SkuKey(SHOP, "B"))
    assert world.reserved_at("o1") == {("B", "hq"): 1}


def test_more_waiting_orders_than_a_page_are_all_filled():
    world, waiting, filler = waiting_shop(*orders(*[1] * 250))
    world.shelves["A", "hq"] = 250
    filler.fill(A)
    assert waiting.asked == 3
    assert {decision(world, f"o{n}") for n in range(1, 251)} == {Decision.ALLOCATED}


def test_an_order_the_index_does_not_know_yet_is_not_left_waiting_beside_its_stock():
    world, waiting, filler = waiting_shop(*orders(1))
    world.shelves["A", "hq"] = 1
    waiting.index_misses.add("o1")
    with pytest.raises(StillOwedError):
        filler.fill(A)
    filler.fill(A, known=[OrderKey(SHOP, "o1")])
    assert decision(world, "o1") is Decision.ALLOCATED


def test_an_order_cancelled_meanwhile_gives_up_its_place():
    first, second = orders(1, 1)
    world, waiting, filler = waiting_shop(first, second)
    gone = replace(first, order_version=2, active=False, lines=())
    waiting.demands_of["o1"] = gone
    world.shelves["A", "hq"] = 1
    filler.fill(A)
    assert decision(world, "o1") is Decision.RELEASED
    assert decision(world, "o2") is Decision.ALLOCATED


def test_later_orders_get_nothing_of_what_is_owed_at_whatever_location_it_arrived():
    world = shop({("A", "hq"): 0, ("A", "shed"): 0}, items=[backorders("A")])
    world.apply(demand("o1", ("A", 2), placed_at="t1"))
    world.shelves["A", "shed"] = 3
    world.apply(demand("o2", ("A", 3), placed_at="t2"))
    assert world.reserved_at("o2") == {("A", "shed"): 1}
    assert world.allocations[OrderKey(SHOP, "o2")].lines == {"l1": (1, 2)}


def test_units_that_left_before_they_were_filled_are_taken_where_there_are_some():
    world = shop({("A", "hq"): 0, ("A", "shed"): 0}, items=[backorders("A")])
    world.apply(demand("o1", ("A", 2)))
    world.shelves["A", "shed"] = 5
    world.apply(demand("o1", ("A", 2, 2), version=2))
    assert (world.level("A", "hq").on_hand, world.level("A", "shed").on_hand) == (0, 3)
    assert world.level("A", "hq").backordered == 0


@pytest.mark.parametrize(
    ("release_at", "expected"),
    [
        (None, Decision.BACKORDERED),
        ("2026-11-22T10:00:00.001Z", Decision.BACKORDERED),
        ("2026-11-22T10:00:00.000Z", Decision.OUT_OF_STOCK),
    ],
)
def test_preorders_are_owed_if_placed_before_the_release(release_at, expected):
    item = StockItem("A", oversell_policy=OversellPolicy.PREORDER, release_at=release_at)
    world = shop({("A", "hq"): 0}, items=[item])
    world.apply(demand("o1", ("A", 1), placed_at="2026-11-22T10:00:00.000Z"))
    assert decision(world, "o1") is expected


def returned(line_units: dict[str, int], version: int) -> Demand:
    shipped = demand("o1", ("A", 3, 3), version=version)
    return replace(shipped, lines=(replace(shipped.lines[0], restocked=line_units),))


def test_what_comes_back_is_on_the_shelf_it_came_to_once():
    world = shop({("A", "hq"): 3, ("A", "shed"): 0})
    world.apply(demand("o1", ("A", 3)))
    world.apply(returned({}, 2))
    assert world.level("A", "hq").on_hand == 0
    world.apply(returned({"shed": 2}, 3))
    world.apply(returned({"shed": 2}, 4))
    shed = world.level("A", "shed")
    assert (shed.on_hand, shed.reserved, shed.available) == (2, 0, 2)
    assert world.allocations[OrderKey(SHOP, "o1")].decision is Decision.ALLOCATED


def test_what_comes_back_to_a_location_without_a_level_is_at_home():
    world = shop({("A", "hq"): 3})
    world.apply(demand("o1", ("A", 3)))
    world.apply(returned({"nowhere": 1}, 2))
    assert world.level("A", "hq").on_hand == 1


def test_nothing_is_reserved_at_a_closed_location():
    closed = replace(location("hq", 1), closed=True)
    world = shop({("A", "hq"): 5, ("A", "shed"): 1}, closed, location("shed", 2))
    world.apply(demand("o1", ("A", 1)), demand("o2", ("A", 1), placed_at="z"))
    assert world.reserved_at("o1") == {("A", "shed"): 1}
    assert decision(world, "o2") is Decision.OUT_OF_STOCK
