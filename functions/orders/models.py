"""What the API accepts of an order: strict and bounded.

Texts may hold any script, emoji and right-to-left marks; control characters are refused.
"""

from collections.abc import Sequence
from typing import Annotated, Final, Self

from pydantic import AfterValidator, Field, StrictBool, model_validator

from orders.order import (
    MAX_LINES,
    AllocationRule,
    CancelReason,
    PaymentKind,
)
from waybill.http import Model
from waybill.money import Currency, Money
from waybill.text import one_line, some_lines

MAX_QUANTITY: Final = 1_000_000
MAX_TAGS: Final = 50
MAX_METADATA: Final = 50
MAX_TEXT: Final = 200
MAX_NOTE: Final = 5_000
MAX_EMAIL: Final = 254  # RFC 5321, section 4.5.3.1
MAX_PHONE: Final = 40
MAX_VALUE: Final = 500
API_CHANNEL: Final = "api"


def _not_blank(text: str) -> str:
    if not text.strip():
        raise ValueError("must not be blank")
    return text


Text = Annotated[
    str,
    Field(min_length=1, max_length=MAX_TEXT),
    AfterValidator(one_line),
    AfterValidator(_not_blank),
]
Note = Annotated[str, Field(max_length=MAX_NOTE), AfterValidator(some_lines)]
Value = Annotated[str, Field(max_length=MAX_VALUE), AfterValidator(one_line)]
Name = Annotated[
    str,
    Field(min_length=1, max_length=64),
    AfterValidator(one_line),
    AfterValidator(_not_blank),
]
Sku = Annotated[str, Field(min_length=1, max_length=100), AfterValidator(one_line)]
Email = Annotated[
    str,
    Field(max_length=MAX_EMAIL, pattern=r"^[^@\s]+@[^@\s]+$", examples=["ana@shop.example"]),
    AfterValidator(one_line),
]
Phone = Annotated[str, Field(min_length=1, max_length=MAX_PHONE), AfterValidator(one_line)]
PostalCode = Annotated[str, Field(max_length=20), AfterValidator(one_line)]
Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$", description="ISO 3166-1 alpha-2")]
Channel = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,31}$")]
LineId = Annotated[str, Field(min_length=1, max_length=40), AfterValidator(one_line)]
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
    """POST /v1/orders: each SKU is an item of the shop, and what is shipped needs an address.

    An order's id follows from ``external_id`` within its ``channel``, else from the
    Idempotency-Key, so that a request that is sent again finds the same order.
    """

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


class CancelLine(Model):
    """Units of a line to cancel."""

    line_id: LineId
    quantity: Quantity


class CancelOrder(Model):
    """POST /v1/orders/{order_id}/cancel: all that is not shipped, or the lines named.

    Without an Idempotency-Key, lines that are named again are cancelled again.
    """

    reason: CancelReason
    lines: Annotated[Sequence[CancelLine], Field(min_length=1, max_length=MAX_LINES)] | None = None

    @model_validator(mode="after")
    def _each_line_once(self) -> Self:
        named = [line.line_id for line in self.lines or ()]
        if len(named) != len(set(named)):
            raise ValueError("each line once")
        return self
