"""A message of the ledger: what was to be said to whom, and what became of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from notify.policy.rules import Audience, Channel, Rule
from waybill.clock import from_text
from waybill.ids import derived_id

LONGEST_ATTEMPT: Final = timedelta(seconds=45)
"""Longer than the function may run; shorter than Lambda waits before it delivers again, so that
who waits for an attempt meets it settled, or dead, when its event comes again."""


class State(StrEnum):
    """What became of a message.

    sending ──► sent, failed, unknown;  unknown ──► sent, failed, when the attempt in question
    turns out to be alive, or SES tells of the mail;  sent ──► failed, where SES rejects what it
    had accepted;  failed ──► sending, where it may be tried again, or skipped, where it is not to
    be said any more, or sent, where SES tells of an earlier attempt;  skipped from the start. Of
    messages that share a budget, another may take over a row that is failed or skipped: it is
    sending then.
    """

    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"
    SKIPPED = "skipped"


UNTAKEN: Final = frozenset({State.FAILED, State.SKIPPED})
"""Of rows whose message no provider has: another message of the same budget may take them over."""


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
    REFUSED = "refused"
    """The provider will not take this message, however often it is asked."""
    UNAVAILABLE = "unavailable"
    """The provider took nothing for now; the message is tried again."""
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
class Message:
    """One row of the ledger. It names its recipient by a hash: addresses stay with the order."""

    shop_id: str
    order_id: str
    id: str
    subject_id: str
    """The order or shipment it is about."""
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
    retryable: bool = False
    """Of a failed message: the provider took nothing, so a later attempt may send it."""
    template: str | None = None
    template_version: str | None = None
    recipient: str | None = None
    provider_id: str | None = None
    sent_at: str | None = None
    outcome: Outcome | None = None


def message_id(shop_id: str, subject_id: str, slot: str, fact: str, rule: Rule) -> str:
    """Name the row of this message and any repetition of it; fits an SES message tag."""
    return derived_id("msg", shop_id, subject_id, slot, fact, rule.channel, rule.audience)


def may_be_alive(message: Message, now: datetime) -> bool:
    """Say whether the row's attempt may still be about to write down what the provider said."""
    sending = message.state is State.SENDING
    return sending and now < from_text(message.updated_at) + LONGEST_ATTEMPT


def recipient_hash(shop_id: str, address: str) -> str:
    """Names a recipient without saying who it is; equal addresses of a shop give equal hashes."""
    return derived_id("rcp", shop_id, address.casefold())
