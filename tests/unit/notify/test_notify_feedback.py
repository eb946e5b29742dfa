"""Feedback: SES's events in every order with what the attempt itself writes down."""

from dataclasses import replace
from itertools import permutations

import pytest

from notify.feedback.applying import AttemptAliveError
from notify.feedback.settling import settled
from notify.ledger.messages import Outcome, Reason, State
from notify.people.contact import Cause
from notify.sending.ports import NoAnswerError
from tests.support.mail_events import ADDRESS, SENT_AT, SES_ID, TOLD_AT, text
from tests.unit.notify.feedback_world import Told
from tests.unit.notify.memory_ledger import CrashError
from tests.unit.notify.notify_world import throttled
from waybill.clock import to_text
from waybill.dynamo import ContentionError

AFTER_SEND = ("DeliveryDelay", "Bounce", "Complaint")


def test_a_send_event_of_a_sent_mail_costs_a_read_and_no_write():
    told = Told()
    told.attempt()
    before, writes = told.row, told.world.ledger.writes
    for _ in range(3):
        told.tell("Send")
    assert told.row == before
    assert told.world.ledger.writes == writes


def unanswered() -> Told:
    told = Told()
    told.world.mail.answers = [NoAnswerError("ReadTimeoutError")]
    told.attempt()
    assert told.state == "unknown:no_answer"
    return told


@pytest.mark.parametrize("kind", ["Send", *AFTER_SEND])
def test_whatever_happened_to_a_mail_proves_that_it_was_sent(kind):
    told = unanswered()
    told.tell(kind)
    row = told.row
    assert (row.state, row.reason, row.provider_id, row.sent_at) == (
        State.SENT,
        None,
        SES_ID,
        SENT_AT,
    )
    assert row.version == 3
    told.tell(kind)
    assert told.row == row
    told.attempt()
    assert told.world.mail.asked == 1
    assert told.row == row


def test_an_interrupted_attempt_is_settled_once_it_cannot_be_alive():
    told = Told()
    told.world.crash(2, "before")  # SES has it, the process died before it wrote that down
    with pytest.raises(CrashError):
        told.attempt()
    told.world.crash(None)
    claimed = told.row
    with pytest.raises(AttemptAliveError):
        told.tell("Send")
    assert told.row == claimed
    told.later()
    told.tell("Send")
    assert told.state == "sent"
    told.attempt()
    assert told.world.mail.asked == 1


@pytest.mark.parametrize("kind", ["Send", "Reject", "Rendering Failure", *AFTER_SEND])
def test_no_attempt_that_may_be_alive_is_disturbed_and_the_event_comes_again(kind):
    told = Told()
    told.attempt()
    row = replace(told.row, state=State.SENDING, sent_at=None, provider_id=None)
    told.world.ledger.rows[row.id] = row
    with pytest.raises(AttemptAliveError):
        told.tell(kind)
    assert told.row == row


def test_a_bounce_suppresses_though_its_row_must_wait():
    told = Told()
    told.attempt()
    row = replace(told.row, state=State.SENDING)
    told.world.ledger.rows[row.id] = row
    with pytest.raises(AttemptAliveError):
        told.tell("Bounce")
    assert told.standing().suppression


@pytest.mark.parametrize("order", list(permutations(["settle", "Send", "Send", "again"])))
def test_the_mail_is_sent_once_in_every_order(order):
    """The attempt hears nothing; its own end, SES's event twice, and the redelivery."""
    told = Told()
    told.world.mail.answers = [NoAnswerError("ReadTimeoutError")]
    ends = []
    told.world.ledger.settle = lambda message: bool(ends.append(message)) or True
    told.attempt()  # what it would write down is held back
    del told.world.ledger.settle
    for step in order:
        told.later()  # each a minute later: longer than an attempt lives
        if step == "settle":
            told.world.ledger.settle(ends[0])
        elif step == "again":
            told.attempt()
        else:
            told.tell(step)
    assert told.state == "sent"
    assert told.world.mail.asked == 1
    assert told.row.provider_id == SES_ID


@pytest.mark.parametrize("kind", ["Reject", "Rendering Failure"])
@pytest.mark.parametrize("kinds", [("{}",), ("Send", "{}"), ("{}", "Send"), ("{}", "{}", "Send")])
@pytest.mark.parametrize("known", [True, False])
def test_what_ses_rejects_after_all_has_failed_for_good(kind, kinds, known):
    told = Told() if known else unanswered()
    told.attempt()
    for each in kinds:
        told.tell(each.format(kind))
    row = told.row
    assert (row.state, row.reason, row.due_at) == (State.FAILED, Reason.REFUSED, None)
    assert row.sent_at is None
    told.later()
    told.attempt()
    assert told.world.mail.asked == 1
    assert told.row == row


def test_an_earlier_attempt_that_was_sent_after_all_ends_the_retries():
    told = Told()
    told.world.mail.answers = [throttled()]
    told.attempt()
    assert told.state == "waiting:unavailable"
    told.tell("Send")
    assert told.state == "sent"
    told.attempt()
    assert told.world.mail.asked == 1


