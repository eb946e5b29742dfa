"""What becomes of mails, and what people write to us, comes back as SES and SNS have it."""

import json
from typing import Any, Final
from urllib.parse import urlencode

import pytest
from botocore.awsrequest import AWSPreparedRequest

from tests.simulation.aws.answers import answer
from tests.simulation.aws.cloud import Request
from tests.simulation.delivery.assembly import Deliveries
from tests.simulation.delivery.benches import function
from tests.simulation.delivery.configs import MailDestination, TopicTrigger, Wiring
from tests.simulation.delivery.fake_host import FakeHost
from tests.simulation.judge.fabricated import MAIL, PHONE, SHOP, Tale, breaks, order_id
from tests.simulation.post import Post
from tests.simulation.processes.machine import Process

KINDS: Final = frozenset({"send", "bounce", "complaint"})
TAGS: Final = {"message_id": "order_confirmed", "order_id": order_id(1), "shop_id": SHOP}
TEXT: Final = "Order NO-1\n- 2 x TEE\nTotal: 1.00 EUR"


class Desk:
    """A post, the functions it reaches, and a judge who knows an order that is confirmed."""

    def __init__(self) -> None:
        self.host = FakeHost()
        functions = [
            function("Feedback", topics=(TopicTrigger("News", "Mails"),)),
            function("Inbound", topics=(TopicTrigger("Texts", "InboundSmsTopic"),)),
        ]
        destination = MailDestination("mail", "Mails", KINDS)
        wiring = Wiring(
            {each.name: each for each in functions}, {}, mail_destinations=(destination,)
        )
        self.tale = Tale().ready()
        self.tale.place()
        self.tale.allocate()
        self.tale.confirm()
        self.tale.write(self.tale.message())
        topics = Deliveries(self.host, wiring).topics
        self.post = Post(self.host, self.tale.judge, topics)

    def mail(self) -> None:
        """SES takes a mail of the order."""
        body = {
            "Destination": {"ToAddresses": [MAIL]},
            "Content": {
                "Simple": {"Subject": {"Data": "Order NO-1"}, "Body": {"Text": {"Data": TEXT}}}
            },
            "EmailTags": [{"Name": name, "Value": value} for name, value in TAGS.items()],
            "ConfigurationSetName": "mail",
        }
        sent = AWSPreparedRequest("POST", "https://ses.test", {}, json.dumps(body), False)
        request = Request(Process("NotifyEvent/1", "function"), "sesv2", "SendEmail", sent, 1)
        self.post.mailed(request, answer(sent, 200, b'{"MessageId": "ses-1"}'))

    def text(self, to: str, text: str) -> None:
        """SNS takes an SMS."""
        body = urlencode({"PhoneNumber": to, "Message": text})
        sent = AWSPreparedRequest("POST", "https://sns.test", {}, body, False)
        request = Request(Process("NotifyEvent/1", "function"), "sns", "Publish", sent, 1)
        taken = b"<PublishResponse><MessageId>sns-1</MessageId></PublishResponse>"
        self.post.texted(request, answer(sent, 200, taken))

    def heard(self) -> list[tuple[str, Any]]:
        """Whom it came to, and what."""
        self.host.run()
        return [
            (call.function, json.loads(call.event["Records"][0]["Sns"]["Message"]))
            for call in self.host.calls
        ]


@pytest.fixture
def desk() -> Desk:
    """One of its own."""
    return Desk()


def test_ses_tells_that_it_took_a_mail(desk: Desk) -> None:
    desk.mail()
    ((who, event),) = desk.heard()
    assert (who, event["eventType"], event["mail"]["messageId"]) == ("Feedback", "Send", "ses-1")
    assert event["mail"]["tags"]["message_id"] == ["order_confirmed"]
    assert desk.post.last_to(MAIL).text == TEXT


def test_the_judge_hears_of_an_sms_that_sns_took(desk: Desk) -> None:
    desk.tale.write(desk.tale.message(channel="sms", name="sms"))
    desk.text(PHONE, "Order NO-1 is confirmed")
    desk.tale.write(desk.tale.becomes("sent", "sms", provider_id="sns-1"))


