"""An occasion to say something: a rule, and the event that woke it."""

from dataclasses import dataclass
from typing import Final

from notify.ledger.messages import Cause, Reason, message_id
from notify.people.recipients import email_recipient, sms_recipient
from notify.policy.rules import Audience, Channel, Rule, fact_of
from notify.words.wording import Subject
from waybill.events import Event

_REMEMBERED: Final = ("shipment_id", "status", "sub_status", "reason", "fulfillment_status")


@dataclass(frozen=True)
class Occasion:
    """A rule, the event that woke it, and what that event is about."""

    rule: Rule
    event: Event
    subject: Subject

    @property
    def order_id(self) -> str:
        """The order, for a shipment's event too."""
        return str(self.event.data["order_id"])

    @property
    def cause(self) -> Cause:
        """Of the event, what it takes to compose the message another time; nothing personal."""
        event = self.event
        data = {name: event.data[name] for name in _REMEMBERED if event.data.get(name) is not None}
        return Cause(event.name, event.version, data)

    @property
    def email(self) -> str | None:
        """The customer's address, as the shop told it."""
        customer = self.subject.details.get("customer") or {}
        return customer.get("email") or None

    def id_of(self, slot: str) -> str:
        """Name the row this occasion's message goes by."""
        fact = fact_of(self.rule, self.event.version, self.event.data)
        return message_id(self.event.shop_id, self.event.key, slot, fact, self.rule)

    def recipient(self) -> str | Reason:
        """Where the message goes, or why it cannot; shops have no address of their own yet."""
        if self.rule.audience is Audience.SHOP:
            return Reason.NO_CONTACT
        customer = self.subject.details.get("customer") or {}
        if self.rule.channel is Channel.SMS:
            return sms_recipient(customer.get("phone"), self.subject.country)
        return email_recipient(customer.get("email"))
