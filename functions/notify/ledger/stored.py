"""A message as the table holds it: explicit both ways."""

from typing import Final

from notify.ledger.messages import ATTENTION, Cause, Message, Outcome, Reason, State
from notify.policy.rules import Audience, Channel
from waybill import keys
from waybill.dynamo import Item

_OPTIONAL: Final = (
    "reason",
    "template",
    "template_version",
    "recipient",
    "provider_id",
    "sent_at",
    "due_at",
    "outcome",
    "folded_into",
    "file",
)


def to_item(message: Message) -> Item:
    """Return the stored form."""
    item: Item = keys.message(message.shop_id, message.order_id, message.id) | {
        "message_id": message.id,
        "shop_id": message.shop_id,
        "order_id": message.order_id,
        "subject_id": message.subject_id,
        "event": message.event,
        "channel": message.channel.value,
        "audience": message.audience.value,
        "state": message.state.value,
        "created_at": message.created_at,
        "updated_at": message.updated_at,
        "correlation_id": message.correlation_id,
        "actor": message.actor,
        "version": message.version,
        "attempt": message.attempt,
        "attempts": message.attempts,
    }
    for name in _OPTIONAL:
        if (value := getattr(message, name)) is not None:
            item[name] = str(value)
    if message.state in ATTENTION or message.due_at:
        if message.cause is not None:
            item["cause"] = _cause_item(message.cause)
        if message.covers:
            item["covers"] = [_cause_item(cause) for cause in message.covers]
    if message.entries:
        item |= {"entries": message.entries, "gathered": len(message.entries)}
    if message.more:
        item["more"] = message.more
    return item | _places(message)


def _cause_item(cause: Cause) -> Item:
    return {"name": cause.name, "version": cause.version, **cause.data}


def _places(message: Message) -> dict[str, str]:
    """Where a row stands in the indexes: only while something is to be done with it."""
    places: dict[str, str] = {}
    if message.state in ATTENTION:
        places |= keys.messages_in_state(
            message.shop_id, message.state, message.created_at, message.id
        )
    if message.due_at is not None:
        places |= keys.due_message(message.due_at, message.id)
    return places


def from_item(item: Item) -> Message:
    """Return the domain's form."""
    return Message(
        shop_id=item["shop_id"],
        order_id=item["order_id"],
        id=item["message_id"],
        subject_id=item["subject_id"],
        event=item["event"],
        channel=Channel(item["channel"]),
        audience=Audience(item["audience"]),
        state=State(item["state"]),
        created_at=item["created_at"],
        updated_at=item["updated_at"],
        correlation_id=item["correlation_id"],
        actor=item["actor"],
        version=item["version"],
        attempt=item["attempt"],
        attempts=item["attempts"],
        reason=Reason(item["reason"]) if "reason" in item else None,
        template=item.get("template"),
        template_version=item.get("template_version"),
        recipient=item.get("recipient"),
        provider_id=item.get("provider_id"),
        sent_at=item.get("sent_at"),
        due_at=item.get("due_at"),
        cause=_cause(item["cause"]) if "cause" in item else None,
        covers=tuple(_cause(cause) for cause in item.get("covers", ())),
        folded_into=item.get("folded_into"),
        file=item.get("file"),
        entries=frozenset(item.get("entries", ())),
        more=item.get("more", 0),
        outcome=Outcome(item["outcome"]) if "outcome" in item else None,
    )


def _cause(stored: Item) -> Cause:
    data = {name: value for name, value in stored.items() if name not in {"name", "version"}}
    return Cause(stored["name"], stored["version"], data)
