"""What the page that unsubscribes changes of a contact, and what it notes as evidence. Pure."""

from dataclasses import replace
from datetime import datetime
from typing import Final

from notify.people.consents import added
from notify.people.contact import Consent, Contact
from notify.policy.rules import Topic
from waybill.clock import to_text

SOURCE: Final = "unsubscribe"


def is_subscribed(contact: Contact, topic: Topic) -> bool:
    """Say whether a contact hears of a topic."""
    return contact.topics.get(topic, topic is not Topic.MARKETING)


def subscribed(
    contact: Contact, topic: Topic, now: datetime, *, wanted: bool, text: str = ""
) -> Contact:
    """Return a contact that hears, or does not hear, of a topic; ``text`` is what was read.

    Once more is the same as once, and nothing is noted then.
    """
    if contact.topics.get(topic) is wanted:
        return contact
    consent = Consent(topic.value, wanted, to_text(now), SOURCE, text)
    return replace(
        contact,
        topics={**contact.topics, topic: wanted},
        consents=added(contact.consents, consent),
    )
