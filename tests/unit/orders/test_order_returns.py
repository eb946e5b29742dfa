"""Returns: their states as a table, what they do to their order, and who may repeat what."""

from dataclasses import replace

import pytest
from pydantic import ValidationError

from orders.order import OrderStatus, Payments, ReturnState, Stamp
from orders.records import Entry, Happening
from orders.returns.answers import present_return
from orders.returns.items import read_return, return_item
from orders.returns.models import ReceiveReturn, RefundReturn, RequestReturn
from orders.returns.rma import (
    MAX_REMEMBERED,
    MAX_RETURNS,
    OrderReturn,
    Remembered,
    ReturnLine,
    ReturnReason,
    order_of,
    own_part,
    return_id,
)
from orders.returns.states import WAYS, Step, can, is_repeated, refused, settled_state
from orders.status import ReturnStatus, statuses
from tests.unit.orders.orders_builders import NOW, SHOP, money, order
from tests.unit.orders.returns_builders import Story
from waybill.dynamo import marshal_item, unmarshal_item
from waybill.problems import Conflict, NotFound, Unprocessable

ORDER_ID = "ord_" + "a" * 26


@pytest.fixture
def story():
    """Two tees at 19.99 and a mug at 9.99, paid and shipped."""
    one = Story()
    one.put(status=OrderStatus.CONFIRMED)
    one.pay(4997)
    one.ship(line_1=2, line_2=1)
    return one


def one_return(state=ReturnState.REQUESTED, **line):
    return OrderReturn(
        return_id(ORDER_ID, 0, "b" * 10),
        SHOP,
        ORDER_ID,
        3,
        state,
        (ReturnLine("line_1", **{"quantity": 2} | line),),
        NOW,
        NOW,
    )


def test_a_returns_id_tells_its_order_and_place():
    name = return_id(ORDER_ID, 1, own_part(SHOP, ORDER_ID, "key"))
    assert order_of(name) == ORDER_ID
    assert name == return_id(ORDER_ID, 1, own_part(SHOP, ORDER_ID, "key"))
    assert name < return_id(ORDER_ID, 2, own_part(SHOP, ORDER_ID, None))
    assert own_part(SHOP, ORDER_ID, None) != own_part(SHOP, ORDER_ID, None)
    for strange in ("", "ret_", "ord_" + "a" * 38, name + "x", "x"):
        assert order_of(strange) is None


def test_a_stored_return_is_read_back_whole():
    whole = replace(
        one_return(
            reason=ReturnReason.DEFECTIVE,
            note="loud",
            cancelled=1,
            restocked={"hq": 1},
            damaged=2,
            refunded=3,
        ),
        note="n",
        decline_note="d",
        refunded=7,
        made_in=2,
        made_by=Remembered("a", "b"),
        requests=(Remembered("c", "d"),),
    )
    stamp = Stamp(NOW, "key:a", "req-1")
    for one in (whole, one_return()):
        item = return_item(order(), one, stamp)
        assert item["sk"] == f"return#{one.return_id}"
        assert {"version", "shop_id", "updated_at", "correlation_id", "actor"} < set(item)
        assert read_return(unmarshal_item(marshal_item(item))) == one


STATES = list(ReturnState)


@pytest.mark.parametrize("step", list(Step))
@pytest.mark.parametrize("state", STATES)
def test_a_step_is_possible_from_exactly_the_states_of_the_table(story, step, state):
    asked = story.approved(line_1=2)
    if state is not ReturnState.REQUESTED and step is Step.REFUND:
        story.receive(asked, line_1=1)
    known = story.store.order_return(SHOP, story.id, asked)
    story.store.beside.append(replace(known, state=state))
    steps = {
        Step.APPROVE: lambda: story.returns.approve(SHOP, asked, "key:a")[0],
        Step.DECLINE: lambda: story.returns.decline(SHOP, asked, "key:a", "no")[0],
        Step.CANCEL: lambda: story.returns.cancel(SHOP, asked, "key:a")[0],
        Step.RECEIVE: lambda: story.receive(asked, line_1=1),
        Step.REFUND: lambda: story.refund(asked),
    }
    if can(known := replace(known, state=state), step):
        after = steps[step]()
        # REFUND from RECEIVED with a unit that never came is a state that no history makes.
        if not (step is Step.REFUND and state is ReturnState.RECEIVED):
            assert after.state in WAYS[step][state]
        assert story.order.returns[asked] is after.state
    elif is_repeated(known, step):
        assert steps[step]() == known
    else:
        with pytest.raises(Conflict) as no:
            steps[step]()
        assert no.value.extensions["return_status"] == state
        possible = no.value.extensions["possible"]
        assert possible == [other for other in Step if state in WAYS[other]]


def test_the_table_starts_at_requested_and_ends_nowhere_else():
    leads = {state: set() for state in STATES}
    for ways in WAYS.values():
        for start, ends in ways.items():
            leads[start] |= ends
    ends = {state for state in STATES if not leads[state]}
    assert ends == {ReturnState.REFUNDED, ReturnState.DECLINED, ReturnState.CANCELLED}
    found = {ReturnState.REQUESTED}
    while more := {b for a in found for b in leads[a]} - found:
        found |= more
    assert found == set(STATES)


