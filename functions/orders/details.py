"""What an order was placed with: people, addresses and prices, as plain values.

Apart from what changes at every step of an order's life, so that each step is one small write.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from orders.order import Payment

MAX_STORED_BYTES: Final = 250_000
"""Of an order as JSON: whatever becomes of it then fits DynamoDB's 400 KB an item."""


@dataclass(frozen=True)
class Customer:
    """Who ordered, as far as the shop told."""

    email: str | None = None
    name: str | None = None
    phone: str | None = None


@dataclass(frozen=True)
class Address:
    """A postal address."""

    name: str
    line1: str
    city: str
    postal_code: str
    country: str
    line2: str | None = None
    region: str | None = None


@dataclass(frozen=True)
class DetailLine:
    """What a line was sold for, in minor units; discount and tax are for the whole line."""

    line_id: str
    sku: str
    quantity: int
    unit_price: int
    discount: int = 0
    tax: int = 0
    share: int = 0
    """The line's part of the order's discounts, frozen at placement."""
    title: str | None = None


@dataclass(frozen=True)
class Totals:
    """Sums of an order in minor units."""

    subtotal: int
    discount: int
    shipping: int
    tax: int
    total: int


@dataclass(frozen=True)
class Discount:
    """A reduction of the whole order, in minor units."""

    amount: int
    code: str | None = None


@dataclass(frozen=True)
class Details:
    """What an order was placed with; only an amendment changes it."""

    shop_id: str
    order_id: str
    number: str
    placed_at: datetime
    """When the order was first accepted: what a replayed request is answered with."""
    request_hash: str
    key_hash: str | None
    """Of the Idempotency-Key it was placed under, if there was one."""
    currency: str
    customer: Customer
    shipping_address: Address | None
    billing_address: Address | None
    lines: tuple[DetailLine, ...]
    totals: Totals
    prices_include_tax: bool = False
    discounts: tuple[Discount, ...] = ()
    payments: tuple[Payment, ...] = ()
    note: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    listed_at: datetime | None = None
    """When it became an order, where it was a draft before."""
    placed_by: str = field(default="", compare=False)
    """The actor who placed it, as far as it was read from storage."""
