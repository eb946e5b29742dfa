"""Woken by an SMS that somebody sent to us: STOP, START or HELP."""

from functools import cache
from typing import Any

from notify.channels.senders import SnsSmsSender
from notify.feedback.answering import Answering
from notify.feedback.inbound_sms import UnreadableSmsError, read_sms
from notify.people.contacts import ContactTable
from notify.settings import InboundSmsSettings
from waybill.aws import client, client_without_retries
from waybill.dynamo import Table
from waybill.observability import count, end_invocation, logger, start_work
from waybill.settings import load_settings, on_lambda


@cache
def _answering() -> Answering:
    settings = load_settings(InboundSmsSettings)
    return Answering(
        contacts=ContactTable(Table(client("dynamodb"), settings.notifications_table)),
        sms=SnsSmsSender(client_without_retries("sns"), sender_id=settings.sms_sender_id),
        name=settings.sms_sender_id,
    )


def lambda_handler(event: dict[str, Any], _context: Any) -> None:
    """Act on what was sent; an error brings it again, what cannot be read is left at that."""
    try:
        for record in event.get("Records", ()):
            _handle(record.get("Sns", {}))
    finally:
        end_invocation()


def _handle(notice: dict[str, Any]) -> None:
    message_id = str(notice.get("MessageId", ""))
    start_work("notify", f"sns-{message_id}")
    try:
        sms = read_sms(notice)
    except UnreadableSmsError:
        count("InboundSmsUnreadable")
        logger.error("sms unreadable", message_id=message_id)
        return
    _answering().handle(sms, message_id)


if on_lambda():
    _answering()
