"""The ledger in NotificationsTable. Whoever puts a row first may send; nobody else does."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from itertools import islice
from typing import Final

from notify.ledger.messages import Gathered, Message, State
from notify.ledger.stored import from_item, to_item
from waybill import keys
from waybill.dynamo import (
    ConditionFailedError,
    Item,
    StartKeyError,
    Table,
    TransactionCancelledError,
    put_write,
)
from waybill.ids import random_id
from waybill.problems import InvalidCursor

MAX_ROWS: Final = 1000  # of one order; policy alone makes about a dozen

_SETTLED: Final = (
    "state",
    "updated_at",
    "reason",
    "provider_id",
    "sent_at",
    "due_at",
    "cause",
    "covers",
    "due_pk",
    "due_sk",
    "state_pk",
    "state_sk",
)
"""What an attempt's end changes, or takes away."""


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

    def replace(self, message: Message, seen: Message) -> bool:
        """Put a row in the place of ``seen``; False when that has changed meanwhile."""
        item = to_item(replace(message, version=seen.version + 1, created_at=seen.created_at))
        try:
            self._table.put(item, condition="version = :seen", values={":seen": seen.version})
        except ConditionFailedError as error:
            # The answer was lost and the write sent again, or another came to the same end.
            current = error.current or {}
            return current | {"updated_at": item["updated_at"]} == item
        return True

    def fold(
        self, head: tuple[Message, Message], folded: Iterable[tuple[Message, Message]]
    ) -> bool:
        """Put rows in the place of those seen, all or none; False when one has changed meanwhile.

        Each pair is the new row and the one that was seen.
        """
        writes = [
            put_write(
                to_item(replace(new, version=seen.version + 1, created_at=seen.created_at)),
                condition="version = :seen",
                values={":seen": seen.version},
            )
            for new, seen in (head, *folded)
        ]
        try:
            self._table.transact(writes, token=head[0].attempt or random_id("fold"))
        except TransactionCancelledError:
            return False
        return True

    def gather(self, alert: Message, entry: str, most: int) -> Gathered:
        """Add an entry to an alert that waits, or put the alert with it; at most ``most`` fit."""
        for _ in range(2):
            try:
                self._table.update(
                    keys.message(alert.shop_id, alert.order_id, alert.id),
                    "ADD entries :entry, gathered :one, version :one",
                    condition="#state = :waiting AND gathered < :most"
                    " AND NOT contains(entries, :text)",
                    names={"#state": "state"},
                    values={
                        ":entry": {entry},
                        ":text": entry,
                        ":one": 1,
                        ":most": most,
                        ":waiting": State.WAITING.value,
                    },
                )
            except ConditionFailedError as error:
                if error.current is not None:
                    return _came_of(from_item(error.current), entry)
            else:
                return Gathered.ADDED
            if self.add(replace(alert, entries=frozenset({entry}))) is None:
                return Gathered.ADDED
        return Gathered.CLOSED

    def count_more(self, alert: Message) -> None:
        """Note that an alert has more to tell of than it can list, while it waits."""
        with suppress(ConditionFailedError):
            self._table.update(
                keys.message(alert.shop_id, alert.order_id, alert.id),
                "ADD #more :one, version :one",
                condition="#state = :waiting",
                names={"#state": "state", "#more": "more"},
                values={":one": 1, ":waiting": State.WAITING.value},
            )

    def settle(self, message: Message) -> bool:
        """Write down what became of an attempt; False when the row is no longer this attempt's."""
        kept = to_item(message)
        names = [name for name in _SETTLED if name in kept]
        changes = [f"#{name} = :{name}" for name in names]
        update = f"SET {', '.join(changes)}, version = version + :one"
        if gone := [f"#{name}" for name in _SETTLED if name not in kept]:
            update += f" REMOVE {', '.join(gone)}"
        # Not from a state it has settled in already: its refusal, sent again after a lost answer,
        # may come when the row was dropped meanwhile.
        condition = "attempt = :attempt AND #state IN (:sending, :unknown) AND #state <> :state"
        values = {f":{name}": kept[name] for name in names} | {
            ":attempt": message.attempt,
            ":sending": State.SENDING.value,
            ":unknown": State.UNKNOWN.value,
            ":one": 1,
        }
        try:
            self._table.update(
                keys.message(message.shop_id, message.order_id, message.id),
                update,
                condition=condition,
                names={f"#{name}": name for name in _SETTLED},
                values=values,
            )
        except ConditionFailedError as error:
            # The answer was lost and the write sent again: the first of the two was kept.
            row = error.current or {}
            return (row.get("attempt"), row.get("state")) == (message.attempt, message.state.value)
        return True

    def due(self, bucket: int, now: str, limit: int) -> list[tuple[str, str, str]]:
        """Shop, order and id of messages whose time has come, the first first."""
        found, _ = self._table.query(
            "due_pk = :bucket AND due_sk <= :now",
            {":bucket": keys.due_messages(bucket), ":now": f"{now}~"},
            index="by_due",
            limit=limit,
        )
        return [named(item) for item in found]

    def in_state(
        self, shop_id: str, state: State, start: Item | None, limit: int
    ) -> tuple[list[Message], Item | None]:
        """Return a shop's messages in a state of :data:`ATTENTION`, the newest first.

        Up to a second behind. ``start`` is the position that the page before ended with; raises
        :class:`InvalidCursor` for what is none.
        """
        place = _place_of(start) if start is not None else None
        if place is not None:
            created_at, order_id, message_id = place
            start = keys.message(shop_id, order_id, message_id)
            start |= keys.messages_in_state(shop_id, state, created_at, message_id)
        try:
            found, last = self._table.query(
                "state_pk = :state",
                {":state": keys.messages_in_state(shop_id, state, "", "")["state_pk"]},
                index="by_state",
                newest_first=True,
                limit=limit,
                start=start,
            )
        except StartKeyError:
            raise InvalidCursor("this cursor is not of this list") from None
        wanted = [keys.message(*named(item)) for item in found]
        rows = [from_item(item) for item in (self._table.batch_get(wanted) if wanted else ())]
        page = sorted(
            (row for row in rows if row.state is state),
            key=lambda row: (row.created_at, row.id),
            reverse=True,
        )
        return page, _position_at(last) if last else None

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


def _came_of(current: Message, entry: str) -> Gathered:
    if entry in current.entries:
        return Gathered.KNOWN
    return Gathered.FULL if current.state is State.WAITING else Gathered.CLOSED


def _is_own(message: Message, current: Message | None) -> bool:
    """Recognise this attempt's own write, whose answer was lost and which was sent again."""
    return current is not None and bool(message.attempt) and current.attempt == message.attempt


def _position_at(key: Item) -> Item:
    created_at, _, message_id = key["state_sk"].partition("#")
    return {"created_at": created_at, "order_id": named(key)[1], "id": message_id}


def _place_of(position: Item) -> tuple[str, str, str]:
    place = tuple(position.get(name) for name in ("created_at", "order_id", "id"))
    if not all(isinstance(each, str) and each for each in place):
        raise InvalidCursor("this cursor is not of this list")
    created_at, order_id, message_id = map(str, place)
    return created_at, order_id, message_id


def named(item: Item) -> tuple[str, str, str]:
    """Return shop, order and id of the message that a key of an index names."""
    shop_id, _, order_id = item["pk"].partition("#")
    return shop_id, order_id, item["sk"].partition("#")[2]
