"""How often a carrier is asked: rates that follow from its rhythm, summed up to an instant.

For a given number of questions the mean delay of what is waited for is least where the rate of
asking goes with the square root of weight x rate of scans (Cho and Garcia-Molina 2003; Sia and
Cho 2007).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate
from math import sqrt
from typing import Final

from tracking.cadence.paces import DAY, HOUR, RHYTHMIC, STEPS
from tracking.cadence.rhythm import HOURS, UNLEARNED, WEEKDAYS, Rhythm
from tracking.shipment import Due, Pace

BUDGET: Final = 1.45
"""Hours between questions are this over the square root of the weight of scans an hour brings."""
_SHORTEST: Final = 0.25
_LONGEST: Final = 24.0
"""Hours, whatever the rhythm says."""

_PRIOR_RATE: Final[Mapping[Pace, float]] = {Pace.MOVING: 0.14, Pace.NEAR: 1.0}
"""Weight of scans an hour brings while nothing is learned: the same for all hours and days."""
_PRIOR_HOURS: Final[Mapping[Pace, float]] = {Pace.MOVING: 2000.0, Pace.NEAR: 100.0}
"""As if it had been seen for so long: about twenty parcels' worth."""

BEFORE_ESTIMATE: Final = 0.7
ON_ESTIMATE: Final = 1.5
"""Questions before the carrier's estimated day, and on it, over those without an estimate."""
PUSHED: Final = 0.25
_PUSHABLE: Final = (Pace.MOVING, Pace.NEAR, Pace.WAITING)

_WEEK_HOURS: Final = HOURS * WEEKDAYS
_WEEK: Final = WEEKDAYS * DAY
_FIRST_MONDAY: Final = 4 * DAY


@dataclass(frozen=True)
class Tempo:
    """How often a carrier is asked now; made by :func:`tempo_of`, once for a sweep."""

    weeks: Mapping[Pace, tuple[float, ...]]
    """Questions from Monday's midnight up to each hour of the week, 0 to 168, by pace."""
    shortest: float = 0.0
    """Seconds between two questions about one shipment; 0: as the pace says."""
    stretch: float = 1.0


def tempo_of(
    rhythm: Rhythm = UNLEARNED, *, stretch: float = 1.0, daily_cap: int | None = None
) -> Tempo:
    """The rates of a rhythm.

    ``stretch`` (1 or more) makes all intervals as many times longer. Where it changes, a
    shipment's phase jumps: change it in steps that last for hours. ``daily_cap``: questions about
    one shipment in any 24 hours, evenly spread.
    """
    return Tempo(
        weeks={pace: _week(rhythm, pace) for pace in RHYTHMIC},
        shortest=DAY / daily_cap if daily_cap else 0.0,
        stretch=max(1.0, stretch),
    )


def questions(due: Due, instant: float, phase: float, tempo: Tempo | None = None) -> int:
    """How many questions have been asked up to an instant; never fewer later on."""
    tempo = tempo or PRIOR
    asked = 0.0
    if instant > due.since:
        table = tempo.weeks.get(due.pace)
        shift = 60 * (due.offset or 0) - _FIRST_MONDAY
        for start, end, factor in _segments(due, instant):
            asked += factor * (
                (end - start) / HOUR
                if table is None
                else _up_to(table, end + shift) - _up_to(table, start + shift)
            )
    if due.pushed and due.pace in _PUSHABLE:
        asked *= PUSHED
    return int(phase + asked / tempo.stretch)


def _segments(due: Due, instant: float) -> Iterator[tuple[float, float, float]]:
    """Spans from the pace's beginning to an instant, and how much is asked in them."""
    start = float(due.since)
    for step in STEPS[due.pace]:
        end = min(instant, due.since + step.until)
        if due.estimate is None:
            yield start, end, 1 / step.interval
        else:
            for a, b, factor in _around(due, start, end):
                yield a, b, factor / step.interval
        if end == instant:
            return
        start = end


def _around(due: Due, start: float, end: float) -> Iterator[tuple[float, float, float]]:
    """A span cut where the estimate's day begins and ends."""
    begins = (due.estimate or 0) * DAY - 60 * (due.offset or 0)
    ends = begins + DAY
    for low, high, factor in (
        (start, min(end, begins), BEFORE_ESTIMATE),
        (max(start, begins), min(end, ends), ON_ESTIMATE),
        (max(start, ends), end, 1.0),
    ):
        if low < high:
            yield low, high, factor


def _up_to(table: tuple[float, ...], local: float) -> float:
    """Questions a table asks from the first Monday of 1970 to a local instant."""
    week, rest = divmod(local, _WEEK)
    hour, part = divmod(rest, HOUR)
    low = table[int(hour)]
    return week * table[-1] + low + (table[int(hour) + 1] - low) * part / HOUR


def _week(rhythm: Rhythm, pace: Pace) -> tuple[float, ...]:
    """Questions up to each hour of the week."""
    by_hour, by_day = _hours(rhythm, pace), _days(rhythm)
    rates = (
        sqrt(by_hour[hour % HOURS] * by_day[hour // HOURS]) / BUDGET for hour in range(_WEEK_HOURS)
    )
    limited = (min(1 / _SHORTEST, max(1 / _LONGEST, rate)) for rate in rates)
    return tuple(accumulate(limited, initial=0.0))


def _hours(rhythm: Rhythm, pace: Pace) -> list[float]:
    """The weight of scans by hour: what was seen, and the pace's own mean where little was."""
    weight, exposure, prior = rhythm.weight(pace), rhythm.exposure(pace), _PRIOR_HOURS[pace]
    level = (sum(weight) + prior * _PRIOR_RATE[pace]) / (sum(exposure) + prior)
    some = prior / HOURS
    return [(w + some * level) / (e + some) for w, e in zip(weight, exposure, strict=True)]


def _days(rhythm: Rhythm) -> list[float]:
    """How many times the mean rate each weekday has."""
    weight, exposure = rhythm.weight_by_weekday(), rhythm.exposure_by_weekday()
    prior = _PRIOR_HOURS[Pace.MOVING]
    level = (sum(weight) + prior * _PRIOR_RATE[Pace.MOVING]) / (sum(exposure) + prior)
    some = prior / WEEKDAYS
    return [(w / level + some) / (e + some) for w, e in zip(weight, exposure, strict=True)]


PRIOR: Final = tempo_of()
"""What is asked of a carrier nothing was learned of."""
