"""Whether a message goes out now, later, or not: what is decided of an occasion."""

from dataclasses import dataclass
from datetime import datetime

from notify.ledger.messages import Reason
from notify.people.contact import NOBODY, Contact
from notify.sending.occasion import Part


@dataclass(frozen=True)
class Send:
    """It goes out now."""

    recipient: str
    """A mail address, or a number in E.164."""
    contact: Contact = NOBODY
    """What is known of the customer, such as the language to write in."""
    parts: tuple[Part, ...] = ()
    """Of the facts that were to be told, those that are still true."""


@dataclass(frozen=True)
class Skip:
    """It is not said, and the ledger says why."""

    reason: Reason


@dataclass(frozen=True)
class Lapse:
    """It is no news: there is nothing to say, nor to write down."""

    reason: Reason


@dataclass(frozen=True)
class Wait:
    """It is looked at again later, with what is true then."""

    reason: Reason
    until: datetime


Verdict = Send | Skip | Lapse | Wait
