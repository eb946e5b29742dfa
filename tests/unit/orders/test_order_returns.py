"""Returns: their states as a table, and what a whole one does to its order."""

from dataclasses import replace

import pytest

from orders.order import OrderStatus, Payments, ReturnState, Stamp
from orders.records import Entry, Happening
from orders.returns.items import read_return, return_item
from orders.returns.rma import (
    MAX_REMEMBERED,
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
from waybill.problems import Conflict, NotFound

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


def test_a_return_remembers_its_newest_keys():
    story = Story(lines=[{"sku": "TEE", "quantity": 99, "unit_price": money(10)}])
    story.ship(line_1=99)
    asked = story.approved(line_1=99)
    for number in range(MAX_REMEMBERED + 1):
        one = story.receive(asked, key=f"k{number}", line_1=1)
    assert len(one.requests) == MAX_REMEMBERED
    assert story.receive(asked, key="k1", line_1=1) == one


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
