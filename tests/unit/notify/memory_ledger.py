"""A ledger in memory, with the conditions of the table, and a process that may die around it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from notify.ledger.messages import ATTENTION, Gathered, Message, State
from waybill.keys import DUE_BUCKETS


class CrashError(BaseException):
    """The process dies here; nothing in it runs any more."""


@dataclass
class Crashes:
    """Counts the calls that leave the process, and kills it before or after one of them."""

    at: int | None = None
    side: str = "before"
    calls: list[str] = field(default_factory=list)

    def around(self, name: str, call: Callable[[], Any]) -> Any:
        index = len(self.calls)
        self.calls.append(name)
        if index == self.at and self.side == "before":
            raise CrashError(name)
        answer = call()
        if index == self.at:
            raise CrashError(name)
        return answer


class MemoryLedger:
    """The ledger with the table's conditions, in a dict."""

    def __init__(self) -> None:
        self.rows: dict[str, Message] = {}
        self.writes = 0
        self.crashes = Crashes()

    def get(self, shop_id: str, order_id: str, message_id: str) -> Message | None:
        return self.rows.get(message_id)

    def add(self, message: Message) -> Message | None:
        return self.crashes.around("add", lambda: self._add(message))

    def replace(self, message: Message, seen: Message) -> bool:
        return self.crashes.around("replace", lambda: self._replace(message, seen))

    def settle(self, message: Message) -> bool:
        return self.crashes.around("settle", lambda: self._settle(message))

    def fold(
        self, head: tuple[Message, Message], folded: Iterable[tuple[Message, Message]]
    ) -> bool:
        pairs = [head, *folded]
        return self.crashes.around("fold", lambda: self._fold(pairs))

    def _fold(self, pairs: list[tuple[Message, Message]]) -> bool:
        if any(self.rows[seen.id].version != seen.version for _, seen in pairs):
            return False
        return all(self._replace(new, seen) for new, seen in pairs)

    def gather(self, alert: Message, entry: str, most: int) -> Gathered:
        return self.crashes.around("gather", lambda: self._gather(alert, entry, most))

    def _gather(self, alert: Message, entry: str, most: int) -> Gathered:
        self.writes += 1
        known = self.rows.setdefault(alert.id, alert)
        if entry in known.entries:
            return Gathered.KNOWN
        if known.state is not State.WAITING:
            return Gathered.CLOSED
        if len(known.entries) >= most:
            return Gathered.FULL
        entries = known.entries | {entry}
        self.rows[alert.id] = replace(known, entries=entries, version=known.version + 1)
        return Gathered.ADDED

    def count_more(self, alert: Message) -> None:
        known = self.rows[alert.id]
        if known.state is State.WAITING:
            self.rows[alert.id] = replace(known, more=known.more + 1, version=known.version + 1)

    def of_order(self, shop_id: str, order_id: str) -> list[Message]:
        return [row for row in self.rows.values() if row.order_id == order_id]

    def due(self, bucket: int, now: str, limit: int) -> list[tuple[str, str, str]]:
        rows = (r for r in self.rows.values() if r.due_at is not None and r.due_at <= now)
        mine = (r for r in rows if sum(r.id.encode()) % DUE_BUCKETS == bucket)
        ordered = sorted(mine, key=lambda row: (row.due_at, row.id))
        return [(row.shop_id, row.order_id, row.id) for row in ordered[:limit]]

    def _add(self, message: Message) -> Message | None:
        self.writes += 1
        return self._known(message) if message.id in self.rows else self._put(message)

    def _known(self, message: Message) -> Message | None:
        known = self.rows[message.id]
        return None if message.attempt and known.attempt == message.attempt else known

    def _put(self, message: Message) -> None:
        self.rows[message.id] = message

    def only(self) -> Message:
        """The one row there is."""
        (row,) = self.rows.values()
        return row

    def _replace(self, message: Message, seen: Message) -> bool:
        self.writes += 1
        known = self.rows[message.id]
        new = replace(message, version=seen.version + 1, created_at=seen.created_at)
        if new.state not in ATTENTION and not new.due_at:
            new = replace(new, cause=None, covers=())
        if known.version != seen.version:
            return replace(known, updated_at=new.updated_at) == new
        self.rows[message.id] = new
        return True

    def _settle(self, message: Message) -> bool:
        self.writes += 1
        known = self.rows.get(message.id)
        if known is None or known.attempt != message.attempt:
            return False
        if known.state is message.state:
            return True
        if known.state not in {State.SENDING, State.UNKNOWN}:
            return False
        self.rows[message.id] = replace(
            known,
            state=message.state,
            reason=message.reason,
            due_at=message.due_at,
            cause=message.cause if message.state in ATTENTION or message.due_at else None,
            provider_id=message.provider_id,
            sent_at=message.sent_at,
            updated_at=message.updated_at,
            version=known.version + 1,
        )
        return True
