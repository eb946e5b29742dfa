"""The order as the business sees it: plain values, without storage, HTTP or clock."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

MAX_LINES: Final = 500


class OrderStatus(StrEnum):
    """Where an order stands; its other statuses are derived from its quantities and money."""

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

    AWAITING_PAYMENT = "AWAITING_PAYMENT"
    AWAITING_RETURN_ITEMS = "AWAITING_RETURN_ITEMS"
    HIGH_RISK_OF_FRAUD = "HIGH_RISK_OF_FRAUD"
    INCORRECT_ADDRESS = "INCORRECT_ADDRESS"
    INVENTORY_OUT_OF_STOCK = "INVENTORY_OUT_OF_STOCK"
    """Placed by a stock decision alone."""
    UNKNOWN_DELIVERY_DATE = "UNKNOWN_DELIVERY_DATE"
    OTHER = "OTHER"


class ReturnState(StrEnum):
    """Where a return stands."""

    REQUESTED = "requested"
    APPROVED = "approved"
    """The goods may be sent back; some of them may have arrived."""
    RECEIVED = "received"
    """All that was agreed has arrived; the money may be due."""
    REFUNDED = "refunded"
    DECLINED = "declined"
    CANCELLED = "cancelled"

    @property
    def is_open(self) -> bool:
        """Whether goods may still come back."""
        return self in {ReturnState.REQUESTED, ReturnState.APPROVED}


class EditState(StrEnum):
    """Where the confirmation of an edit stands."""

    RESERVING = "reserving"
    """What it adds is being reserved; the order is otherwise as before."""
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    """Stock was short, or it no longer fitted the order: nothing was changed."""


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
    payment_minutes: int | None = None
    """Minutes until an order that the payment rule is not met for expires; None: it never does."""


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
    edit_id: str | None = None
    """The edit that adds this line, while it is not certain: then the line is only reserved for."""

    @property
    def wanted(self) -> int:
        """Units that were ordered and not cancelled."""
        return self.quantity - self.cancelled

    @property
    def charged(self) -> int:
        """Units that the customer is to pay: neither cancelled nor refunded after a return."""
        return self.quantity - self.cancelled - self.refunded

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
    ended: bool = False
    """It will not be delivered any more: it went back to its sender, was called off or was lost."""
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
class OrderEdit:
    """The newest edit that was confirmed, and what became of it."""

    edit_id: str
    state: EditState
    reason: str | None = None
    """Why it was declined."""
    since: int = 0
    """While it is reserving: the version of the order that first asked for what it adds."""
    charged_at: datetime | None = None
    """When an edit last made the order dearer: from then on there is time to pay again."""


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
    """What was agreed: as placed, with what confirmed edits added; minor units."""
    ship_country: str
    """ISO 3166-1 alpha-2; "" where nothing is shipped or nobody knows where to."""
    lines: tuple[Line, ...]
    rules: ShopRules = ShopRules()
    allocation: AllocationRule = AllocationRule.ALL
    holds: tuple[Hold, ...] = ()
    removed: int = 0
    """What of ``total`` fell away: cancelled units, and refunds of what was kept; minor units."""
    payments: Payments = Payments()
    payment_facts: int = 0
    """How many payment facts were told after the order was placed."""
    shipments: Mapping[str, Shipment] = field(default_factory=dict)
    asks_stock: bool = True
    """False while it is held for an unknown SKU: inventory could not answer for the whole order."""
    inventory_version: int = 0
    """Version of the newest stock decision applied; 0 while stock is undecided."""
    platform_version: int = 0
    """Version of the newest platform observation applied; 0 for an order no platform told of."""
    cancel_reason: CancelReason | None = None
    cancelled_at: datetime | None = None
    confirmed_at: datetime | None = None
    completed_at: datetime | None = None
    edit: OrderEdit | None = None
    returns: Mapping[str, ReturnState] = field(default_factory=dict)
    """Where each return of the order stands."""
    asked_at: datetime | None = None
    """When it asked for stock, where that is not about when it was placed."""
    tags: tuple[str, ...] = ()
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
    def agreed_lines(self) -> tuple[Line, ...]:
        """The lines without those that an edit would add and that are not certain yet."""
        return tuple(line for line in self.lines if line.edit_id is None)

    @property
    def has_open_units(self) -> bool:
        """True while something is still to be shipped."""
        return any(line.open for line in self.agreed_lines)

    @property
    def current_total(self) -> int:
        """What the order comes to, without what fell away; minor units."""
        return self.total - self.removed


@dataclass(frozen=True)
class Stamp:
    """Who makes a change, when, and on behalf of which request."""

    at: datetime
    actor: str
    correlation_id: str
