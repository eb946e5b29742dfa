"""SMS from recipients through the handler, against moto: heeded, answered once, and not logged."""

import io
import json
import logging

import pytest
from moto.core import DEFAULT_ACCOUNT_ID
from moto.sns.models import sns_backends

from notify import on_inbound_sms
from notify.feedback.answering import AnswerRefusedError
from notify.feedback.opting import has_opted_out
from notify.ledger.messages import Reason
from notify.people.contact import refusal
from notify.people.contacts import ContactTable, of_number
from notify.policy.rules import Channel, Topic
from notify.sending.ports import NoAnswerError, RefusedError
from tests.unit.notify.test_notify_inbound_sms import NOTICE, NUMBER, PAYLOAD
from waybill.dynamo import ConditionFailedError
from waybill.observability import logger


def event(word="STOP", number=1, *, at=None, sender=NUMBER, **changes):
    payload = PAYLOAD | {
        "messageBody": word,
        "inboundMessageId": f"in-{number}",
        "originationNumber": sender,
    }
    stamp = f"2026-11-22T09:00:{number if at is None else at:02}.000Z"
    told = {"MessageId": f"sns-{number}", "Timestamp": stamp, "Message": json.dumps(payload)}
    return {"Records": [{"EventSource": "aws:sns", "Sns": NOTICE | told | changes}]}


def receive(*given, **named):
    on_inbound_sms.lambda_handler(event(*given, **named), None)


@pytest.fixture
def contacts(aws):
    return ContactTable(aws.table("NotificationsTable"))


@pytest.fixture
def texts(aws):
    return sns_backends[DEFAULT_ACCOUNT_ID][aws.region].sms_messages


@pytest.fixture
def printed(capsys):
    """What the logs say, and the metrics."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logger.registered_formatter)
    logger.addHandler(handler)
    yield lambda: stream.getvalue() + capsys.readouterr().out
    logger.removeHandler(handler)


def owner(contacts, number=NUMBER):
    return contacts.get([of_number(number)])[0]


def test_stop_ends_sms_to_that_number_and_start_begins_them_again(contacts, texts):
    receive("stop.")
    assert refusal(owner(contacts), Channel.SMS, Topic.DELIVERIES) is Reason.OPTED_OUT
    assert not has_opted_out(owner(contacts, "+4915112345679"))
    receive("UNSTOP", 2)
    assert refusal(owner(contacts), Channel.SMS, Topic.DELIVERIES) is None
    assert not texts
    item = contacts.table.get(of_number(NUMBER).item())
    assert (item["actor"], item["version"], item["correlation_id"]) == ("sms", 2, "sns-sns-2")


def test_what_comes_late_or_again_changes_nothing(contacts):
    receive("START", 5)
    receive("STOP", 3)
    assert not has_opted_out(owner(contacts))
    receive("STOP", 7)
    before = owner(contacts)
    for number, word in ((5, "START"), (7, "STOP"), (3, "STOP")):
        receive(word, number)
    receive("START", 5, at=50)  # published once more, by another instant
    assert owner(contacts) == before
    assert has_opted_out(before)


def test_help_is_answered_once(contacts, texts):
    for _ in range(3):
        receive("Help?")
    receive("INFO", 2)
    assert [number for number, _ in texts.values()] == [NUMBER, NUMBER]
    assert all("STOP" in text for _, text in texts.values())


def test_who_wants_no_sms_is_not_answered(contacts, texts):
    receive("STOP", 1)
    receive("HELP", 2)
    assert not texts
    receive("START", 3)
    receive("HELP", 2)  # delivered again: it was heeded, by silence
    assert not texts
    receive("HELP", 4)
    assert len(texts) == 1


@pytest.mark.parametrize("sender", ["+14255550182", "+493012345678"])
def test_who_can_take_no_sms_is_not_answered(contacts, texts, sender):
    receive("HELP", sender=sender)
    assert not texts
    receive("STOP", 2, sender=sender)
    assert has_opted_out(owner(contacts, sender))


def test_what_is_no_command_leaves_nothing(aws, texts, printed):
    receive("Thanks, please stop by at 5")
    assert aws.items("NotificationsTable") == []
    assert not texts
    assert '"InboundSmsIgnored"' in printed()


class Refusing:
    """A sender that answers what it is told to."""

    def __init__(self, *answers):
        self.answers, self.sent = list(answers), []

    def send(self, sms, to):
        if self.answers:
            raise self.answers.pop(0)
        self.sent.append(to)
        return "id"


@pytest.fixture
def sender(contacts, monkeypatch):
    def use(*answers):
        refusing = Refusing(*answers)
        monkeypatch.setattr(on_inbound_sms, "SnsSmsSender", lambda *_, **__: refusing)
        return refusing

    return use


def test_an_answer_that_is_refused_for_now_is_sent_when_the_sms_comes_again(sender):
    used = sender(RefusedError("ThrottlingException", lasting=False))
    with pytest.raises(AnswerRefusedError, match="ThrottlingException"):
        receive("HELP")
    receive("HELP")
    receive("HELP")
    assert used.sent == [NUMBER]


@pytest.mark.parametrize(
    "error", [RefusedError("InvalidParameter", lasting=True), NoAnswerError("ReadTimeoutError")]
)
def test_an_answer_that_may_be_on_its_way_or_never_will_is_not_sent_again(sender, error):
    used = sender(error)
    receive("HELP")
    receive("HELP")
    assert used.sent == []


def test_of_two_deliveries_at_once_one_answers(contacts, sender, monkeypatch):
    used = sender()
    put, rivals = ContactTable.put, ["once"]

    def overtaken(table, *given):
        if rivals:
            rivals.clear()
            receive("HELP")
        return put(table, *given)

    monkeypatch.setattr(ContactTable, "put", overtaken)
    receive("HELP")
    assert used.sent == [NUMBER]


@pytest.mark.parametrize("message", ["", "{", "[]", json.dumps({"messageBody": "STOP"})])
def test_what_cannot_be_read_is_counted_and_does_not_come_again(aws, printed, message):
    receive(Message=message)
    on_inbound_sms.lambda_handler({"Records": [{}]}, None)
    on_inbound_sms.lambda_handler({}, None)
    assert aws.items("NotificationsTable") == []
    said = printed()
    assert '"InboundSmsUnreadable"' in said
    assert "sns-1" in said


@pytest.mark.secrecy
def test_no_log_and_no_item_has_a_number(aws, printed, sender):
    sender(RefusedError("ThrottlingException", lasting=False))
    for number, word in enumerate(("STOP", "START", "hello there")):
        receive(word, number)
    with pytest.raises(AnswerRefusedError) as caught:
        receive("HELP", 3)
    assert caught.value.__suppress_context__  # what Lambda prints ends here
    receive("HELP", 4)
    receive(originationNumber=NUMBER, Message="{" + NUMBER)
    said = printed()
    for heading in ("sms heeded", "sms ignored", "sms unreadable", "answer refused"):
        assert heading in said
    for secret in (NUMBER, NUMBER[1:], NUMBER[3:], "hello there"):
        assert secret not in said
        assert secret not in str(aws.items("NotificationsTable"))


def test_where_the_table_refuses_the_sms_comes_again(contacts, monkeypatch):
    def refuse(*_, **__):
        raise ConditionFailedError

    with monkeypatch.context() as patched:
        patched.setattr(ContactTable, "get", refuse)
        with pytest.raises(ConditionFailedError):
            receive("STOP")
    receive("STOP")
    assert has_opted_out(owner(contacts))
