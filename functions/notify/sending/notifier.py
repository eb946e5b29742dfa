"""Sending: an event wakes rules, and each rule's message goes out once, or says why it did not.

The ledger row is put before the provider is asked, and tells every repetition of the event what
was done. Because neither provider knows an idempotency token, an attempt that ended between the
question and the answer is not repeated at once: its row becomes ``unknown``. Of a mail SES says
soon what it did; where it says nothing, the mail is sent again. Of an SMS nobody says anything.
"""

from dataclasses import replace
from datetime import datetime
from typing import Final

from notify.ledger.messages import (
    LONGEST_ATTEMPT,
    Message,
    Reason,
    State,
    checked_at,
    may_be_alive,
    may_be_taken,
    recipient_hash,
    tried_again_at,
)
from notify.people.contact import Contact
from notify.people.links import UnsubscribeLinks
from notify.policy.rules import Channel, rule_of, rules_for
from notify.policy.verdict import Lapse, Send, Skip, Wait
from notify.sending.deciding import Decider
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
from notify.words.content import Composed, Mail, Sms
from notify.words.template import Place
from notify.words.wording import Reader, Subject, facts_of, locale_of
from waybill.clock import Clock, system_clock, to_text
from waybill.events import Event
from waybill.ids import random_id
from waybill.observability import count, logger


class MissingSubjectError(Exception):
    """An event about something that is not stored; the event is delivered again."""


class MessagesPendingError(Exception):
    """Another attempt is yet to say what came of it; the event is delivered again."""


