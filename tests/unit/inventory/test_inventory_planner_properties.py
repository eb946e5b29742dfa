"""The planner against what must hold in every world."""

from dataclasses import replace
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from inventory.allocation.groups import cut_groups
from inventory.stock import Decision, Demand, LevelKey, OversellPolicy, StockItem
from tests.unit.inventory.inventory_world import SHOP, World, demand, location

SKUS = ("A", "B", "C")
PLACES = ("x", "y", "z")


@st.composite
def worlds(draw: st.DrawFn) -> World:
    shelves = draw(
        st.dictionaries(
            st.tuples(st.sampled_from(SKUS), st.sampled_from(PLACES)), st.integers(0, 6)
        )
    )
    items = {
        sku: StockItem(
            sku,
            oversell_policy=draw(st.sampled_from(OversellPolicy)),
            backorder_limit=draw(st.none() | st.integers(0, 4)),
            tracked=draw(st.integers(0, 5)) > 0,
            safety_stock=draw(st.integers(0, 2)),
        )
        for sku in SKUS
    }
    places = [
        location(place, draw(st.integers(1, 2)), draw(st.sampled_from(["DE", "US"])))
        for place in PLACES
    ]
    return World(shelves, places, items)


@st.composite
def histories(draw: st.DrawFn) -> list[Demand]:
    """Versions of a few orders, in the order they happened."""
    states: dict[str, Demand] = {}
    history: list[Demand] = []
    for _ in range(draw(st.integers(1, 10))):
        order_id = draw(st.sampled_from(["o1", "o2", "o3", "o4"]))
        before = states.get(order_id)
        version = before.order_version + 1 if before else 1
        wanted = draw(
            st.lists(st.tuples(st.sampled_from(SKUS), st.integers(1, 5)), min_size=1, max_size=3)
        )
        if before and not before.active:
            continue
        after = demand(
            order_id,
            *wanted,
            version=version,
            placed_at=before.placed_at if before else f"t{draw(st.integers(0, 3))}",
            partial=before.partial if before else draw(st.booleans()),
            country=draw(st.sampled_from(["DE", "US"])),
        )
        if before and draw(st.booleans()):
            lines = tuple(replace(line, wanted=line.shipped) for line in before.lines)
            after = replace(before, order_version=version, active=False, lines=lines)
        states[order_id] = after
        history.append(after)
    return history


@st.composite
def batches(draw: st.DrawFn, history: list[Demand]) -> list[list[Demand]]:
    cuts = draw(st.sets(st.integers(1, max(1, len(history) - 1))))
    edges = [0, *sorted(cuts), len(history)]
    return [history[a:b] for a, b in pairwise(edges) if a < b]


def newest(batch: list[Demand]) -> list[Demand]:
    folded: dict[str, Demand] = {}
    for each in batch:
        folded[each.order_id] = each
    return list(folded.values())


def check(world: World) -> None:
    for sku, place in world.shelves:
        level = world.level(sku, place)
        assert level.available >= -world.item(sku).safety_stock
        assert level.available + world.item(sku).safety_stock == level.on_hand - level.reserved
        assert min(level.on_hand, level.reserved, level.backordered) >= 0
    for sku in SKUS:
        limit = world.items[sku].backorder_limit
        owed = sum(level.backordered for level in world.stock().levels.values() if level.sku == sku)
        if world.items[sku].oversell_policy is OversellPolicy.DENY:
            assert owed == 0
        elif limit is not None:
            assert owed <= limit


@given(worlds(), histories(), st.data())
@settings(max_examples=100, deadline=None)
def test_nothing_is_promised_twice_and_redelivery_changes_nothing(world, history, data):
    for batch in data.draw(batches(history)):
        world.apply(*newest(batch))
        check(world)
        before = dict(world.allocations)
        assert world.plan(*newest(batch)) == []
        late = data.draw(st.lists(st.sampled_from(history[: history.index(batch[-1]) + 1])))
        for old in late:
            world.apply(old)
        assert world.allocations == before
    for order in {each.order_id: each for each in history}.values():
        if not order.active:
            assert world.reserved_at(order.order_id) == {}


@given(worlds(), histories())
@settings(max_examples=100, deadline=None)
def test_a_reservation_never_makes_available_negative(world, history):
    for each in history:
        before = {key: world.level(*key).available for key in world.shelves}
        world.apply(each)
        for key, available in before.items():
            after = world.level(*key).available
            assert after >= min(available, 0)


