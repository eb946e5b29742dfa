"""The order as the business sees it: plain values, without storage, HTTP or clock."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class OrderStatus(StrEnum):
    """The stored status; every other status is derived (see :mod:`orders.status`)."""

    DRAFT = "draft"
    PENDING = "pending"
    CONFIRMED = "confirmed"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class CancelReason(StrEnum):
    """Why an order was cancelled."""

    CUSTOMER = "customer"
    FRAUD = "fraud"
    INVENTORY = "inventory"
    DECLINED = "declined"
    STAFF = "staff"
    OTHER = "other"


class HoldKind(StrEnum):
    """What an order waits for; the names are those of Shopify's fulfillment holds."""

    INVENTORY_OUT_OF_STOCK = "INVENTORY_OUT_OF_STOCK"
    INCORRECT_ADDRESS = "INCORRECT_ADDRESS"
    OTHER = "OTHER"


class AllocationRule(StrEnum):
    """Whether stock for a part of an order may be reserved when there is not enough for all."""

    ALL = "all"
    PARTIAL = "partial"


class PaymentRule(StrEnum):
    """What a shop wants to see before it ships."""

    NONE = "none"
    AUTHORIZED = "authorized"
    PAID = "paid"


class ShortageRule(StrEnum):
    """What becomes of an order that there is no stock for."""

    HOLD = "hold"
    CANCEL = "cancel"


class PaymentKind(StrEnum):
    """What a payment provider says has happened."""

    AUTHORIZED = "authorized"
    CAPTURED = "captured"
    REFUNDED = "refunded"
    VOIDED = "voided"


@dataclass(frozen=True)
class ShopRules:
    """What a shop has decided for its orders; an order keeps the rules it was placed under."""

    payment: PaymentRule = PaymentRule.NONE
    on_shortage: ShortageRule = ShortageRule.HOLD


@dataclass(frozen=True)
class Line:
    """A line's quantities in units: the truth that every derived status comes from."""

    line_id: str
    sku: str
    quantity: int
    requires_shipping: bool = True
    cancelled: int = 0
    allocated: int = 0
    backordered: int = 0
    fulfilled: int = 0
    delivered: int = 0
    returned: int = 0
    refunded: int = 0
    restocked: Mapping[str, int] = field(default_factory=dict)
    """Units that came back and can be sold again, by location id."""

    @property
    def wanted(self) -> int:
        """Units that were ordered and not cancelled."""
        return self.quantity - self.cancelled

    @property
    def open(self) -> int:
        """Units that are still to be shipped."""
        return max(0, self.wanted - self.fulfilled)


@dataclass(frozen=True)
class Hold:
    """A reason to wait. A hold is a fact beside the status, not a status."""

    id: str
    kind: HoldKind
    placed_at: datetime
    note: str | None = None


@dataclass(frozen=True)
class Shipment:
    """What the order knows of a shipment: its newest version wins."""

    version: int
    lines: Mapping[str, int]
    """Units by line id."""
    delivered: bool = False
    unmatched: bool = False
    """It carries units of a line that was cancelled, is over-shipped or does not exist."""


@dataclass(frozen=True)
class Payment:
    """One payment fact, in minor units."""

    kind: PaymentKind
    amount: int
    reference: str | None = None


@dataclass(frozen=True)
class Payments:
    """Sums of payment facts, in minor units of the order's currency."""

    authorized: int = 0
    captured: int = 0
    refunded: int = 0
    voided: int = 0

    @classmethod
    def total(cls, facts: Iterable[Payment]) -> "Payments":
        """Return the sums of a list of facts."""
        sums = dict.fromkeys(PaymentKind, 0)
        for fact in facts:
            sums[fact.kind] += fact.amount
        return cls(**{kind.value: amount for kind, amount in sums.items()})


@dataclass(frozen=True)
class Order:
    """What changes of an order."""

    shop_id: str
    order_id: str
    version: int
    number: str
    status: OrderStatus
    placed_at: datetime
    updated_at: datetime
    channel: str
    external_id: str | None
    currency: str
    total: int
    ship_country: str
    """ISO 3166-1 alpha-2; "" where nothing is shipped or nobody knows where to."""
    lines: tuple[Line, ...]
    rules: ShopRules = ShopRules()
    allocation: AllocationRule = AllocationRule.ALL
    holds: tuple[Hold, ...] = ()
    payments: Payments = Payments()
    shipments: Mapping[str, Shipment] = field(default_factory=dict)
    asks_stock: bool = True
    """False while a line's SKU is unknown: inventory could not answer for the whole order."""
    inventory_version: int = 0
    """Version of the newest stock decision applied; 0 while stock is undecided."""
    platform_version: int = 0
    """Version of the newest platform observation applied; 0 for an order no platform told of."""
    cancel_reason: CancelReason | None = None
    cancelled_at: datetime | None = None
    asked_at: datetime | None = None
    """When it asked for stock, where that is not about when it was placed."""
    test: bool = False

    @property
    def ended(self) -> bool:
        """True where no further change of the customer's wish is possible."""
        return self.status in {
            OrderStatus.COMPLETED,
            OrderStatus.CANCELLED,
            OrderStatus.EXPIRED,
        }

    @property
    def has_open_units(self) -> bool:
        """True while something is still to be shipped."""
        return any(line.open for line in self.lines)


@dataclass(frozen=True)
class Stamp:
    """Who makes a change, when, and on behalf of which request."""

    at: datetime
    actor: str
    correlation_id: str
