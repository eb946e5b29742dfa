"""A message of the ledger: what was to be said to whom, and what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from notify.policy.rules import Audience, Channel, Rule
from waybill.clock import from_text
from waybill.ids import derived_id

LONGEST_ATTEMPT: Final = timedelta(seconds=45)
"""Longer than the function may run; shorter than Lambda waits before it delivers again, so that
who waits for an attempt meets it settled, or dead, when its event comes again."""
CHECKED_AFTER: Final = timedelta(minutes=10)
"""How long SES has to say that it sent a mail of which nobody knows; then it is sent again."""
_BACK_OFF: Final = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=25),
    timedelta(hours=2),
    timedelta(hours=10),
)
"""Between two attempts that the provider took nothing of; after the last, somebody must look."""
_MOST_ATTEMPTS: Final = len(_BACK_OFF) + 1


class State(StrEnum):
    """What became of a message.

    sending ──► sent, failed, unknown, waiting;  waiting ──► sending, when its time has come, or
    skipped, where it is not to be said any more;  unknown ──► sent, failed, when the attempt in
    question turns out to be alive, or SES says so; a mail of which SES says nothing is sent again;
    failed ──► waiting, where somebody asks for it;  skipped from the start;  folded, from the
    start or after waiting: another message says it. Of messages that share a budget, another may
    take over a row that is failed, skipped or waiting.
    """

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"
    SKIPPED = "skipped"
    FOLDED = "folded"


UNTAKEN: Final = frozenset({State.FAILED, State.SKIPPED, State.WAITING})
"""Of rows whose message no provider has: another message of the same budget may take them over."""
ATTENTION: Final = frozenset({State.WAITING, State.UNKNOWN, State.FAILED})
"""Of rows that somebody or something still has to do with; a shop's can be listed."""


class Reason(StrEnum):
    """Why a message was not sent, or why nobody knows."""

    NO_CONTACT = "no_contact"
    INVALID_EMAIL = "invalid_email"
    INVALID_PHONE = "invalid_phone"
    RESERVED_PHONE = "reserved_phone"
    NOT_A_MOBILE = "not_a_mobile"
    STALE = "stale"
    BUDGET = "budget"
    SUPPRESSED = "suppressed"
    """Mail to the address came back, or was called spam."""
    OPTED_OUT = "opted_out"
    """The recipient wants nothing by this channel; STOP says so of SMS."""
    UNSUBSCRIBED = "unsubscribed"
    """The recipient wants nothing about this topic."""
    QUIET_HOURS = "quiet_hours"
    GATHERING = "gathering"
    """It waits a moment for others, to be one message with them."""
    REFUSED = "refused"
    """The provider will not take this message, however often it is asked."""
    UNAVAILABLE = "unavailable"
    """The provider took nothing for now; the message waits to be tried again, or has failed."""
    RETRIED = "retried"
    """Somebody asked for another attempt, after it had failed."""
    NO_ANSWER = "no_answer"
    """The provider was asked and did not answer: it may have sent the message."""
    INTERRUPTED = "interrupted"
    """The attempt ended between asking the provider and writing down its answer."""


class Outcome(StrEnum):
    """What a mail that was sent came to, as far as anybody told; the graver of what was told."""

    DELAYED = "delayed"
    """The mailbox took nothing for now; whether it did later is not told."""
    BOUNCED = "bounced"
    COMPLAINED = "complained"
    """Its reader called it spam."""


@dataclass(frozen=True)
class Cause:
    """Of the event that a message tells of: what it takes to compose the message another time."""

    name: str
    version: int
    data: Mapping[str, Any] = field(default_factory=dict)


GATHERED: Final = frozenset({Reason.GATHERING, Reason.QUIET_HOURS, Reason.BUDGET})
"""Why a message waits that may be folded into another: no provider has been asked yet."""


