"""The ledger: the table behaves as the unit tests' fake does, step by step."""

from dataclasses import replace

import pytest

from notify.ledger.messages import Cause, Message, Outcome, Reason, State
from notify.ledger.repository import MessageTable
from notify.policy.rules import Audience, Channel
from tests.unit.notify.memory_ledger import MemoryLedger
from tests.unit.notify.notify_world import ORDER, SHOP
from waybill.events import EventName
from waybill.keys import DUE_BUCKETS

NOW, LATER = "2026-11-22T09:00:00.000Z", "2026-11-22T09:01:00.000Z"
MINE = Message(
    shop_id=SHOP,
    order_id=ORDER,
    id="msg_1",
    subject_id=ORDER,
    event="order_confirmed",
    channel=Channel.EMAIL,
    audience=Audience.CUSTOMER,
    state=State.SENDING,
    created_at=NOW,
    updated_at=NOW,
    correlation_id="req-1",
    actor="key:k1",
    attempt="att_1",
    attempts=1,
    template="order_confirmed/email.en",
    template_version="abc",
    recipient="rcp_1",
)
OTHER = replace(MINE, attempt="att_2", created_at=LATER, updated_at=LATER, actor="key:k2")
SENT = replace(MINE, state=State.SENT, provider_id="ses-1", sent_at=LATER, updated_at=LATER)
CAUSE = Cause(EventName.ORDER_CONFIRMED, 2, {"status": "confirmed"})
WAITING = replace(
    MINE,
    state=State.WAITING,
    reason=Reason.UNAVAILABLE,
    updated_at=LATER,
    due_at=LATER,
    cause=CAUSE,
)
UNKNOWN = replace(
    MINE,
    state=State.UNKNOWN,
    reason=Reason.NO_ANSWER,
    updated_at=LATER,
    due_at=LATER,
    cause=CAUSE,
)
FAILED = replace(WAITING, state=State.FAILED, due_at=None)
SKIPPED = replace(MINE, state=State.SKIPPED, reason=Reason.STALE, updated_at=LATER)


@pytest.fixture(params=["fake", "table"])
def ledger(request, aws):
    return (
        MemoryLedger() if request.param == "fake" else MessageTable(aws.table("NotificationsTable"))
    )


def row(ledger):
    return ledger.get(SHOP, ORDER, "msg_1")


def test_the_first_puts_the_row_and_the_others_see_it(ledger):
    assert row(ledger) is None
    assert ledger.add(MINE) is None
    assert ledger.add(OTHER) == MINE == row(ledger)


def test_ones_own_put_whose_answer_was_lost_counts_as_done(ledger):
    ledger.add(MINE)
    assert ledger.add(MINE) is None
    skipped = replace(MINE, id="msg_2", attempt="", state=State.SKIPPED, reason=Reason.STALE)
    assert ledger.add(skipped) is None
    assert ledger.add(skipped) == skipped


def test_an_attempt_settles_its_own_row(ledger):
    ledger.add(MINE)
    assert ledger.settle(SENT)
    assert row(ledger) == replace(SENT, version=2)


def test_an_attempt_settles_no_row_of_another(ledger):
    assert not ledger.settle(SENT)
    assert row(ledger) is None
    ledger.add(MINE)
    assert not ledger.settle(replace(SENT, attempt="att_2"))
    assert row(ledger) == MINE


def test_a_row_is_replaced_once(ledger):
    ledger.add(MINE)
    ledger.settle(WAITING)
    seen = row(ledger)
    assert seen == replace(WAITING, version=2)
    assert ledger.replace(replace(OTHER, attempts=2), seen)
    taken = row(ledger)
    assert taken == replace(OTHER, created_at=NOW, version=3, attempts=2)
    assert not ledger.replace(replace(OTHER, attempt="att_3"), seen)
    assert ledger.replace(replace(OTHER, attempts=2), seen)  # sent again after a lost answer
    assert row(ledger) == taken
    assert not ledger.settle(SENT)  # the first attempt has nothing to say any more
    assert ledger.settle(replace(SENT, attempt="att_2"))
    assert row(ledger).state is State.SENT