def test_the_state_of_an_approved_return_follows_its_units():
    approved = one_return(ReturnState.APPROVED)
    assert settled_state(approved) is ReturnState.APPROVED
    assert settled_state(one_return(damaged=1)) is ReturnState.APPROVED
    assert settled_state(one_return(damaged=1, cancelled=1)) is ReturnState.RECEIVED
    assert settled_state(one_return(damaged=1, cancelled=1, refunded=1)) is ReturnState.REFUNDED
    assert settled_state(one_return(cancelled=2)) is ReturnState.CANCELLED


def test_a_409_tells_the_state_and_what_is_possible():
    problem = refused(order(), one_return(), "cannot be received")
    assert problem.extensions == {
        "return_status": "requested",
        "order_status": "pending",
        "possible": ["approve", "decline", "cancel"],
    }


def test_a_whole_return_comes_back_and_its_money_goes_back(story):
    assert statuses(story.order).returns is ReturnStatus.NONE
    asked = story.ask(line_1=2, line_2=1)
    assert statuses(story.order).returns is ReturnStatus.REQUESTED
    story.returns.approve(SHOP, asked.return_id, "key:a")
    assert statuses(story.order).returns is ReturnStatus.IN_PROGRESS
    got = story.receive(asked.return_id, line_1=1, at="outlet")
    assert got.state is ReturnState.APPROVED
    story.receive(asked.return_id, line_2=1, damaged=True)
    got = story.receive(asked.return_id, line_1=1, at="outlet")
    assert got.state is ReturnState.RECEIVED
    assert statuses(story.order).returns is ReturnStatus.RETURNED
    first, second = story.order.lines
    assert (first.returned, first.restocked, first.refunded) == (2, {"outlet": 2}, 0)
    assert (second.returned, second.restocked) == (1, {})
    done = story.refund(asked.return_id, reference="re_1")
    assert (done.state, done.refunded) == (ReturnState.REFUNDED, 4997)
    assert [line.refunded for line in story.order.lines] == [2, 1]
    fact = story.store.facts()[-1]
    assert (fact.return_id, fact.payment.amount) == (asked.return_id, 4997)
    assert story.order.payments == Payments(captured=4997, refunded=4997)
    assert story.order.current_total == 0
    # The provider's own word of it, under the same reference, is the same fact.
    assert story.pay(4997, "refunded", reference="re_1") == fact


def test_the_timeline_tells_each_step_without_notes(story):
    asked = story.approved(line_1=2)
    story.receive(asked, line_1=1)
    story.refund(asked)
    story.returns.cancel(SHOP, asked, "key:a")
    other = story.ask(line_2=1).return_id
    story.returns.decline(SHOP, other, "key:a", "worn")
    told = [(e.told.what, dict(e.told.data)) for e in story.store.beside if isinstance(e, Entry)]
    assert told == [
        (Happening.RETURN_REQUESTED, {"return_id": asked, "lines": {"line_1": 2}}),
        (Happening.RETURN_APPROVED, {"return_id": asked}),
        (Happening.RETURN_RECEIVED, {"return_id": asked, "lines": {"line_1": 1}}),
        (
            Happening.RETURN_REFUNDED,
            {"return_id": asked, "lines": {"line_1": 1}, "amount": 1999, "currency": "EUR"},
        ),
        (Happening.RETURN_CANCELLED, {"return_id": asked, "lines": {"line_1": 1}}),
        (Happening.RETURN_REQUESTED, {"return_id": other, "lines": {"line_2": 1}}),
        (Happening.RETURN_DECLINED, {"return_id": other}),
    ]


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


def test_a_return_remembers_its_newest_keys():
    story = Story(lines=[{"sku": "TEE", "quantity": 99, "unit_price": money(10)}])
    story.ship(line_1=99)
    asked = story.approved(line_1=99)
    for number in range(MAX_REMEMBERED + 1):
        one = story.receive(asked, key=f"k{number}", line_1=1)
    assert len(one.requests) == MAX_REMEMBERED
    assert story.receive(asked, key="k1", line_1=1) == one


def test_a_refund_its_reference_has_told_of_is_not_counted_twice(story):
    story.pay(1999, "refunded", reference="re_1")
    asked = story.approved(line_1=1)
    story.receive(asked, line_1=1)
    with pytest.raises(Conflict) as no:
        story.refund(asked, reference="re_1")
    assert "amount 0" in no.value.detail
    assert story.refund(asked, 0).state is ReturnState.REFUNDED
    assert story.order.payments.refunded == 1999


def test_a_refund_in_another_currency_is_refused(story):
    asked = story.approved(line_1=1)
    story.receive(asked, line_1=1)
    body = RefundReturn.model_validate({"amount": money(1, "USD")})
    with pytest.raises(Unprocessable) as no:
        story.returns.refund(SHOP, asked, "key:a", body, None)
    assert no.value.errors[0].pointer == "/amount/currency"


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


def test_there_is_no_return_of_another_name(story):
    asked = story.ask(line_1=1).return_id
    for name in ("x", asked[:-1] + "!", return_id("ord_" + "z" * 26, 0, "q" * 10)):
        with pytest.raises(NotFound):
            story.returns.read(SHOP, name)
        with pytest.raises(NotFound):
            story.returns.approve(SHOP, name, "key:a")
    with pytest.raises(NotFound):
        story.returns.page(SHOP, "ord_none", after=None, limit=1)
    assert story.returns.read(SHOP, asked)[0].return_id == asked
