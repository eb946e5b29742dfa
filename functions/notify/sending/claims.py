"""Claims: who puts a message's row may send it, and what becomes of a row that is found there."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from notify.ledger.messages import (
    LONGEST_ATTEMPT,
    Cause,
    Message,
    Reason,
    State,
    checked_at,
    may_be_alive,
    may_be_taken,
    message_id,
)
from notify.sending.folding import put_into, taken_out, without
from notify.sending.occasion import Occasion
from notify.sending.ports import Ledger
from waybill.clock import Clock, to_text
from waybill.observability import count, logger


@dataclass(frozen=True)
class Claims:
    """Puts rows, takes them over, and closes them; never sends.

    What returns a bool says whether the event is to come again.
    """

    ledger: Ledger
    clock: Clock

    def row_of(self, occasion: Occasion, slot: str) -> Message:
        """Return the row that an occasion's message would have."""
        fact, now = occasion.fact, self._now()
        row = Message(
            shop_id=fact.shop_id,
            order_id=occasion.order_id,
            id=occasion.id_of(slot),
            subject_id=fact.key,
            event=occasion.rule.name,
            channel=occasion.rule.channel,
            audience=occasion.rule.audience,
            state=State.SENDING,
            created_at=now,
            updated_at=now,
            correlation_id=fact.correlation_id,
            actor=fact.actor,
            cause=fact.cause,
        )
        if (old := occasion.row) is None:
            return row
        return replace(
            row,
            order_id=old.order_id,
            subject_id=old.subject_id,
            cause=old.cause,
            covers=old.covers,
            entries=old.entries,
            more=old.more,
        )

    def known(self, occasion: Occasion) -> Message | None:
        """The row of the rule's slot, whoever of its budget put it there."""
        return self.ledger.get(
            occasion.fact.shop_id, occasion.order_id, occasion.id_of(occasion.rule.slot)
        )

    # --- what is not said -----------------------------------------------------------------------

    def skip(self, occasion: Occasion, reason: Reason) -> bool:
        """Say on the ledger why nothing is sent, unless this message has been dealt with."""
        if occasion.rule.budget:  # the message itself would stand under the budget's row
            known = self.known(occasion)
            if known and known.event == occasion.rule.name:
                return self.close(known, reason, occasion)
        return self._note(occasion, reason)

    def let_lapse(self, occasion: Occasion, reason: Reason) -> bool:
        """Write no row of what is no news; an earlier attempt may have left one to settle."""
        known = self.known(occasion)
        if known and known.event == occasion.rule.name:
            return self.close(known, reason, occasion)
        return False

    def give_way(self, occasion: Occasion, found: Message) -> bool:
        """Leave the budget to another message, which was sent or may have been."""
        if not occasion.rule.last_resort:
            return self._note(occasion, Reason.BUDGET)
        return self._meet(self._teller(found), occasion)

    def close(self, found: Message, reason: Reason, occasion: Occasion | None = None) -> bool:
        """Settle a row of a message that is not to be said any more.

        An event knows of its own news alone: a row that tells others' too is left to the schedule.
        """
        if found.covers and found.due_at and occasion and occasion.row is None:
            return False
        if found.state is State.UNKNOWN and found.due_at is not None:
            # It may have been sent, and is not sent again.
            return not self.ledger.replace(
                replace(found, due_at=None, updated_at=self._now()), found
            )
        if found.state is not State.WAITING:
            return self._meet(found, occasion)
        dropped = replace(
            found,
            state=State.SKIPPED,
            reason=reason,
            due_at=None,
            cause=None,
            covers=(),
            updated_at=self._now(),
        )
        if not self.ledger.replace(dropped, found):
            return True  # another attempt has it by now
        tell_skipped(found, reason)
        return False

    def _note(self, occasion: Occasion, reason: Reason) -> bool:
        """Put a row that says why nothing was sent, under the message's own name."""
        message = replace(
            self.row_of(occasion, occasion.rule.name), state=State.SKIPPED, reason=reason
        )
        if found := self.ledger.add(message):
            return self.close(found, reason, occasion)
        tell_skipped(message, reason)
        return False

    def _meet(self, found: Message, occasion: Occasion | None) -> bool:
        """Deal with a row that another attempt left, or has still."""
        now = self.clock()
        if may_be_alive(found, now):
            return True  # it may yet be refused, and its own event need not come again
        if found.state is State.SENDING:
            own = occasion if occasion and occasion.rule.name == found.event else None
            self._give_up_on(replace(found, cause=_cause_of(found, own)), now)
        return False

    def _give_up_on(self, found: Message, now: datetime) -> None:
        check = checked_at(found, now)
        unknown = replace(
            found,
            state=State.UNKNOWN,
            reason=Reason.INTERRUPTED,
            due_at=to_text(check) if check else None,
            updated_at=to_text(now),
        )
        if self.ledger.replace(unknown, found):
            count("MessagesUnknown")
            logger.error("message interrupted", message_id=found.id, order_id=found.order_id)

    # --- what waits -----------------------------------------------------------------------------

    def wait(self, occasion: Occasion, reason: Reason, until: datetime) -> bool:
        """Put the message aside until its time; what waits in its place is older, and goes."""
        message = replace(
            self.row_of(occasion, occasion.rule.slot),
            state=State.WAITING,
            reason=reason,
            due_at=to_text(until),
        )
        claimed = self.claim(occasion, message)
        if isinstance(claimed, bool):
            return claimed
        count("MessagesWaiting")
        logger.info("message waits", message_id=message.id, event=message.event, reason=reason)
        return False

    # --- what is to be sent ---------------------------------------------------------------------

    def claim(
        self, occasion: Occasion, message: Message, companions: Sequence[Message] = ()
    ) -> Message | bool:
        """Put the message's row, or take over one that is there, and those it speaks for.

        Returns the row as it is put.
        """
        found = occasion.row or self.ledger.add(message)
        if found is None:
            return message
        name = occasion.rule.name
        if not self.is_free(found, occasion):
            if found.event == name:
                return self._meet(found, occasion)
            return self.give_way(occasion, found)
        taken = replace(
            message,
            attempts=found.attempts + message.attempts,
            version=found.version + 1,
            created_at=found.created_at,
        )
        # Its event may come no more: the schedule looks after the attempt.
        if message.state is State.SENDING:
            taken = replace(taken, due_at=to_text(self.clock() + LONGEST_ATTEMPT))
        now = self._now()
        beside = [(put_into(companion, taken, now), companion) for companion in companions]
        if found.event != name:
            beside = self._parted(found, occasion, now)
        if not beside:
            return taken if self.ledger.replace(taken, found) else True
        return taken if self.ledger.fold((taken, found), beside) else True

    def is_free(self, found: Message, occasion: Occasion) -> bool:
        """Say whether an occasion's message may be sent in the place of a row that is there.

        What is gathered with others' news is sent again by the schedule, which knows them, by no
        event: that one would gather it anew.
        """
        name, cause = occasion.rule.name, occasion.fact.cause
        is_gathered = found.covers or occasion.rule.together
        if is_gathered and found.event == name and occasion.row is None:
            return False
        return may_be_taken(found, name, cause, self.clock(), self._teller(found))

    def _teller(self, found: Message) -> Message:
        """Return the message that says a row's news: another, where it was folded."""
        if found.state is not State.FOLDED or found.folded_into is None:
            return found
        return self.ledger.get(found.shop_id, found.order_id, found.folded_into) or found

    def _parted(
        self, found: Message, occasion: Occasion, now: str
    ) -> list[tuple[Message, Message]]:
        """Part a row that another message takes over from those that it was one with."""
        if found.state is State.FOLDED:
            teller = self._teller(found)
            return [(without(teller, found), teller)] if teller.covers else []
        ids = (
            message_id(found.shop_id, str(cause.data["shipment_id"]), occasion.rule.slot, "", found)
            for cause in found.covers
        )
        rows = (self.ledger.get(found.shop_id, found.order_id, each) for each in ids)
        return [
            (taken_out(row, found, now), row) for row in rows if row and row.folded_into == found.id
        ]

    def _now(self) -> str:
        return to_text(self.clock())


def _cause_of(found: Message, own: Occasion | None) -> Cause | None:
    return found.cause or (own.fact.cause if own else None)


def tell_skipped(message: Message, reason: Reason) -> None:
    """Count and log a message that is not sent."""
    count("MessagesSkipped")
    logger.info("message skipped", message_id=message.id, event=message.event, reason=reason.value)
