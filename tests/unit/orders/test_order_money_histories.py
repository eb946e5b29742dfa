"""Whatever is paid, cancelled, returned and refunded of an order, in whatever order: no cent goes.

Every step is the shipped service's; what it refuses changes nothing.
"""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.order import ReturnState
from orders.payments.facts import balance
from orders.returns.rma import OrderReturn
from tests.unit.orders.orders_builders import SHOP, money
from tests.unit.orders.returns_builders import Story
from waybill.problems import Conflict, Problem, Unprocessable

CURRENCIES = ("JPY", "USD", "KWD")
_PRICES = st.integers(0, 5000)


@st.composite
def bodies(draw: Any) -> dict[str, Any]:
    """Two lines with discounts and taxes that do not divide evenly, shipping, tax in or out."""
    currency = draw(st.sampled_from(CURRENCIES))
    lines, net = [], 0
    for sku in ("TEE", "MUG"):
        quantity, price = draw(st.integers(1, 7)), draw(_PRICES)
        discount = draw(st.integers(0, quantity * price))
        net += quantity * price - discount
        lines.append(
            {
                "sku": sku,
                "quantity": quantity,
                "unit_price": money(price, currency),
                "discount": money(discount, currency),
                "tax": money(draw(st.integers(0, 999)), currency),
            }
        )
    return {
        "currency": currency,
        "lines": lines,
        "discounts": [{"amount": money(draw(st.integers(0, net)), currency)}],
        "shipping_price": money(draw(st.integers(0, 700)), currency),
        "prices_include_tax": draw(st.booleans()),
    }


_LINE = st.sampled_from(["line_1", "line_2"])
_UNITS = st.integers(1, 4)
_ANY_RETURN = st.integers(0, 5)
_AMOUNT = st.integers(1, 20_000)
STEPS = st.one_of(
    st.tuples(st.just("pay"), st.sampled_from(["authorized", "captured", "captured"]), _AMOUNT),
    st.tuples(st.just("pay"), st.sampled_from(["refunded", "voided"]), _AMOUNT),
    st.tuples(st.just("cancel"), _LINE, _UNITS),
    st.tuples(st.just("ship"), _LINE, _UNITS),
    st.tuples(st.just("ask"), _LINE, _UNITS),
    st.tuples(st.just("approve"), _ANY_RETURN),
    st.tuples(st.just("receive"), _ANY_RETURN, _UNITS, st.booleans()),
    st.tuples(st.just("refund"), _ANY_RETURN),
    st.tuples(st.just("close"), _ANY_RETURN),
)
GIVEN_AMOUNT = st.tuples(st.just("refund"), _ANY_RETURN, st.integers(0, 20_000))


def take(story: Story, step: tuple[Any, ...]) -> None:
    """Take a step; what is impossible is refused and changes nothing."""
    before = story.order
    returns = sorted(before.returns)
    match step:
        case "pay", kind, amount:
            act = lambda: story.pay(amount, kind)  # noqa: E731
        case "cancel", line, units:
            act = lambda: story.cancel(**{line: units})  # noqa: E731
        case "ship", line, units:
            open_units = next(one.open for one in before.lines if one.line_id == line)
            if not min(units, open_units) > 0:
                return
            name = f"shp_{len(before.shipments)}"
            act = lambda: story.ship(name, **{line: min(units, open_units)})  # noqa: E731
        case "ask", line, units:
            act = lambda: story.ask(**{line: units})  # noqa: E731
        case verb, index, *rest if index < len(returns):
            act = lambda: take_return_step(story, returns[index], verb, rest)  # noqa: E731
        case _:
            return
    try:
        act()
    except (Conflict, Unprocessable):
        assert story.order == before


def take_return_step(story: Story, name: str, verb: str, rest: list[Any]) -> None:
    match verb:
        case "approve":
            story.returns.approve(SHOP, name, "key:a")
        case "receive":
            line = known(story, name).lines[0].line_id
            story.receive(name, damaged=rest[1], **{line: rest[0]})
        case "refund":
            story.refund(name, *rest)
        case "close":
            story.returns.cancel(SHOP, name, "key:a")


def known(story: Story, name: str) -> OrderReturn:
    found = story.store.order_return(SHOP, story.id, name)
    assert found
    return found


