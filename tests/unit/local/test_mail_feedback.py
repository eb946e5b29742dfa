"""What SES would tell of a mail, in the shapes that the product reads."""

import json

import pytest

from local.mail_feedback import events
from notify.feedback.mail_events import MailEvent, read_event

AT = "2026-11-22T09:00:00.250Z"
TAGS = {"shop_id": "shop_1", "order_id": "ord_1", "message_id": "msg_1"}


def read(address):
    mail = {
        "FromEmailAddress": "orders@waybill.example",
        "Destination": {"ToAddresses": [address]},
        "EmailTags": [{"Name": name, "Value": value} for name, value in TAGS.items()],
        "ConfigurationSetName": "mail",
    }
    told = [read_event(json.dumps(event)) for event in events(mail, "m-1@ses", AT)]
    assert all(isinstance(event, MailEvent) for event in told)
    return told


@pytest.mark.parametrize(
    ("address", "kinds", "cause"),
    [
        ("jane@customer.example", ["Send"], None),
        ("bounce@customer.example", ["Send"], None),
        ("success@simulator.amazonses.com", ["Send"], None),
        ("bounce@simulator.amazonses.com", ["Send", "Bounce"], "bounce"),
        ("Bounce+some-label@simulator.amazonses.com", ["Send", "Bounce"], "bounce"),
        ("ooto@simulator.amazonses.com", ["Send", "Bounce"], "bounces"),
        ("complaint@simulator.amazonses.com", ["Send", "Complaint"], "complaint"),
    ],
)
def test_an_accepted_mail_is_sent_and_the_simulators_mailboxes_answer(address, kinds, cause):
    told = read(address)
    assert [event.kind.value for event in told] == kinds
    assert {(event.provider_id, event.sent_at, event.message_id) for event in told} == {
        ("m-1@ses", AT, "msg_1")
    }
    objection = told[-1].objection
    assert (objection and objection.cause.value) == cause
    assert objection is None or objection.addresses == (address,)


def test_two_mails_have_feedback_of_their_own():
    mail = {"Destination": {"ToAddresses": ["ooto@simulator.amazonses.com"]}}
    ids = {events(mail, number, AT)[1]["bounce"]["feedbackId"] for number in ("m-1@a", "m-2@a")}
    assert len(ids) == 2
