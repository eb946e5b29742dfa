"""A second chance for what failed, when somebody has mended what it failed for."""

from dataclasses import dataclass, replace
from typing import Protocol

from notify.ledger.messages import Message, Reason, State
from waybill.clock import Clock, to_text
from waybill.problems import Conflict


class Rows(Protocol):
    """The ledger; see :class:`notify.ledger.repository.MessageTable`."""

    def get(self, shop_id: str, order_id: str, message_id: str) -> Message | None:
        """Return a row, or None."""

    def replace(self, message: Message, seen: Message) -> bool:
        """Put a row in the place of ``seen``; False when that has changed meanwhile."""


@dataclass(frozen=True)
class Retrier:
    """The use case."""

    rows: Rows
    clock: Clock

    def retry(self, shop_id: str, order_id: str, message_id: str, actor: str) -> Message | None:
        """Have the schedule take up a failed message, with as many attempts as a new one.

        Returns the row, as it is for a repetition of this too; None where there is none. Raises
        :class:`Conflict` where the message has not failed, or had been taken before it was refused.
        """
        found = self.rows.get(shop_id, order_id, message_id)
        if found is None or found.state is State.WAITING:
            return found
        if found.state is not State.FAILED:
            raise Conflict(f"only a failed message is tried again; this one is {found.state}")
        if found.cause is None:
            raise Conflict("it was sent, and refused later: what it was made of is not kept")
        now = to_text(self.clock())
        waiting = replace(
            found,
            state=State.WAITING,
            reason=Reason.RETRIED,
            attempts=0,
            due_at=now,
            updated_at=now,
            actor=actor,
        )
        replaced = self.rows.replace(waiting, found)
        row = self.rows.get(shop_id, order_id, message_id)
        if not replaced and (row is None or row.state is not State.WAITING):
            raise Conflict("the message has changed meanwhile")
        return row
