"""Rows of the ledger, what they tell of, and what customers and shops want of messages."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests.stateful.model.orders import Order
from tests.stateful.model.parcels import Shipment
from tests.stateful.model.policy import QUIET, Rule

_HERE = ZoneInfo("Europe/Berlin")
"""Where all numbers here are of."""


@dataclass
class Cause:
    """What happened, and in which version of the order or shipment."""

    subject: Order | Shipment
    version: int
    data: dict[str, Any] = field(default_factory=dict)

    @property
    def order(self) -> Order:
        """Whose it is."""
        return self.subject.order if isinstance(self.subject, Shipment) else self.subject

    @property
    def is_part(self) -> bool:
        """Whether the shipment is not all that its order has to ship."""
        if isinstance(self.subject, Order):
            return False
        lines = self.subject.lines
        return any(lines.get(x.id, 0) < x.wanted for x in self.order.lines if x.ships)


@dataclass
class Message:
    """A row."""

    file: str
    """The order it is kept under, or the day."""
    event: str
    channel: str
    audience: str
    state: str
    reason: str | None = None
    shipment: Shipment | None = None
    due: float | None = None
    cause: Cause | None = None
    covers: list[Cause] = field(default_factory=list)
    into: "Message | None" = None
    """The message that says this one's news."""
    rule: Rule | None = None

    def view(self) -> tuple[str, ...]:
        """What is compared of a row."""
        shipment = self.shipment.id if self.shipment else ""
        return (
            self.event,
            self.channel,
            self.audience,
            self.state,
            self.reason or "",
            shipment,
        )


@dataclass
class Contact:
    """What a customer wants; what nobody has said is wanted."""

    channels: dict[str, bool] = field(default_factory=dict)
    topics: dict[str, bool] = field(default_factory=dict)
    suppressed: bool = False
    version: int = 0

    def view(self) -> dict[str, Any]:
        """As it is answered."""
        return {
            "channels": {name: self.channels.get(name, True) for name in ("email", "sms")},
            "topics": {name: self.topics.get(name, True) for name in ("orders", "deliveries")},
        }

    def wish(self, wish: dict[str, Any]) -> dict[str, Any]:
        """Set what is wanted: what is left out is as by default."""
        channels = {"email": True, "sms": True} | wish.get("channels", {})
        topics = {"orders": True, "deliveries": True} | wish.get("topics", {})
        if (channels, topics) != (self.channels, self.topics):
            self.channels, self.topics = channels, topics
            self.version += 1
        return self.view()

    def subscribe(self, topic: str, *, wanted: bool) -> None:
        """Somebody wants to hear of a topic, or not."""
        if self.topics.get(topic) is not wanted:
            self.topics = self.topics | {topic: wanted}
            self.version += 1

    def suppress(self) -> None:
        """Mail comes back: none is sent any more."""
        if not self.suppressed:
            self.suppressed = True
            self.version += 1

    def refusal(self, channel: str, topic: str) -> str | None:
        """Why nothing may be sent."""
        if self.suppressed and channel == "email":
            return "suppressed"
        if not self.channels.get(channel, True):
            return "opted_out"
        return None if self.topics.get(topic, True) else "unsubscribed"


@dataclass
class Wording:
    """A shop's own words for a message."""

    body: str | None = None
    version: int = 0

    def put(self, body: str) -> None:
        """Say it so."""
        if body != self.body:
            self.body = body
            self.version += 1

    def delete(self) -> None:
        """Say it in our words again."""
        if self.body is not None:
            self.body = None
            self.version += 1


def day_of(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).date().isoformat()


def midnight_after(at: float) -> float:
    """When the next day begins."""
    return (at // 86_400 + 1) * 86_400


def quiet_until(at: float) -> float | None:
    """When it is no longer night where the customers live; None by day."""
    here = datetime.fromtimestamp(at, _HERE)
    evening, morning = QUIET
    if morning <= here.hour < evening:
        return None
    day = here.date() + timedelta(days=here.hour >= evening)
    return datetime(day.year, day.month, day.day, morning, tzinfo=_HERE).timestamp()
