"""Preferences: what a PUT makes of a contact, and what a click on a link does."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from notify.ledger.messages import Reason
from notify.people.contact import NOBODY, Cause, Consent, Contact, Suppression, refusal
from notify.people.preferences import NewPreferences, settled, view
from notify.people.subscribing import is_subscribed, subscribed
from notify.policy.rules import Channel, Topic
from waybill.clock import to_text
from waybill.problems import Unprocessable

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
YES = {"what": "marketing", "given": True, "source": "checkout", "text": "News, please"}
NO = {"what": "marketing", "given": False, "source": "call"}
MARKETING = {"topics": {"marketing": True}}


def wish(**body):
    return NewPreferences.model_validate_json(json.dumps(body))


def put(contact=NOBODY, now=NOW, **body):
    return settled(contact, wish(**body), now)


def test_a_wish_is_a_contacts_settings():
    contact = put(
        locale="de-at",
        time_zone="Europe/Vienna",
        quiet_hours={"from": "22:00", "to": "07:00"},
        channels={"sms": False},
        topics={"deliveries": False},
    )
    assert (contact.locale, contact.time_zone) == ("de-AT", "Europe/Vienna")
    assert contact.quiet_hours == ("22:00", "07:00")
    assert refusal(contact, Channel.SMS, Topic.ORDERS) is Reason.OPTED_OUT
    assert refusal(contact, Channel.EMAIL, Topic.DELIVERIES) is Reason.UNSUBSCRIBED
    assert refusal(contact, Channel.EMAIL, Topic.ORDERS) is None


def test_what_is_left_out_is_as_by_default():
    full = put(locale="de", time_zone="UTC", quiet_hours={"from": "1:00".zfill(5), "to": "02:00"})
    contact = put(replace(full, channels={Channel.SMS: False}))
    assert contact == put()
    assert (contact.locale, contact.time_zone, contact.quiet_hours) == (None, None, None)
    assert refusal(contact, Channel.SMS, Topic.DELIVERIES) is None
    assert refusal(contact, Channel.EMAIL, Topic.MARKETING) is Reason.UNSUBSCRIBED


def test_a_suppression_is_never_lifted():
    suppressed = Contact(
        suppression=Suppression(Cause.COMPLAINT, to_text(NOW)), transient=("f1",), heard=("m1",)
    )
    contact = put(suppressed, channels={"email": True})
    assert contact.suppression == suppressed.suppression
    assert (contact.transient, contact.heard) == (("f1",), ("m1",))
    with pytest.raises(ValidationError):
        wish(suppression=None)


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({"locale": "xx"}, ("locale",)),
        ({"locale": "english"}, ("locale",)),
        ({"locale": ""}, ("locale",)),
        ({"time_zone": "Mars/Olympus"}, ("time_zone",)),
        ({"time_zone": "localtime"}, ("time_zone",)),
        ({"time_zone": "+02:00"}, ("time_zone",)),
        ({"quiet_hours": {"from": "24:00", "to": "08:00"}}, ("quiet_hours", "from")),
        ({"quiet_hours": {"from": "21:00"}}, ("quiet_hours", "to")),
        ({"quiet_hours": {"from": "21:00", "to": "8:00"}}, ("quiet_hours", "to")),
        ({"channels": {"email": "yes"}}, ("channels", "email")),
        ({"channels": {"pigeon": True}}, ("channels", "pigeon")),
        ({"topics": {"orders": 1}}, ("topics", "orders")),
        ({"topics": None}, ("topics",)),
        ({"consents": [YES | {"what": "everything"}]}, ("consents", 0, "what")),
        ({"consents": [YES | {"source": ""}]}, ("consents", 0, "source")),
        ({"consents": [YES | {"source": "a\nb"}]}, ("consents", 0, "source")),
        ({"consents": [YES | {"text": "x" * 501}]}, ("consents", 0, "text")),
        ({"consents": [YES | {"at": "2026-11-22T09:00:00"}]}, ("consents", 0, "at")),
        ({"consents": [YES | {"at": "0001-01-01T00:00:00+10:00"}]}, ("consents", 0, "at")),
        ({"consents": [YES] * 21}, ("consents",)),
    ],
)
def test_what_is_wrong_is_said_with_its_place(body, place):
    with pytest.raises(ValidationError) as caught:
        wish(**body)
    assert [error["loc"] for error in caught.value.errors()] == [place]


def test_a_consent_is_noted_with_time_and_source():
    contact = put(**MARKETING, consents=[YES])
    assert contact.consents == (
        Consent("marketing", True, to_text(NOW), "checkout", "News, please"),
    )
    earlier = put(consents=[YES | {"at": "2026-11-01T10:00:00+01:00"}])
    assert earlier.consents[0].at == "2026-11-01T09:00:00.000Z"


@pytest.mark.parametrize("at", [{}, {"at": "2026-11-22T08:00:00Z"}])
def test_the_same_again_changes_nothing(at):
    once = put(**MARKETING, consents=[YES | at])
    assert put(once, LATER, **MARKETING, consents=[YES | at]) == once
    assert put(once, LATER, **MARKETING) == once


def test_a_consent_of_the_future_is_none():
    put(consents=[YES | {"at": to_text(NOW + timedelta(minutes=4))}])
    with pytest.raises(Unprocessable) as caught:
        put(consents=[YES, YES | {"at": to_text(NOW + timedelta(minutes=6))}])
    assert caught.value.errors[0].pointer == "/consents/1/at"


@pytest.mark.parametrize(
    "consents",
    [
        [],
        [NO],
        [YES | {"text": ""}],
        [YES | {"text": " "}],
        [YES | {"what": "email"}],
        [YES, NO],
        [NO | {"at": "2026-11-22T08:00:00Z"}, YES | {"at": "2026-11-22T07:00:00Z"}],
    ],
)
def test_marketing_needs_a_consent_with_its_text_given_last(consents):
    with pytest.raises(Unprocessable) as caught:
        put(**MARKETING, consents=consents)
    assert [error.pointer for error in caught.value.errors] == ["/topics/marketing"]
    put(consents=consents)


@pytest.mark.parametrize("at", [{}, {"at": "2026-11-22T08:00:00Z"}])
def test_who_left_by_the_link_is_not_taken_back_by_the_former_consent(at):
    agreed = put(**MARKETING, consents=[YES | at])
    left = subscribed(agreed, Topic.MARKETING, NOW + timedelta(minutes=1), wanted=False)
    with pytest.raises(Unprocessable):
        put(left, LATER, **MARKETING, consents=[YES | at])
    again = YES | {"at": to_text(LATER)}
    assert put(left, LATER, **MARKETING, consents=[again]).topics[Topic.MARKETING]


def test_what_a_shop_tells_of_again_after_the_contrary_is_new():
    contact = NOBODY
    for minute, told in enumerate((YES, NO, YES, YES)):
        contact = put(contact, NOW + timedelta(minutes=minute), consents=[told])
    assert [consent.given for consent in contact.consents] == [True, False, True]


@pytest.mark.parametrize("topic", Topic)
def test_a_link_unsubscribes_once_and_leaves_a_note(topic):
    gone = subscribed(NOBODY, topic, NOW, wanted=False)
    assert not is_subscribed(gone, topic)
    assert gone.consents == (Consent(topic.value, False, to_text(NOW), "unsubscribe"),)
    assert subscribed(gone, topic, LATER, wanted=False) == gone
    others = set(Topic) - {topic, Topic.MARKETING}
    assert all(is_subscribed(gone, other) for other in others)
    back = subscribed(gone, topic, LATER, wanted=True, text="Subscribe again")
    assert is_subscribed(back, topic)
    assert back.consents[1] == Consent(
        topic.value, True, to_text(LATER), "unsubscribe", "Subscribe again"
    )


def test_what_nobody_has_said_is_shown_as_it_is_assumed():
    shown = json.loads(view("cus_1", NOBODY).model_dump_json())
    assert shown == {
        "customer_id": "cus_1",
        "locale": None,
        "time_zone": None,
        "quiet_hours": None,
        "channels": {"email": True, "sms": True},
        "topics": {"orders": True, "deliveries": True, "marketing": False},
        "consents": [],
        "suppression": None,
    }