class Notifier:
    """The use case of this room."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        orders: Orders,
        shipments: Shipments,
        shops: Shops,
        decider: Decider,
        wordings: Wordings,
        links: UnsubscribeLinks,
        mail: MailSender,
        sms: SmsSender,
        public_url: str,
        clock: Clock = system_clock,
    ) -> None:
        self._ledger = ledger
        self._orders = orders
        self._shipments = shipments
        self._shops = shops
        self._decider = decider
        self._wordings = wordings
        self._links = links
        self._mail = mail
        self._sms = sms
        self._public_url = public_url
        self._clock = clock

    def handle(self, event: Event) -> None:
        """Send what an event calls for, once, however often it is delivered.

        Raises MessagesPendingError while another attempt may be alive; what is already settled is
        then left alone.
        """
        rules = rules_for(event.name, event.data.get("status"))
        if not rules:
            return
        subject = self._read(event)
        again = [self._apply(Occasion(rule, event, subject)) for rule in rules]
        if any(again):
            raise MessagesPendingError(f"{sum(again)} messages are being sent by another")

    def resume(self, message: Message) -> None:
        """Take up a message whose time has come, with what is true by now."""
        rule = rule_of(message.event, message.channel, message.audience)
        if rule is None or message.cause is None:
            self._close(message, Reason.STALE)
            return
        event = Event(
            name=message.cause.name,
            room="",
            shop_id=message.shop_id,
            key=message.subject_id,
            version=message.cause.version,
            occurred_at=message.created_at,
            correlation_id=message.correlation_id,
            actor=message.actor,
            data={**message.cause.data, "order_id": message.order_id},
        )
        self._apply(Occasion(rule, event, self._read(event)))

    def postpone(self, message: Message) -> None:
        """Look at a message later that cannot be taken up now; after many times, give it up."""
        if message.state is State.SENDING:
            return  # an attempt that may have died is looked at each minute
        now = self._clock()
        until = tried_again_at(message.attempts + 1, now)
        given_up = until is None and message.state is State.WAITING
        later = replace(
            message,
            attempts=message.attempts + 1,
            state=State.FAILED if given_up else message.state,
            reason=Reason.UNAVAILABLE if given_up else message.reason,
            due_at=to_text(until) if until else None,
            updated_at=to_text(now),
        )
        if self._ledger.replace(later, message) and until is None:
            _tell_parked(message)

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
        """Send, skip or postpone one rule's message; True when its event is to come again."""
        match self._decider.decide(occasion):
            case Lapse(reason):
                return self._let_lapse(occasion, reason)
            case Skip(reason):
                return self._skip(occasion, reason)
            case Wait(reason, until):
                return self._wait(occasion, reason, until)
            case Send(recipient, contact):
                return self._send(occasion, recipient, contact)

    def _known(self, occasion: Occasion) -> Message | None:
        """The row of the rule's slot, whoever of its budget put it there."""
        return self._ledger.get(
            occasion.event.shop_id, occasion.order_id, occasion.id_of(occasion.rule.slot)
        )

    # --- what is not said -----------------------------------------------------------------------

    def _skip(self, occasion: Occasion, reason: Reason) -> bool:
        """Say on the ledger why nothing is sent, unless this message has been dealt with."""
        if occasion.rule.budget:  # the message itself would stand under the budget's row
            known = self._known(occasion)
            if known and known.event == occasion.rule.name:
                return self._close(known, reason, occasion)
        return self._note(occasion, reason)

    def _let_lapse(self, occasion: Occasion, reason: Reason) -> bool:
        """Write no row of what is no news; an earlier attempt may have left one to settle."""
        known = self._known(occasion)
        if known and known.event == occasion.rule.name:
            return self._close(known, reason, occasion)
        return False

    def _note(self, occasion: Occasion, reason: Reason) -> bool:
        """Put a row that says why nothing was sent, under the message's own name."""
        message = replace(
            self._message(occasion, occasion.id_of(occasion.rule.name)),
            state=State.SKIPPED,
            reason=reason,
        )
        if found := self._ledger.add(message):
            return self._close(found, reason, occasion)
        _tell_skipped(message, reason)
        return False

    def _give_way(self, occasion: Occasion, found: Message) -> bool:
        """Leave the budget to another message, which was sent or may have been."""
        if not occasion.rule.last_resort:
            return self._note(occasion, Reason.BUDGET)
        return self._meet(found, occasion)

    def _close(self, found: Message, reason: Reason, occasion: Occasion | None = None) -> bool:
        """Settle a row of a message that is not to be said any more; never sends."""
        if found.state is State.UNKNOWN and found.due_at is not None:
            # It may have been sent, and is not sent again.
            return not self._ledger.replace(
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
            updated_at=self._now(),
        )
        if not self._ledger.replace(dropped, found):
            return True  # another attempt has it by now
        _tell_skipped(found, reason)
        return False

    def _meet(self, found: Message, occasion: Occasion | None) -> bool:
        """Deal with a row that another attempt left, or has still; never sends."""
        now = self._clock()
        if may_be_alive(found, now):
            return True  # it may yet be refused, and its own event need not come again
        if found.state is State.SENDING:
            own = occasion if occasion and occasion.rule.name == found.event else None
            self._give_up_on(replace(found, cause=own.cause if own else None), now)
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
        if self._ledger.replace(unknown, found):
            count("MessagesUnknown")
            logger.error("message interrupted", message_id=found.id, order_id=found.order_id)

    # --- what waits -----------------------------------------------------------------------------

    def _wait(self, occasion: Occasion, reason: Reason, until: datetime) -> bool:
        """Put the message aside until its time; what waits in its place is older, and goes."""
        message = replace(
            self._message(occasion, occasion.id_of(occasion.rule.slot)),
            state=State.WAITING,
            reason=reason,
            due_at=to_text(until),
        )
        claimed = self._claim(occasion, message)
        if isinstance(claimed, bool):
            return claimed
        count("MessagesWaiting")
        logger.info("message waits", message_id=message.id, event=message.event, reason=reason)
        return False

    # --- what is sent ---------------------------------------------------------------------------

    def _send(self, occasion: Occasion, recipient: str, contact: Contact) -> bool:
        rule = occasion.rule
        if rule.last_resort:  # a read costs less than the put that its budget's row would refuse
            found = self._known(occasion)
            if (
                found
                and found.event != rule.name
                and not may_be_taken(found, rule.name, occasion.cause, self._clock())
            ):
                return self._give_way(occasion, found)
        composed = self._compose(occasion, recipient, contact)
        message = replace(
            self._message(occasion, occasion.id_of(rule.slot)),
            attempt=random_id("att"),
            attempts=1,
            template=composed.template,
            template_version=composed.version,
            recipient=recipient_hash(occasion.event.shop_id, recipient),
        )
        claimed = self._claim(occasion, message)
        if isinstance(claimed, bool):
            return claimed
        self._ask(claimed, composed.content, recipient)
        return False

    def _claim(self, occasion: Occasion, message: Message) -> Message | bool:
        """Put the message's row, or take over one that is there.

        Returns the row as it is put; else whether the event is to come again.
        """
        found = self._ledger.add(message)
        if found is None:
            return message
        name = occasion.rule.name
        if not may_be_taken(found, name, occasion.cause, self._clock()):
            if found.event == name:
                return self._meet(found, occasion)
            return self._give_way(occasion, found)
        taken = replace(
            message,
            attempts=found.attempts + message.attempts,
            version=found.version + 1,
            created_at=found.created_at,
        )
        # Its event may come no more: the schedule looks after the attempt.
        if message.state is State.SENDING:
            taken = replace(taken, due_at=to_text(self._clock() + LONGEST_ATTEMPT))
        return taken if self._ledger.replace(taken, found) else True

    def _compose(self, occasion: Occasion, recipient: str, contact: Contact) -> Composed:
        rule, shop_id = occasion.rule, occasion.event.shop_id
        mails = rule.channel is Channel.EMAIL
        token = self._links.token(shop_id, recipient, rule.topic) if mails else ""
        reader = Reader(
            now=self._clock(),
            time_zone=contact.time_zone,
            public_url=self._public_url,
            unsubscribe_url=self._links.url(token),
        )
        composed = self._wordings.compose(
            shop_id,
            Place(rule.name, rule.channel, locale_of(occasion.subject, contact.locale)),
            lambda locale: facts_of(
                occasion.subject, occasion.event.data, locale=locale, reader=reader
            ),
        )
        if isinstance(mail := composed.content, Mail):
            return replace(composed, content=replace(mail, headers=self._links.headers(token)))
        return composed

    def _ask(self, message: Message, content: Mail | Sms, recipient: str) -> None:
        """Ask the provider, once, and write down what it said."""
        try:
            if isinstance(content, Sms):
                provider_id = self._sms.send(content, recipient)
            else:
                provider_id = self._mail.send(content, recipient, _tags(message))
        except RefusedError as error:
            self._settle_refused(message, error)
        except NoAnswerError as error:
            unknown = replace(message, state=State.UNKNOWN, reason=Reason.NO_ANSWER)
            self._settle(unknown, checked_at(message, self._clock()), error.code)
        else:
            sent = replace(message, state=State.SENT, provider_id=provider_id, sent_at=self._now())
            self._settle(sent, None)

    def _settle_refused(self, message: Message, error: RefusedError) -> None:
        """The provider took nothing: the message is tried again, or somebody must look."""
        until = None if error.lasting else tried_again_at(message.attempts, self._clock())
        refused = replace(
            message,
            state=State.WAITING if until else State.FAILED,
            reason=Reason.REFUSED if error.lasting else Reason.UNAVAILABLE,
        )
        self._settle(refused, until, error.code)
        if until is None and not error.lasting:
            _tell_parked(refused)

    def _settle(self, message: Message, due_at: datetime | None, code: str = "") -> None:
        due = to_text(due_at) if due_at else None
        kept = self._ledger.settle(replace(message, updated_at=self._now(), due_at=due))
        count(_COUNTERS[message.state])
        log = logger.info if message.state is State.SENT else logger.warning
        log(
            "message settled",
            message_id=message.id,
            order_id=message.order_id,
            event=message.event,
            state=message.state.value,
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
            cause=occasion.cause,
        )

    def _now(self) -> str:
        return to_text(self._clock())


_COUNTERS: Final = {
    State.SENT: "MessagesSent",
    State.WAITING: "MessagesWaiting",
    State.FAILED: "MessagesFailed",
    State.UNKNOWN: "MessagesUnknown",
}


def _tell_skipped(message: Message, reason: Reason) -> None:
    count("MessagesSkipped")
    logger.info("message skipped", message_id=message.id, event=message.event, reason=reason.value)


def _tell_parked(message: Message) -> None:
    count("MessagesParked")
    logger.error("message given up", message_id=message.id, order_id=message.order_id)


def _tags(message: Message) -> dict[str, str]:
    """Name the ledger's row by its key, so that SES's feedback finds it."""
    return {"message_id": message.id, "order_id": message.order_id, "shop_id": message.shop_id}