def check(story: Story) -> None:
    """What holds after every step."""
    order = story.order
    sums = order.payments
    facts = story.store.facts()
    for kind in ("authorized", "captured", "refunded", "voided"):
        told = sum(fact.payment.amount for fact in facts if fact.payment.kind == kind)
        assert told == getattr(sums, kind)
    assert order.payment_facts == len(facts)
    assert sums.refunded <= sums.captured
    assert sums.voided <= sums.authorized
    assert 0 <= order.removed <= order.total
    left = balance(order)
    assert left.to_collect == 0 or left.to_refund == 0
    assert left.to_refund <= sums.captured - sums.refunded
    returns = [known(story, name) for name in order.returns]
    for line in order.lines:
        mine = [part for one in returns for part in one.lines if part.line_id == line.line_id]
        assert line.returned == sum(part.received for part in mine) <= line.fulfilled
        assert line.refunded == sum(part.refunded for part in mine) <= line.returned
        assert sum(line.restocked.values()) <= line.returned
        assert line.charged >= 0
    for one in returns:
        assert order.returns[one.return_id] is one.state
        told = sum(f.payment.amount for f in facts if f.return_id == one.return_id)
        assert one.refunded == told
        assert all(part.due >= 0 and part.unrefunded >= 0 for part in one.lines)


@given(bodies(), st.lists(st.one_of(STEPS, GIVEN_AMOUNT), max_size=25))
def test_no_history_of_money_breaks_an_invariant(body, history):
    story = Story(**body)
    for step in history:
        take(story, step)
        check(story)


def finish(story: Story) -> None:
    """Send back all that was shipped, cancel the rest, and refund all of it as usual."""
    for name in list(story.order.returns):
        with suppress(Problem):
            story.returns.approve(SHOP, name, "key:a")
    for line in story.order.lines:
        awaited = sum(
            part.due
            for name, state in story.order.returns.items()
            if state.is_open
            for part in known(story, name).lines
            if part.line_id == line.line_id
        )
        if units := line.fulfilled - line.returned - awaited:
            with suppress(Problem):  # more returns than an order may have
                story.approved(**{line.line_id: units})
    for name, state in list(story.order.returns.items()):
        if state is ReturnState.APPROVED:
            due = {part.line_id: part.due for part in known(story, name).lines if part.due}
            story.receive(name, **due)
        with suppress(Problem):
            story.refund(name)
    with suppress(Problem):
        story.cancel()


ORDINARY = STEPS.filter(lambda step: step[:2] != ("pay", "refunded"))


@given(bodies(), st.lists(ORDINARY, max_size=25))
def test_what_goes_back_and_what_is_left_is_exactly_what_was_agreed(body, history):
    story = Story(**body)
    agreed = story.order.total
    if agreed:
        story.pay(agreed)
    for step in history:
        take(story, step)
        order = story.order
        assert order.removed + order.current_total == agreed
    finish(story)
    order, (_, details) = story.order, story.orders.order(SHOP, story.id)
    shipped = any(line.fulfilled for line in order.lines)
    # All goods are back or were never sent: the shipping alone is left, if there was any.
    assert [line.charged for line in order.lines] == [0, 0]
    assert order.current_total == (details.totals.shipping if shipped else 0)
    by_returns = sum(fact.payment.amount for fact in story.store.facts() if fact.return_id)
    overpaid = order.payments.captured - agreed
    assert by_returns + balance(order).to_refund + order.current_total == agreed + overpaid


@pytest.mark.parametrize("currency", CURRENCIES)
@pytest.mark.parametrize("taxed", [True, False])
@given(st.permutations([1, 1, 2, 3]))
def test_the_portions_of_a_line_add_up_to_it(currency, taxed, portions):
    line = {
        "sku": "TEE",
        "quantity": 7,
        "unit_price": money(1999, currency),
        "discount": money(100, currency),
        "tax": money(331, currency),
    }
    story = Story(currency=currency, lines=[line], prices_include_tax=taxed)
    total = story.order.total
    assert total == 7 * 1999 - 100 + (0 if taxed else 331)
    story.pay(total)
    story.ship(line_1=7)
    refunds = []
    for units in portions:
        name = story.approved(line_1=units)
        story.receive(name, line_1=units)
        refunds.append(story.refund(name).refunded)
    assert sum(refunds) == total
    assert all(abs(refund - total * n / 7) < 2 for refund, n in zip(refunds, portions, strict=True))
    assert (story.order.current_total, balance(story.order).to_refund) == (0, 0)
