"""What the API answers of an order."""

from orders.order import (
    AllocationRule,
    CancelReason,
    EditState,
    HoldKind,
    OrderStatus,
    PaymentKind,
    ReturnState,
)
from orders.status import (
    FulfillmentStatus,
    InventoryStatus,
    PaymentStatus,
    ReturnStatus,
)
from waybill.http import Instant, Model
from waybill.money import Money


class CustomerBody(Model):
    """Who ordered."""

    email: str | None
    name: str | None
    phone: str | None


class AddressBody(Model):
    """A postal address; parts that a platform did not tell are ""."""

    name: str
    line1: str
    line2: str | None
    city: str
    region: str | None
    postal_code: str
    country: str


class DiscountBody(Model):
    """A reduction of the whole order."""

    code: str | None
    amount: Money


class PaymentBody(Model):
    """A payment fact; one that the order was placed with has no id."""

    id: str | None
    kind: PaymentKind
    amount: Money
    reference: str | None
    return_id: str | None
    """The return that was refunded by it."""
    recorded_at: Instant


class BalanceBody(Model):
    """What is still to be moved: current_total less what was captured and not refunded."""

    to_collect: Money
    to_refund: Money


class OrderReturnBody(Model):
    """A return of an order."""

    id: str
    status: ReturnState


class HoldBody(Model):
    """A reason why an order waits."""

    id: str
    kind: HoldKind
    placed_at: Instant
    note: str | None


class QuantitiesBody(Model):
    """Units of a line."""

    ordered: int
    cancelled: int
    allocated: int
    backordered: int
    fulfilled: int
    delivered: int
    returned: int
    refunded: int


class LineBody(Model):
    """A line as it stands; ``order_discount`` is its part of the order's discounts."""

    id: str
    sku: str
    title: str | None
    quantity: int
    unit_price: Money
    discount: Money
    order_discount: Money
    tax: Money
    requires_shipping: bool
    quantities: QuantitiesBody


class TotalsBody(Model):
    """total = subtotal - discount + shipping + tax (left out where prices include it)."""

    subtotal: Money
    discount: Money
    shipping: Money
    tax: Money
    total: Money


class OrderShipmentBody(Model):
    """A shipment of an order; unmatched: it carries units that the order did not want shipped."""

    id: str
    delivered: bool
    unmatched: bool


class OrderEditBody(Model):
    """The newest edit that was confirmed; ``reason`` tells why it was declined."""

    id: str
    state: EditState
    reason: str | None


class OrderRow(Model):
    """An order in a list."""

    id: str
    number: str
    status: OrderStatus
    payment_status: PaymentStatus
    inventory_status: InventoryStatus
    fulfillment_status: FulfillmentStatus
    return_status: ReturnStatus
    channel: str
    external_id: str | None
    total: Money
    holds: list[HoldBody]
    test: bool
    placed_at: Instant
    updated_at: Instant


class OrderList(Model):
    """A page of the list."""

    items: list[OrderRow]
    next_cursor: str | None


class OrderBody(Model):
    """An order, whole."""

    id: str
    number: str
    status: OrderStatus
    payment_status: PaymentStatus
    inventory_status: InventoryStatus
    fulfillment_status: FulfillmentStatus
    return_status: ReturnStatus
    holds: list[HoldBody]
    channel: str
    external_id: str | None
    currency: str
    lines: list[LineBody]
    discounts: list[DiscountBody]
    totals: TotalsBody
    current_total: Money
    """What the order comes to now: the total, without what was cancelled or refunded of it."""
    prices_include_tax: bool
    payments: list[PaymentBody]
    """All of them, in the order in which they were told."""
    balance: BalanceBody
    allocation: AllocationRule
    customer_id: str | None
    customer: CustomerBody
    shipping_address: AddressBody | None
    billing_address: AddressBody | None
    shipments: list[OrderShipmentBody]
    edit: OrderEditBody | None
    returns: list[OrderReturnBody]
    tags: list[str]
    note: str | None
    metadata: dict[str, str]
    test: bool
    cancel_reason: CancelReason | None
    cancelled_at: Instant | None
    """When all that was open was cancelled; the last time, where an edit added to it since."""
    placed_at: Instant
    updated_at: Instant
