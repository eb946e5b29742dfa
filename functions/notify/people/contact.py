"""What is known of a recipient: what they want, what they said stop to, whether mail arrives.

A contact stands for one address or one number, and holds neither: it goes by a hash of it. All of
it is pure; :mod:`notify.people.contacts` stores it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from notify.ledger.messages import Reason
from notify.policy.rules import Channel, Topic
from waybill.ids import derived_id

MAX_CONSENTS: Final = 20
"""Of a contact, the newest: what is true now is in ``channels`` and ``topics``."""
MAX_HEARD: Final = 20
"""Of a contact, the newest."""
MAX_TRANSIENT: Final = 3
"""Bounces that might pass, after which nothing is sent to an address any more."""


class Cause(StrEnum):
    """Why nothing is sent to an address any more."""

    BOUNCE = "bounce"
    """There is no such mailbox."""
    BOUNCES = "bounces"
    """Mail came back for reasons that might pass, too often."""
    COMPLAINT = "complaint"
    """Its owner called a mail spam."""


@dataclass(frozen=True)
class Suppression:
    """Nothing is sent to an address until somebody lifts this."""

    cause: Cause
    at: str
    """RFC 3339, UTC."""
    code: str = ""
    """What the provider called it, such as SES's bounce sub type; never words of a mail server."""


@dataclass(frozen=True)
class Consent:
    """Somebody said yes or no to something."""

    what: str
    """A channel or a topic."""
    given: bool
    at: str
    source: str
    """``api``, ``unsubscribe``, ``sms``, or what the shop names."""
    text: str = ""
    """The words that were agreed to."""


@dataclass(frozen=True)
class Contact:
    """What is known of one address or number; without an item, this is what is assumed."""

    version: int = 0
    """0: nothing is stored."""
    locale: str | None = None
    time_zone: str | None = None
    quiet_hours: tuple[str, str] | None = None
    """From and to, ``HH:MM`` in the recipient's zone; None: the shop's."""
    channels: Mapping[Channel, bool] = field(default_factory=dict)
    """What is not named is wanted."""
    topics: Mapping[Topic, bool] = field(default_factory=dict)
    """What is not named is wanted, but for marketing, which nobody gets who has not asked."""
    consents: tuple[Consent, ...] = ()
    suppression: Suppression | None = None
    transient: tuple[str, ...] = ()
    """Ids of the feedback that told of bounces which might pass."""
    lifted_at: str = ""
    """When a suppression was last lifted; feedback from before that counts no more."""
    heard: tuple[str, ...] = ()
    """Ids of the SMS from this number that were acted on."""


NOBODY: Final = Contact()


def phone_id(number: str) -> str:
    """Return what a number in E.164 goes by; it tells nobody the number."""
    return derived_id("tel", number)


def refusal(contact: Contact, channel: Channel, topic: Topic) -> Reason | None:
    """Return why nothing may be sent to a contact, or None where it may."""
    if contact.suppression is not None and channel is Channel.EMAIL:
        return Reason.SUPPRESSED
    if not contact.channels.get(channel, True):
        return Reason.OPTED_OUT
    if not contact.topics.get(topic, topic is not Topic.MARKETING):
        return Reason.UNSUBSCRIBED
    return None
