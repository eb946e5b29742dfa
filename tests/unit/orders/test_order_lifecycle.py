"""Which way an order may go, when it goes by itself, and what inventory is asked for."""

from dataclasses import replace
from datetime import timedelta

import pytest

from orders.lifecycle import (
    TRANSITIONS,
    demand,
    is_complete,
    is_confirmable,
    move,
    unknown_sku_hold,
    with_hold,
)
from orders.news import Observation
from orders.order import (
    CancelReason,
    HoldKind,
    OrderStatus,
    PaymentRule,
    Payments,
    ShopRules,
)
from tests.unit.orders.orders_builders import (
    NOW,
    cancel,
    confirm_draft,
    lines,
    observe,
    order,
    settled,
    with_line,
)
from waybill.problems import Conflict

LATER = NOW + timedelta(hours=1)
ALLOCATED = {"lines": lines(2, allocated=2), "inventory_version": 1}


def test_the_table_of_transitions_is_the_documented_one():
    ways = {(a.value, b.value) for a, following in TRANSITIONS.items() for b in following}
    assert ways == {
        ("draft", "pending"),
        ("draft", "cancelled"),
        ("pending", "confirmed"),
        ("pending", "expired"),
        ("pending", "cancelled"),
        ("confirmed", "completed"),
        ("confirmed", "cancelled"),
    }
    assert set(TRANSITIONS) == set(OrderStatus)


def test_an_impossible_move_says_where_the_order_stands_and_what_is_possible():
    with pytest.raises(Conflict) as error:
        move(order(OrderStatus.DRAFT), OrderStatus.COMPLETED)
    assert error.value.extensions == {
        "order_status": "draft",
        "possible": ["cancelled", "pending"],
    }


@pytest.mark.parametrize(
    ("rule", "money", "confirmed"),
    [
        (PaymentRule.NONE, Payments(), True),
        (PaymentRule.AUTHORIZED, Payments(), False),
        (PaymentRule.AUTHORIZED, Payments(authorized=99), False),
        (PaymentRule.AUTHORIZED, Payments(authorized=100), True),
        (PaymentRule.AUTHORIZED, Payments(authorized=100, captured=60), True),
        (PaymentRule.AUTHORIZED, Payments(authorized=60, captured=60), False),
        (PaymentRule.AUTHORIZED, Payments(authorized=100, voided=1), False),
        (PaymentRule.AUTHORIZED, Payments(captured=100), True),
        (PaymentRule.PAID, Payments(authorized=100), False),
        (PaymentRule.PAID, Payments(captured=100), True),
        (PaymentRule.PAID, Payments(captured=100, refunded=1), False),
    ],
)
def test_the_payment_rule_decides_on_confirmation(rule, money, confirmed):
    one = order(total=100, payments=money, rules=ShopRules(payment=rule), **ALLOCATED)
    assert is_confirmable(one) is confirmed


@pytest.mark.parametrize(
    ("allocated", "backordered", "version", "confirmed"),
    [(2, 0, 0, False), (2, 0, 1, True), (0, 2, 1, True), (1, 0, 1, True), (0, 0, 1, False)],
)
def test_stock_decides_on_confirmation(allocated, backordered, version, confirmed):
    one = order(
        lines=lines(2, allocated=allocated, backordered=backordered), inventory_version=version
    )
    assert is_confirmable(one) is confirmed


def test_a_hold_of_any_kind_keeps_an_order_pending():
    held = with_hold(order(**ALLOCATED), HoldKind.OTHER, NOW, hold_id="hold_1")
    assert settled(held).status is OrderStatus.PENDING
    assert settled(replace(held, holds=())).status is OrderStatus.CONFIRMED


def test_an_order_without_anything_to_ship_completes_when_it_is_confirmed():
    digital = order(lines=lines(2, allocated=2, requires_shipping=False), inventory_version=1)
    assert settled(digital).status is OrderStatus.COMPLETED


@pytest.mark.parametrize(
    ("cancelled", "delivered", "returned", "complete"),
    [(0, 1, 0, False), (0, 2, 0, True), (1, 1, 0, True), (0, 0, 2, True), (0, 1, 1, False)],
)
def test_an_order_is_complete_when_every_unit_reached_an_end(
    cancelled, delivered, returned, complete
):
    line = lines(2, cancelled=cancelled, fulfilled=2, delivered=delivered, returned=returned)
    assert is_complete(order(lines=line)) is complete


def test_a_draft_is_placed_at_the_instant_it_is_confirmed():
    placed = confirm_draft(order(OrderStatus.DRAFT), LATER)
    assert (placed.status, placed.placed_at) == (OrderStatus.PENDING, LATER)


@pytest.mark.parametrize("status", sorted(set(OrderStatus) - {OrderStatus.DRAFT}))
def test_only_a_draft_can_be_confirmed(status):
    with pytest.raises(Conflict):
        confirm_draft(order(status), LATER)


@pytest.mark.parametrize("status", ["draft", "pending", "confirmed"])
def test_cancelling_an_unshipped_order_ends_it(status):
    held = with_hold(order(OrderStatus(status)), HoldKind.OTHER, NOW, hold_id="hold_1")
    gone = cancel(held, CancelReason.FRAUD, LATER)
    assert gone.status is OrderStatus.CANCELLED
    assert (gone.cancel_reason, gone.cancelled_at) == (CancelReason.FRAUD, LATER)
    assert all(line.wanted == 0 for line in gone.lines)
    assert gone.holds == ()


@pytest.mark.parametrize("status", ["completed", "cancelled", "expired"])
def test_an_ended_order_cannot_be_cancelled(status):
    with pytest.raises(Conflict) as error:
        cancel(order(OrderStatus(status)), CancelReason.CUSTOMER, LATER)
    assert error.value.extensions["order_status"] == status


