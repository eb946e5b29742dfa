"""The ledger as the API shows it: what was said, and why not; never to which address."""

from notify.ledger.messages import Message, Outcome, Reason, State
from notify.policy.alerts import is_file
from notify.policy.rules import Audience, Channel
from waybill.clock import from_text
from waybill.http import Instant, Model


class Notification(Model):
    """One message."""

    id: str
    order_id: str | None
    """None: it tells the shop of something other than an order."""
    shipment_id: str | None
    event: str
    """What it says, such as ``order_confirmed`` or ``delivered``."""
    channel: Channel
    audience: Audience
    state: State
    reason: Reason | None
    template: str | None
    template_version: str | None
    attempts: int
    created_at: Instant
    updated_at: Instant
    sent_at: Instant | None
    due_at: Instant | None
    """When it is looked at again: it waits, or nobody knows what became of it yet."""
    outcome: Outcome | None
    """What a sent mail came to, where its provider told anything but good."""
    folded_into: str | None
    """The message that says this one's news."""


class NotificationList(Model):
    """A page of the list."""

    items: list[Notification]
    next_cursor: str | None


def notification_of(message: Message) -> Notification:
    """Return the API's form of a message."""
    subject_id = message.subject_id
    return Notification(
        id=message.id,
        order_id=None if is_file(message.order_id) else message.order_id,
        shipment_id=subject_id if subject_id.startswith("shp_") else None,
        event=message.event,
        channel=message.channel,
        audience=message.audience,
        state=message.state,
        reason=message.reason,
        template=message.template,
        template_version=message.template_version,
        attempts=message.attempts,
        created_at=from_text(message.created_at),
        updated_at=from_text(message.updated_at),
        sent_at=from_text(message.sent_at) if message.sent_at else None,
        due_at=from_text(message.due_at) if message.due_at else None,
        outcome=message.outcome,
        folded_into=message.folded_into,
    )