def test_the_judge_knows_an_sms_by_what_sns_calls_it(desk: Desk) -> None:
    desk.tale.write(desk.tale.message(channel="sms", name="sms"))
    desk.text(PHONE, "Order NO-1 is confirmed")
    with breaks("ledger of messages"):
        desk.tale.write(desk.tale.becomes("sent", "sms", provider_id="sns-2"))


@pytest.mark.parametrize(("to", "text"), [("+4915199999999", "Order NO-1"), (PHONE, "NO-2")])
def test_the_judge_hears_to_whom_an_sms_went_and_what_it_said(
    desk: Desk, to: str, text: str
) -> None:
    desk.tale.write(desk.tale.message(channel="sms", name="sms"))
    with breaks("told twice"):
        desk.text(to, text)


@pytest.mark.parametrize(
    ("kind", "told", "of_whom"),
    [
        ("Bounce", "bounce", "bouncedRecipients"),
        ("Complaint", "complaint", "complainedRecipients"),
    ],
)
def test_a_mail_comes_back(desk: Desk, kind: str, told: str, of_whom: str) -> None:
    desk.mail()
    desk.post.objects(MAIL, kind)
    events = {event["eventType"]: event for _, event in desk.heard()}
    assert events[kind]["mail"]["messageId"] == "ses-1"
    assert [one["emailAddress"] for one in events[kind][told][of_whom]] == [MAIL]
    assert events[kind][told]["timestamp"] == "1970-01-12T13:46:40.000Z"


def test_the_judge_knows_whose_mail_came_back(desk: Desk) -> None:
    desk.mail()
    desk.post.objects(MAIL, "Bounce")
    left_out = {"reason": "suppressed", "attempt": "", "attempts": 0, "name": "second"}
    desk.tale.write(desk.tale.message(state="skipped", **left_out))


def test_an_sms_comes_as_often_as_sns_delivers_it(desk: Desk) -> None:
    desk.post.receives(PHONE, "Thanks", times=2)
    desk.post.receives(PHONE, "Thanks")
    heard = desk.heard()
    assert {who for who, _ in heard} == {"Inbound"}
    told = [(sms["originationNumber"], sms["messageBody"]) for _, sms in heard]
    assert told == [(PHONE, "Thanks")] * 3
    assert [sms["inboundMessageId"] for _, sms in heard].count("in-1") == 2


def test_a_mail_comes_back_once_more(desk: Desk) -> None:
    desk.mail()
    desk.post.objects(MAIL, "Bounce")
    desk.host.run(3600.0)
    desk.post.objects_once_more(MAIL)
    first, second = [event for _, event in desk.heard() if event["eventType"] == "Bounce"]
    assert first == second


def test_nobody_can_send_back_what_nobody_has_written(desk: Desk) -> None:
    with breaks("lost message"):
        desk.post.objects(MAIL, "Bounce")


def test_a_late_sms_is_from_before(desk: Desk) -> None:
    desk.post.receives(PHONE, "STOP", late=3600.0)
    desk.heard()
    (call,) = desk.host.calls
    assert call.event["Records"][0]["Sns"]["Timestamp"] == "1970-01-12T12:46:40.000Z"
    skipped = {"reason": "opted_out", "attempt": "", "attempts": 0, "channel": "sms"}
    with breaks("lost message"):
        desk.tale.write(desk.tale.message(state="skipped", name="sms", **skipped))


@pytest.mark.parametrize("text", ["Stop!", "STOP"])
def test_the_judge_knows_who_sends_stop(desk: Desk, text: str) -> None:
    desk.post.receives(PHONE, text)
    skipped = {"reason": "opted_out", "attempt": "", "attempts": 0, "channel": "sms"}
    desk.tale.write(desk.tale.message(state="skipped", name="sms", **skipped))


@pytest.mark.parametrize("text", ["Thanks", "start", "Help"])
def test_nothing_else_is_a_no(desk: Desk, text: str) -> None:
    desk.post.receives(PHONE, text)
    skipped = {"reason": "opted_out", "attempt": "", "attempts": 0, "channel": "sms"}
    with breaks("lost message"):
        desk.tale.write(desk.tale.message(state="skipped", name="sms", **skipped))
