"""Who hears of what, by which channel, how urgently: one table of data, and two readers of it.

An order's ordinary life is three mails (confirmed, dispatched, delivered) and at most one SMS per
shipment: when it is out for delivery or ready for pickup; else, where the carrier told of neither
in time, when it is delivered. More is said only when something needs the reader.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

from waybill.events import EventName


class Channel(StrEnum):
    """How a message travels."""

    EMAIL = "email"
    SMS = "sms"


class Audience(StrEnum):
    """Whom a message is for."""

    CUSTOMER = "customer"
    SHOP = "shop"


class Topic(StrEnum):
    """What a message is about, as its reader may decline it."""

    ORDERS = "orders"
    DELIVERIES = "deliveries"
    MARKETING = "marketing"
    """Campaigns; only to who asked for them."""


class Urgency(StrEnum):
    """When a message may go out."""

    AT_ONCE = "at_once"
    """At any hour: transactional mail waits for nobody."""
    BY_DAY = "by_day"
    """May wait for the recipient's morning: an SMS wakes people up."""


class Once(StrEnum):
    """What a message is said once for."""

    SUBJECT = "subject"
    """Once for the order or shipment, however often it comes to be true."""
    VERSION = "version"
    """Once for each time it comes to be true: the second failed attempt is news."""
    SUB_STATUS = "sub_status"
    """Once for each kind of trouble, so that a flapping status is one message."""


@dataclass(frozen=True)
class Rule:
    """One row of the policy."""

    event: EventName
    status: str | None
    """The shipment status the event must bring; None: any."""
    name: str
    """What is said: the ``event`` on the ledger, and the folder of its wordings."""
    audience: Audience
    channel: Channel
    urgency: Urgency
    once: Once
    true_while: frozenset[str] | None
    """Statuses of the order or shipment in which this is still the truth; None: it stays news."""
    budget: str | None = None
    """Rules that name the same budget share one message per subject; None: a budget of its own."""
    topic: Topic = Topic.DELIVERIES
    needs_recipient: bool = False
    """Only when the carrier waits for the recipient."""
    last_resort: bool = False
    """Only while its budget is unspent; what it does not send is no news and leaves no row."""

    @property
    def slot(self) -> str:
        """What the rule spends: a message of this slot is sent once."""
        return self.budget or self.name


_MOVING: Final = frozenset(
    {
        "pending",
        "not_found",
        "info_received",
        "picked_up",
        "in_transit",
        "out_for_delivery",
        "available_for_pickup",
        "delivery_attempted",
        "exception",
    }
)
_CONFIRMED: Final = frozenset({"confirmed", "completed"})
_OF_SHIPMENTS: Final = frozenset({EventName.SHIPMENT_CREATED, EventName.SHIPMENT_STATUS_CHANGED})
_ARRIVAL: Final = "arrival_sms"  # out for delivery, ready for pickup, delivered: one SMS for all


def _mail(
    event: EventName,
    status: str | None,
    name: str,
    once: Once = Once.SUBJECT,
    *,
    true_while: frozenset[str] | None,
    audience: Audience = Audience.CUSTOMER,
    needs_recipient: bool = False,
) -> Rule:
    return Rule(
        event=event,
        status=status,
        name=name,
        audience=audience,
        channel=Channel.EMAIL,
        urgency=Urgency.AT_ONCE,
        once=once,
        true_while=true_while,
        topic=Topic.DELIVERIES if event in _OF_SHIPMENTS else Topic.ORDERS,
        needs_recipient=needs_recipient,
    )


def _sms(status: str, once: Once = Once.SUBJECT, *, budget: str | None = None) -> Rule:
    return Rule(
        event=EventName.SHIPMENT_STATUS_CHANGED,
        status=status,
        name=status,
        audience=Audience.CUSTOMER,
        channel=Channel.SMS,
        urgency=Urgency.BY_DAY,
        once=once,
        true_while=frozenset({status}),
        budget=budget,
    )


_CHANGED: Final = EventName.SHIPMENT_STATUS_CHANGED

RULES: Final = (
    _mail(EventName.ORDER_CONFIRMED, None, "order_confirmed", true_while=_CONFIRMED),
    _mail(EventName.ORDER_CANCELLED, None, "order_cancelled", true_while=frozenset({"cancelled"})),
    _mail(EventName.ORDER_HELD, None, "order_held", true_while=None, audience=Audience.SHOP),
    _mail(EventName.SHIPMENT_CREATED, None, "shipment_dispatched", true_while=_MOVING),
    _sms("out_for_delivery", budget=_ARRIVAL),
    _mail(
        _CHANGED,
        "available_for_pickup",
        "available_for_pickup",
        true_while=frozenset({"available_for_pickup"}),
    ),
    _sms("available_for_pickup", budget=_ARRIVAL),
    _mail(
        _CHANGED,
        "delivery_attempted",
        "delivery_attempted",
        Once.VERSION,
        true_while=frozenset({"delivery_attempted"}),
    ),
    _sms("delivery_attempted", Once.VERSION),
    _mail(_CHANGED, "delivered", "delivered", true_while=None),
    replace(_sms("delivered", budget=_ARRIVAL), true_while=None, last_resort=True),
    _mail(
        _CHANGED,
        "exception",
        "action_required",
        Once.SUB_STATUS,
        true_while=frozenset({"exception"}),
        needs_recipient=True,
    ),
)


def rules_for(event: EventName, status: str | None) -> list[Rule]:
    """Return the rules an event wakes; most statuses of a shipment wake none."""
    return [rule for rule in RULES if rule.event is event and rule.status in {None, status}]


def rule_of(name: str, channel: Channel, audience: Audience) -> Rule | None:
    """Return the rule that says something by a channel; None where it is said no more."""
    wanted = (name, channel, audience)
    found = (rule for rule in RULES if (rule.name, rule.channel, rule.audience) == wanted)
    return next(found, None)


def fact_of(rule: Rule, version: int, data: Mapping[str, Any]) -> str:
    """Tell this occasion from another of the same rule and subject; "" when there is only one."""
    match rule.once:
        case Once.SUBJECT:
            return ""
        case Once.VERSION:
            return str(version)
        case Once.SUB_STATUS:
            return str(data.get("sub_status") or "")


def is_stale(rule: Rule, current_status: str, data: Mapping[str, Any]) -> bool:
    """Say whether the order or shipment has moved on, so that the message would be yesterday's.

    An order that was held while its goods went out is confirmed after they did: who has read that
    it is on its way is not told that it is being prepared.
    """
    if data.get("fulfillment_status", "unfulfilled") != "unfulfilled":
        return True
    return rule.true_while is not None and current_status not in rule.true_while
