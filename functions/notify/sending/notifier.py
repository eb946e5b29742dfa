"""Sending: an event wakes rules, and each rule's message goes out once or says why it did not.

The ledger row is put before the provider is asked, and tells every repetition of the event what
was done. Because neither provider knows an idempotency token, an attempt that ended between the
question and the answer is never repeated: its row becomes ``unknown``, which counts as an alarm.
"""

from dataclasses import replace
from typing import Final

from notify.ledger.messages import UNTAKEN, Message, Reason, State, may_be_alive, recipient_hash
from notify.policy.rules import Channel, Rule, is_stale, rules_for
from notify.sending.occasion import Occasion
from notify.sending.ports import (
    Ledger,
    MailSender,
    NoAnswerError,
    Orders,
    RefusedError,
    Shipments,
    Shops,
    SmsSender,
    Wordings,
)
from notify.words.content import Mail, Sms
from notify.words.wording import Facts, Subject, facts_of, locale_of
from waybill.clock import Clock, system_clock, to_text
from waybill.events import Event
from waybill.ids import random_id
from waybill.observability import count, logger


class MissingSubjectError(Exception):
    """An event about something that is not stored; the event is delivered again."""


class MessagesPendingError(Exception):
    """A provider took nothing for now, or another attempt is yet to say what came of it.

    The event is delivered again, and only what is pending is tried.
    """


