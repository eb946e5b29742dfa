"""The use case of an SMS that somebody sent: heed STOP and START, answer HELP once."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from notify.feedback.inbound_sms import Command, InboundSms
from notify.feedback.opting import after, has_opted_out, is_news, without
from notify.ledger.messages import Reason
from notify.people.contact import Contact
from notify.people.contacts import ContactTable, of_number
from notify.people.recipients import sms_recipient
from notify.sending.ports import NoAnswerError, RefusedError, SmsSender
from notify.words.help import help_text
from waybill.observability import count, logger

ACTOR: Final = "sms"
_COUNTERS: Final = {Command.STOP: "SmsOptOuts", Command.START: "SmsOptIns"}


class AnswerRefusedError(Exception):
    """The provider took no answer for now; the SMS is delivered again, and answered then."""


@dataclass(frozen=True)
class Answering:
    """Acts on what recipients send."""

    contacts: ContactTable
    sms: SmsSender
    name: str
    """Who writes, as its SMS say."""

    def handle(self, sms: InboundSms, message_id: str) -> None:
        """Act on an SMS, once; ``message_id`` is SNS's, for the log.

        Raises :class:`AnswerRefusedError`.
        """
        if sms.command is None:
            count("InboundSmsIgnored")
            logger.info("sms ignored", message_id=message_id)
            return
        seen: list[Contact] = []

        def decide(contact: Contact, _now: datetime) -> Contact:
            seen.append(contact)
            return after(contact, sms)

        contact = self.contacts.change(of_number(sms.number), ACTOR, decide)
        if not is_news(seen[-1], sms):
            return
        logger.info("sms heeded", message_id=message_id, command=sms.command.value)
        if sms.command is Command.HELP:
            self._help(contact, sms, message_id)
        else:
            count(_COUNTERS[sms.command])

    def _help(self, contact: Contact, sms: InboundSms, message_id: str) -> None:
        """Answer who can be answered; noted first, so that nobody is answered twice."""
        recipient = sms_recipient(sms.number, None)
        if has_opted_out(contact) or isinstance(recipient, Reason):
            return
        try:
            self.sms.send(help_text(self.name, recipient, contact.locale), recipient)
        except RefusedError as error:
            count("SmsAnswersFailed")
            logger.warning("answer refused", message_id=message_id, code=error.code)
            if not error.lasting:
                self.contacts.change(of_number(sms.number), ACTOR, lambda it, _: without(it, sms))
                raise AnswerRefusedError(error.code) from None  # whose words may name the number
        except NoAnswerError as error:
            count("SmsAnswersFailed")
            logger.warning("answer may be lost", message_id=message_id, code=error.code)
        else:
            count("SmsAnswersSent")
