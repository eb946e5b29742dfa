"""How soon scans are seen, and for how many questions: the shipped cadence beside fixed ones.

Follows synthetic parcels of several worlds with the functions that planner and workers call, as a
sweep each minute would, and prints for each policy: questions per delivered parcel until its
delivery is seen, and the median and 90th percentile of the delay (minutes) of all scans and of
milestones. The daily checks after delivery are counted apart.

Policies: the shipped one unlearned, and after 250 and 2,000 other parcels of the same world; fixed
intervals; a ladder of 3, 6, 12 and 24 hours that starts again at each news; and, below each shipped
one, the fixed interval that asks as many questions.
"""

import argparse
import random
import statistics
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import reduce
from math import ceil
from typing import Final

from bench.parcel_worlds import HOUR, WORLDS, Journey, World
from tracking.cadence import (
    PRIOR,
    ROUND,
    UNLEARNED,
    Entry,
    Rhythm,
    Span,
    Tempo,
    is_due,
    is_due_in_slot,
    journey_of,
    last_visit,
    learned,
    next_due,
    slot_of,
    tempo_of,
)
from tracking.shipment import Due, Parcel, Silence

PARCELS: Final = 4000
LESSONS: Final = (250, 2000)
_CHECKED: Final = 100
"""Parcels whose checks after delivery are followed as well."""
_MINUTE: Final = 60
_MILESTONES: Final = frozenset({"EDG", "EMI", "EMH", "EME"})


@dataclass(frozen=True)
class Seen:
    """What following a parcel brought."""

    questions: int
    delays: tuple[tuple[str, float], ...]
    """Code of a scan and the seconds until it was seen."""


Follow = Callable[[Journey], Seen]


@dataclass(frozen=True)
class Figures:
    """One line of the table; delays in minutes."""

    questions: float
    median: float
    p90: float
    milestone_median: float
    milestone_p90: float
    out: float
    """Median delay of out for delivery."""
    delivered: float

    def __str__(self) -> str:
        return (
            f"{self.questions:9.1f} {self.median:8.0f} {self.p90:6.0f} {self.milestone_median:10.0f}"
            f" {self.milestone_p90:6.0f} {self.out:6.0f} {self.delivered:9.0f}"
        )


def figures(parcels: Iterable[Seen]) -> Figures:
    """Means and quantiles over parcels."""
    seen = list(parcels)
    delays = [(code, delay / _MINUTE) for each in seen for code, delay in each.delays]
    everything = [delay for _, delay in delays]
    milestones = [delay for code, delay in delays if code in _MILESTONES]
    return Figures(
        questions=statistics.fmean(each.questions for each in seen),
        median=statistics.median(everything),
        p90=statistics.quantiles(everything, n=10)[-1],
        milestone_median=statistics.median(milestones),
        milestone_p90=statistics.quantiles(milestones, n=10)[-1],
        out=statistics.median(delay for code, delay in delays if code == "EDG"),
        delivered=statistics.median(delay for code, delay in delays if code == "EMI"),
    )


def shipped(tempo: Tempo = PRIOR, *, uses_estimate: bool = True) -> Follow:
    """The policy that planner and workers have, at this tempo."""

    def follow(journey: Journey) -> Seen:
        case = _Case(journey, journey.estimate if uses_estimate else None)
        while not case.is_delivered:
            case.ask(next_question(case.entry, case.now, tempo))
        return Seen(case.questions, tuple(case.delays))

    return follow


def checks_after_delivery(journey: Journey, tempo: Tempo = PRIOR) -> int:
    """How many questions follow until the shipment leaves the index."""
    case = _Case(journey, None)
    while case.due is not None:
        if case.is_delivered:
            before = case.questions
            break
        case.ask(next_question(case.entry, case.now, tempo))
    while case.due is not None:
        case.ask(next_question(case.entry, case.now, tempo))
    return case.questions - before


def next_question(entry: Entry, now: float, tempo: Tempo) -> float:
    """When the shipment is next asked about, by a sweep each minute that has just been at ``now``.

    Hours in which nothing is due are skipped at one look: a span asks what its minutes ask.
    """
    at = now
    while at - entry.created_at < 2 * _MINUTE:
        at = _minute_after(at)
        if is_due(entry, Span(at - _MINUTE, at), tempo):
            return at
    visit = float(last_visit(slot_of(entry.shipment_id), at))
    stride = 4 * ROUND
    while not is_due_in_slot(entry, Span(visit, visit + stride), tempo):
        visit += stride
    while not is_due_in_slot(entry, Span(visit, visit + ROUND), tempo):
        visit += ROUND
    return visit + ROUND