@pytest.mark.parametrize(
    "row",
    [
        {"state": State.SKIPPED, "reason": Reason.STALE},
        {"state": State.FAILED, "reason": Reason.REFUSED},
    ],
)
@pytest.mark.parametrize("kind", ["Send", "Reject"])
def test_what_is_over_stays_so(row, kind):
    told = Told()
    told.attempt()
    over = replace(told.row, **row)
    told.world.ledger.rows[over.id] = over
    told.tell(kind)
    assert told.row == over


@pytest.mark.parametrize("order", list(permutations(["Send", *AFTER_SEND])))
def test_the_gravest_outcome_stays_in_every_order(order):
    told = Told()
    told.attempt()
    for kind in order:
        told.tell(kind)
    assert (told.row.state, told.row.outcome) == (State.SENT, Outcome.COMPLAINED)


@pytest.mark.parametrize(
    ("kind", "outcome"),
    [("DeliveryDelay", "delayed"), ("Bounce", "bounced"), ("Complaint", "complained")],
)
def test_an_outcome_shows_on_its_row_and_is_written_once(kind, outcome):
    told = Told()
    told.attempt()
    told.tell(kind)
    assert (told.state, told.row.outcome.value) == ("sent", outcome)
    writes = told.world.ledger.writes
    told.tell(kind)
    told.tell("Send")
    assert told.world.ledger.writes == writes


# --- Suppressions -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "cause", "code"),
    [("Bounce", Cause.BOUNCE, "General"), ("Complaint", Cause.COMPLAINT, "abuse")],
)
def test_a_permanent_bounce_or_a_complaint_suppresses_at_once(kind, cause, code):
    told = Told()
    told.attempt()
    told.tell(kind)
    known = told.standing().suppression
    assert (known.cause, known.at, known.code) == (cause, TOLD_AT, code)


def test_a_delay_or_a_send_suppresses_nobody():
    told = Told()
    told.attempt()
    for kind in ("Send", "DeliveryDelay", "Reject", "Rendering Failure"):
        told.tell(kind)
    assert told.suppressions.standings == {}


def test_bounces_that_may_pass_suppress_at_the_third_each_counted_once():
    told = Told()
    told.attempt()
    for number, suppressed in [
        (1, False),
        (1, False),
        (2, False),
        (2, False),
        (1, False),
        (3, True),
    ]:
        told.tell("Bounce", bounceType="Transient", feedbackId=f"bounce-{number}")
        assert (told.standing().suppression is not None) == suppressed
    assert told.standing().transient == ("bounce-1", "bounce-2", "bounce-3")
    assert told.standing().suppression.cause is Cause.BOUNCES


def test_the_bounced_address_is_suppressed_though_the_customer_has_another_by_now():
    told = Told()
    told.attempt()
    told.world.details["customer"]["email"] = "jane@new.example"
    told.tell("Bounce")
    assert told.standing(ADDRESS).suppression
    assert told.standing(ADDRESS.upper()).suppression  # another spelling of the same mailbox
    assert told.standing("jane@new.example").suppression is None


def test_a_mail_that_comes_back_from_where_it_was_forwarded_to_suppresses_who_was_written_to():
    told = Told()
    told.attempt()
    told.tell("Bounce", bouncedRecipients=[{"emailAddress": "jane@elsewhere.example"}])
    assert told.standing(ADDRESS).suppression
    assert told.standing("jane@elsewhere.example").suppression


def test_a_message_that_is_not_ours_changes_nothing():
    told = Told()
    told.attempt()
    before, writes = told.row, told.world.ledger.writes
    for message in ("not JSON", text("Open"), text("Send", tags={}), text("Bounce", tags={})):
        told.feedback.take(message)
    told.feedback.take(text("Send"))  # in form ours, of a row that there is not
    assert told.row == before
    assert told.world.ledger.writes == writes
    assert told.suppressions.standings == {}


def test_who_changes_the_row_meanwhile_is_heard():
    told = unanswered()
    ledger = told.world.ledger
    put = ledger.replace

    def late(message, seen):
        ledger.replace = put
        row = told.row  # the attempt was alive after all, and was refused
        ledger.rows[row.id] = replace(
            row, state=State.FAILED, reason=Reason.REFUSED, version=row.version + 1
        )
        return put(message, seen)

    ledger.replace = late
    told.tell("Send")
    assert told.state == "failed:refused"


def test_who_is_never_let_through_asks_for_the_event_again():
    told = unanswered()
    told.world.ledger.replace = lambda message, seen: False
    with pytest.raises(ContentionError):
        told.tell("Send")


def test_settling_again_is_no_news():
    """Pure: what an event made of a row, the same event leaves alone."""
    told = unanswered()
    event = []
    told.feedback._settle = event.append
    for kind in ("Send", "Reject", "Rendering Failure", *AFTER_SEND):
        told.tell(kind)
    now = to_text(told.world.now)
    for each in event:
        once = settled(told.row, each, now)
        assert once != told.row
        assert settled(once, each, "2027-01-01T00:00:00.000Z") == once
