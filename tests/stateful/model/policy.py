"""Who hears of what: the policy of messages as the README of notify tells it."""

from dataclasses import dataclass

OVER = frozenset({"delivered", "returning", "returned", "cancelled", "expired"})
ALL = frozenset(
    {
        "pending",
        "not_found",
        "info_received",
        "picked_up",
        "in_transit",
        "out_for_delivery",
        "available_for_pickup",
        "delivery_attempted",
        "delivered",
        "exception",
        "returning",
        "returned",
        "cancelled",
        "expired",
        "confirmed",
        "completed",
    }
)


@dataclass(frozen=True)
class Rule:
    """Something is said to the customer by a channel."""

    fact: str
    name: str
    channel: str
    true_while: frozenset[str]
    """Statuses of the order or the shipment in which it is still true."""
    topic: str = "deliveries"
    each: str = ""
    """It is said once for each: "version" or "trouble"; else once."""
    slot: str = ""
    """Rules of one slot share one message for each shipment."""
    last: bool = False
    """Said only where nothing of its slot was, and no row tells that it was not."""
    needs_recipient: bool = False

    @property
    def place(self) -> str:
        """What it takes: its own message, or that of its slot."""
        return self.slot or self.name

    @property
    def gathers(self) -> bool:
        """Whether it waits for others of its kind where its shipment is not all of its order."""
        return self.fact not in {"OrderConfirmed", "OrderCancelled", "Refunded"}


def _only(status: str) -> frozenset[str]:
    return frozenset({status})


RULES = (
    Rule(
        "OrderConfirmed",
        "order_confirmed",
        "email",
        frozenset({"confirmed", "completed"}),
        "orders",
    ),
    Rule("OrderCancelled", "order_cancelled", "email", _only("cancelled"), "orders"),
    Rule("Refunded", "order_refunded", "email", ALL | {"draft"}, "orders", each="version"),
    Rule("ShipmentCreated", "shipment_dispatched", "email", ALL - OVER),
    Rule("out_for_delivery", "out_for_delivery", "sms", _only("out_for_delivery"), slot="arrival"),
    Rule("available_for_pickup", "available_for_pickup", "email", _only("available_for_pickup")),
    Rule(
        "available_for_pickup",
        "available_for_pickup",
        "sms",
        _only("available_for_pickup"),
        slot="arrival",
    ),
    Rule(
        "delivery_attempted",
        "delivery_attempted",
        "email",
        _only("delivery_attempted"),
        each="version",
    ),
    Rule(
        "delivery_attempted",
        "delivery_attempted",
        "sms",
        _only("delivery_attempted"),
        each="version",
    ),
    Rule("delivered", "delivered", "email", ALL),
    Rule("delivered", "delivered", "sms", ALL, slot="arrival", last=True),
    Rule(
        "exception",
        "action_required",
        "email",
        _only("exception"),
        each="trouble",
        needs_recipient=True,
    ),
)

PHONES: dict[str | None, str] = {
    None: "no_contact",
    "+4930901820": "not_a_mobile",
    "+4917139200": "invalid_phone",
    "12": "invalid_phone",
    "+491713920099": "reserved_phone",
}
"""Why nothing can be texted to a number; others are mobiles."""
QUIET = (21, 8)
"""Hours between which no SMS is sent, on the recipient's clocks."""
GATHERING = 120.0
"""Seconds that a message of a part of an order waits for others."""
WINDOW = 600.0
GRACE = 60.0
"""Seconds that an alert gathers, and that it waits then for what is late."""
DAILY = {"email": 20, "sms": 5}
"""Messages of an order in a day that may come to be true of it again and again."""
