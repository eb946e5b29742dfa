"""What a message may say, as values: for customers, and for the shop itself.

Each field is a variable of the wordings; :mod:`notify.words.variables` tells what it means. All
text is on one line and of bounded length, made so before it comes here.
"""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class ItemLine:
    """One line of goods, as its reader knows it."""

    title: str
    quantity: int
    price: str = ""
    """Of all its units, before discounts; "" where it is not known to be so still."""


@dataclass(frozen=True)
class ParcelLine:
    """A parcel by its carrier and number."""

    carrier: str
    tracking_number: str


@dataclass(frozen=True)
class SkuLine:
    """A SKU at a location, and what is the matter with it."""

    sku: str
    location: str
    kind: str = ""
    """``low``, ``out`` or ``oversold``; of a drift nothing."""


@dataclass(frozen=True)
class OrderLine:
    """An order of the shop, and what it waits for."""

    number: str
    reason: str = ""
    """The kind of its newest hold."""


@dataclass(frozen=True)
class Facts:
    """The variables of messages to customers."""

    locale: str
    """What is written in, with its region: it decides how amounts and dates look."""
    shop_name: str
    number: str
    name: str
    items: tuple[ItemLine, ...]
    more_items: int
    total: str
    tracking_url: str
    parcels: tuple[ParcelLine, ...]
    reason: str
    unsubscribe_url: str = ""
    placed_on: str = ""
    subtotal: str = ""
    discount: str = ""
    shipping: str = ""
    tax: str = ""
    included_tax: str = ""
    estimated_delivery: str = ""
    previous_estimate: str = ""
    refunded: str = ""


@dataclass(frozen=True)
class ShopFacts:
    """The variables of messages to the shop; of customers they know the order's number alone."""

    locale: str
    shop_name: str
    number: str = ""
    orders: tuple[OrderLine, ...] = ()
    more_orders: int = 0
    skus: tuple[SkuLine, ...] = ()
    more_skus: int = 0
    carrier: str = ""
    since: str = ""
    channel: str = ""
    limit: int = 0
    day: str = ""


AnyFacts = Facts | ShopFacts
FactsIn = Callable[[str], AnyFacts]
"""Facts as they are said in a locale."""