def test_a_row_is_dropped_once_and_may_be_another_messages_then(ledger):
    ledger.add(MINE)
    ledger.settle(WAITING)
    seen = row(ledger)
    assert ledger.replace(SKIPPED, seen)
    dropped = row(ledger)
    assert dropped == replace(SKIPPED, version=3)
    assert ledger.replace(SKIPPED, seen)  # sent again after a lost answer
    assert row(ledger) == dropped
    assert ledger.replace(OTHER, dropped)
    assert not ledger.replace(SKIPPED, seen)
    assert not ledger.replace(SKIPPED, dropped)
    assert row(ledger) == replace(OTHER, created_at=NOW, version=4)


def test_a_refusal_that_is_written_down_once_more_brings_no_dropped_row_back(ledger):
    ledger.add(MINE)
    ledger.settle(WAITING)
    ledger.replace(SKIPPED, row(ledger))
    dropped = row(ledger)
    assert not ledger.settle(WAITING)
    assert row(ledger) == dropped


def test_an_attempt_given_up_may_still_settle(ledger):
    ledger.add(MINE)
    assert ledger.replace(UNKNOWN, MINE)
    assert row(ledger) == replace(UNKNOWN, version=2)
    assert ledger.settle(SENT)
    assert row(ledger) == replace(SENT, version=3)
    assert not ledger.replace(UNKNOWN, MINE)  # who gives up on it again is too late


def test_what_is_due_is_found_until_something_is_done_with_it(ledger):
    names = [f"msg_{number}" for number in range(9)]
    for name in names:
        ledger.add(replace(WAITING, id=name))

    def due(at, limit=9):
        found = [one for bucket in range(DUE_BUCKETS) for one in ledger.due(bucket, at, limit)]
        assert all((shop, order) == (SHOP, ORDER) for shop, order, _ in found)
        return sorted(name for _, _, name in found)

    assert due(NOW) == []
    assert due(LATER) == names
    assert len(due(LATER, 1)) == DUE_BUCKETS
    ledger.replace(replace(OTHER, id="msg_0"), replace(WAITING, id="msg_0"))
    ledger.replace(replace(SKIPPED, id="msg_1"), replace(WAITING, id="msg_1"))
    ledger.replace(replace(FAILED, id="msg_2"), replace(WAITING, id="msg_2"))
    assert due(LATER) == names[3:]


@pytest.mark.parametrize("end", [SENT, WAITING, FAILED, UNKNOWN], ids=lambda end: end.state.value)
def test_settling_again_after_a_lost_answer_changes_nothing(ledger, end):
    ledger.add(MINE)
    assert ledger.settle(end)
    settled = row(ledger)
    assert ledger.settle(end)
    assert row(ledger) == settled


def test_feedback_supersedes_the_row_it_has_seen_and_no_other(ledger):
    ledger.add(MINE)
    ledger.replace(UNKNOWN, MINE)
    seen = row(ledger)
    told = replace(SENT, outcome=Outcome.BOUNCED)
    assert ledger.replace(told, seen)
    assert row(ledger) == replace(told, version=3)
    assert ledger.replace(told, seen)  # sent again after a lost answer
    assert not ledger.replace(replace(told, outcome=Outcome.COMPLAINED), seen)
    assert row(ledger) == replace(told, version=3)


def test_an_attempt_cannot_undo_what_feedback_has_settled(ledger):
    ledger.add(MINE)
    ledger.replace(SENT, row(ledger))
    settled = row(ledger)
    assert ledger.settle(SENT)  # it says the same
    assert not ledger.settle(UNKNOWN)
    assert not ledger.settle(FAILED)
    assert row(ledger) == settled


def test_an_orders_messages_are_its_own(aws):
    table = MessageTable(aws.table("NotificationsTable"))
    for number in range(3):
        table.add(replace(MINE, id=f"msg_{number}"))
    table.add(replace(MINE, order_id="ord_2"))
    table.add(replace(MINE, shop_id="shop_2"))
    assert {message.id for message in table.of_order(SHOP, ORDER)} == {"msg_0", "msg_1", "msg_2"}
    assert table.of_order(SHOP, "ord_3") == []
