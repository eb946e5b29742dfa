"""Paces: which one a status has, what it weighs, and how asking slows down with age."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from tracking.parcels.states import STANDINGS, Pace, Status

HOUR: Final = 3600
DAY: Final = 24 * HOUR

PACE_OF: Final[Mapping[Status, Pace]] = {s: each.pace for s, each in STANDINGS.items()}

CHECKS_AFTER_END: Final = 7
"""Daily ones: carriers do take deliveries back."""

URGENCY: Final = (Pace.NEW, Pace.NEAR, Pace.MOVING, Pace.WAITING, Pace.LOST, Pace.ENDED)
"""The shortest rhythm wins where a shipment has several parcels with one carrier."""

RHYTHMIC: Final = (Pace.MOVING, Pace.NEAR)
"""Paces that are asked as often as the carrier's rhythm says; the others have fixed intervals."""


def weight_of(status: Status) -> int:
    """How much an hour's delay of a scan with this status weighs; 1 is a scan on the way."""
    return 4 if STANDINGS[status].is_milestone else 1


class Step(NamedTuple):
    """From the age where the step before ends, ask at this interval."""

    until: float
    """Age of the pace in seconds; the last step never ends."""
    interval: float
    """Hours; in a pace with a rhythm, how many times the rhythm's own interval."""


_FOR_EVER: Final = float("inf")

STEPS: Final[Mapping[Pace, tuple[Step, ...]]] = {
    Pace.NEW: (Step(HOUR, 0.25), Step(6 * HOUR, 1), Step(2 * DAY, 2), Step(_FOR_EVER, 6)),
    Pace.LOST: (
        Step(0.5 * HOUR, 0.5),
        Step(2.5 * HOUR, 2),
        Step(8.5 * HOUR, 6),
        Step(_FOR_EVER, 24),
    ),
    Pace.MOVING: (Step(10 * DAY, 1), Step(_FOR_EVER, 3)),
    Pace.NEAR: (Step(2 * DAY, 1), Step(_FOR_EVER, 4)),
    Pace.WAITING: (Step(2 * DAY, 2), Step(_FOR_EVER, 4)),
    Pace.ENDED: (Step(_FOR_EVER, 24),),
}
