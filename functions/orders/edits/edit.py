"""An edit of an order as plain values: what is wished, what it comes to, and where it stands."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from orders.details import DetailLine

QUOTE_LASTS: Final = timedelta(hours=24)


class QuoteState(StrEnum):
    """Where an edit stands."""

    OPEN = "open"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    RESERVING = "reserving"
    """Confirmed; what it adds is being reserved, and the order is otherwise as before."""
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    """What it adds could not be reserved, or it no longer fitted: nothing was changed."""


QUOTE_TRANSITIONS: Final[Mapping[QuoteState, frozenset[QuoteState]]] = {
    QuoteState.OPEN: frozenset(
        {
            QuoteState.EXPIRED,
            QuoteState.WITHDRAWN,
            QuoteState.RESERVING,
            QuoteState.CONFIRMED,
        }
    ),
    QuoteState.RESERVING: frozenset({QuoteState.CONFIRMED, QuoteState.DECLINED}),
    QuoteState.EXPIRED: frozenset(),
    QuoteState.WITHDRAWN: frozenset(),
    QuoteState.CONFIRMED: frozenset(),
    QuoteState.DECLINED: frozenset(),
}
"""From each state, those that may follow; a new edit is open."""


@dataclass(frozen=True)
class NewLine:
    """A line to add, in minor units; discount and tax are for the whole line."""

    sku: str
    quantity: int
    unit_price: int
    discount: int = 0
    tax: int = 0
    title: str | None = None
    requires_shipping: bool = True


@dataclass(frozen=True)
class NewQuantity:
    """How many units of a line there are to be."""

    line_id: str
    quantity: int
    tax: int | None = None
    """Of the units that come to it, in minor units."""


@dataclass(frozen=True)
class Wish:
    """What an order is to become."""

    add: tuple[NewLine, ...] = ()
    set_to: tuple[NewQuantity, ...] = ()
    shipping: int | None = None
    """The price of shipping from then on, in minor units; None leaves it."""
    note: str | None = None


@dataclass(frozen=True)
class Added:
    """A line that the order gets; more of a line is a line of its own, at that one's price."""

    sold: DetailLine
    requires_shipping: bool = True
    raises: str | None = None
    """The line that there are to be more units of."""


@dataclass(frozen=True)
class Kept:
    """A line of the order as it was quoted: the units wanted before and after."""

    line_id: str
    before: int
    after: int


@dataclass(frozen=True)
class Quote:
    """What a wish comes to for an order as it stands; minor units."""

    added: tuple[Added, ...]
    kept: tuple[Kept, ...]
    shipping_before: int
    shipping_after: int
    total_before: int
    total_after: int

    @property
    def cuts(self) -> dict[str, int]:
        """Units that are cancelled, by line id."""
        return {k.line_id: k.before - k.after for k in self.kept if k.after < k.before}

    @property
    def charge(self) -> int:
        """What the customer is to pay more."""
        return max(0, self.total_after - self.total_before)

    @property
    def refund(self) -> int:
        """What the customer is to pay less."""
        return max(0, self.total_before - self.total_after)

    def does_the_same(self, other: "Quote") -> bool:
        """Whether both change an order alike, whatever else it may have become."""
        return (
            self.added == other.added
            and self.cuts == other.cuts
            and self.shipping_after == other.shipping_after
            and (self.charge, self.refund) == (other.charge, other.refund)
        )


@dataclass(frozen=True)
class Edit:
    """An edit as it is kept: the newest of an order beside it, earlier ones under their ids."""

    shop_id: str
    order_id: str
    edit_id: str
    version: int
    """Grows with every write of an order's newest edit, whichever that is."""
    request_hash: str
    wish: Wish
    quote: Quote
    currency: str
    created_at: datetime
    expires_at: datetime
    updated_at: datetime
    state: QuoteState = QuoteState.OPEN
    reason: str | None = None
    """Why it was declined."""