class _Case:
    """A parcel that is followed as a worker would: it asks, reads, and decides how to go on."""

    def __init__(self, journey: Journey, estimate: datetime | None) -> None:
        self.journey = journey
        self.estimate = estimate
        self.now = journey.created
        self.created = datetime.fromtimestamp(journey.created, UTC)
        self.times = [scan.at.timestamp() for scan in journey.scans]
        self.known = 0
        self.questions = 0
        self.delays: list[tuple[str, float]] = []
        self.due = self._next(Silence.NONE)

    @property
    def is_delivered(self) -> bool:
        return self.known == len(self.times)

    @property
    def entry(self) -> Entry:
        assert self.due is not None
        return Entry("shop", self.journey.id, self.journey.created, self.due)

    def ask(self, at: float) -> None:
        self.now = at
        self.questions += 1
        before = self.known
        while self.known < len(self.times) and self.times[self.known] <= at:
            if self.times[self.known] >= self.journey.created:
                delay = at - self.times[self.known]
                self.delays.append((self.journey.scans[self.known].code, delay))
            self.known += 1
        if self.known > before or not self.known or self.is_delivered:
            self.due = self._next(Silence.NONE if self.known else Silence.NOT_FOUND)

    def _next(self, silence: Silence) -> Due | None:
        parcel = Parcel("EE1", "ems", self.journey.scans[: self.known], silence)
        now = datetime.fromtimestamp(self.now, UTC)
        before = self.due if self.questions else None
        estimate = self.estimate if self.known else None
        return next_due(
            self.journey.id, [parcel], before, self.created, now, estimate=estimate
        )


def fixed(seconds: float) -> Follow:
    """Asks at an interval, each parcel in a phase of its own."""

    def follow(journey: Journey) -> Seen:
        first = journey.created + seconds * _phase(journey)
        times = [scan.at.timestamp() for scan in journey.scans]

        def seen(at: float) -> float:
            return first + max(0, ceil((at - first) / seconds)) * seconds

        delays = tuple(
            (scan.code, seen(at) - at)
            for scan, at in zip(journey.scans, times, strict=True)
            if at >= journey.created
        )
        return Seen(round((seen(times[-1]) - first) / seconds) + 1, delays)

    return follow


def ladder(*rungs: float) -> Follow:
    """Waits longer after each question without news, and starts again at news."""

    def follow(journey: Journey) -> Seen:
        at, rung, known, asked = journey.created + rungs[0] * _phase(journey), 0, 0, 0
        times = [scan.at.timestamp() for scan in journey.scans]
        delays: list[tuple[str, float]] = []
        while True:
            asked, before = asked + 1, known
            while known < len(times) and times[known] <= at:
                if times[known] >= journey.created:
                    delays.append((journey.scans[known].code, at - times[known]))
                known += 1
            if known == len(times):
                return Seen(asked, tuple(delays))
            rung = 0 if known > before else min(rung + 1, len(rungs) - 1)
            at += rungs[rung]

    return follow


def as_many(questions: float, journeys: Sequence[Journey]) -> Figures:
    """The fixed interval that asks so many questions per parcel."""
    low, high = HOUR / 10, 48.0 * HOUR
    for _ in range(20):
        middle = (low + high) / 2
        asked = statistics.fmean(fixed(middle)(each).questions for each in journeys)
        low, high = (low, middle) if asked < questions else (middle, high)
    return figures(map(fixed(high), journeys))


def taught(world: World, lessons: int) -> Rhythm:
    """What other parcels of a world teach."""
    parcels = (Parcel("EE1", "ems", each.scans) for each in world.journeys(lessons, "lessons"))
    return reduce(learned, map(journey_of, parcels), UNLEARNED)


def _phase(journey: Journey) -> float:
    return zlib.crc32(f"phase{journey.id}".encode()) / 2**32


def _minute_after(at: float) -> float:
    return (at // _MINUTE + 1) * _MINUTE


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parcels", type=int, default=PARCELS)
    parser.add_argument("--world", choices=[world.name for world in WORLDS])
    arguments = parser.parse_args()
    print(f"{'':33}questions      all scans       milestones      out delivered")
    print(f"{'world':10} {'policy':22} per parcel  median    p90     median    p90 median    median")
    for world in WORLDS:
        if arguments.world in (None, world.name):
            report(world, arguments.parcels)


def report(world: World, parcels: int) -> None:
    """Print a world's table."""
    journeys = world.journeys(parcels)

    def line(policy: str, values: Figures) -> Figures:
        print(f"{world.name:10} {policy:22}{values}", flush=True)
        return values

    for hours in (1, 2, 6):
        line(f"fixed {hours} h", figures(map(fixed(hours * HOUR), journeys)))
    line("ladder 3-6-12-24 h", figures(map(ladder(*(h * HOUR for h in (3, 6, 12, 24))), journeys)))
    for lessons in (0, *LESSONS):
        tempo = tempo_of(taught(world, lessons))
        name = f"learned from {lessons}" if lessons else "unlearned"
        ours = line(name, figures(map(shipped(tempo), journeys)))
        same = line("  fixed, as many", as_many(ours.questions, journeys))
        print(
            f"{world.name:10}   median delay of milestones over it:"
            f" {ours.milestone_median / same.milestone_median:.2f},"
            f" of all scans: {ours.median / same.median:.2f}"
        )


if __name__ == "__main__":
    main()
