"""The planner, rule by rule."""

from dataclasses import replace

import pytest

from inventory.stock import Decision, LineShare, OversellPolicy, StockItem
from tests.unit.inventory.inventory_world import backorders, demand, location, shop


def test_an_order_is_reserved_and_its_lines_are_told():
    world = shop({("A", "hq"): 5})
    plan = world.apply(demand("o1", ("A", 3)))["o1"]
    assert plan.decision is Decision.ALLOCATED
    assert plan.decided
    assert plan.lines == {"l1": LineShare(3, 0)}
    assert world.level("A", "hq").available == 2


def test_first_come_first_served_by_placing_then_by_id():
    world = shop({("A", "hq"): 2})
    plans = world.apply(
        demand("o3", ("A", 1), placed_at="2026-11-22T10:00:00.000Z"),
        demand("o2", ("A", 1), placed_at="2026-11-22T09:00:00.000Z"),
        demand("o1", ("A", 1), placed_at="2026-11-22T10:00:00.000Z"),
    )
    assert plans["o2"].decision is Decision.ALLOCATED
    assert plans["o1"].decision is Decision.ALLOCATED
    assert plans["o3"].decision is Decision.OUT_OF_STOCK


def test_one_location_for_the_whole_order_beats_priority_and_country():
    world = shop(
        {("A", "first"): 5, ("B", "first"): 0, ("A", "other"): 5, ("B", "other"): 5},
        location("first", priority=1, country="DE"),
        location("other", priority=9, country="US"),
    )
    world.apply(demand("o1", ("A", 1), ("B", 1), country="DE"))
    assert world.reserved_at("o1") == {("A", "other"): 1, ("B", "other"): 1}


def test_the_lower_priority_number_serves_before_the_country():
    places = location("near", priority=2, country="DE"), location("far", priority=1, country="US")
    world = shop({("A", "near"): 5, ("A", "far"): 5}, *places)
    world.apply(demand("o1", ("A", 1), country="DE"))
    assert world.reserved_at("o1") == {("A", "far"): 1}


def test_the_country_shipped_to_decides_between_equal_priorities():
    places = location("a-far", country="US"), location("b-near", country="DE")
    world = shop({("A", "a-far"): 5, ("A", "b-near"): 5}, *places)
    world.apply(demand("o1", ("A", 1), country="DE"))
    assert world.reserved_at("o1") == {("A", "b-near"): 1}


def test_a_split_takes_from_the_first_locations_what_is_there():
    places = location("x", priority=1), location("y", priority=2), location("z", priority=3)
    world = shop({("A", "x"): 2, ("A", "y"): 2, ("A", "z"): 2}, *places)
    world.apply(demand("o1", ("A", 5)))
    assert world.reserved_at("o1") == {("A", "x"): 2, ("A", "y"): 2, ("A", "z"): 1}


def test_short_under_deny_reserves_nothing_at_all():
    world = shop({("A", "hq"): 5, ("B", "hq"): 1})
    plan = world.apply(demand("o1", ("A", 1), ("B", 2)))["o1"]
    assert plan.decision is Decision.OUT_OF_STOCK
    assert plan.reservations == ()
    assert plan.lines == {"l1": LineShare(0, 0), "l2": LineShare(0, 0)}


def test_partial_takes_what_is_there():
    world = shop({("A", "hq"): 5, ("B", "hq"): 1})
    plan = world.apply(demand("o1", ("A", 1), ("B", 2), partial=True))["o1"]
    assert plan.decision is Decision.PARTIALLY_ALLOCATED
    assert plan.lines == {"l1": LineShare(1, 0), "l2": LineShare(1, 0)}


def test_partial_without_anything_there_is_out_of_stock():
    world = shop({("A", "hq"): 0})
    plan = world.apply(demand("o1", ("A", 1), partial=True))["o1"]
    assert plan.decision is Decision.OUT_OF_STOCK


@pytest.mark.parametrize("policy", [OversellPolicy.BACKORDER, OversellPolicy.PREORDER])
def test_what_is_missing_is_owed_where_the_policy_allows_it(policy):
    world = shop({("A", "hq"): 2}, items=[StockItem("A", oversell_policy=policy)])
    plan = world.apply(demand("o1", ("A", 5)))["o1"]
    assert plan.decision is Decision.BACKORDERED
    assert plan.lines == {"l1": LineShare(2, 3)}
    level = world.level("A", "hq")
    assert (level.reserved, level.backordered, level.available) == (2, 3, 0)


def test_the_backorder_limit_counts_all_orders_and_locations():
    world = shop({("A", "hq"): 0, ("A", "shed"): 0}, items=[backorders("A", limit=4)])
    plans = world.apply(demand("o1", ("A", 3)), demand("o2", ("A", 2)), demand("o3", ("A", 1)))
    decisions = [plans[order].decision for order in ("o1", "o2", "o3")]
    assert decisions == [Decision.BACKORDERED, Decision.OUT_OF_STOCK, Decision.BACKORDERED]


