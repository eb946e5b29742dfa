"""The planner decides what trying out every assignment shows to be right, in any small world.

``make oracle`` tries more worlds than fit every run of the tests.
"""

from dataclasses import replace

from hypothesis import assume, event, given, settings
from hypothesis import strategies as st

from inventory.allocation.planner import OrderPlan, plan_orders
from inventory.stock import Demand, OversellPolicy, SkuKey, StockItem
from tests.support.arguments import from_environment
from tests.unit.inventory import planner_oracle as oracle
from tests.unit.inventory.inventory_world import SHOP, World, demand, location

EXAMPLES = settings(max_examples=from_environment("ORACLE_EXAMPLES", 150), deadline=None)
SKUS = ("A", "B", "C")
PLACES = ("x", "y", "z")
MOST = 4
"""Units of a SKU on a shelf, and in an order."""
ON_SHELF = st.sampled_from([None, 0, 1, 1, 2, 2, 3, MOST])
UNITS = st.sampled_from([1, 1, 1, 2, 2, 3, MOST])
COUNTRIES = st.sampled_from(["DE", "US"])
INSTANTS = st.integers(0, 3).map("t{}".format)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Up to three SKUs on up to three shelves each."""
    shelves = {
        (sku, place): units
        for sku in SKUS
        for place in draw(st.permutations(PLACES))  # the first is the SKU's home
        if (units := draw(ON_SHELF)) is not None
    }
    items = {
        sku: StockItem(
            sku,
            oversell_policy=draw(st.sampled_from(OversellPolicy)),
            backorder_limit=draw(st.sampled_from([None, 0, 1, 2, 3, MOST])),
            tracked=draw(st.integers(0, 7)) > 0,
            safety_stock=draw(st.sampled_from([0, 0, 0, 1, 2])),
            release_at=draw(st.none() | INSTANTS),
        )
        for sku in SKUS
        if draw(st.integers(0, 9)) or any(s == sku for s, _ in shelves)
    }
    places = [
        replace(
            location(place, draw(st.integers(1, 2)), draw(COUNTRIES)),
            closed=draw(st.integers(0, 7)) == 0,
        )
        for place in PLACES
    ]
    return World(shelves, places, items)


@st.composite
def wanted(draw: st.DrawFn) -> list[tuple[str, int]]:
    """Lines, several of one SKU among them, of few units of each SKU."""
    lines: list[tuple[str, int]] = []
    for sku, units in draw(
        st.lists(st.tuples(st.sampled_from(SKUS), UNITS), min_size=1, max_size=4)
    ):
        if sum(n for s, n in lines if s == sku) + units <= MOST:
            lines.append((sku, units))
    return lines


@st.composite
def orders(draw: st.DrawFn, most: int = 4, name: str = "o") -> list[Demand]:
    """New orders."""
    return [
        demand(
            f"{name}{number}",
            *draw(wanted()),
            placed_at=draw(INSTANTS),
            partial=draw(st.booleans()),
            country=draw(COUNTRIES),
        )
        for number in range(draw(st.integers(1, most)))
    ]


@st.composite
def edited(draw: st.DrawFn, before: Demand) -> Demand:
    """The same order, of which something was added, dropped, exchanged, or all of it cancelled."""
    number = before.order_version + 1
    if draw(st.integers(0, 5)) == 0:
        lines = tuple(replace(line, wanted=0) for line in before.lines)
        return replace(before, order_version=number, active=False, lines=lines)
    again = demand(before.order_id, *draw(wanted()), version=number)
    return replace(before, order_version=number, lines=again.lines)


# --- the same world twice -----------------------------------------------------------------------


def town_of(world: World) -> oracle.Town:
    return oracle.Town(
        skus={
            sku: oracle.Sku(
                item.oversell_policy.value,
                item.backorder_limit,
                item.tracked,
                item.safety_stock,
                item.release_at,
            )
            for sku, item in ((sku, world.item(sku)) for sku in {*world.items, *_shelved(world)})
        },
        spots={
            place.location_id: oracle.Spot(place.priority, place.country, place.closed)
            for place in world.places
        },
        shelves=dict(world.shelves),
        has={
            key.order_id: {
                (row.sku, row.location_id): oracle.Has(row.quantity, row.backordered)
                for row in stored.reservations
                if row.quantity or row.backordered
            }
            for key, stored in world.allocations.items()
        },
    )


def _shelved(world: World) -> set[str]:
    return {sku for sku, _ in world.shelves}


def wish_of(world: World, asked: Demand) -> oracle.Wish:
    seen = world.allocations.get(asked.key)
    return oracle.Wish(
        order=asked.order_id,
        placed_at=asked.placed_at,
        country=asked.ship_country,
        partial=asked.partial,
        lines=tuple((line.line_id, line.sku, line.wanted) for line in asked.lines),
        active=asked.active,
        is_newer=seen is None or seen.order_version < asked.order_version,
    )


def _is_late(world: World, asked: Demand) -> bool:
    seen = world.allocations.get(asked.key)
    return seen is not None and seen.order_version > asked.order_version


def outcome_of(plan: OrderPlan) -> oracle.Outcome:
    return oracle.Outcome(
        order=plan.demand.order_id,
        decision=plan.decision.value,
        shares={line: tuple(share) for line, share in plan.lines.items()},
        has={
            (row.sku, row.location_id): oracle.Has(row.quantity, row.backordered)
            for row in plan.reservations
            if row.quantity or row.backordered
        },
    )


def compare(world: World, asked: list[Demand], fill: str | None = None) -> None:
    """Plan, hold the plan against the oracle, and keep it; a late image is no wish."""
    town = town_of(world)
    wishes = [wish_of(world, each) for each in asked if not _is_late(world, each)]
    assume(all(oracle.is_determined(town, wish) for wish in wishes))
    right = oracle.decide(town, wishes, fill)
    plans = plan_orders(
        asked, world.allocations, world.stock(), fill=SkuKey(SHOP, fill) if fill else None
    )
    assert [outcome_of(plan) for plan in plans] == right
    for plan in plans:
        event(f"{'filled' if fill else 'edited' if plan.seen else 'placed'}: {plan.decision.value}")
        was = (plan.seen.decision, plan.seen.lines) if plan.seen else ("released", {})
        asks_again = plan.seen and plan.seen.order_version < plan.demand.order_version
        again = bool(asks_again) and plan.decision.value == "out_of_stock"
        news = (plan.decision, plan.lines) != was or again
        assert plan.decided == (news if plan.seen else plan.demand.active)
        world.keep(plan)


def arrive(world: World, sku: str, data: st.DataObject) -> None:
    for place in PLACES:
        arrived = data.draw(ON_SHELF)
        if arrived is not None:
            world.shelves[sku, place] = world.shelves.get((sku, place), 0) + arrived


# --- what is compared ---------------------------------------------------------------------------


@given(worlds(), orders())
@EXAMPLES
def test_new_orders(world: World, asked: list[Demand]) -> None:
    compare(world, asked)


@given(worlds(), orders(2), orders(2, "n"), st.data())
@EXAMPLES
def test_edits_that_add_and_drop_units_beside_new_orders(
    world: World, asked: list[Demand], newcomers: list[Demand], data: st.DataObject
) -> None:
    compare(world, asked)
    for sku in sorted(data.draw(st.sets(st.sampled_from(SKUS)))):  # and who waits is not filled yet
        arrive(world, sku, data)
    edits = [data.draw(edited(each)) for each in asked if data.draw(st.integers(0, 3))]
    compare(world, data.draw(st.permutations(edits + newcomers)))
    compare(world, asked + edits)


@given(worlds(), orders(), st.data())
@EXAMPLES
def test_who_waits_is_filled_when_stock_arrives(
    world: World, asked: list[Demand], data: st.DataObject
) -> None:
    compare(world, asked)
    sku = data.draw(st.sampled_from(SKUS))
    arrive(world, sku, data)
    late = [each for each in asked if data.draw(st.integers(0, 4)) == 0]
    compare(world, [data.draw(edited(each)) if each in late else each for each in asked], fill=sku)
    arrive(world, sku, data)
    compare(world, asked, fill=sku)
