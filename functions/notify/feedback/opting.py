"""What an SMS changes of what is known of its sender: the newest word counts. Pure."""

from dataclasses import replace
from typing import Final

from notify.feedback.inbound_sms import Command, InboundSms
from notify.people.consents import added, newest
from notify.people.contact import MAX_HEARD, Consent, Contact
from notify.policy.rules import Channel

SOURCE: Final = "sms"


def is_news(contact: Contact, sms: InboundSms) -> bool:
    """Say whether an SMS was not acted on yet."""
    return sms.id not in contact.heard


def has_opted_out(contact: Contact) -> bool:
    """Say whether the owner of a number wants no SMS."""
    return not contact.channels.get(Channel.SMS, True)


def after(contact: Contact, sms: InboundSms) -> Contact:
    """Return a number's contact after a command, in whatever order and however often it comes.

    Of STOP and START sent in one instant, STOP counts.
    """
    if sms.command is None or not is_news(contact, sms):
        return contact
    contact = replace(contact, heard=(*contact.heard, sms.id)[-MAX_HEARD:])
    last = newest(contact.consents, Channel.SMS)
    wanted = sms.command is Command.START
    if sms.command is Command.HELP or (last and not _follows(sms.at, last, wanted=wanted)):
        return contact
    consent = Consent(Channel.SMS.value, wanted, sms.at, SOURCE, sms.word)
    return replace(
        contact,
        channels={**contact.channels, Channel.SMS: wanted},
        consents=added(contact.consents, consent),
    )


def without(contact: Contact, sms: InboundSms) -> Contact:
    """Return a contact for which an SMS is news again."""
    return replace(contact, heard=tuple(each for each in contact.heard if each != sms.id))


def _follows(at: str, last: Consent, *, wanted: bool) -> bool:
    return (at, not wanted) > (last.at, not last.given)
