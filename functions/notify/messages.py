"""A message of the ledger: what was to be said to whom, and what became of it."""

from dataclasses import dataclass
from enum import StrEnum

from notify.policy import Audience, Channel, Rule
from waybill.ids import derived_id


class State(StrEnum):
    """What became of a message.

    sending ──► sent, failed, unknown;  failed ──► sending, where it may be tried again;
    unknown ──► sent, when the attempt in question turns out to be alive;  skipped from the start.
    """

    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"
    SKIPPED = "skipped"


class Reason(StrEnum):
    """Why a message was not sent, or why nobody knows."""

    NO_CONTACT = "no_contact"
    INVALID_EMAIL = "invalid_email"
    INVALID_PHONE = "invalid_phone"
    RESERVED_PHONE = "reserved_phone"
    NOT_A_MOBILE = "not_a_mobile"
    STALE = "stale"
    BUDGET = "budget"
    REFUSED = "refused"
    """The provider will not take this message, however often it is asked."""
    UNAVAILABLE = "unavailable"
    """The provider took nothing for now; the message is tried again."""
    NO_ANSWER = "no_answer"
    """The provider was asked and did not answer: it may have sent the message."""
    INTERRUPTED = "interrupted"
    """The attempt ended between asking the provider and writing down its answer."""


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


def message_id(shop_id: str, subject_id: str, slot: str, fact: str, rule: Rule) -> str:
    """Name the row of this message and any repetition of it; fits an SES message tag."""
    return derived_id("msg", shop_id, subject_id, slot, fact, rule.channel, rule.audience)


def recipient_hash(shop_id: str, address: str) -> str:
    """Names a recipient without saying who it is; equal addresses of a shop give equal hashes."""
    return derived_id("rcp", shop_id, address.casefold())
