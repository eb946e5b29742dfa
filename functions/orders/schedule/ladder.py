"""At which ages orders are looked at, and which instants a run of the schedule has to cover. Pure.

An order crosses a rung at the instant it becomes that old. A run covers what was crossed since the
rung's mark, so that late, missed and overlapping runs are one case: each crossing lies between
exactly two successive marks.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

MOMENT: Final = timedelta(milliseconds=1)
"""Instants are stored to the millisecond."""

OrderKey = tuple[str, str]
"""Shop and order id."""
Marks = Mapping[str, datetime]
"""Up to when, and with that instant, each rung is covered; by the rung's name."""


class Rung(NamedTuple):
    """An age at which an order should long have been decided."""

    name: str
    age: timedelta
    pace: timedelta
    """It is looked at no more often, for each look costs a query per shop."""


LADDER: Final = (
    Rung("2m", timedelta(minutes=2), timedelta(0)),
    Rung("10m", timedelta(minutes=10), timedelta(minutes=2)),
    Rung("1h", timedelta(hours=1), timedelta(minutes=10)),
    Rung("6h", timedelta(hours=6), timedelta(hours=1)),
    Rung("24h", timedelta(hours=24), timedelta(hours=1)),
)


class Span(NamedTuple):
    """The instants (start, end] at which a rung was crossed."""

    rung: Rung
    start: datetime
    end: datetime

    @property
    def first(self) -> datetime:
        """When the oldest order that crossed the rung in the span had asked."""
        return self.start - self.rung.age + MOMENT

    @property
    def last(self) -> datetime:
        """When the youngest of them had asked; both ends belong to it."""
        return self.end - self.rung.age

    def crossed_at(self, asked_at: datetime) -> datetime:
        """When an order that asked then became as old as the rung."""
        return asked_at + self.rung.age


class Marked(NamedTuple):
    """The marks, and the version they are stored in; 0 for none yet."""

    version: int
    marks: Marks


class Crossing(NamedTuple):
    """An order that became as old as a rung."""

    at: datetime
    shop_id: str
    order_id: str
    rung: str

    @property
    def key(self) -> OrderKey:
        """Which order it is."""
        return self.shop_id, self.order_id


def spans_due(marks: Marks, now: datetime) -> list[Span]:
    """Tell what a run has to cover; a rung without a mark begins now."""
    spans = [Span(rung, marks.get(rung.name, now), now) for rung in LADDER]
    return [span for span in spans if now > span.start and now >= span.start + span.rung.pace]


def marks_after(
    marks: Marks, spans: Sequence[Span], now: datetime, stopped_at: datetime | None = None
) -> dict[str, datetime]:
    """Return the marks once all that was crossed before ``stopped_at`` is done; None: all of it.

    No mark goes back, and marks of other names are kept.
    """
    begun = {rung.name: now for rung in LADDER} | dict(marks)
    last = now if stopped_at is None else stopped_at - MOMENT
    return begun | {span.rung.name: max(span.start, min(span.end, last)) for span in spans}