def test_a_shipped_order_cannot_be_cancelled():
    with pytest.raises(Conflict):
        cancel(order(OrderStatus.CONFIRMED, lines=lines(2, fulfilled=2)), CancelReason.STAFF, LATER)


def test_of_an_order_shipped_in_part_the_rest_is_cancelled():
    part = order(OrderStatus.CONFIRMED, lines=lines(3, 1, allocated=1))
    part = with_line(part, 0, fulfilled=1, allocated=3)
    rest = cancel(part, CancelReason.CUSTOMER, LATER)
    assert rest.status is OrderStatus.CONFIRMED
    assert [line.cancelled for line in rest.lines] == [2, 1]


def test_what_an_edit_added_to_it_may_be_cancelled_as_well():
    """Seed 154 of the simulator: the newest cancellation is the one that an order shows."""
    half = order(OrderStatus.CONFIRMED, lines=lines(2, 1, fulfilled=1))
    first = cancel(half, CancelReason.STAFF, LATER)
    more = with_line(first, 1, quantity=3)
    again = cancel(more, CancelReason.INVENTORY, LATER + timedelta(minutes=1))
    assert again.cancel_reason is CancelReason.INVENTORY
    assert again.cancelled_at == LATER + timedelta(minutes=1)
    assert not again.has_open_units


def test_an_order_completes_when_the_rest_of_what_was_delivered_is_cancelled():
    part = order(OrderStatus.CONFIRMED, lines=lines(3, fulfilled=1, delivered=1))
    assert cancel(part, CancelReason.CUSTOMER, LATER).status is OrderStatus.COMPLETED


def test_inventory_is_asked_for_what_waiting_orders_want():
    assert demand(None) == frozenset()
    assert demand(order(OrderStatus.DRAFT)) == frozenset()
    assert demand(order(lines=lines(2))) == {("line_1", "SKU1", 2, 0, ())}
    assert demand(order(lines=lines(2, cancelled=1))) == {("line_1", "SKU1", 1, 0, ())}
    assert demand(order(OrderStatus.CANCELLED, lines=lines(2, cancelled=2))) == frozenset()
    assert demand(order(OrderStatus.EXPIRED, lines=lines(2))) == frozenset()
    assert demand(order(lines=lines(2), asks_stock=False)) == frozenset()


def test_inventory_hears_of_parcels_even_of_a_cancelled_order():
    gone = order(OrderStatus.CANCELLED, lines=lines(2, cancelled=2, fulfilled=2))
    assert demand(gone) == {("line_1", "SKU1", 0, 2, ())}


def test_a_completed_order_is_held_by_nothing():
    delivered = tuple(replace(one, fulfilled=2, delivered=2) for one in lines(2))
    held = with_hold(
        replace(order(OrderStatus.CONFIRMED), lines=delivered), HoldKind.OTHER, NOW, hold_id="h"
    )
    done = settled(held, NOW)
    assert (done.status, done.holds) == (OrderStatus.COMPLETED, ())


def test_inventory_hears_of_completion_only_where_something_needed_no_shipping():
    shipped = order(OrderStatus.CONFIRMED, lines=lines(2, fulfilled=2))
    assert demand(replace(shipped, status=OrderStatus.COMPLETED)) == demand(shipped)
    digital = order(OrderStatus.CONFIRMED, lines=lines(2, requires_shipping=False))
    assert demand(replace(digital, status=OrderStatus.COMPLETED)) != demand(digital)


def seen(version=2, **changes):
    return Observation(version=version, payments=Payments(), **changes)


def test_an_observation_that_is_not_newer_changes_nothing():
    assert observe(order(platform_version=2), seen(2)) is None
    assert observe(order(platform_version=2), seen(1)) is None


def test_an_observation_brings_payments_and_may_confirm():
    unpaid = order(rules=ShopRules(payment=PaymentRule.PAID), total=100, **ALLOCATED)
    paid = observe(unpaid, replace(seen(), payments=Payments(captured=100)))
    assert paid is not None
    assert paid.status is OrderStatus.CONFIRMED


def test_an_observation_cancels_once_and_never_an_ended_or_shipped_order():
    cancelled = seen(cancelled_at=LATER, cancel_reason=CancelReason.FRAUD)
    gone = observe(order(), cancelled)
    assert gone is not None
    assert (gone.status, gone.cancelled_at) == (OrderStatus.CANCELLED, LATER)
    again = observe(gone, replace(cancelled, version=3))
    assert again == replace(gone, platform_version=3)
    shipped = order(OrderStatus.CONFIRMED, lines=lines(2, fulfilled=2))
    assert observe(shipped, cancelled) == replace(shipped, platform_version=2)


def test_a_sku_that_has_become_known_sets_the_order_free():
    waiting = order(asks_stock=False)
    waiting = with_hold(waiting, HoldKind.OTHER, NOW, hold_id=unknown_sku_hold(waiting.order_id))
    waiting = with_hold(waiting, HoldKind.OTHER, NOW, hold_id="hold_else")
    still = observe(waiting, seen(skus_known=False))
    assert still is not None
    assert not still.asks_stock
    free = observe(waiting, seen())
    assert free is not None
    assert free.asks_stock
    assert [hold.id for hold in free.holds] == ["hold_else"]
    assert demand(free) != demand(waiting)


def test_inventory_hears_of_what_came_back():
    there = order(OrderStatus.COMPLETED, lines=lines(2, fulfilled=2, delivered=2))
    back = order(
        OrderStatus.COMPLETED,
        lines=lines(2, fulfilled=2, delivered=2, returned=1, restocked={"hq": 1}),
    )
    assert demand(back) == {("line_1", "SKU1", 2, 2, (("hq", 1),))}
    assert demand(back) != demand(there)
