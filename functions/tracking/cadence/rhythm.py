"""A carrier's rhythm: when its scans come, learned from the journeys of finished parcels.

For each pace with a rhythm and each hour of the day: how long parcels were in it, and what the
scans weighed that ended such a wait; and the same by weekday. Hours are local where the carrier
tells its offset, else UTC: whatever clock the carrier keeps, its hours are told apart by what
happened in them. Sums of integers, so the order of lessons does not matter.

Counts are kept for the newest four weeks that taught anything and the four before: a carrier that
changes its habits, or a clock that changes to summer, is forgotten in eight weeks.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final, NamedTuple

from tracking.cadence.paces import DAY, HOUR, PACE_OF, RHYTHMIC, STEPS, weight_of
from tracking.cadence.slots import spread
from tracking.parcels.shipment import Parcel
from tracking.parcels.states import Certainty, Pace, Status
from tracking.status.journey import mapped

HOURS: Final = 24
WEEKDAYS: Final = 7
_BLOCK: Final = 2 * HOURS
_WEEK_BLOCK: Final = _BLOCK * len(RHYTHMIC)
_LESSONS: Final = _WEEK_BLOCK + 2 * WEEKDAYS
CELLS: Final = _LESSONS + 1
"""Numbers of a generation: exposure and weight by pace and hour, then by weekday, and lessons."""
MOST: Final = 2**24 - 1
"""Of a cell, which is kept in three bytes; sums stop there, whatever their order."""

QUARTER: Final = HOUR // 4
"""Exposure is counted in quarters of an hour."""
_GENERATION: Final = 28 * DAY
_MONDAY: Final = 3
"""1970 began on a Thursday."""

_EVERY_LESSON: Final = 512
_ONE_IN: Final = 16

Cells = tuple[int, ...]
_NONE: Final[Cells] = (0,) * CELLS


class Passage(NamedTuple):
    """One scan of a journey."""

    at: int
    """Seconds since 1970."""
    offset: int | None
    """Minutes east of Greenwich, where known."""
    status: Status


@dataclass(frozen=True)
class Rhythm:
    """What finished parcels have taught of a carrier."""

    generation: int = 0
    """Which four weeks since 1970 the newest counts are of."""
    newest: Cells = _NONE
    former: Cells = _NONE
    changed_at: float = field(default=0.0, compare=False)
    """When it was last changed, in seconds since 1970; changes within seconds are one."""
    earlier: "Rhythm | None" = field(default=None, compare=False)
    """What it was before that: questions between the two are lost to nobody."""

    @property
    def lessons(self) -> int:
        """How many parcels it was learned from."""
        return self.newest[_LESSONS] + self.former[_LESSONS]

    def exposure(self, pace: Pace) -> list[float]:
        """Hours that parcels spent in a pace, by hour of the day."""
        return [quarters / 4 for quarters in self._cells(_block(pace), HOURS)]

    def weight(self, pace: Pace) -> list[int]:
        """What the scans weighed that came in a pace, by hour of the day."""
        return self._cells(_block(pace) + HOURS, HOURS)

    def exposure_by_weekday(self) -> list[float]:
        """Hours that parcels were under way, by weekday, Monday first."""
        return [quarters / 4 for quarters in self._cells(_WEEK_BLOCK, WEEKDAYS)]

    def weight_by_weekday(self) -> list[int]:
        """What their scans weighed, by weekday."""
        return self._cells(_WEEK_BLOCK + WEEKDAYS, WEEKDAYS)

    def _cells(self, start: int, length: int) -> list[int]:
        ends = slice(start, start + length)
        return [a + b for a, b in zip(self.newest[ends], self.former[ends], strict=True)]


UNLEARNED: Final = Rhythm()


def journey_of(parcel: Parcel) -> tuple[Passage, ...]:
    """A parcel's scans up to its arrival, oldest first.

    Empty, and nothing to learn from, if it has not arrived, or if any of its scans tells a local
    time of nobody knows where: its hours are not those at which it happened.
    """
    passages: list[Passage] = []
    for scan, meaning in mapped(parcel):
        if scan.certainty is Certainty.ASSUMED:
            return ()
        passages.append(Passage(int(scan.at.timestamp()), scan.offset, meaning.status))
        if PACE_OF[meaning.status] is Pace.ENDED:
            return tuple(passages)
    return ()


def is_lesson(rhythm: Rhythm, shipment_id: str) -> bool:
    """Whether a finished shipment is worth a write: the first 512 all are, then one in sixteen."""
    return rhythm.lessons < _EVERY_LESSON or spread(shipment_id) % _ONE_IN == 0


def learned(rhythm: Rhythm, journey: Sequence[Passage]) -> Rhythm:
    """The rhythm after one more finished journey; the same for every order of journeys."""
    if not journey:
        return rhythm
    generation = journey[-1].at // _GENERATION
    newest, former = rhythm.newest, rhythm.former
    if generation > rhythm.generation:
        former = newest if generation == rhythm.generation + 1 else _NONE
        newest = _add(_NONE, journey)
    elif generation == rhythm.generation:
        newest = _add(newest, journey)
    elif generation == rhythm.generation - 1:
        former = _add(former, journey)
    return Rhythm(max(generation, rhythm.generation), newest, former)


def _add(cells: Cells, journey: Sequence[Passage]) -> Cells:
    sums = list(cells)
    sums[_LESSONS] += 1
    since, pace = journey[0].at, PACE_OF[journey[0].status]
    for one, next_one in pairwise(journey):
        if PACE_OF[one.status] is not pace:
            since, pace = one.at, PACE_OF[one.status]
        if pace in RHYTHMIC:
            _add_wait(sums, pace, one, next_one, since + STEPS[pace][0].until)
    return tuple(min(MOST, each) for each in sums)


def _add_wait(sums: list[int], pace: Pace, one: Passage, next_one: Passage, until: float) -> None:
    """Count the wait for a scan, as far as the pace had not slowed down yet."""
    shift = 60 * (one.offset or 0)
    start, end = one.at + shift, next_one.at + shift
    stop = int(min(end, until + shift))
    block = _block(pace)
    quarter, last = start // QUARTER, max(start, stop) // QUARTER
    while quarter < last:
        following = min(last, quarter - quarter % 4 + 4)
        _count(sums, block, 0, quarter // 4, following - quarter)
        quarter = following
    if end <= until + shift:
        _count(sums, block, 1, end // HOUR, weight_of(next_one.status))


def _count(sums: list[int], block: int, row: int, hour: int, value: int) -> None:
    sums[block + row * HOURS + hour % HOURS] += value
    if block == 0:
        sums[_WEEK_BLOCK + row * WEEKDAYS + weekday(hour)] += value


def weekday(hour: int) -> int:
    """0 to 6, Monday first, of an hour counted since 1970."""
    return (hour // HOURS + _MONDAY) % WEEKDAYS


def _block(pace: Pace) -> int:
    return RHYTHMIC.index(pace) * _BLOCK
