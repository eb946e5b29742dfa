"""Shopify's REST Order as it is sent: only what is read, and everything else ignored.

Source: shopify.dev, "REST Admin API: Order". Almost anything may be null.
"""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from waybill.money import Currency


class _Read(BaseModel):
    model_config = ConfigDict(
        frozen=True, extra="ignore", coerce_numbers_to_str=True, defer_build=True
    )


Id = (
    Annotated[int, Field(strict=True, gt=0, lt=10**20)]
    | Annotated[str, StringConstraints(strict=True, pattern=r"^[1-9][0-9]{0,19}$")]
)
Amount = str


class AllocationPayload(_Read):
    """A discount's part that falls on a line."""

    amount: Amount


class TaxPayload(_Read):
    """One tax on a line."""

    price: Amount


class LinePayload(_Read):
    """A line item."""

    id: Id | None = None
    variant_id: Id | None = None
    sku: str | None = None
    title: str | None = None
    name: str | None = None
    quantity: int = Field(ge=0, le=1_000_000)
    current_quantity: int | None = Field(default=None, ge=0)
    price: Amount
    requires_shipping: bool | None = None
    total_discount: Amount | None = None
    discount_allocations: list[AllocationPayload] | None = None
    tax_lines: list[TaxPayload] | None = None


class ShippingPayload(_Read):
    """A shipping line."""

    price: Amount
    discount_allocations: list[AllocationPayload] | None = None
    tax_lines: list[TaxPayload] | None = None


class AddressPayload(_Read):
    """A postal address."""

    name: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    company: str | None = None
    address1: str | None = None
    address2: str | None = None
    city: str | None = None
    province: str | None = None
    province_code: str | None = None
    zip: str | None = None
    country_code: str | None = None


class CustomerPayload(_Read):
    """The customer's account."""

    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None
    phone: str | None = None


class TransactionPayload(_Read):
    """A movement of money."""

    id: Id | None = None
    kind: str | None = None
    status: str | None = None
    amount: Amount | None = None


class RefundPayload(_Read):
    """A refund."""

    transactions: list[TransactionPayload] | None = None


class OrderPayload(_Read):
    """An order."""

    id: Id
    name: str | None = None
    order_number: str | None = None
    created_at: str
    updated_at: str
    processed_at: str | None = None
    cancelled_at: str | None = None
    cancel_reason: str | None = None
    currency: Currency
    financial_status: str | None = None
    total_price: Amount
    total_outstanding: Amount | None = None
    taxes_included: bool | None = None
    test: bool | None = None
    email: str | None = None
    phone: str | None = None
    note: str | None = None
    tags: str | None = None
    customer: CustomerPayload | None = None
    shipping_address: AddressPayload | None = None
    billing_address: AddressPayload | None = None
    line_items: list[LinePayload]
    shipping_lines: list[ShippingPayload] | None = None
    refunds: list[RefundPayload] | None = None
