"""What a rule of the policy is, and what it makes of an event. Pure; the rules are in the table."""

from collections.abc import Container, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

from waybill.events import EventName


class Channel(StrEnum):
    """How a message travels."""

    EMAIL = "email"
    SMS = "sms"


class Audience(StrEnum):
    """Whom a message is for."""

    CUSTOMER = "customer"
    SHOP = "shop"
    """Who looks after the shop; of what is no shop's, who runs the deployment."""


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
    EVENT = "event"
    """Once for each event: one change may be two, such as the last unit that is also the tenth."""
    SUB_STATUS = "sub_status"
    """Once for each kind of trouble, so that a flapping status is one message."""
    ESTIMATE = "estimate"
    """Once for each day that delivery is expected on."""


@dataclass(frozen=True)
class AllBut:
    """Every status but these: one that is new is among them."""

    statuses: frozenset[str]

    def __contains__(self, status: object) -> bool:
        """Say whether a status is among them."""
        return status not in self.statuses


@dataclass(frozen=True)
class Rule:
    """One row of the policy."""

    event: EventName | None
    """The event that wakes it; None: this room itself."""
    status: str | None
    """The shipment status the event must bring; None: any."""
    name: str
    """What is said: the ``event`` on the ledger, and the folder of its wordings."""
    audience: Audience
    channel: Channel
    urgency: Urgency
    once: Once
    true_while: Container[str] | None
    """Statuses of the order or shipment in which this is still the truth; None: it stays news."""
    budget: str | None = None
    """Rules that name the same budget share one message per subject; None: a budget of its own."""
    topic: Topic = Topic.DELIVERIES
    needs_recipient: bool = False
    """Only when the carrier waits for the recipient."""
    last_resort: bool = False
    """Only while its budget is unspent; what it does not send is no news and leaves no row."""
    kind: str | None = None
    """The kind of payment the event must bring; None: any."""
    together: timedelta | None = None
    """How long a message waits for others of its kind, to be one with them: of an order, where its
    shipment is not the whole of it; of a shop, always."""

    @property
    def slot(self) -> str:
        """What the rule spends: a message of this slot is sent once."""
        return self.budget or self.name

    @property
    def may_repeat(self) -> bool:
        """Whether it may come to be true of one order any number of times."""
        return self.once is not Once.SUBJECT

    def wakes(self, event: str, data: Mapping[str, Any]) -> bool:
        """Say whether an event is one that the rule tells of."""
        return (
            self.event == event
            and self.status in {None, data.get("status")}
            and self.kind in {None, data.get("kind")}
        )


def fact_of(rule: Rule, version: int, data: Mapping[str, Any]) -> str:
    """Tell this occasion from another of the same rule and subject; "" when there is only one."""
    match rule.once:
        case Once.SUBJECT:
            return ""
        case Once.VERSION:
            return str(version)
        case Once.EVENT:
            return f"{rule.event}#{version}"
        case Once.SUB_STATUS:
            return str(data.get("sub_status") or "")
        case Once.ESTIMATE:
            return str(data["estimate"]["day"])


def is_stale(rule: Rule, current_status: str, data: Mapping[str, Any]) -> bool:
    """Say whether the order or shipment has moved on, so that the message would be yesterday's.

    An order that was held while its goods went out is confirmed after they did: who has read that
    it is on its way is not told that it is being prepared.
    """
    if data.get("fulfillment_status", "unfulfilled") != "unfulfilled":
        return True
    return rule.true_while is not None and current_status not in rule.true_while
