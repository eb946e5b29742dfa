"""SES's events, as its developer guide shows them, and everything else that may come."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notify.feedback.mail_events import Dropped, MailEvent, MailEventKind, read_event
from notify.people.contact import Cause
from tests.support.mail_events import ADDRESS, SENT_AT, SES_ID, TAGS, TOLD_AT, document, text


@pytest.mark.parametrize("kind", list(MailEventKind))
def test_every_kind_names_its_row_and_its_mail(kind):
    event = read_event(text(kind.value))
    assert isinstance(event, MailEvent)
    assert event.kind is kind
    assert {name: getattr(event, name) for name in TAGS} == TAGS
    assert (event.provider_id, event.sent_at) == (SES_ID, SENT_AT)
    assert (event.objection is not None) == (
        kind in {MailEventKind.BOUNCE, MailEventKind.COMPLAINT}
    )


@pytest.mark.parametrize(
    ("kind", "told", "cause", "code"),
    [
        ("Bounce", {}, Cause.BOUNCE, "General"),
        (
            "Bounce",
            {"bounceSubType": "OnAccountSuppressionList"},
            Cause.BOUNCE,
            "OnAccountSuppressionList",
        ),
        (
            "Bounce",
            {"bounceType": "Transient", "bounceSubType": "MailboxFull"},
            Cause.BOUNCES,
            "MailboxFull",
        ),
        (
            "Bounce",
            {"bounceType": "Undetermined", "bounceSubType": "Undetermined"},
            Cause.BOUNCES,
            "Undetermined",
        ),
        ("Bounce", {"bounceSubType": "550 no <jane@mail.example>"}, Cause.BOUNCE, ""),
        ("Complaint", {}, Cause.COMPLAINT, "abuse"),
        ("Complaint", {"complaintFeedbackType": None}, Cause.COMPLAINT, ""),
        (
            "Complaint",
            {"complaintFeedbackType": None, "complaintSubType": "OnAccountSuppressionList"},
            Cause.COMPLAINT,
            "OnAccountSuppressionList",
        ),
    ],
)
def test_what_speaks_against_an_address(kind, told, cause, code):
    event = read_event(text(kind, **told))
    assert isinstance(event, MailEvent)
    assert event.objection is not None
    assert (event.objection.cause, event.objection.code) == (cause, code)
    assert event.objection.addresses == (ADDRESS,)
    assert event.objection.at == TOLD_AT
    assert event.objection.id.startswith("010201935a1b2c3d-")


def test_a_mail_that_was_forwarded_counts_against_the_address_it_was_written_to():
    told = document("Bounce")
    told["bounce"]["bouncedRecipients"][0]["emailAddress"] = "jane@elsewhere.example"
    event = read_event(json.dumps(told))
    assert event.objection.addresses == ("jane@elsewhere.example", ADDRESS)


def test_a_time_that_cannot_be_read_is_no_reason_to_drop_an_event():
    told = document("Bounce", timestamp="yesterday")
    told["mail"]["timestamp"] = None
    event = read_event(json.dumps(told))
    assert (event.sent_at, event.objection.at) == (None, None)


def without(kind, *path):
    told = document(kind)
    node = told
    for part in path[:-1]:
        node = node[part]
    del node[path[-1]]
    return json.dumps(told)


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ("Successfully validated SNS topic for Amazon SES event publishing.", Dropped.MALFORMED),
        ("", Dropped.MALFORMED),
        ("[]", Dropped.MALFORMED),
        ("[" * 100_000, Dropped.MALFORMED),
        ("{}", Dropped.MALFORMED),
        ('{"notificationType": "Bounce"}', Dropped.MALFORMED),
        ('{"eventType": ["Send"]}', Dropped.MALFORMED),
        (without("Send", "mail", "messageId"), Dropped.MALFORMED),
        (without("Bounce", "bounce"), Dropped.MALFORMED),
        (without("Bounce", "bounce", "feedbackId"), Dropped.MALFORMED),
        (text("Delivery"), Dropped.UNKNOWN_KIND),
        (text("Open"), Dropped.UNKNOWN_KIND),
        (text("Subscription"), Dropped.UNKNOWN_KIND),
        (text("Send", tags={}), Dropped.FOREIGN),
        (text("Send", tags=TAGS | {"shop_id": "shop_1#ord_2"}), Dropped.FOREIGN),
        (without("Send", "mail"), Dropped.FOREIGN),
        (without("Send", "mail", "tags"), Dropped.FOREIGN),
        (without("Bounce", "mail", "tags", "order_id"), Dropped.FOREIGN),
        (text("Complaint", complaintFeedbackType="not-spam"), Dropped.NOT_SPAM),
    ],
)
def test_what_is_of_no_use_is_dropped_with_the_reason(told, why):
    assert read_event(told) is why


@pytest.mark.parametrize("value", [[], ["msg_1", "msg_2"], "msg_1", [1], None])
def test_a_tag_is_a_list_of_one_value(value):
    told = document("Send")
    told["mail"]["tags"]["message_id"] = value
    assert read_event(json.dumps(told)) is Dropped.FOREIGN


@pytest.mark.parametrize(
    "address", ["", "jane", "jane\ud800@mail.example", "a" * 400 + "@b.example", 7]
)
def test_an_address_that_can_be_none_is_left_out(address):
    told = document("Bounce")
    told["bounce"]["bouncedRecipients"] = [{"emailAddress": address}, None]
    assert read_event(json.dumps(told)).objection.addresses == (ADDRESS,)
    told["mail"]["destination"] = []
    assert read_event(json.dumps(told)) is Dropped.MALFORMED


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(JSON)
def test_no_json_is_too_strange(value):
    assert read_event(json.dumps(value)) in set(Dropped)


def places(node, path=()):
    """Every place inside a document."""
    children = (
        node.items()
        if isinstance(node, dict)
        else enumerate(node)
        if isinstance(node, list)
        else ()
    )
    for name, child in children:
        yield (*path, name)
        yield from places(child, (*path, name))


@given(st.data(), st.sampled_from(list(MailEventKind)), JSON)
def test_no_part_of_an_event_is_too_strange(data, kind, value):
    told = document(kind.value)
    place = data.draw(st.sampled_from(list(places(told))))
    node = told
    for part in place[:-1]:
        node = node[part]
    node[place[-1]] = value
    event = read_event(json.dumps(told))
    if isinstance(event, MailEvent) and event.objection:
        "".join(event.objection.addresses).encode()
        assert event.objection.addresses


@given(st.text())
def test_no_text_is_too_strange(value):
    assert isinstance(read_event(value), Dropped)
