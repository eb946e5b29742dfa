"""Parts of an order: lines, holds, payments, and what it knows of shipments."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Line:
    """A line: units, and what they are sold for; discount and tax are for the whole line."""

    id: str
    sku: str
    quantity: int
    price: int
    discount: int = 0
    tax: int = 0
    share: int = 0
    """Its part of the order's discounts."""
    title: str | None = None
    ships: bool = True
    cancelled: int = 0
    allocated: int = 0
    owed: int = 0
    sent: int = 0
    delivered: int = 0
    returned: int = 0
    refunded: int = 0
    back: Counter[str] = field(default_factory=Counter)
    """Units that came back and can be sold again, by location."""
    pending: bool = False
    """An edit would add it, and reserves for it: nobody else counts it."""

    @property
    def wanted(self) -> int:
        """Units ordered and not cancelled."""
        return self.quantity - self.cancelled

    @property
    def open(self) -> int:
        """Units still to be shipped."""
        return max(0, self.wanted - self.sent)

    def worth(self, units: int, *, tax_included: bool) -> int:
        """What the first so many units cost, with their part of discounts and tax."""
        reduced = (self.discount + self.share) * units // self.quantity
        tax = 0 if tax_included else self.tax * units // self.quantity
        return self.price * units - reduced + tax

    def cost(self, units: int, *, tax_included: bool) -> int:
        """What so many of the units are worth that are still charged."""
        charged = self.quantity - self.cancelled - self.refunded
        rest = self.worth(charged - units, tax_included=tax_included)
        return self.worth(charged, tax_included=tax_included) - rest


@dataclass
class Hold:
    """A reason to wait."""

    kind: str
    note: str | None
    at: float
    id: str = ""


@dataclass
class Payment:
    """A payment fact."""

    kind: str
    amount: int
    reference: str | None
    at: float
    return_id: str | None = None
    later: bool = False
    """Told after the order was placed."""

    @property
    def told(self) -> tuple[str, int, str | None]:
        """What makes it the same fact."""
        return self.kind, self.amount, self.reference


@dataclass
class Parcel:
    """What an order knows of a shipment."""

    lines: dict[str, int]
    delivered: bool = False
    ended: bool = False
    unmatched: bool = False
