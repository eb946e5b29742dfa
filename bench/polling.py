"""How soon scans are seen, and for how many questions: the shipped cadence beside fixed ones.

Follows synthetic parcels of several worlds with the functions that planner and workers call, as a
sweep each minute would, and prints for each policy: questions per delivered parcel until its
delivery is seen, and the median and 90th percentile of the delay (minutes) of all scans and of
milestones. The daily checks after delivery are counted apart.

Policies: the shipped one unlearned, and after 2,000 other parcels of the same world; fixed
intervals; a ladder of 3, 6, 12 and 24 hours that starts again at each news; and, below each
shipped one, the fixed interval that asks as many questions.
"""

import argparse
import statistics
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Final

from bench.parcel_policies import Seen, checks_after_delivery, fixed, ladder, shipped
from bench.parcel_worlds import HOUR, MONDAY, WORLDS, Journey, World
from tracking.cadence import (
    ROUND,
    UNLEARNED,
    Entry,
    Rhythm,
    Span,
    is_due_in_slot,
    journey_of,
    learned,
    tempo_of,
)
from tracking.parcels.shipment import Due, Parcel
from tracking.parcels.states import Pace

PARCELS: Final = 4000
LESSONS: Final = 2000
FIXED: Final = (1, 2, 6)
LADDER: Final = (3, 6, 12, 24)
"""Hours."""
_CLOSE: Final = 0.1
_CHECKED: Final = 100
"""Parcels whose checks after delivery are followed as well."""
_MINUTE: Final = 60
_MILESTONES: Final = frozenset({"EDG", "EMI", "EMH", "EME"})


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
            f"{self.questions:9.1f} |{self.median:6.0f} {self.p90:6.0f} |"
            f"{self.milestone_median:6.0f} {self.milestone_p90:6.0f} |"
            f"{self.out:6.0f} {self.delivered:6.0f}"
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


def as_many(questions: float, journeys: Sequence[Journey]) -> Figures:
    """The fixed interval that asks so many questions per parcel, to a tenth."""
    interval = 4.0 * HOUR
    while abs((same := figures(map(fixed(interval), journeys))).questions - questions) > _CLOSE:
        interval *= same.questions / questions
    return same


def taught(world: World, lessons: int) -> Rhythm:
    """What other parcels of a world teach."""
    parcels = (Parcel("EE1", "ems", each.scans) for each in world.journeys(lessons, "lessons"))
    return reduce(learned, map(journey_of, parcels), UNLEARNED)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parcels", type=int, default=PARCELS)
    parser.add_argument("--lessons", type=int, default=LESSONS)
    parser.add_argument("--world", choices=[world.name for world in WORLDS])
    parser.add_argument("--entries", type=int, help="time a sweep of so many, and nothing else")
    arguments = parser.parse_args()
    if arguments.entries:
        decide(arguments.entries)
        return
    print("questions: per parcel until its delivery is seen; delays in minutes, median and p90")
    print(f"{'world':10} {'policy':22}questions |  all scans   |  milestones  |  out delivered")
    for world in WORLDS:
        if arguments.world in (None, world.name):
            report(world, arguments.parcels, arguments.lessons)


def report(world: World, parcels: int, lessons: int) -> None:
    """Print a world's table."""
    journeys = world.journeys(parcels)

    def line(policy: str, values: Figures) -> Figures:
        print(f"{world.name:10} {policy:22}{values}", flush=True)
        return values

    for hours in FIXED:
        line(f"fixed {hours} h", figures(map(fixed(hours * HOUR), journeys)))
    rungs = "-".join(map(str, LADDER))
    line(f"ladder {rungs} h", figures(map(ladder(*(h * HOUR for h in LADDER)), journeys)))
    for number in (0, lessons):
        tempo = tempo_of(taught(world, number))
        policy = f"learned from {number}" if number else "unlearned"
        seen = list(map(shipped(tempo), journeys))
        ours = line(policy, figures(seen))
        same = line("  fixed, as many", as_many(ours.questions, journeys))
        print(
            f"{'':13}median delay over that: {ours.milestone_median / same.milestone_median:.2f}"
            f" of milestones, {ours.median / same.median:.2f} of all scans"
        )
    checks = [checks_after_delivery(each, tempo) for each in journeys[:_CHECKED]]
    moves = statistics.fmean(each.moves for each in seen)
    print(
        f"{'':13}and {statistics.fmean(checks):.1f} daily checks after delivery, counted apart;"
        f" the index is written {moves:.1f} times on the way",
        flush=True,
    )


def decide(count: int) -> None:
    """Print the processor's time to decide who of so many entries is due."""
    now = float(MONDAY)
    entries = [
        Entry("shop", f"shp_{n:016}", now - n % 400_000, Due(Pace.MOVING, int(now) - n % 400_000))
        for n in range(count)
    ]
    tempo = tempo_of()
    began = time.process_time()
    due = sum(is_due_in_slot(entry, Span(now - ROUND, now), tempo) for entry in entries)
    taken = time.process_time() - began
    print(f"{count} entries, {due} due: {taken:.2f} s, {taken / count * 1e6:.1f} us each")


if __name__ == "__main__":
    main()
