"""Sending: an event wakes rules, and each rule's message goes out once, or says why it did not.

The ledger row is put before the provider is asked, and tells every repetition of the event what
was done. Because neither provider knows an idempotency token, an attempt that ended between the
question and the answer is not repeated at once: its row becomes ``unknown``. Of a mail SES says
soon what it did; where it says nothing, the mail is sent again. Of an SMS nobody says anything.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from notify.ledger.messages import (
    GATHERED,
    Message,
    Reason,
    State,
    recipient_hash,
)
from notify.policy.rules import Audience, Channel, Rule
from notify.policy.table import rule_of, rules_for
from notify.sending.alerts import Alerts
from notify.sending.attempts import Attempts
from notify.sending.claims import Claims
from notify.sending.deciding import Decider, is_live
from notify.sending.occasion import Fact, Occasion, Part
from notify.sending.reading import Reader
from notify.sending.spending import Budgets
from notify.sending.verdict import Lapse, Send, Skip, Wait
from notify.sending.writing import Writer
from waybill.clock import Clock
from waybill.events import Event
from waybill.ids import random_id

_MOST_TOGETHER = 20
"""Messages that are folded into one, at most; the rest make another."""


class MessagesPendingError(Exception):
    """Another attempt is yet to say what came of it; the event is delivered again."""


@dataclass(frozen=True)
class Notifier:
    """The use case of this room."""

    reader: Reader
    decider: Decider
    writer: Writer
    claims: Claims
    budgets: Budgets
    attempts: Attempts
    alerts: Alerts
    clock: Clock

    def handle(self, event: Event) -> None:
        """Send what an event calls for, once, however often it is delivered.

        Raises MessagesPendingError while another attempt may be alive; what is already settled is
        then left alone.
        """
        fact = Fact.of_event(event)
        rules = rules_for(fact.name, fact.data)
        alerts = [rule for rule in rules if rule.audience is not Audience.CUSTOMER]
        again = [self.alerts.take(rule, fact) for rule in alerts]
        if messages := [rule for rule in rules if rule.audience is Audience.CUSTOMER]:
            part = self.reader.read(fact)
            again += [self._apply(Occasion(rule, (part,))) for rule in messages]
        if any(again):
            raise MessagesPendingError(f"{sum(again)} messages are being sent by another")

    def resume(self, message: Message) -> None:
        """Take up a message whose time has come, with what is true by now."""
        rule = rule_of(message.event, message.channel, message.audience)
        if rule is None or message.cause is None:
            self.claims.close(message, Reason.STALE)
            return
        facts = [Fact.of_cause(message, cause) for cause in (message.cause, *message.covers)]
        self._apply(Occasion(rule, tuple(self._part(rule, fact) for fact in facts), row=message))

    def postpone(self, message: Message) -> None:
        """Look at a message later that cannot be taken up now; after many times, give it up."""
        self.attempts.postpone(message)

    def _part(self, rule: Rule, fact: Fact) -> Part:
        is_alert = rule.audience is not Audience.CUSTOMER
        return self.reader.read_shop(fact) if is_alert else self.reader.read(fact)

    def _apply(self, occasion: Occasion) -> bool:
        """Send, skip or postpone one rule's message; True when its event is to come again."""
        match self.decider.decide(occasion):
            case Lapse(reason):
                return self.claims.let_lapse(occasion, reason)
            case Skip(reason):
                return self.claims.skip(occasion, reason)
            case Wait(reason, until):
                return self.claims.wait(occasion, reason, until)
            case Send() as verdict:
                return self._send(occasion.of(verdict.parts), verdict)

    def _send(self, occasion: Occasion, verdict: Send) -> bool:
        rule = occasion.rule
        if rule.last_resort:  # a read costs less than the put that its budget's row would refuse
            found = self.claims.known(occasion)
            if found and found.event != rule.name and not self.claims.is_free(found, occasion):
                return self.claims.give_way(occasion, found)
        companions = self._companions(occasion)
        parts = tuple(part for _, part in companions)
        occasion = occasion.of((*occasion.parts, *parts))
        composed = self.writer.write(occasion, verdict.recipient, verdict.contact)
        row = self.claims.row_of(occasion, rule.slot)
        message = replace(
            row,
            covers=(*row.covers, *(part.fact.cause for part in parts)),
            attempt=random_id("att"),
            attempts=1,
            template=composed.template,
            template_version=composed.version,
            recipient=recipient_hash(occasion.fact.shop_id, verdict.recipient),
        )
        claimed = self.claims.claim(occasion, message, [other for other, _ in companions])
        if isinstance(claimed, bool):
            return claimed
        if spent := self.budgets.take(occasion, claimed):
            self.alerts.tell_spent(occasion, claimed, spent)
            held = rule.channel is Channel.EMAIL
            self.attempts.give_back(claimed, spent.day.end if held else None)
            return False
        self.attempts.make(claimed, composed.content, verdict.recipient)
        return False

    def _companions(self, occasion: Occasion) -> Sequence[tuple[Message, Part]]:
        """Return what waits to be said of other shipments of the order, and is still true.

        Only what has its time may speak for others, and only where there are others.
        """
        rule, own = occasion.rule, occasion.row
        if own is None or own.reason not in GATHERED or rule.audience is not Audience.CUSTOMER:
            return ()
        if not (rule.together and occasion.subject.is_part_of_order):
            return ()
        waiting = [
            message
            for message in self.claims.ledger.of_order(own.shop_id, own.order_id)
            if (message.event, message.channel, message.audience)
            == (own.event, own.channel, own.audience)
            and message.id != own.id
            and message.state is State.WAITING
            and message.reason in GATHERED
            and message.cause is not None
            and not message.covers
        ]
        waiting.sort(key=lambda message: (message.created_at, message.id))
        found = [
            (message, self.reader.read(Fact.of_cause(message, message.cause)))
            for message in waiting[:_MOST_TOGETHER]
            if message.cause
        ]
        return [(message, part) for message, part in found if is_live(rule, part)]
