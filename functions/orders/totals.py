"""An order's money: line amounts, order discounts by largest remainder, totals. Minor units."""

from collections.abc import Sequence
from dataclasses import dataclass

from orders.details import DetailLine, Totals
from waybill.amounts import spread


@dataclass(frozen=True)
class LinePrice:
    """What a line is sold for; ``discount`` and ``tax`` are for the whole line."""

    quantity: int
    unit_price: int
    discount: int = 0
    tax: int = 0

    @property
    def gross(self) -> int:
        """The line's price before any discount."""
        return self.quantity * self.unit_price

    @property
    def net(self) -> int:
        """The line's price after its own discount."""
        return self.gross - self.discount


def shares(lines: Sequence[LinePrice], order_discount: int) -> list[int]:
    """Each line's part of the order's discounts, by its price after its own discount.

    Largest remainder: the parts add up to the discount, and no part exceeds its line.
    """
    return spread(order_discount, [line.net for line in lines])


def totals(
    lines: Sequence[LinePrice], order_discount: int, shipping: int, *, prices_include_tax: bool
) -> Totals:
    """Add up: total = subtotal - discount + shipping + tax, tax left out where prices hold it."""
    subtotal = sum(line.gross for line in lines)
    discount = sum(line.discount for line in lines) + order_discount
    tax = sum(line.tax for line in lines)
    return Totals(
        subtotal=subtotal,
        discount=discount,
        shipping=shipping,
        tax=tax,
        total=subtotal - discount + shipping + (0 if prices_include_tax else tax),
    )


def cumulated(amount: int, quantity: int, units: int) -> int:
    """The part of an amount for a whole line that falls on its first ``units`` units.

    So every unit has its part from the beginning: what units cost, whenever and in whatever
    portions they go, adds up to the amount exactly.
    """
    return amount * units // quantity


def worth(line: DetailLine, units: int, *, prices_include_tax: bool) -> int:
    """What the first ``units`` units of a line cost, with their parts of discounts and tax."""
    reduction = cumulated(line.discount + line.share, line.quantity, units)
    tax = 0 if prices_include_tax else cumulated(line.tax, line.quantity, units)
    return line.unit_price * units - reduction + tax
