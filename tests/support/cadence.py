"""Journeys to learn from, and a rhythm that was learned."""

from functools import reduce

from tracking.cadence import UNLEARNED, Passage, Rhythm, learned
from tracking.parcels.states import Status

HOUR = 3600
DAY = 24 * HOUR
START = 1_790_000_000
GENERATION = 28 * DAY

Journey = tuple[Passage, ...]


def a_journey(end: int, days: int = 4, hour: float = 8.5, offset: int | None = None) -> Journey:
    """Scans at the same local hour of each day, the last one the delivery, about ``end``.

    Out for delivery 20 minutes before it.
    """
    last = end // DAY * DAY + int(hour * HOUR) - 60 * (offset or 0)
    scans = [Passage(last - (days - n) * DAY, offset, Status.IN_TRANSIT) for n in range(days)]
    out = Passage(last - 1200, offset, Status.OUT_FOR_DELIVERY)
    return (*scans, out, Passage(last, offset, Status.DELIVERED))


def rhythm_of(*journeys: Journey) -> Rhythm:
    return reduce(learned, journeys, UNLEARNED)


MORNINGS = rhythm_of(*(a_journey(START + (n % 7) * DAY) for n in range(200)))
"""All that happens, happens between 8 and 9."""
