"""The variables of the wordings: what each means, an example, and which message knows it.

One table. What a wording may name is checked by it, previews show its examples, and the API tells
it to whoever writes one. The values come from :mod:`notify.words.facts`, field by field.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

Row = Mapping[str, str | int]


class Kind(StrEnum):
    """What a variable holds."""

    TEXT = "text"
    NUMBER = "number"
    LIST = "list"


@dataclass(frozen=True)
class Variable:
    """One name that a wording may use."""

    name: str
    kind: Kind
    meaning: str
    example: Any
    """Of a list: its rows, each a mapping of the names of ``fields``."""
    fields: tuple["Variable", ...] = ()
    """Of a list: what each of its rows holds."""
    always: bool = False
    """Never empty."""
    one_of: tuple[str, ...] = ()
    """Every text it may hold, where they are known; a later version may have more."""


def _text(name: str, meaning: str, example: str, *one_of: str, always: bool = False) -> Variable:
    return Variable(name, Kind.TEXT, meaning, example, always=always, one_of=one_of)


def _number(name: str, meaning: str, example: int) -> Variable:
    return Variable(name, Kind.NUMBER, meaning, example)


def _list(name: str, meaning: str, rows: tuple[Row, ...], *fields: Variable) -> Variable:
    return Variable(name, Kind.LIST, meaning, rows, fields)


_ITEMS: Final[tuple[Row, ...]] = (
    {"title": "Blue mug", "quantity": 2, "price": "€24.00"},
    {"title": "Red mug", "quantity": 1, "price": "€12.00"},
)
_PARCELS: Final[tuple[Row, ...]] = ({"carrier": "DHL", "tracking_number": "00340434161094042557"},)
_SKUS: Final[tuple[Row, ...]] = (
    {"sku": "MUG-1", "location": "berlin", "kind": "out"},
    {"sku": "MUG-2", "location": "berlin", "kind": "low"},
)
_ORDERS: Final[tuple[Row, ...]] = (
    {"number": "7K3M9-QX2AT", "reason": "INVENTORY_OUT_OF_STOCK"},
    {"number": "7K3M9-R00F1", "reason": "INCORRECT_ADDRESS"},
)
_SKU: Final = _text("sku", "The SKU.", "MUG-1", always=True)
_LOCATION: Final = _text("location", "The location's id.", "berlin", always=True)
_CANCELLED: Final = ("customer", "fraud", "inventory", "declined", "staff", "other")
_HELD: Final = (
    "AWAITING_PAYMENT",
    "AWAITING_RETURN_ITEMS",
    "HIGH_RISK_OF_FRAUD",
    "INCORRECT_ADDRESS",
    "INVENTORY_OUT_OF_STOCK",
    "UNKNOWN_DELIVERY_DATE",
    "OTHER",
)

_ALL: Final = (
    _text("shop_name", "The shop's name.", "Mugs & More"),
    _text("number", "The order's number.", "7K3M9-QX2AT", always=True),
    _text("name", "The customer's name, as it may be greeted.", "Jane Doe"),
    _list(
        "items",
        "The goods: of the shipment, or of the order; at most 50.",
        _ITEMS,
        _text("title", "The title, else the SKU.", "Blue mug", always=True),
        _number("quantity", "Units.", 2),
        _text("price", "What its units cost, before discounts, where that is known.", "€24.00"),
    ),
    _number("more_items", "Lines of goods beside those of items.", 3),
    _text("placed_on", "The day the order was placed.", "November 27, 2026"),
    _text("subtotal", "What the goods cost, before discounts.", "€36.00"),
    _text("discount", "What is taken off.", "-€3.00"),
    _text("shipping", "What shipping costs.", "€4.90"),
    _text("tax", "Tax that comes on top.", "€7.20"),
    _text("included_tax", "Tax that the prices hold.", "€6.05"),
    _text("total", "What the order costs, while nothing has changed that.", "€45.10"),
    _text(
        "tracking_url",
        "The shipment's tracking page.",
        "https://track.example.com/track/4YJ8Q0ZKX6N3V1B7M5T2R9W8CE",
    ),
    _list(
        "parcels",
        "The shipment's parcels; at most 20.",
        _PARCELS,
        _text("carrier", "The carrier, in capitals.", "DHL"),
        _text("tracking_number", "The carrier's number.", "00340434161094042557"),
    ),
    _text(
        "estimated_delivery",
        "When the carrier expects to deliver: a day, days, or a day and hours.",
        "Monday, November 30, 2026",
    ),
    _text("previous_estimate", "What was expected before.", "Saturday, November 28, 2026"),
    _text("refunded", "The amount of this refund.", "€12.00", always=True),
    _list(
        "orders",
        "The orders it is about; at most 50.",
        _ORDERS,
        _text("number", "The order's number.", "7K3M9-QX2AT", always=True),
        _text("reason", "What the order waits for.", "INVENTORY_OUT_OF_STOCK", *_HELD),
    ),
    _number("more_orders", "Orders beside those of orders.", 3),
    _list(
        "skus",
        "The SKUs it is about; at most 50.",
        _SKUS,
        _SKU,
        _LOCATION,
        _text("kind", "What is the matter.", "out", "low", "out", "oversold"),
    ),
    _number("more_skus", "SKUs beside those of skus.", 3),
    _text("carrier", "The carrier, in capitals.", "DHL", always=True),
    _text("since", "Since when.", "November 27, 2026, 9:05 AM", always=True),
    _text("channel", "How messages travel.", "sms", "email", "sms", always=True),
    _number("limit", "How many messages a day may take.", 500),
    _text("day", "The day.", "November 27, 2026", always=True),
)
SPENDER: Final = _text(
    "number",
    "The number of the order whose limit it is; none where it is the shop's.",
    "7K3M9-QX2AT",
)
"""Of a message to the shop, which tells of an order's limit and of the shop's own."""
_REASONS: Final = {
    "cancelled": _text("reason", "Why it was cancelled.", "customer", *_CANCELLED),
}

_NAMED: Final = {variable.name: variable for variable in _ALL}


def variables(*names: str, reason: str = "") -> tuple[Variable, ...]:
    """Return variables by name; ``reason`` says of what, where that is one of them."""
    known = _NAMED | ({"reason": _REASONS[reason]} if reason else {})
    return tuple(known[name] for name in names)
