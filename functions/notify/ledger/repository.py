"""The ledger in NotificationsTable. Whoever puts a row first may send; nobody else does."""

from dataclasses import replace
from itertools import islice
from typing import Any, Final

from notify.ledger.messages import Message, Outcome, Reason, State
from notify.policy.rules import Audience, Channel
from waybill import keys
from waybill.dynamo import ConditionFailedError, Item, Table

MAX_ROWS: Final = 1000  # of one order; policy alone makes about a dozen

_OPTIONAL: Final = (
    "reason",
    "template",
    "template_version",
    "recipient",
    "provider_id",
    "sent_at",
    "outcome",
)


class MessageTable:
    """Messages by order."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def get(self, shop_id: str, order_id: str, message_id: str) -> Message | None:
        """One row, as it stands now."""
        item = self._table.get(keys.message(shop_id, order_id, message_id))
        return from_item(item) if item else None

    def add(self, message: Message) -> Message | None:
        """Put a row if absent; None when it was, else the row that is there."""
        try:
            self._table.put(to_item(message), condition="attribute_not_exists(pk)")
        except ConditionFailedError as error:
            current = self._current(message, error)
            return None if _is_own(message, current) else current
        return None

    def take_over(self, message: Message, seen: Message) -> bool:
        """Turn a row that no provider has into this attempt's; False when another was faster."""
        item = to_item(message) | {"version": seen.version + 1, "created_at": seen.created_at}
        item["attempts"] = seen.attempts + 1
        try:
            self._table.put(item, condition="version = :seen", values={":seen": seen.version})
        except ConditionFailedError as error:
            return _is_own(message, self._current(message, error))
        return True

    def drop(self, seen: Message, reason: Reason, at: str) -> bool:
        """Turn a failed row into one not to be sent; False when it is another attempt's by now."""
        refused = self._change(
            seen,
            "SET #state = :state, reason = :reason, retryable = :no, updated_at = :at, "
            "version = version + :one",
            "version = :seen",
            {
                ":state": State.SKIPPED.value,
                ":reason": reason.value,
                ":no": False,
                ":at": at,
                ":seen": seen.version,
                ":one": 1,
            },
        )
        if refused is None:
            return True
        # The answer was lost and the write sent again, or another delivery came to the same end.
        row = refused.current or {}
        return (row.get("version"), row.get("state")) == (seen.version + 1, State.SKIPPED.value)

    def settle(self, message: Message) -> bool:
        """Write down what became of an attempt; False when the row is no longer this attempt's."""
        values: dict[str, Any] = {
            ":attempt": message.attempt,
            ":state": message.state.value,
            ":at": message.updated_at,
            ":retryable": message.retryable,
            ":sending": State.SENDING.value,
            ":unknown": State.UNKNOWN.value,
            ":one": 1,
        }
        # Not from a state it has settled in already: its refusal, sent again after a lost answer,
        # may come when the row was dropped meanwhile.
        condition = "attempt = :attempt AND #state IN (:sending, :unknown) AND #state <> :state"
        changes = (
            "SET #state = :state, updated_at = :at, retryable = :retryable, "
            "version = version + :one"
        )
        for name in ("reason", "provider_id", "sent_at"):
            if (value := getattr(message, name)) is not None:
                changes += f", {name} = :{name}"
                values[f":{name}"] = str(value)
        if message.reason is None:
            changes += " REMOVE reason"
        refused = self._change(message, changes, condition, values)
        if refused is None:
            return True
        # The answer was lost and the write sent again: the first of the two was kept.
        row = refused.current or {}
        return (row.get("attempt"), row.get("state")) == (message.attempt, message.state.value)

    def mark_unknown(self, message: Message, at: str) -> bool:
        """Give up on an attempt that never said what became of it; it may still say so later."""
        refused = self._change(
            message,
            "SET #state = :state, reason = :reason, updated_at = :at, version = version + :one",
            "#state = :sending AND attempt = :attempt",
            {
                ":state": State.UNKNOWN.value,
                ":sending": State.SENDING.value,
                ":reason": Reason.INTERRUPTED.value,
                ":attempt": message.attempt,
                ":at": at,
                ":one": 1,
            },
        )
        return refused is None

    def supersede(self, seen: Message, message: Message) -> bool:
        """Put ``message`` in the place of ``seen``; False when that has changed meanwhile."""
        changed = replace(message, version=seen.version + 1)
        try:
            self._table.put(
                to_item(changed), condition="version = :seen", values={":seen": seen.version}
            )
        except ConditionFailedError as error:
            # The answer was lost and the write sent again: the first of the two was kept.
            return self._current(changed, error) == changed
        return True

    def of_order(self, shop_id: str, order_id: str) -> list[Message]:
        """Return an order's messages, in no order; up to a second behind."""
        partition, prefix = keys.message(shop_id, order_id, "").values()
        rows = self._table.query_all(
            "pk = :pk AND begins_with(sk, :prefix)", {":pk": partition, ":prefix": prefix}
        )
        return [from_item(item) for item in islice(rows, MAX_ROWS)]

    def _current(self, message: Message, error: ConditionFailedError) -> Message | None:
        if error.current is not None:
            return from_item(error.current)
        return self.get(message.shop_id, message.order_id, message.id)

    def _change(
        self, message: Message, update: str, condition: str, values: dict[str, Any]
    ) -> ConditionFailedError | None:
        try:
            self._table.update(
                keys.message(message.shop_id, message.order_id, message.id),
                update,
                condition=condition,
                names={"#state": "state"},
                values=values,
            )
        except ConditionFailedError as error:
            return error
        return None


def _is_own(message: Message, current: Message | None) -> bool:
    """Recognise this attempt's own write, whose answer was lost and which was sent again."""
    return current is not None and bool(message.attempt) and current.attempt == message.attempt


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
        "retryable": message.retryable,
    }
    for name in _OPTIONAL:
        if (value := getattr(message, name)) is not None:
            item[name] = str(value)
    return item


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
        retryable=item["retryable"],
        reason=Reason(item["reason"]) if "reason" in item else None,
        template=item.get("template"),
        template_version=item.get("template_version"),
        recipient=item.get("recipient"),
        provider_id=item.get("provider_id"),
        sent_at=item.get("sent_at"),
        outcome=Outcome(item["outcome"]) if "outcome" in item else None,
    )
