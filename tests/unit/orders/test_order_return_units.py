"""Units of a return: how many may be asked for, arrive, or be given up."""

from dataclasses import replace

import pytest
from pydantic import ValidationError

from orders.order import OrderStatus, ReturnState
from orders.returns.answers import present_return
from orders.returns.models import ReceiveReturn, RequestReturn
from orders.returns.rma import (
    MAX_REMEMBERED,
    MAX_RETURNS,
    ReturnReason,
)
from tests.unit.orders.orders_builders import SHOP, money
from tests.unit.orders.returns_builders import Story
from waybill.problems import Conflict, NotFound, Unprocessable


@pytest.fixture
def story():
    """Two tees at 19.99 and a mug at 9.99, paid and shipped."""
    one = Story()
    one.put(status=OrderStatus.CONFIRMED)
    one.pay(4997)
    one.ship(line_1=2, line_2=1)
    return one


def test_no_more_is_asked_for_than_was_shipped_and_is_not_on_its_way_back(story):
    asked = story.approved(line_1=1)
    for units in ({"line_1": 2}, {"line_2": 2}):
        with pytest.raises(Conflict) as no:
            story.ask(**units)
        assert (no.value.extensions["returnable"], no.value.extensions["order_status"]) == (
            1,
            "confirmed",
        )
    story.receive(asked, line_1=1)
    with pytest.raises(Conflict):
        story.ask(line_1=2)
    other = story.ask(line_1=1).return_id
    with pytest.raises(Conflict):
        story.ask(line_1=1)
    story.returns.decline(SHOP, other, "key:a", None)
    story.ask(line_1=1)


def test_what_was_not_shipped_or_is_no_line_cannot_come_back(story):
    with pytest.raises(Conflict) as no:
        Story().ask(line_1=1)
    assert (no.value.extensions["order_status"], no.value.extensions["possible"]) == ("pending", [])
    with pytest.raises(Unprocessable):
        story.ask(line_9=1)
    with pytest.raises(NotFound):
        story.returns.request(
            SHOP,
            "ord_none",
            "key:a",
            RequestReturn.model_validate({"lines": [{"line_id": "line_1", "quantity": 1}]}),
            None,
        )


def test_an_order_has_a_bounded_number_of_returns(story):
    for _ in range(MAX_RETURNS):
        story.returns.cancel(SHOP, story.ask(line_1=1).return_id, "key:a")
    with pytest.raises(Conflict) as no:
        story.ask(line_1=1)
    assert no.value.extensions["returns"] == MAX_RETURNS


def test_a_key_is_one_return_answered_as_it_was_asked_for(story):
    first = story.ask(key="k", line_1=1)
    story.returns.approve(SHOP, first.return_id, "key:a")
    story.receive(first.return_id, line_1=1)
    story.refund(first.return_id)
    version = story.order.version
    again = story.ask(key="k", line_1=1)
    assert present_return(again, "EUR") == present_return(first, "EUR")
    assert (again.version, story.order.version) == (first.version, version)
    with pytest.raises(Unprocessable):
        story.ask(key="k", line_1=2)
    assert story.ask(key="k2", line_1=1).return_id != first.return_id


def test_a_step_with_a_key_is_taken_once(story):
    asked = story.approved(line_1=2)
    first = story.receive(asked, key="k", line_1=1)
    assert story.receive(asked, key="k", line_1=1) == first
    assert story.order.lines[0].returned == 1
    with pytest.raises(Unprocessable):
        story.receive(asked, key="k", line_1=2)
    once = story.refund(asked, key="k")
    assert story.refund(asked, key="k") == once
    story.receive(asked, key="k2", line_1=1)
    assert story.refund(asked, key="k").refunded == 1999
    assert story.refund(asked, key="k3").refunded == 3998


def test_the_newest_step_is_known_again_however_many_there_were():
    units = MAX_REMEMBERED + 5
    story = Story(lines=[{"sku": "TEE", "quantity": units, "unit_price": money(1)}])
    story.ship(line_1=units)
    asked = story.approved(line_1=units)
    for number in range(MAX_REMEMBERED + 1):
        story.receive(asked, key=f"k{number}", line_1=1)
    for _ in range(2):  # the answer was lost
        story.receive(asked, key=f"k{MAX_REMEMBERED}", line_1=1)
    assert story.order.lines[0].returned == MAX_REMEMBERED + 1


def test_no_more_arrives_than_is_still_to_come(story):
    asked = story.approved(line_1=2)
    story.receive(asked, line_1=1)
    with pytest.raises(Conflict) as no:
        story.receive(asked, line_1=2)
    assert (no.value.extensions["due"], no.value.extensions["return_status"]) == (1, "approved")
    with pytest.raises(Unprocessable) as no:
        story.receive(asked, line_2=1)
    assert no.value.errors[0].pointer == "/lines/0/line_id"
    with pytest.raises(Unprocessable) as no:
        story.receive(asked, at="moon", line_1=1)
    assert no.value.errors == [("/lines/0/location_id", "no such location")]
    assert story.order.lines[0].returned == 1


def test_parts_of_one_call_are_added_up(story):
    asked = story.approved(line_1=2)
    part = {"line_id": "line_1", "quantity": 1, "disposition": "restock", "location_id": "hq"}
    twice = ReceiveReturn.model_validate({"lines": [part, part | {"quantity": 2}]})
    with pytest.raises(Conflict):
        story.returns.receive(SHOP, asked, "key:a", twice, None)
    twice = ReceiveReturn.model_validate({"lines": [part, part]})
    story.returns.receive(SHOP, asked, "key:a", twice, None)
    assert story.order.lines[0].restocked == {"hq": 2}


@pytest.mark.parametrize(
    "line",
    [
        {"disposition": "restock"},
        {"disposition": "damaged", "location_id": "hq"},
        {"disposition": "lost"},
        {"disposition": "restock", "location_id": "h q"},
    ],
)
def test_a_shelf_is_named_for_what_is_put_on_one_alone(line):
    with pytest.raises(ValidationError):
        ReceiveReturn.model_validate({"lines": [{"line_id": "line_1", "quantity": 1} | line]})


def test_each_line_is_named_once_with_a_reason_there_is():
    line = {"line_id": "line_1", "quantity": 1}
    (known,) = RequestReturn.model_validate({"lines": [line]}).lines
    assert known.reason is ReturnReason.UNKNOWN
    for wrong in ([line, line], [], [line | {"reason": "bored"}]):
        with pytest.raises(ValidationError):
            RequestReturn.model_validate({"lines": wrong})


def test_what_has_not_arrived_can_be_given_up(story):
    asked = story.approved(line_1=2)
    story.receive(asked, line_1=1)
    rest = story.returns.cancel(SHOP, asked, "key:a")[0]
    assert (rest.state, rest.lines[0].cancelled) == (ReturnState.RECEIVED, 1)
    assert story.returns.cancel(SHOP, asked, "key:a")[0] == rest
    assert story.refund(asked).state is ReturnState.REFUNDED
    assert story.order.lines[0].refunded == 1


def test_an_open_return_keeps_its_order_open(story):
    asked = story.ask(line_1=1).return_id
    story.put(lines=tuple(replace(line, delivered=line.fulfilled) for line in story.order.lines))
    story.pay(1, "authorized")
    assert story.order.status is OrderStatus.CONFIRMED
    story.returns.decline(SHOP, asked, "key:a", None)
    assert story.order.status is OrderStatus.COMPLETED
