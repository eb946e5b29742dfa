"""The use case of the schedule: orders that nobody has decided for long are driven again.

A record of a stream may be lost: it is kept for a day, and may end in a failure queue or be set
aside. Then an order waits for a decision that nobody will make, or that nobody has told it of.
"""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Final, Protocol

from orders.news import read_decision
from orders.reactions import StockReactions
from orders.records import Change
from orders.schedule.asking import has_waited, is_undecided
from orders.schedule.ladder import Crossing, Marked, Marks, OrderKey, Span, marks_after, spans_due
from orders.writing import OrderWriter
from waybill.dynamo import MAX_BATCH_GET, ContentionError, Item, is_transient
from waybill.keys import ASKED_BUCKETS
from waybill.observability import count, describe_error, logger

BY_SCHEDULE: Final = "schedule"
MAX_DRIVEN: Final = 1_000
"""Orders a run drives; the rest is the next run's."""
MAX_LOOKED_AT: Final = 20_000
"""Orders a run reads."""


class Crossings(Protocol):
    """Orders by when they asked; see :class:`orders.schedule.repository.ScheduleRepository`."""

    def shops(self) -> Iterator[str]:
        """Every shop that has placed an order."""

    def marks(self) -> Marked:
        """Up to when orders were looked at."""

    def move_marks(self, seen: int, marks: Marks, now: datetime) -> bool:
        """Store marks; False where another run was faster."""

    def placed_in(self, shop_id: str, span: Span) -> Iterator[Crossing]:
        """A shop's orders that crossed a rung by their placement, in order of crossing."""

    def asked_in(self, bucket: int, span: Span) -> Iterator[Crossing]:
        """Those of any shop that crossed it since they asked, long after their placement."""

    def undecided(self, orders: set[OrderKey]) -> set[OrderKey]:
        """Those of at most 100 orders that seemed undecided a second ago."""


class Decisions(Protocol):
    """What inventory has decided; see :class:`waybill.views.InventoryView`."""

    def decision(self, shop_id: str, order_id: str) -> Item | None:
        """version, order_version, decision, lines; None while there is none."""


@dataclass
class _Run:
    """How far a run has come."""

    looked_at: int = 0
    driven: int = 0
    stopped_at: datetime | None = None
    """The crossing it did not get to; None: it got to the end."""
    failure: Exception | None = None
    tried: set[OrderKey] = field(default_factory=set)


@dataclass(frozen=True)
class Driver:
    """Finds undecided orders by their age, without a write on the way of any other."""

    crossings: Crossings
    decisions: Decisions
    writer: OrderWriter
    max_driven: int = MAX_DRIVEN
    max_looked_at: int = MAX_LOOKED_AT

    def run(self) -> int:
        """Cover what has become due since the last run; the number of orders driven again.

        The marks move over what was done alone, in one write. The first error is raised after it:
        an order that fails by itself delays no other, and where AWS refuses, the next run goes on.
        """
        now = self.writer.now()
        seen = self.crossings.marks()
        spans = spans_due(seen.marks, now)
        run = _Run()
        self._work_off(self._crossed(spans), run)
        marks = marks_after(seen.marks, spans, now, run.stopped_at)
        self.crossings.move_marks(seen.version, marks, now)
        if run.failure:
            raise run.failure
        return run.driven

    def _crossed(self, spans: list[Span]) -> Iterator[Crossing]:
        """Tell who crossed a rung, the first to do so first; read as far as it is asked for."""
        rows = [self.crossings.asked_in(n, span) for span in spans for n in range(ASKED_BUCKETS)]
        if spans:
            for shop_id in self.crossings.shops():
                rows += [self.crossings.placed_in(shop_id, span) for span in spans]
        return heapq.merge(*rows, key=lambda crossing: crossing.at)

    def _work_off(self, crossed: Iterator[Crossing], run: _Run) -> None:
        last: datetime | None = None
        for crossing, undecided in self._looked_up(crossed):
            spent = run.driven >= self.max_driven or run.looked_at >= self.max_looked_at
            if spent and crossing.at != last:  # what is crossed at one instant is done together
                run.stopped_at = crossing.at
                return
            last = crossing.at
            run.looked_at += 1
            if undecided and crossing.key not in run.tried and not self._try(crossing, run):
                run.stopped_at = crossing.at
                return

    def _looked_up(self, crossed: Iterator[Crossing]) -> Iterator[tuple[Crossing, bool]]:
        while page := list(islice(crossed, MAX_BATCH_GET)):
            undecided = self.crossings.undecided({crossing.key for crossing in page})
            yield from ((crossing, crossing.key in undecided) for crossing in page)

    def _try(self, crossing: Crossing, run: _Run) -> bool:
        """Drive one order; False where AWS refuses for now, so that the run ends here."""
        run.tried.add(crossing.key)
        try:
            run.driven += self._drive(crossing)
        except ContentionError:  # somebody is at it: if that does not help, the next rung will
            logger.warning("order not driven", shop_id=crossing.shop_id, order_id=crossing.order_id)
        except Exception as error:
            run.failure = run.failure or error
            if is_transient(error):
                return False
            logger.error(
                "order cannot be driven",
                shop_id=crossing.shop_id,
                order_id=crossing.order_id,
                **describe_error(error),
            )
        return True

    def _drive(self, crossing: Crossing) -> bool:
        """Tell the order what was decided, or ask for a decision; False if it has one by now."""
        shop_id, order_id = crossing.key
        made = self.decisions.decision(shop_id, order_id)
        told = made is not None and StockReactions(self.writer).decided(
            shop_id, order_id, read_decision(made)
        )
        before, after = self.writer.change(  # what was decided may say nothing of an edit
            shop_id,
            order_id,
            BY_SCHEDULE,
            lambda order, _: (
                Change(order, asks_again=True)
                if is_undecided(order) and has_waited(order, crossing.at)
                else None
            ),
        )
        driven = told or after is not before
        if driven:
            count("OrdersDrivenAgain")
            logger.warning(
                "order driven again",
                shop_id=shop_id,
                order_id=order_id,
                age=crossing.rung,
                decided=made is not None,
            )
        return driven