def test_units_owed_to_earlier_orders_are_not_promised_when_stock_arrives():
    world = shop({("A", "hq"): 0}, items=[backorders("A")])
    world.apply(demand("o1", ("A", 3)))
    world.shelves["A", "hq"] = 4
    plan = world.apply(demand("o2", ("A", 2)))["o2"]
    assert plan.lines == {"l1": LineShare(1, 1)}


def test_untracked_items_take_no_stock_and_are_never_short():
    world = shop({("A", "hq"): 1}, items=[StockItem("GIFT", tracked=False)])
    plan = world.apply(demand("o1", ("A", 1), ("GIFT", 99)))["o1"]
    assert plan.decision is Decision.ALLOCATED
    assert plan.lines["l2"] == LineShare(99, 0)
    assert [row.sku for row in plan.reservations] == ["A"]


def test_an_unknown_sku_is_short():
    world = shop({("A", "hq"): 1})
    plan = world.apply(demand("o1", ("A", 1), ("", 1)))["o1"]
    assert plan.decision is Decision.OUT_OF_STOCK
    assert plan.reservations == ()


def test_several_lines_of_one_sku_are_one_need_spread_in_order():
    world = shop({("A", "hq"): 4})
    plan = world.apply(demand("o1", ("A", 2), ("A", 3), ("A", 1), partial=True))["o1"]
    assert plan.lines == {"l1": LineShare(2, 0), "l2": LineShare(2, 0), "l3": LineShare(0, 0)}
    assert len(plan.reservations) == 1


def test_safety_stock_is_not_sold():
    world = shop({("A", "hq"): 5}, items=[StockItem("A", safety_stock=3)])
    assert world.apply(demand("o1", ("A", 3)))["o1"].decision is Decision.OUT_OF_STOCK
    assert world.apply(demand("o2", ("A", 2)))["o2"].decision is Decision.ALLOCATED


def test_cancelling_gives_back_exactly_what_was_held():
    world = shop({("A", "x"): 2, ("A", "y"): 2})
    world.apply(demand("o1", ("A", 3)))
    plan = world.apply(demand("o1", ("A", 0), version=2, active=False))["o1"]
    assert plan.decision is Decision.RELEASED
    assert plan.decided
    assert plan.lines == {"l1": LineShare(0, 0)}
    assert [(row.quantity, row.released) for row in plan.reservations] == [(0, 2), (0, 1)]
    assert (world.level("A", "x").available, world.level("A", "y").available) == (2, 2)


def test_a_cancelled_order_that_never_held_anything_leaves_a_silent_tombstone():
    world = shop({("A", "hq"): 5})
    plan = world.apply(demand("o1", ("A", 0), version=2, active=False))["o1"]
    assert (plan.decision, plan.decided) == (Decision.RELEASED, False)
    assert world.plan(demand("o1", ("A", 3), version=1)) == []


def test_an_order_that_asks_again_is_told_again_that_there_is_none():
    world = shop({("A", "hq"): 1})
    world.apply(demand("o1", ("A", 3)))
    plan = world.apply(demand("o1", ("A", 3), version=2))["o1"]
    assert (plan.decision, plan.decided) == (Decision.OUT_OF_STOCK, True)


def test_cancelling_a_backorder_frees_what_was_owed():
    world = shop({("A", "hq"): 1}, items=[backorders("A", limit=2)])
    world.apply(demand("o1", ("A", 3)))
    world.apply(demand("o1", ("A", 0), version=2, active=False))
    level = world.level("A", "hq")
    assert (level.reserved, level.backordered, level.available) == (0, 0, 1)


def test_shipping_takes_from_the_shelf_what_was_reserved():
    world = shop({("A", "hq"): 5})
    world.apply(demand("o1", ("A", 3)))
    plan = world.apply(demand("o1", ("A", 3, 2), version=2))["o1"]
    assert (plan.decision, plan.decided) == (Decision.ALLOCATED, False)
    level = world.level("A", "hq")
    assert (level.on_hand, level.reserved, level.available) == (3, 1, 2)


def test_a_parcel_that_did_not_leave_after_all_is_reserved_again():
    world = shop({("A", "hq"): 5})
    world.apply(demand("o1", ("A", 3)))
    world.apply(demand("o1", ("A", 3, 3), version=2))
    world.apply(demand("o1", ("A", 3, 1), version=3))
    level = world.level("A", "hq")
    assert (level.on_hand, level.reserved, level.available) == (4, 2, 2)