class Notifier:
    """The use case of this room."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        orders: Orders,
        shipments: Shipments,
        shops: Shops,
        wordings: Wordings,
        mail: MailSender,
        sms: SmsSender,
        public_url: str,
        clock: Clock = system_clock,
    ) -> None:
        self._ledger = ledger
        self._orders = orders
        self._shipments = shipments
        self._shops = shops
        self._wordings = wordings
        self._mail = mail
        self._sms = sms
        self._public_url = public_url
        self._clock = clock

    def handle(self, event: Event) -> None:
        """Send what an event calls for, once, however often it is delivered.

        Raises MessagesPendingError when a message is to be tried again; what is already settled
        is then left alone.
        """
        rules = rules_for(event.name, event.data.get("status"))
        if not rules:
            return
        subject = self._read(event)
        again = [self._apply(Occasion(rule, event, subject)) for rule in rules]
        if any(again):
            raise MessagesPendingError(f"{sum(again)} messages to be tried again")

    def _read(self, event: Event) -> Subject:
        order_id = event.data["order_id"]
        shipment_id = event.data.get("shipment_id")
        order = self._orders.order(event.shop_id, order_id)
        shipment = self._shipments.shipment(event.shop_id, shipment_id) if shipment_id else None
        if order is None or (shipment_id and shipment is None):
            raise MissingSubjectError(event.id)
        return Subject(
            order=order,
            details=self._orders.details(event.shop_id, order_id) or {},
            shop=self._shops.shop(event.shop_id) or {},
            shipment=shipment,
        )

    def _apply(self, occasion: Occasion) -> bool:
        """Send or skip one rule's message; True when it is to be tried again."""
        rule, subject = occasion.rule, occasion.subject
        if rule.needs_recipient and not subject.needs_recipient:
            return self._let_lapse(occasion, Reason.STALE)
        if is_stale(rule, subject.status, occasion.event.data):
            return self._skip(occasion, Reason.STALE)
        recipient = occasion.recipient()
        if isinstance(recipient, Reason):
            leave = self._let_lapse if rule.last_resort else self._skip
            return leave(occasion, recipient)
        if rule.last_resort:  # a read costs less than the put that its budget's row would refuse
            found = self._known(occasion)
            if found and found.event != rule.name and found.state not in UNTAKEN:
                return self._give_way(occasion, found)
        return self._send(occasion, recipient)

    def _known(self, occasion: Occasion) -> Message | None:
        """The row of the rule's slot, whoever of its budget put it there."""
        return self._ledger.get(
            occasion.event.shop_id, occasion.order_id, occasion.id_of(occasion.rule.slot)
        )

    def _skip(self, occasion: Occasion, reason: Reason) -> bool:
        """Say on the ledger why nothing is sent, unless this message has been dealt with."""
        if occasion.rule.budget:  # the message itself would stand under the budget's row
            known = self._known(occasion)
            if known and known.event == occasion.rule.name:
                return self._close(known, reason)
        return self._note(occasion, reason)

    def _let_lapse(self, occasion: Occasion, reason: Reason) -> bool:
        """Write no row of what is no news; an earlier attempt may have left one to settle."""
        known = self._known(occasion)
        if known and known.event == occasion.rule.name:
            return self._close(known, reason)
        return False

    def _note(self, occasion: Occasion, reason: Reason) -> bool:
        """Put a row that says why nothing was sent, under the message's own name."""
        message = replace(
            self._message(occasion, occasion.id_of(occasion.rule.name)),
            state=State.SKIPPED,
            reason=reason,
        )
        if found := self._ledger.add(message):
            return self._close(found, reason)
        _tell_skipped(message, reason)
        return False

    def _give_way(self, occasion: Occasion, found: Message) -> bool:
        """Leave the budget to another message, which was sent or may have been."""
        if not occasion.rule.last_resort:
            return self._note(occasion, Reason.BUDGET)
        return self._meet(found)

    def _close(self, found: Message, reason: Reason) -> bool:
        """Settle a row of a message that is not to be sent any more; never sends."""
        if not found.retryable:
            return self._meet(found)
        if not self._ledger.drop(found, reason, self._now()):
            return True  # another attempt has it by now
        _tell_skipped(found, reason)
        return False

    def _meet(self, found: Message) -> bool:
        """Deal with a row that another attempt left, or has still; never sends."""
        if may_be_alive(found, self._clock()):
            return True  # it may yet be refused, and its own event need not come again
        if found.state is State.SENDING and self._ledger.mark_unknown(found, self._now()):
            count("MessagesUnknown")
            logger.error("message interrupted", message_id=found.id, order_id=found.order_id)
        return False

    def _send(self, occasion: Occasion, recipient: str) -> bool:
        rule, locale = occasion.rule, locale_of(occasion.subject)
        facts = facts_of(
            occasion.subject, occasion.event.data, locale=locale, public_url=self._public_url
        )
        content = self._compose(rule, facts)
        message = replace(
            self._message(occasion, occasion.id_of(rule.slot)),
            attempt=random_id("att"),
            attempts=1,
            template=f"{rule.name}/{rule.channel}.{locale}",
            template_version=self._wordings.version(rule.name, rule.channel, locale),
            recipient=recipient_hash(occasion.event.shop_id, recipient),
        )
        if found := self._ledger.add(message):
            own = found.event == rule.name
            if found.state not in UNTAKEN:
                return self._meet(found) if own else self._give_way(occasion, found)
            if own and not found.retryable:
                return False
            if not self._ledger.take_over(message, found):
                return True  # another was faster, and may be refused
        return self._ask(message, content, recipient)

    def _compose(self, rule: Rule, facts: Facts) -> Mail | Sms:
        if rule.channel is Channel.SMS:
            return self._wordings.sms(rule.name, facts)
        return self._wordings.mail(rule.name, facts)

    def _ask(self, message: Message, content: Mail | Sms, recipient: str) -> bool:
        """Ask the provider, once, and write down what it said."""
        try:
            if isinstance(content, Sms):
                provider_id = self._sms.send(content, recipient)
            else:
                provider_id = self._mail.send(content, recipient, _tags(message))
        except RefusedError as error:
            reason = Reason.REFUSED if error.lasting else Reason.UNAVAILABLE
            self._settle(
                message, State.FAILED, reason=reason, retryable=not error.lasting, code=error.code
            )
            return not error.lasting
        except NoAnswerError as error:
            self._settle(message, State.UNKNOWN, reason=Reason.NO_ANSWER, code=error.code)
            return False
        self._settle(message, State.SENT, provider_id=provider_id)
        return False

    def _settle(
        self,
        message: Message,
        state: State,
        *,
        reason: Reason | None = None,
        retryable: bool = False,
        provider_id: str | None = None,
        code: str = "",
    ) -> None:
        now = self._now()
        settled = replace(
            message,
            state=state,
            reason=reason,
            retryable=retryable,
            provider_id=provider_id,
            updated_at=now,
            sent_at=now if state is State.SENT else None,
        )
        kept = self._ledger.settle(settled)
        count(_COUNTERS[state])
        log = logger.info if state is State.SENT else logger.warning
        log(
            "message settled",
            message_id=message.id,
            order_id=message.order_id,
            event=message.event,
            state=state.value,
            code=code,
            kept=kept,
        )

    def _message(self, occasion: Occasion, identifier: str) -> Message:
        now = self._now()
        return Message(
            shop_id=occasion.event.shop_id,
            order_id=occasion.order_id,
            id=identifier,
            subject_id=occasion.event.key,
            event=occasion.rule.name,
            channel=occasion.rule.channel,
            audience=occasion.rule.audience,
            state=State.SENDING,
            created_at=now,
            updated_at=now,
            correlation_id=occasion.event.correlation_id,
            actor=occasion.event.actor,
        )

    def _now(self) -> str:
        return to_text(self._clock())


_COUNTERS: Final = {
    State.SENT: "MessagesSent",
    State.FAILED: "MessagesFailed",
    State.UNKNOWN: "MessagesUnknown",
}


def _tell_skipped(message: Message, reason: Reason) -> None:
    count("MessagesSkipped")
    logger.info("message skipped", message_id=message.id, event=message.event, reason=reason.value)


def _tags(message: Message) -> dict[str, str]:
    """Name the ledger's row by its key, so that SES's feedback finds it."""
    return {"message_id": message.id, "order_id": message.order_id, "shop_id": message.shop_id}