@given(worlds(), histories())
@settings(max_examples=100, deadline=None)
def test_an_order_is_never_split_where_one_location_suffices(world, history):
    for each in newest(history):
        if each.key in world.allocations:
            continue
        levels = world.stock().levels
        needs: dict[str, int] = {}
        for line in each.lines:
            if world.items[line.sku].tracked:
                needs[line.sku] = needs.get(line.sku, 0) + line.wanted

        def serves(place: str, needs=needs, levels=levels) -> bool:
            return all(
                (level := levels.get(LevelKey(SHOP, sku, place))) is not None
                and level.available - level.backordered >= units
                for sku, units in needs.items()
            )

        suffices = [place for place in world.places if serves(place.location_id)]
        world.apply(each)
        if suffices and any(needs.values()):
            best = min(
                suffices, key=lambda p: (p.priority, p.country != each.ship_country, p.location_id)
            )
            used = {place for _, place in world.reserved_at(each.order_id)}
            assert used == {best.location_id}


@given(worlds(), st.lists(st.integers(1, 4), min_size=1, max_size=6), st.randoms())
@settings(max_examples=80, deadline=None)
def test_first_come_first_served_whatever_the_order_of_delivery(world, quantities, random):
    demands = [
        demand(f"o{i}", ("A", units), placed_at=f"t{i}") for i, units in enumerate(quantities)
    ]
    shuffled = demands[:]
    random.shuffle(shuffled)
    other = World(dict(world.shelves), world.places, dict(world.items))
    together = {o: p.decision for o, p in world.apply(*shuffled).items()}
    one_by_one = {}
    for each in demands:
        one_by_one |= {o: p.decision for o, p in other.apply(each).items()}
    assert together == one_by_one


@given(worlds(), histories(), st.integers(5, 20))
@settings(max_examples=100, deadline=None)
def test_groups_add_up_to_the_plan_and_fit(world, history, limit):
    demands = newest(history)
    stock = world.stock()
    plans = world.plan(*demands)
    before = {key: level.available for key, level in stock.levels.items()}
    groups = list(cut_groups(plans, stock, limit=limit))
    assert [step.plan for group in groups for step in group.steps] == plans
    for group in groups:
        size = len(group.steps) + len(group.levels) + group.rows
        assert size <= limit or len(group.steps) == 1
        for key, change in group.levels.items():
            if change.taken > 0 and not change.forced:
                assert before[key] >= change.taken  # what DynamoDB will be asked
            before[key] -= change.taken
    for plan in plans:
        world.keep(plan)
    assert before == {key: level.available for key, level in world.stock().levels.items()}


@given(worlds(), histories())
@settings(max_examples=80, deadline=None)
def test_an_order_that_wants_all_gets_all_or_holds_nothing(world, history):
    for each in newest(history):
        if each.key in world.allocations or each.partial or not each.active:
            continue
        plan = world.apply(each)[each.order_id]
        got = sum(share.allocated + share.backordered for share in plan.lines.values())
        wanted = sum(line.wanted for line in each.lines)
        if plan.decision is Decision.OUT_OF_STOCK:
            assert world.reserved_at(each.order_id) == {}
        else:
            assert got == wanted


@given(worlds(), histories(), st.data())
@settings(max_examples=100, deadline=None)
def test_shipping_what_is_held_and_cancelling_the_rest_leaves_nothing_reserved(
    world, history, data
):
    on_hand = {key: world.level(*key).on_hand for key in world.shelves}
    shipped = 0
    for each in newest(history):
        lines = world.apply(each)[each.order_id].lines if each.active else {}
        sent = {
            line.line_id: data.draw(st.integers(0, lines[line.line_id].allocated))
            for line in each.lines
            if lines and world.items[line.sku].tracked
        }
        shipped += sum(sent.values())
        some = tuple(replace(ln, shipped=sent.get(ln.line_id, 0)) for ln in each.lines)
        rest = tuple(replace(line, wanted=line.shipped) for line in some)
        world.apply(replace(each, order_version=100, lines=some, active=bool(lines)))
        check(world)
        world.apply(replace(each, order_version=101, lines=rest, active=False))
        check(world)
    levels = world.stock().levels.values()
    assert sum(level.reserved + level.backordered for level in levels) == 0
    assert sum(on_hand.values()) - sum(level.on_hand for level in levels) == shipped
