"""How a carrier fares: calls, errors, news, how late we knew, its breaker and pause. Pure.

One item per carrier. Who asks a carrier without a budget and is answered writes nothing here: its
requests were counted with the sweep. What it has to tell for the operator's eyes alone, one task in
a few tells, drawn by lot, for them all.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from tracking.accounts.breaker import CLOSED, Breaker, Outcome, State
from tracking.accounts.settings import DAYS, instant, utc_day

DRAWN: Final = 16
"""Tasks of which one is drawn by lot to tell what only the operator looks at; it counts for all."""
_BUCKETS: Final = 15
"""Delays are counted by powers of two: under 1 minute, under 2, … the last from 8192 on."""


@dataclass(frozen=True)
class Day:
    """What was counted on one UTC day."""

    calls: int = 0
    """Requests to the carrier, those for tokens among them: what its budget counts.

    Of a carrier without a budget, those that no sweep had counted; below 0 where fewer were made.
    """
    errors: int = 0
    news: int = 0
    """Calls that brought news."""
    delays: tuple[int, ...] = ()
    """Scans by how late they were known, see :func:`bucket`."""

    def __add__(self, other: "Day") -> "Day":
        longer, shorter = sorted((self.delays, other.delays), key=len, reverse=True)
        padded = shorter + (0,) * (len(longer) - len(shorter))
        return Day(
            self.calls + other.calls,
            self.errors + other.errors,
            self.news + other.news,
            tuple(a + b for a, b in zip(longer, padded, strict=True)),
        )


@dataclass
class Tally:
    """What one task, or one refresh, did with its carrier."""

    outcomes: list[tuple[Outcome, float]] = field(default_factory=list)
    """Each request's, with its instant in seconds since 1970."""
    reserved: int = 0
    """How many of them were counted before they were asked; those that were not are given back."""
    reserved_on: str = ""
    """The UTC day that they were counted on."""
    news: int = 0
    delays: list[timedelta] = field(default_factory=list)
    weight: int = 1
    """For how many tasks it counts."""
    paused_until: datetime | None = None
    missed_from: float | None = None
    """Where the span of a task begins whose questions the carrier was spared."""

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to remember."""
        return not self.outcomes and not self.reserved and self.missed_from is None

    @property
    def is_smooth(self) -> bool:
        """Whether each request was answered: nothing that others must know before they ask."""
        answered = all(outcome is Outcome.ANSWERED for outcome, _ in self.outcomes)
        return answered and self.paused_until is None and self.missed_from is None

    @property
    def is_as_counted(self) -> bool:
        """Whether as many requests were made as had been counted before, and brought nothing."""
        return len(self.outcomes) == self.reserved and not self.news


@dataclass(frozen=True)
class Usage:
    """How a carrier has fared in the last days, and whether it may be asked now."""

    version: int = 0
    days: Mapping[str, Day] = field(default_factory=dict)
    breaker: Breaker = CLOSED
    last_call: float = 0.0
    """Seconds since 1970."""
    paused_until: datetime | None = None
    """The carrier wants no questions before (429)."""
    missed_from: float | None = None
    """Since when questions fell due that the carrier was spared: they are asked again."""

    def calls_on(self, day: str) -> int:
        """Requests on a UTC day."""
        return self.days.get(day, Day()).calls

    def is_paused(self, now: datetime) -> bool:
        """Whether the carrier wants no questions now."""
        return self.paused_until is not None and now < self.paused_until

    def state(self, now: datetime) -> State:
        """What the breaker says now."""
        return self.breaker.state(now.timestamp())

    def total(self) -> Day:
        """The remembered days together."""
        return sum(self.days.values(), Day())

    def reserving(self, calls: int, now: datetime) -> "Usage":
        """With calls counted before they are made, so that nobody else spends them."""
        day = utc_day(now)
        return replace(
            self,
            version=self.version + 1,
            days=_kept(self.days, {day: Day(calls=calls)}),
            last_call=max(self.last_call, now.timestamp()),
        )

    def after(self, tally: Tally) -> "Usage":
        """With what a task did; others may have written meanwhile."""
        breaker, days = self.breaker, dict[str, Day]()
        weight = tally.weight
        for number, (outcome, at) in enumerate(tally.outcomes):
            breaker = breaker.after(outcome, at)
            day = utc_day(instant(at))
            calls, errors = number >= tally.reserved, outcome is not Outcome.ANSWERED
            days[day] = days.get(day, Day()) + Day(weight * calls, weight * errors)
        if (unspent := tally.reserved - len(tally.outcomes)) > 0:
            day = tally.reserved_on
            days[day] = days.get(day, Day()) + Day(calls=-weight * unspent)
        if tally.outcomes and (tally.news or tally.delays):
            day = utc_day(instant(tally.outcomes[-1][1]))
            delays = tuple(weight * many for many in histogram(tally.delays))
            days[day] += Day(news=weight * tally.news, delays=delays)
        return replace(
            self,
            version=self.version + 1,
            days=_kept(self.days, days),
            breaker=breaker,
            last_call=max((self.last_call, *(at for _, at in tally.outcomes))),
            paused_until=_latest(self.paused_until, tally.paused_until),
            missed_from=_earliest(self.missed_from, tally.missed_from),
        )


def bucket(delay: timedelta) -> int:
    """Which count a delay falls in: 0 for less than a minute, n for 2^(n-1) to 2^n minutes."""
    return min(max(0, int(delay.total_seconds() // 60)).bit_length(), _BUCKETS - 1)


def histogram(delays: Iterable[timedelta]) -> tuple[int, ...]:
    """How many delays fall in each bucket; no longer than it must be."""
    counts = [0] * _BUCKETS
    for delay in delays:
        counts[bucket(delay)] += 1
    while counts and not counts[-1]:
        counts.pop()
    return tuple(counts)


def median_minutes(delays: tuple[int, ...]) -> float | None:
    """The median delay, as if those in a bucket lay evenly in it; None where nothing was told."""
    half = sum(delays) / 2
    before = 0
    for number, many in enumerate(delays):
        if many and before + many >= half:
            low, high = (2.0 ** (number - 1) if number else 0.0), 2.0**number
            return round(low + (high - low) * (half - before) / many, 1)
        before += many
    return None


def _kept(days: Mapping[str, Day], more: Mapping[str, Day]) -> dict[str, Day]:
    both = {day: days.get(day, Day()) + more.get(day, Day()) for day in sorted({*days, *more})}
    return dict(list(both.items())[-DAYS:])


def _latest(one: datetime | None, other: datetime | None) -> datetime | None:
    return max((at for at in (one, other) if at is not None), default=None)


def _earliest(one: float | None, other: float | None) -> float | None:
    return min((at for at in (one, other) if at is not None), default=None)
