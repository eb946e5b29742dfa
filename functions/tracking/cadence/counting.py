"""How many questions have been asked about a shipment up to an instant: an integral of the rate."""

from collections.abc import Iterator
from typing import Final

from tracking.cadence.paces import DAY, HOUR, STEPS
from tracking.cadence.tempo import PRIOR, Tempo
from tracking.parcels.shipment import Due
from tracking.parcels.states import Pace

BEFORE_ESTIMATE: Final = 0.7
ON_ESTIMATE: Final = 2.0
"""Questions before the carrier's estimated day, and on it, over those without an estimate."""
PUSHED: Final = 0.25
"""Questions of a carrier that pushes its news by itself, over those of one that does not."""
PUSHABLE: Final = (Pace.MOVING, Pace.NEAR, Pace.WAITING)

_WEEK: Final = 7 * DAY
_FIRST_MONDAY: Final = 4 * DAY


def questions(due: Due, instant: float, phase: float, tempo: Tempo = PRIOR) -> int:
    """How many questions have been asked up to an instant; never fewer later on."""
    return int(progress(due, instant, phase, tempo))


def progress(due: Due, instant: float, phase: float, tempo: Tempo = PRIOR) -> float:
    """The same, with how far the next one has come."""
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
    if due.pushed and due.pace in PUSHABLE:
        asked *= PUSHED
    return phase + asked / tempo.stretch


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