def test_an_edit_reserves_its_delta_where_the_order_already_is():
    places = location("x", priority=1), location("y", priority=2)
    world = shop({("A", "x"): 0, ("A", "y"): 5, ("B", "x"): 0, ("B", "y"): 1}, *places)
    world.apply(demand("o1", ("A", 1)))
    world.shelves["A", "x"] = 9
    world.apply(demand("o1", ("A", 3), version=2))
    assert world.reserved_at("o1") == {("A", "y"): 3}


def test_an_edit_that_is_short_keeps_what_is_held():
    world = shop({("A", "hq"): 3})
    world.apply(demand("o1", ("A", 2)))
    plan = world.apply(demand("o1", ("A", 5), version=2))["o1"]
    assert (plan.decision, plan.lines) == (Decision.OUT_OF_STOCK, {"l1": LineShare(2, 0)})


def test_an_edit_can_swap_one_sku_for_another():
    world = shop({("A", "hq"): 1, ("B", "hq"): 1})
    world.apply(demand("o1", ("A", 1)))
    world.apply(demand("o1", ("A", 0), ("B", 1), version=2))
    assert world.reserved_at("o1") == {("B", "hq"): 1}
    assert world.level("A", "hq").available == 1


def test_a_sku_that_left_the_order_is_given_back():
    world = shop({("A", "hq"): 1, ("B", "hq"): 1})
    world.apply(demand("o1", ("A", 1), ("B", 1)))
    world.apply(demand("o1", ("B", 1), version=2))
    assert world.reserved_at("o1") == {("B", "hq"): 1}


def test_what_is_given_back_in_a_batch_serves_the_others_of_it():
    world = shop({("A", "hq"): 1})
    world.apply(demand("o1", ("A", 1)))
    plans = world.apply(
        demand("o2", ("A", 1), placed_at="2026-11-22T09:00:00.000Z"),
        demand("o1", ("A", 0), version=2, active=False),
    )
    assert plans["o2"].decision is Decision.ALLOCATED


def test_a_shipment_of_what_was_never_reserved_is_recorded_as_a_fact():
    world = shop({("A", "hq"): 1})
    world.apply(demand("o2", ("A", 1)))
    plan = world.apply(demand("o1", ("A", 2, 2), active=False, version=4))["o1"]
    assert plan.forced
    level = world.level("A", "hq")
    assert (level.on_hand, level.reserved, level.available) == (-1, 1, -2)


def test_an_order_that_shipped_before_it_was_reserved_takes_from_where_stock_is():
    world = shop({("A", "x"): 0, ("A", "y"): 3})
    plan = world.apply(demand("o1", ("A", 3, 2)))["o1"]
    assert plan.decision is Decision.ALLOCATED
    assert not plan.forced
    assert world.level("A", "y").on_hand == 1
    assert world.reserved_at("o1") == {("A", "y"): 1}


def test_shipping_what_was_owed_settles_it():
    world = shop({("A", "hq"): 0}, items=[backorders("A")])
    world.apply(demand("o1", ("A", 2)))
    world.shelves["A", "hq"] = 2
    plan = world.apply(demand("o1", ("A", 2, 2), version=2))["o1"]
    assert plan.lines == {"l1": LineShare(2, 0)}
    level = world.level("A", "hq")
    assert (level.on_hand, level.reserved, level.backordered, level.available) == (0, 0, 0, 0)


def test_asking_again_after_stock_came_reserves():
    world = shop({("A", "hq"): 0})
    world.apply(demand("o1", ("A", 2)))
    world.shelves["A", "hq"] = 2
    plan = world.apply(demand("o1", ("A", 2), version=2))["o1"]
    assert (plan.decision, plan.decided) == (Decision.ALLOCATED, True)


def test_an_older_or_equal_version_is_left_out():
    world = shop({("A", "hq"): 5})
    world.apply(demand("o1", ("A", 1), version=3))
    assert world.plan(demand("o1", ("A", 2), version=2), demand("o2", ("A", 1))) != []
    assert world.plan(demand("o1", ("A", 2), version=3)) == []


def test_an_order_that_does_not_ask_is_written_off_and_not_decided():
    world = shop({("A", "hq"): 5})
    shipped = replace(demand("o1", ("A", 1, 1), ("B", 0)), asks_stock=False)
    plan = world.apply(shipped)["o1"]
    assert (plan.decision, plan.decided) == (Decision.PENDING, False)
    assert world.level("A", "hq").on_hand == 4


def test_an_order_that_asks_at_last_is_decided_whole():
    world = shop({("A", "hq"): 5})
    world.apply(replace(demand("o1", ("A", 1, 1)), asks_stock=False))
    plan = world.apply(demand("o1", ("A", 3, 1), version=2))["o1"]
    assert (plan.decision, plan.decided) == (Decision.ALLOCATED, True)
    assert world.reserved_at("o1") == {("A", "hq"): 2}
