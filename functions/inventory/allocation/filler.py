"""The use case of stock that arrived: orders that wait for it get it, who was placed first first.

Which orders wait is asked of an index, which may be seconds behind; how many units are owed stands
at the SKU's home and is read consistently. So it is known when somebody was not found: then the
whole is done again, rather than an order left waiting beside the stock it waits for.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from inventory.allocation.allocator import Outcome
from inventory.allocation.book import Book
from inventory.errors import StillOwedError
from inventory.stock import Demand, OrderKey, SkuKey, Stock
from waybill.observability import count, describe_error, logger

PAGE: Final = 100
"""Orders that are filled together; the next page is asked for when these are done."""
MAX_PAGES: Final = 100
"""Pages a call does; what is left after them is done when it is called again."""


class Waiting(Protocol):
    """Who waits for a SKU."""

    def stock(self, sku: SkuKey) -> Stock:
        """The SKU's levels, consistently."""

    def demands(self, sku: SkuKey, known: Iterable[OrderKey], limit: int) -> Sequence[Demand]:
        """What those who wait longest ask now.

        ``known`` are orders that wait and may not be in the index yet.
        """


class Fills(Protocol):
    """Gives what has arrived to orders; see :class:`inventory.allocation.allocator.Allocator`."""

    def fill(self, sku: SkuKey, demands: Iterable[Demand]) -> Outcome:
        """Bring these orders' allocations up to what is there."""


@dataclass(frozen=True)
class Filler:
    """Fills what is owed."""

    waiting: Waiting
    allocator: Fills

    def fill(self, sku: SkuKey, known: Iterable[OrderKey] = ()) -> None:
        """Give what there is of a SKU to those who wait for it, until there is none or nobody.

        Raises :class:`StillOwedError` where that could not be finished: call again later.
        """
        known = set(known)
        before = None
        for _ in range(MAX_PAGES):
            book = Book(self.waiting.stock(sku))
            state = book.on_shelves(*sku), book.owed(*sku)
            if not all(state):
                return
            if state == before:
                break
            outcome = self.allocator.fill(sku, self.waiting.demands(sku, known, PAGE))
            for key, error in outcome.poisoned.items():
                count("UnfillableOrders")
                logger.error("order not filled", order_id=key.order_id, **describe_error(error))
            before = state
        count("FillsPostponed")
        raise StillOwedError