@dataclass(frozen=True)
class Message:
    """One row of the ledger. It names its recipient by a hash: addresses stay with the order."""

    shop_id: str
    order_id: str
    id: str
    subject_id: str
    """The order or shipment it is about; of an alert, what that is about."""
    event: str
    channel: Channel
    audience: Audience
    state: State
    created_at: str
    updated_at: str
    correlation_id: str
    actor: str
    version: int = 1
    attempt: str = ""
    """The attempt that may write down what became of it."""
    attempts: int = 0
    reason: Reason | None = None
    due_at: str | None = None
    """When the schedule looks at the message: it waits, SES was to say what it did with it, or an
    attempt that no event comes again for may have died."""
    cause: Cause | None = None
    """Of messages that may be sent another time."""
    covers: tuple[Cause, ...] = ()
    """What else the message tells of: the causes of those that were folded into it."""
    folded_into: str | None = None
    """The message that says this one's news."""
    file: str | None = None
    """Of a message that was folded, where that one is kept; None: with this one."""
    entries: frozenset[str] = frozenset()
    """Of an alert, what it tells of, each as JSON."""
    more: int = 0
    """Of an alert, how much more there was, at least."""
    template: str | None = None
    template_version: str | None = None
    recipient: str | None = None
    provider_id: str | None = None
    sent_at: str | None = None
    outcome: Outcome | None = None


class Gathered(StrEnum):
    """What came of adding an entry to an alert."""

    ADDED = "added"
    KNOWN = "known"
    """It was there."""
    FULL = "full"
    CLOSED = "closed"
    """The alert waits for entries no more."""


def message_id(shop_id: str, subject_id: str, slot: str, fact: str, to: Rule | Message) -> str:
    """Name the row of this message and any repetition of it; fits an SES message tag.

    ``to`` has the channel and the audience.
    """
    return derived_id("msg", shop_id, subject_id, slot, fact, to.channel, to.audience)


def may_be_alive(message: Message, now: datetime) -> bool:
    """Say whether the row's attempt may still be about to write down what the provider said."""
    sending = message.state is State.SENDING
    return sending and now < from_text(message.updated_at) + LONGEST_ATTEMPT


def is_due(message: Message, now: datetime) -> bool:
    """Say whether the message's time has come."""
    return message.due_at is not None and from_text(message.due_at) <= now


def may_be_taken(
    found: Message, name: str, cause: Cause, now: datetime, teller: Message | None = None
) -> bool:
    """Say whether the message ``name`` may be sent in the place of a row that is there.

    What waits there to tell something newer is left to it. ``teller`` says the row's news, where
    that was folded: what no provider has of that one, none has of this.
    """
    if found.event == name:
        return found.state in {State.WAITING, State.UNKNOWN} and is_due(found, now)
    teller = teller or found
    told = covered(teller, found.subject_id) or found.cause
    newer = told is not None and told.version > cause.version
    return teller.state in UNTAKEN and not (teller.state is State.WAITING and newer)


def covered(message: Message, subject_id: str) -> Cause | None:
    """Return what a message tells of another shipment than its own, if it does."""
    causes = (cause for cause in message.covers if cause.data.get("shipment_id") == subject_id)
    return next(causes, None)


def tried_again_at(attempts: int, now: datetime) -> datetime | None:
    """When a message is tried again that no provider took so often; None: no more."""
    return None if attempts >= _MOST_ATTEMPTS else now + _BACK_OFF[attempts - 1]


def checked_at(message: Message, now: datetime) -> datetime | None:
    """When a message of which nobody knows is sent again, unless SES has said what it did with it.

    SNS says nothing of an SMS, so that none is sent again.
    """
    tells = message.channel is Channel.EMAIL and message.cause is not None
    return now + CHECKED_AFTER if tells and message.attempts < _MOST_ATTEMPTS else None


def recipient_hash(shop_id: str, address: str) -> str:
    """Names a recipient without saying who it is; equal addresses of a shop give equal hashes."""
    return derived_id("rcp", shop_id, address.casefold())
