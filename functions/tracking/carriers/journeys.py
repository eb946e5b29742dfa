"""One number, several journeys: numbers come again, and carriers show the old beside the new."""

from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from operator import attrgetter
from typing import Final

from tracking.parcels.states import Meaning, Scan, Status

_PAUSE: Final = timedelta(days=30)
"""No carrier takes a delivery back after so long; and none gives a number again before."""
_ENDS: Final = frozenset({Status.DELIVERED, Status.RETURNED, Status.CANCELLED})


def latest(
    scans: Iterable[Scan], meaning: Callable[[Scan], Meaning | None]
) -> tuple[list[Scan], int]:
    """The scans of the journey that began last, and how many are of those before it.

    A journey ends with a delivery, a return or a cancellation that nothing follows for a month.
    """
    ordered = sorted(scans, key=attrgetter("at"))
    start = 0
    ended = False
    for index, scan in enumerate(ordered):
        if ended and scan.at - ordered[index - 1].at >= _PAUSE:
            start = index
        means = meaning(scan)
        ended = means.status in _ENDS if means else ended
    return ordered[start:], start


def last_begun(journeys: Sequence[Sequence[Scan]]) -> int:
    """Which of several journeys began last; one without scans began before all others."""
    begins = [min((scan.at for scan in scans), default=None) for scans in journeys]
    known = [(begin, index) for index, begin in enumerate(begins) if begin is not None]
    return max(known)[1] if known else 0
