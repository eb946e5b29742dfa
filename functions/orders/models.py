"""What the API accepts of an order: strict and bounded.

Texts may hold any script, emoji and right-to-left marks; control characters are refused.
"""

import unicodedata
from collections.abc import Sequence
from typing import Annotated, Final

from pydantic import AfterValidator, Field, StrictBool

from orders.order import (
    AllocationRule,
    CancelReason,
    PaymentKind,
)
from waybill.http import Model
from waybill.money import Currency, Money

MAX_LINES: Final = 500
MAX_QUANTITY: Final = 1_000_000
MAX_TAGS: Final = 50
MAX_METADATA: Final = 50
MAX_TEXT: Final = 200
MAX_NOTE: Final = 5_000
MAX_EMAIL: Final = 254  # RFC 5321, section 4.5.3.1
MAX_PHONE: Final = 40
MAX_VALUE: Final = 500
API_CHANNEL: Final = "api"


def is_control(character: str, allowed: str = "") -> bool:
    """Return True for a control character or half of a surrogate pair (categories Cc, Cs)."""
    return unicodedata.category(character) in {"Cc", "Cs"} and character not in allowed


def _one_line(text: str) -> str:
    if any(is_control(character) for character in text):
        raise ValueError("control characters are not allowed")
    return text


def _lines(text: str) -> str:
    if any(is_control(character, "\n\r\t") for character in text):
        raise ValueError("control characters are not allowed")
    return text


Text = Annotated[str, Field(min_length=1, max_length=MAX_TEXT), AfterValidator(_one_line)]
Note = Annotated[str, Field(max_length=MAX_NOTE), AfterValidator(_lines)]
Value = Annotated[str, Field(max_length=MAX_VALUE), AfterValidator(_one_line)]
Name = Annotated[str, Field(min_length=1, max_length=64), AfterValidator(_one_line)]
Sku = Annotated[str, Field(min_length=1, max_length=100), AfterValidator(_one_line)]
Email = Annotated[
    str,
    Field(max_length=MAX_EMAIL, pattern=r"^[^@\s]+@[^@\s]+$", examples=["ana@shop.example"]),
    AfterValidator(_one_line),
]
Phone = Annotated[str, Field(min_length=1, max_length=MAX_PHONE), AfterValidator(_one_line)]
PostalCode = Annotated[str, Field(max_length=20), AfterValidator(_one_line)]
Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$", description="ISO 3166-1 alpha-2")]
Channel = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,31}$")]
Quantity = Annotated[int, Field(strict=True, ge=1, le=MAX_QUANTITY)]


class CustomerRequest(Model):
    """Who orders."""

    email: Email | None = None
    name: Text | None = None
    phone: Phone | None = None


class AddressRequest(Model):
    """A postal address; the postal code is "" where a country has none."""

    name: Text
    line1: Text
    line2: Value | None = None
    city: Text
    region: Value | None = None
    postal_code: PostalCode
    country: Country


class LineRequest(Model):
    """A line to order; discount and tax are for the whole line."""

    sku: Sku
    quantity: Quantity
    unit_price: Money
    title: Text | None = None
    discount: Money | None = None
    tax: Money | None = None
    requires_shipping: StrictBool = True


class DiscountRequest(Model):
    """A reduction of the whole order, spread over its lines by largest remainder."""

    code: Text | None = None
    amount: Money


class PaymentRequest(Model):
    """A payment fact."""

    kind: PaymentKind
    amount: Money
    reference: Text | None = None


class PlaceOrder(Model):
    """POST /v1/orders."""

    external_id: Text | None = None
    channel: Channel = API_CHANNEL
    currency: Currency
    customer: CustomerRequest
    shipping_address: AddressRequest | None = None
    billing_address: AddressRequest | None = None
    lines: Annotated[Sequence[LineRequest], Field(min_length=1, max_length=MAX_LINES)]
    discounts: Annotated[Sequence[DiscountRequest], Field(max_length=50)] = Field(
        default_factory=list
    )
    shipping_price: Money | None = None
    prices_include_tax: StrictBool = False
    payments: Annotated[Sequence[PaymentRequest], Field(max_length=50)] = Field(
        default_factory=list
    )
    allocation: AllocationRule = AllocationRule.ALL
    tags: Annotated[list[Name], Field(max_length=MAX_TAGS)] = Field(default_factory=list)
    note: Note | None = None
    metadata: Annotated[dict[Name, Value], Field(max_length=MAX_METADATA)] = Field(
        default_factory=dict
    )
    test: StrictBool = False
    draft: StrictBool = False


class CancelOrder(Model):
    """POST /v1/orders/{order_id}/cancel: all that is not shipped."""

    reason: CancelReason
