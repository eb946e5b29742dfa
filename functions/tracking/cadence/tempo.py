"""How often a carrier is asked: rates that follow from its rhythm.

For a given number of questions the mean delay of what is waited for is least where the rate of
asking goes with the square root of weight x rate of scans (Cho and Garcia-Molina 2003; Sia and
Cho 2007).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import accumulate
from math import sqrt
from typing import Final

from tracking.cadence.paces import DAY, RHYTHMIC
from tracking.cadence.rhythm import HOURS, UNLEARNED, WEEKDAYS, Rhythm
from tracking.parcels.states import Pace

BUDGET: Final = 1.3
"""Hours between questions are this over the square root of the weight of scans an hour brings."""
_SHORTEST: Final = 0.25
_LONGEST: Final = 24.0
"""Hours, whatever the rhythm says."""

_PRIOR_RATE: Final[Mapping[Pace, float]] = {Pace.MOVING: 0.11, Pace.NEAR: 0.73}
"""Weight of scans an hour brings while nothing is learned: the same for all hours and days."""
_PRIOR_HOURS: Final[Mapping[Pace, float]] = {Pace.MOVING: 2000.0, Pace.NEAR: 100.0}
"""As if it had been seen for so long: about twenty parcels' worth."""

_WEEK_HOURS: Final = HOURS * WEEKDAYS


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
