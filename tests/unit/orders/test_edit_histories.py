"""For any order and any edit: the money is exact, and stock is given back only after the rest."""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from orders.edits.confirming import confirm
from orders.edits.edit import QUOTE_LASTS, NewLine, NewQuantity, Wish
from orders.lifecycle import demand
from orders.order import AllocationRule, EditState, OrderStatus
from tests.unit.orders.edit_builders import decided, details_of_change, edit_of, quoted
from tests.unit.orders.orders_builders import ADDRESS, NOW, money, placed
from waybill.problems import Conflict, Problem

_SKUS = st.sampled_from(["TEE", "MUG", "CAP"])
_PRICE = st.integers(0, 99_999)


@st.composite
def _orders(draw):
    """An order in one of three currencies, discounted and taxed, partly cancelled and shipped."""
    currency = draw(st.sampled_from(["JPY", "USD", "KWD"]))
    lines = []
    for _ in range(draw(st.integers(1, 4))):
        quantity, price = draw(st.integers(1, 7)), draw(_PRICE)
        lines.append(
            {
                "sku": draw(_SKUS),
                "quantity": quantity,
                "unit_price": money(price, currency),
                "discount": money(draw(st.integers(0, quantity * price)), currency),
                "tax": money(draw(_PRICE), currency),
            }
        )
    net = sum(x["quantity"] * x["unit_price"]["amount"] - x["discount"]["amount"] for x in lines)
    order, details = placed(
        currency=currency,
        lines=lines,
        discounts=[{"amount": money(draw(st.integers(0, net)), currency)}],
        shipping_price=money(draw(_PRICE), currency),
        prices_include_tax=draw(st.booleans()),
        shipping_address=ADDRESS,
        allocation=draw(st.sampled_from(AllocationRule)).value,
    )
    changed = []
    for line in order.lines:
        cancelled = draw(st.integers(0, line.quantity - 1))
        fulfilled = draw(st.integers(0, line.quantity - cancelled))
        held = line.quantity - cancelled if draw(st.booleans()) else fulfilled
        changed.append(replace(line, cancelled=cancelled, fulfilled=fulfilled, allocated=held))
    return (
        replace(
            order,
            lines=tuple(changed),
            removed=draw(st.integers(0, order.total)),
            status=draw(st.sampled_from([OrderStatus.PENDING, OrderStatus.CONFIRMED])),
            inventory_version=draw(st.integers(0, 1)),
        ),
        details,
    )


@st.composite
def _wishes(draw, order):
    add = [
        NewLine(
            draw(_SKUS),
            quantity,
            price,
            discount=draw(st.integers(0, price * quantity)),
            tax=draw(_PRICE),
        )
        for quantity, price in draw(st.lists(st.tuples(st.integers(1, 5), _PRICE), max_size=3))
    ]
    some = draw(st.lists(st.sampled_from([x.line_id for x in order.lines]), unique=True))
    return Wish(
        tuple(add),
        tuple(NewQuantity(line_id, draw(st.integers(0, 9))) for line_id in some),
        draw(st.none() | _PRICE),
    )


def by_sku(order):
    """Units that inventory is to hold for an order."""
    units = Counter()
    for _, sku, wanted, _, _ in demand(order):
        units[sku] += wanted
    return units


@given(st.data())
def test_an_edit_is_exact_and_reserves_before_it_releases(data):
    order, details = data.draw(_orders())
    try:
        edit = quoted(order, details, data.draw(_wishes(order)))
    except Problem:
        assume(False)
    made = edit.quote
    assert not (made.charge and made.refund)
    change = confirm(order, edit, lambda: details, NOW)
    asking = change.order
    goal = by_sku(order)
    for one in made.added:
        goal[one.sold.sku] += one.sold.quantity
    for line in order.lines:
        goal[line.sku] -= made.cuts.get(line.line_id, 0)
    if asking.edit.state is EditState.RESERVING:
        assert asking.current_total == order.current_total
        before, during = by_sku(order), by_sku(asking)
        for sku in before | goal:  # all that was held, and all that is to come: no more, no less
            assert during[sku] == max(before[sku], goal[sku])
        edit = edit_of(change)
        if data.draw(st.booleans(), "short"):
            shares = {line.line_id: (line.allocated, 0) for line in asking.lines}
            declined = decided(asking, details, edit, "out_of_stock", **shares).order
            assert declined.edit.state is EditState.DECLINED
            assert by_sku(declined) == before
            assert declined.current_total == order.current_total
            assert [replace(x, allocated=0) for x in declined.lines] == [
                replace(x, allocated=0) for x in order.lines
            ]
            return
        change = decided(asking, details, edit)
    after, sold = change.order, details_of_change(change, details)
    assert after.edit.state is EditState.CONFIRMED
    assert after.current_total - order.current_total == made.charge - made.refund
    assert after.current_total == made.total_after >= 0
    assert sold.totals.total == after.total
    assert +by_sku(after) == +goal
    for line in after.lines:
        assert 0 <= line.cancelled <= line.quantity
        assert line.fulfilled <= line.wanted


@given(st.data())
def test_an_expired_edit_changes_nothing(data):
    order, details = data.draw(_orders())
    try:
        edit = quoted(order, details, data.draw(_wishes(order)))
    except Problem:
        assume(False)
    with pytest.raises(Conflict) as caught:
        confirm(order, edit, lambda: details, NOW + QUOTE_LASTS)
    assert caught.value.extensions["edit_state"] == "expired"
