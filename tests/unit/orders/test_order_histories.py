"""Whatever happens to an order, in whatever order: its invariants hold."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from orders.lifecycle import TRANSITIONS
from orders.news import Observation, ShipmentNews, StockDecision
from orders.order import CancelReason, Order, OrderStatus, Payments, ShopRules, ShortageRule
from orders.status import statuses
from tests.unit.orders.orders_builders import (
    NOW,
    cancel,
    confirm_draft,
    decide_stock,
    observe,
    order,
    ship,
)
from waybill.problems import Conflict

_LINES = ("line_1", "line_2")
_UNITS = st.dictionaries(st.sampled_from(_LINES), st.integers(1, 3))
_DECISIONS = st.builds(
    StockDecision,
    st.integers(1, 9),
    st.sampled_from(
        ["allocated", "partially_allocated", "backordered", "out_of_stock", "released"]
    ),
    st.fixed_dictionaries(
        {
            line: st.fixed_dictionaries(
                {"allocated": st.integers(0, 2), "backordered": st.integers(0, 2)}
            )
            for line in _LINES
        }
    ),
)
_NEWS = st.builds(
    ShipmentNews,
    st.sampled_from(["shp_a", "shp_b"]),
    st.integers(1, 9),
    _UNITS,
    st.booleans(),
)
_SEEN = st.builds(
    Observation,
    st.integers(1, 9),
    st.builds(Payments, captured=st.integers(0, 6000)),
    st.sampled_from([None, NOW]),
)
_STEPS = st.one_of(_DECISIONS, _NEWS, _SEEN, st.sampled_from(CancelReason), st.just("confirm"))


def step(one: Order, what: object) -> Order:
    at = NOW + timedelta(seconds=1)
    try:
        match what:
            case StockDecision():
                after = decide_stock(one, what, at)
            case ShipmentNews():
                after = ship(one, what)
            case Observation():
                after = observe(one, what)
            case CancelReason():
                after = cancel(one, what, at)
            case _:
                after = confirm_draft(one, at)
    except Conflict:
        return one
    return after or one


def reachable(status: OrderStatus) -> set[OrderStatus]:
    """Where a status leads in any number of steps of the table."""
    found = {status}
    while more := {b for a in found for b in TRANSITIONS[a]} - found:
        found |= more
    return found


@given(
    st.sampled_from([OrderStatus.DRAFT, OrderStatus.PENDING]),
    st.sampled_from(ShortageRule),
    st.lists(_STEPS, max_size=12),
)
def test_no_history_breaks_an_invariant(start, on_shortage, history):
    one = order(start, rules=ShopRules(on_shortage=on_shortage))
    for what in history:
        before, one = one, step(one, what)
        assert one.status in reachable(before.status)
        statuses(one)
        for line, was in zip(one.lines, before.lines, strict=True):
            assert 0 <= line.delivered <= line.fulfilled
            assert was.cancelled <= line.cancelled <= line.quantity
            assert line.quantity == was.quantity
        matched = [s for s in one.shipments.values() if not s.unmatched]
        for line in one.lines:
            units = sum(shipment.lines.get(line.line_id, 0) for shipment in matched)
            assert units <= line.wanted
        if one.status is OrderStatus.CANCELLED:
            assert all(line.wanted == 0 for line in one.lines)
            assert not one.holds
        if one.status is OrderStatus.CONFIRMED and before.status is OrderStatus.PENDING:
            assert not one.holds


@given(st.lists(_STEPS, max_size=8))
def test_the_same_news_twice_is_no_news(history):
    one = order()
    for what in history:
        one = step(one, what)
        if not isinstance(what, CancelReason | str):
            assert replace(step(one, what), holds=()) == replace(one, holds=())
