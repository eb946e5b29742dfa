"""Money of a return: what goes back, and what is kept or owed."""

import pytest

from orders.order import OrderStatus, Payments, ReturnState
from orders.returns.models import RefundReturn
from tests.unit.orders.orders_builders import SHOP, money
from tests.unit.orders.returns_builders import Story
from waybill.problems import Conflict, Unprocessable


@pytest.fixture
def story():
    """Two tees at 19.99 and a mug at 9.99, paid and shipped."""
    one = Story()
    one.put(status=OrderStatus.CONFIRMED)
    one.pay(4997)
    one.ship(line_1=2, line_2=1)
    return one


def test_an_amount_may_be_lower_and_the_rest_is_kept(story):
    asked = story.approved(line_1=2)
    story.receive(asked, line_1=2)
    done = story.refund(asked, 3000)
    assert (done.state, done.refunded) == (ReturnState.REFUNDED, 3000)
    assert story.order.current_total == 1997
    assert story.order.payments.captured - story.order.payments.refunded == 1997


def test_an_amount_may_be_higher_but_no_more_than_was_captured(story):
    asked = story.approved(line_2=1)
    story.receive(asked, line_2=1)
    with pytest.raises(Conflict) as no:
        story.refund(asked, 4998)
    assert no.value.extensions["refundable"] == money(4997)
    assert story.refund(asked, 4997).refunded == 4997
    assert story.order.current_total == 0


def test_nothing_goes_back_for_what_was_not_paid_and_it_is_owed_no_more():
    story = Story()
    story.pay(1000)
    story.ship(line_1=2, line_2=1)
    asked = story.approved(line_1=2)
    story.receive(asked, line_1=2)
    assert story.refund(asked).refunded == 1
    assert story.order.current_total == 999
    assert story.order.payments == Payments(captured=1000, refunded=1)
    free = story.approved(line_2=1)
    story.receive(free, line_2=1)
    assert story.refund(free, 0).state is ReturnState.REFUNDED
    assert len([f for f in story.store.facts() if f.return_id == free]) == 0


def test_a_parcel_nobody_wanted_shipped_comes_back_without_money(story):
    other = Story()
    other.pay(4997)
    other.cancel()
    other.ship(line_1=2)
    asked = other.approved(line_1=2)
    other.receive(asked, line_1=2)
    assert other.refund(asked).refunded == 0
    assert (other.order.lines[0].refunded, other.order.removed) == (0, 4997)
    # One of three was not wanted: the first one back is taken for it.
    mixed = Story(lines=[{"sku": "TEE", "quantity": 3, "unit_price": money(10)}])
    mixed.pay(30)
    mixed.cancel(line_1=1)
    mixed.ship(line_1=3)
    for refunded in (0, 10, 10):
        asked = mixed.approved(line_1=1)
        mixed.receive(asked, line_1=1)
        assert mixed.refund(asked).refunded == refunded
    assert mixed.order.lines[0].charged == 0


def test_of_two_returns_with_one_unit_nobody_wanted_one_is_paid_back():
    story = Story(lines=[{"sku": "TEE", "quantity": 2, "unit_price": money(10)}])
    story.pay(20)
    story.cancel(line_1=1)
    story.ship(line_1=2)
    names = [story.approved(line_1=1), story.approved(line_1=1)]
    for name in names:
        story.receive(name, line_1=1)
    assert [story.refund(name).refunded for name in names] == [10, 0]
    assert story.order.lines[0].charged == 0


def test_more_given_back_than_is_owed_takes_no_more_than_all(story):
    other = Story()
    other.pay(4997)
    other.cancel(line_2=1)
    other.ship(line_1=2)
    asked = other.approved(line_1=2)
    other.receive(asked, line_1=2)
    assert other.refund(asked, 4997).refunded == 4997
    assert (other.order.removed, other.order.current_total) == (4997, 0)


def test_a_refund_its_reference_has_told_of_is_not_counted_twice(story):
    story.pay(1999, "refunded", reference="re_1")
    asked = story.approved(line_1=1)
    story.receive(asked, line_1=1)
    with pytest.raises(Conflict) as no:
        story.refund(asked, reference="re_1")
    assert "amount 0" in no.value.detail
    assert story.refund(asked, 0).state is ReturnState.REFUNDED
    assert story.order.payments.refunded == 1999


def test_a_refund_that_an_order_was_placed_with_is_not_counted_twice():
    paid = {"kind": "captured", "amount": money(4997), "reference": "ch_1"}
    given = {"kind": "refunded", "amount": money(999), "reference": "re_1"}
    one = Story(payments=[paid, given])
    one.put(status=OrderStatus.CONFIRMED)
    one.ship(line_1=2, line_2=1)
    asked = one.approved(line_2=1)
    one.receive(asked, line_2=1)
    with pytest.raises(Conflict) as no:
        one.refund(asked, 999, reference="re_1")
    assert "amount 0" in no.value.detail
    assert one.order.payments.refunded == 999
    assert one.refund(asked, 999, reference="re_2").refunded == 999


def test_a_refund_in_another_currency_is_refused(story):
    asked = story.approved(line_1=1)
    story.receive(asked, line_1=1)
    body = RefundReturn.model_validate({"amount": money(1, "USD")})
    with pytest.raises(Unprocessable) as no:
        story.returns.refund(SHOP, asked, "key:a", body, None)
    assert no.value.errors[0].pointer == "/amount/currency"
