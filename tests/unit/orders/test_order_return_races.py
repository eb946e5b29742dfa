"""Two of one return at once: one step is taken, the other decided again or refused."""

import pytest

from orders.order import OrderStatus, Payments, ReturnState
from tests.unit.orders.returns_builders import Story
from waybill.problems import Conflict


@pytest.fixture
def story():
    """Two tees at 19.99 and a mug at 9.99, paid and shipped."""
    one = Story()
    one.put(status=OrderStatus.CONFIRMED)
    one.pay(4997)
    one.ship(line_1=2, line_2=1)
    return one


def race(story, step):
    """Let another writer take the same step between this one's read and its write."""
    story.store.before_write = step
    return step()


def test_of_two_that_take_the_same_units_in_one_does(story):
    asked = story.approved(line_1=2)
    after = race(story, lambda: story.receive(asked, line_1=2))
    assert after.state is ReturnState.RECEIVED
    assert (story.order.lines[0].returned, story.order.lines[0].restocked) == (2, {"hq": 2})


def test_of_two_parts_that_do_not_both_fit_the_later_one_is_refused(story):
    asked = story.approved(line_1=2)
    story.receive(asked, line_1=1)
    story.store.before_write = lambda: story.receive(asked, line_1=1, at="outlet")
    assert story.receive(asked, line_1=1).state is ReturnState.RECEIVED
    assert story.order.lines[0].restocked == {"hq": 1, "outlet": 1}


def test_of_two_refunds_one_goes_back(story):
    asked = story.approved(line_1=2)
    story.receive(asked, line_1=2)
    after = race(story, lambda: story.refund(asked))
    assert (after.refunded, story.order.payments.refunded) == (3998, 3998)
    assert len([fact for fact in story.store.facts() if fact.return_id]) == 1


def test_a_refund_races_a_payment_of_the_last_money(story):
    asked = story.approved(line_1=2)
    story.receive(asked, line_1=2)
    story.store.before_write = lambda: story.pay(4000, "refunded")
    story.refund(asked)
    assert story.order.payments == Payments(captured=4997, refunded=4997)


def test_of_two_requests_for_the_same_units_one_is_refused(story):
    with pytest.raises(Conflict):
        race(story, lambda: story.ask(line_1=2))
    assert len(story.order.returns) == 1


def test_of_two_requests_with_one_key_one_is_made(story):
    race(story, lambda: story.ask(key="k", line_1=2))
    assert len(story.order.returns) == 1
