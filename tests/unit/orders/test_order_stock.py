"""What stock decisions do to an order."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from orders.news import StockDecision
from orders.order import CancelReason, HoldKind, OrderStatus, ShopRules, ShortageRule
from tests.unit.orders.orders_builders import NOW, decide_stock, lines, order

LATER = NOW + timedelta(seconds=5)


def decision(name, version=1, allocated=0, backordered=0):
    share = {"allocated": allocated, "backordered": backordered}
    return StockDecision(version, name, {"line_1": share} if allocated or backordered else {})


def pending(**changes):
    return order(lines=lines(2), **changes)


def test_allocated_stock_confirms():
    after = decide_stock(pending(), decision("allocated", allocated=2), LATER)
    assert after is not None
    assert after.status is OrderStatus.CONFIRMED
    assert (after.lines[0].allocated, after.inventory_version) == (2, 1)


def test_accepted_backorders_confirm():
    after = decide_stock(pending(), decision("backordered", allocated=1, backordered=1), LATER)
    assert after is not None
    assert after.status is OrderStatus.CONFIRMED
    assert (after.lines[0].allocated, after.lines[0].backordered) == (1, 1)


def test_a_decision_that_is_not_newer_changes_nothing():
    decided = pending(inventory_version=3)
    assert decide_stock(decided, decision("allocated", version=3, allocated=2), LATER) is None
    assert decide_stock(decided, decision("allocated", version=2, allocated=2), LATER) is None


def test_short_stock_holds_and_stock_found_later_releases():
    short = decide_stock(pending(), decision("out_of_stock"), LATER)
    assert short is not None
    assert short.status is OrderStatus.PENDING
    assert [(hold.kind, hold.placed_at) for hold in short.holds] == [
        (HoldKind.INVENTORY_OUT_OF_STOCK, LATER)
    ]
    still = decide_stock(short, decision("out_of_stock", version=2), LATER)
    assert still is not None
    assert still.holds == short.holds
    found = decide_stock(short, decision("allocated", version=3, allocated=2), LATER)
    assert found is not None
    assert (found.status, found.holds) == (OrderStatus.CONFIRMED, ())


def test_a_shop_may_prefer_to_cancel_when_stock_is_short():
    strict = pending(rules=ShopRules(on_shortage=ShortageRule.CANCEL))
    gone = decide_stock(strict, decision("out_of_stock"), LATER)
    assert gone is not None
    assert gone.status is OrderStatus.CANCELLED
    assert (gone.cancel_reason, gone.cancelled_at) == (CancelReason.INVENTORY, LATER)


def test_a_release_empties_the_lines_and_nothing_else():
    gone = order(OrderStatus.CANCELLED, lines=lines(2, cancelled=2, allocated=2))
    after = decide_stock(gone, decision("released", version=2), LATER)
    assert after is not None
    assert after.lines[0].allocated == 0
    assert after.status is OrderStatus.CANCELLED
    waiting = decide_stock(pending(), decision("released"), LATER)
    assert waiting is not None
    assert waiting.holds == ()


def test_a_late_shortage_neither_holds_nor_cancels_a_confirmed_order():
    going = order(OrderStatus.CONFIRMED, lines=lines(2, allocated=2), inventory_version=1)
    going = replace(going, rules=ShopRules(on_shortage=ShortageRule.CANCEL))
    after = decide_stock(going, decision("out_of_stock", version=2), LATER)
    assert after is not None
    assert (after.status, after.holds) == (OrderStatus.CONFIRMED, ())


@given(st.permutations([1, 2, 3, 4]), st.lists(st.integers(1, 4), max_size=4))
def test_the_newest_decision_wins_in_any_order_of_arrival(first, again):
    decisions = {
        1: decision("out_of_stock", 1),
        2: decision("backordered", 2, backordered=2),
        3: decision("allocated", 3, allocated=2),
        4: decision("backordered", 4, allocated=1, backordered=1),
    }
    one = pending()
    for version in [*first, *again]:
        one = decide_stock(one, decisions[version], LATER) or one
    assert (one.status, one.holds, one.inventory_version) == (OrderStatus.CONFIRMED, (), 4)
    assert (one.lines[0].allocated, one.lines[0].backordered) == (1, 1)
