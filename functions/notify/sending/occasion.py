"""An occasion to say something: a rule, and the facts that it is to tell of."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Self

from notify.ledger.messages import Cause, Message, Reason, message_id
from notify.people.recipients import email_recipient, sms_recipient
from notify.policy.alerts import file_of
from notify.policy.rules import Audience, Channel, Rule, fact_of
from notify.words.wording import Subject
from waybill.events import Event

_REMEMBERED: Final = (
    "order_id",
    "shipment_id",
    "status",
    "sub_status",
    "reason",
    "fulfillment_status",
    "kind",
    "amount",
    "currency",
    "estimate",
    "previous",
)
"""Of an event, what it takes to compose its message another time; nothing personal."""


@dataclass(frozen=True)
class Fact:
    """What happened, as an event told it or as the ledger remembers it."""

    name: str
    """The event's name."""
    shop_id: str
    key: str
    """The order or shipment."""
    version: int
    correlation_id: str
    actor: str
    data: Mapping[str, Any]

    @classmethod
    def of_event(cls, event: Event) -> Self:
        """Return what an event tells."""
        return cls(
            name=event.name,
            shop_id=event.shop_id,
            key=event.key,
            version=event.version,
            correlation_id=event.correlation_id,
            actor=event.actor,
            data={"order_id": file_of(event.occurred_at), **event.data},
        )

    @classmethod
    def of_cause(cls, message: Message, cause: Cause) -> Self:
        """Return what a row of the ledger remembers."""
        return cls(
            name=cause.name,
            shop_id=message.shop_id,
            key=str(cause.data.get("shipment_id") or message.order_id),
            version=cause.version,
            correlation_id=message.correlation_id,
            actor=message.actor,
            data={"order_id": message.order_id, **cause.data},
        )

    @property
    def cause(self) -> Cause:
        """What the ledger remembers of this."""
        known = {name: self.data[name] for name in _REMEMBERED if self.data.get(name) is not None}
        return Cause(self.name, self.version, known)


@dataclass(frozen=True)
class Part:
    """A fact, and what is stored of what it is about."""

    fact: Fact
    subject: Subject


@dataclass(frozen=True)
class Occasion:
    """A rule, and what it is to tell of: one fact, or several that are told together."""

    rule: Rule
    parts: tuple[Part, ...]
    """The first names the message; the others were folded into it."""
    row: Message | None = None
    """The row whose time has come; None where an event brings the occasion."""

    @property
    def fact(self) -> Fact:
        """The fact that names the message."""
        return self.parts[0].fact

    @property
    def subject(self) -> Subject:
        """What that fact is about."""
        return self.parts[0].subject

    @property
    def order_id(self) -> str:
        """The order, for a shipment's event too; of an alert, the file it is kept in."""
        return str(self.fact.data["order_id"])

    @property
    def email(self) -> str | None:
        """The customer's address, as the shop told it."""
        customer = self.subject.details.get("customer") or {}
        return customer.get("email") or None

    def id_of(self, slot: str) -> str:
        """Name the row this occasion's message goes by."""
        if self.row is not None and slot == self.rule.slot:
            return self.row.id
        fact = fact_of(self.rule, self.fact.version, self.fact.data)
        return message_id(self.fact.shop_id, self.fact.key, slot, fact, self.rule)

    def of(self, parts: tuple[Part, ...]) -> Self:
        """Return the same with other parts."""
        return replace(self, parts=parts)

    def recipient(self) -> str | Reason:
        """Where the message goes, or why it cannot."""
        if self.rule.audience is Audience.SHOP:
            return email_recipient(self.subject.shop.get("alert_email"))
        customer = self.subject.details.get("customer") or {}
        if self.rule.channel is Channel.SMS:
            return sms_recipient(customer.get("phone"), self.subject.country)
        return email_recipient(customer.get("email"))
