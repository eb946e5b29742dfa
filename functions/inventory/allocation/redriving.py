"""The use case of the redrive: orders that were set aside are tried again.

A parked record holds a key and a version, no image: what is applied is the order as it now stands,
which covers whatever was set aside. Who fails again stays parked, and stops nobody else.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from inventory.allocation.allocator import Outcome
from inventory.allocation.images import read_demand
from inventory.allocation.parked import ParkedOrder
from inventory.stock import Demand, OrderKey, SkuKey
from waybill.dynamo import Item
from waybill.observability import count, describe_error, logger

PAGE: Final = 25
"""Orders that are tried together."""


class Parked(Protocol):
    """Where records are set aside; see :class:`ParkedRepository`."""

    def pages(self, size: int) -> Iterable[Sequence[ParkedOrder]]:
        """All that is parked, page by page."""

    def images(self, orders: Iterable[OrderKey]) -> Mapping[OrderKey, Item]:
        """The orders as they now stand; those that exist."""

    def remove(self, order: ParkedOrder) -> bool:
        """Forget it, unless it was parked again meanwhile."""


class Applies(Protocol):
    """Brings stock to what orders ask; see :class:`inventory.allocation.allocator.Allocator`."""

    def apply(self, demands: Iterable[Demand]) -> Outcome:
        """Apply at most one demand per order; never raises."""


class Fills(Protocol):
    """Gives what has arrived to those who wait; see :class:`inventory.allocation.filler.Filler`."""

    def fill(self, sku: SkuKey, known: Iterable[OrderKey] = ()) -> None:
        """Give what there is of a SKU to who waits for it."""


@dataclass
class Redriven:
    """What became of parked records."""

    healed: int = 0
    """Applied, or not needed any more."""
    kept: int = 0
    """Still failing by themselves, or refused by AWS for now."""


@dataclass(frozen=True)
class Redriver:
    """Tries parked orders again."""

    parked: Parked
    allocator: Applies
    filler: Fills

    def redrive(self, out_of_time: Callable[[], bool]) -> Redriven:
        """Try everything that is parked once, as far as there is time."""
        done = Redriven()
        for page in self.parked.pages(PAGE):
            if out_of_time():
                break
            self._redrive(page, done)
        if done.healed:
            count("RedrivenRecords", done.healed)
        if done.kept:
            count("RecordsStillParked", done.kept)
        return done

    def _redrive(self, page: Sequence[ParkedOrder], done: Redriven) -> None:
        """A page; where it fails as a whole, each of it alone."""
        try:
            self._try(page, done)
        except Exception as error:
            if len(page) == 1:
                logger.warning(
                    "not redriven", order_id=page[0].key.order_id, **describe_error(error)
                )
                done.kept += 1
                return
            for order in page:
                self._redrive([order], done)

    def _try(self, page: Sequence[ParkedOrder], done: Redriven) -> None:
        images = self.parked.images({order.key for order in page})
        readable = _Readable()
        for order in page:
            readable.add(order.key, images.get(order.key))
        outcome = self.allocator.apply(readable.demands.values())
        self._fill(outcome)
        for key, error in outcome.poisoned.items():
            logger.error("still parked", order_id=key.order_id, **describe_error(error))
        failed = readable.failed | outcome.undone | set(outcome.poisoned)
        removed = [order for order in page if order.key not in failed and self._forget(order)]
        done.healed += len(removed)
        done.kept += len(page) - len(removed)

    def _forget(self, order: ParkedOrder) -> bool:
        """What is applied but not forgotten is tried again next time, and changes nothing."""
        try:
            return self.parked.remove(order)
        except Exception as error:
            logger.warning("still parked", order_id=order.key.order_id, **describe_error(error))
            return False

    def _fill(self, outcome: Outcome) -> None:
        """Stock may have arrived between the look at it and the promise of units that are owed."""
        for sku, orders in outcome.waiting.items():
            try:
                self.filler.fill(sku, orders)
            except Exception as error:
                logger.warning("not filled yet", **describe_error(error))
                outcome.undone |= orders


@dataclass
class _Readable:
    """The demands of a page, and whose cannot be read."""

    demands: dict[OrderKey, Demand] = field(default_factory=dict)
    failed: set[OrderKey] = field(default_factory=set)

    def add(self, key: OrderKey, image: Item | None) -> None:
        """An order that is gone, or asks nothing, is done with."""
        try:
            demand = read_demand(image) if image else None
        except Exception as error:
            logger.error("still parked", order_id=key.order_id, **describe_error(error))
            self.failed.add(key)
        else:
            if demand:
                self.demands[key] = demand
