"""When a carrier is asked about a shipment: a pure function of what the index holds and a span.

Nothing is written when a carrier has no news, so no next instant is kept anywhere. Instead each
shipment has a slot, one of 15 minutes of every quarter of an hour, and a phase, both from its id.
How many questions a pace asks up to an age is a table; a shipment is due in a sweep if that number
grew since the slot's visit before. A sweep that comes late, twice, or covers an outage asks once.
"""

import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from tracking.journey import began, parcel_state
from tracking.shipment import Due, Pace, Parcel, Silence, key_part
from tracking.states import Status

SLOTS: Final = 15
_MINUTE: Final = 60
ROUND: Final = SLOTS * _MINUTE
"""Seconds between two visits of a slot."""
_HOUR: Final = 3600
_DAY: Final = 24 * _HOUR
_PHASES: Final = 4096

FIRST_QUESTIONS: Final = (5.0, 20.0)
"""Seconds after its creation at which a new shipment is asked about, in whichever slot it is: the
index may lag a second or two behind the table, and the second question makes up for it. One
sweep a minute asks both at once more often than not."""

EXPIRES_AFTER: Final = timedelta(days=90)
"""Without a new scan; UPS keeps a parcel's data 120 days, DHL about 90."""
LOST_AFTER: Final = timedelta(days=30)
"""From creation, if the carrier answers but never told a scan."""
CHECKS_AFTER_END: Final = 7
"""Daily ones: carriers do take deliveries back."""

PACE_OF: Final[Mapping[Status, Pace]] = {
    Status.PENDING: Pace.NEW,
    Status.NOT_FOUND: Pace.LOST,
    Status.INFO_RECEIVED: Pace.MOVING,
    Status.PICKED_UP: Pace.MOVING,
    Status.IN_TRANSIT: Pace.MOVING,
    Status.EXCEPTION: Pace.MOVING,
    Status.RETURNING: Pace.MOVING,
    Status.OUT_FOR_DELIVERY: Pace.NEAR,
    Status.AVAILABLE_FOR_PICKUP: Pace.NEAR,
    Status.DELIVERY_ATTEMPTED: Pace.NEAR,
    Status.DELIVERED: Pace.ENDED,
    Status.RETURNED: Pace.ENDED,
    Status.CANCELLED: Pace.ENDED,
    Status.EXPIRED: Pace.ENDED,
}

# The shortest rhythm wins where a shipment has several parcels with one carrier.
_URGENCY: Final = (Pace.NEW, Pace.NEAR, Pace.MOVING, Pace.LOST, Pace.ENDED)


class Step(NamedTuple):
    """From the age where the step before ends, ask every ``interval`` seconds."""

    until: float
    """Age in seconds; the last step never ends."""
    interval: int


_FOR_EVER: Final = float("inf")

INTERVALS: Final[Mapping[Pace, tuple[Step, ...]]] = {
    Pace.NEW: (Step(6 * _HOUR, ROUND), Step(_FOR_EVER, 2 * _HOUR)),
    Pace.LOST: (
        Step(_HOUR // 2, _HOUR // 2),
        Step(_HOUR // 2 + 2 * _HOUR, 2 * _HOUR),
        Step(_HOUR // 2 + 8 * _HOUR, 6 * _HOUR),
        Step(_FOR_EVER, _DAY),
    ),
    Pace.MOVING: (Step(10 * _DAY, 2 * _HOUR), Step(_FOR_EVER, 6 * _HOUR)),
    Pace.NEAR: (Step(_DAY, _HOUR // 2), Step(_FOR_EVER, 4 * _HOUR)),
    Pace.ENDED: (Step(_FOR_EVER, _DAY),),
}


@dataclass(frozen=True)
class Span:
    """What a sweep covers: after ``start``, up to and including ``end``; seconds since 1970."""

    start: float
    end: float


@dataclass(frozen=True)
class Entry:
    """A shipment as the index of active ones shows it."""

    shop_id: str
    shipment_id: str
    """As much of the id as the key needs; the keys-only index has no more."""
    created_at: float
    due: Due


def slot_of(shipment_id: str) -> int:
    """The minute of each quarter of an hour at which the shipment may be asked about."""
    return _spread(shipment_id) % SLOTS


def phase_of(shipment_id: str) -> float:
    """Where in its interval a shipment stands, 0 to 1, so that they do not march in step."""
    return _spread(shipment_id) // SLOTS % _PHASES / _PHASES


def last_visit(slot: int, instant: float) -> int:
    """The latest start of a minute of this slot, up to and including an instant."""
    return int((instant - slot * _MINUTE) // ROUND) * ROUND + slot * _MINUTE


def is_due(entry: Entry, span: Span, *, daily_cap: int | None = None) -> bool:
    """Whether the shipment is asked about in a sweep of this span."""
    if first_question(entry, span) is not None:
        return True
    return is_due_in_slot(entry, span, daily_cap=daily_cap)


def first_question(entry: Entry, span: Span) -> float | None:
    """When in the span a new shipment's first questions fall due, the last of them; or None."""
    if entry.due.pace is not Pace.NEW:
        return None
    instants = (entry.created_at + delay for delay in FIRST_QUESTIONS)
    return max((i for i in instants if span.start < i <= span.end), default=None)


def is_due_in_slot(entry: Entry, span: Span, *, daily_cap: int | None = None) -> bool:
    """Whether one of its pace's questions falls due at a visit of its slot within the span."""
    slot = slot_of(entry.shipment_id)
    last = last_visit(slot, span.end)
    before = last_visit(slot, span.start)  # visited by the sweep that ended there
    if last <= before:
        return False
    shortest = _DAY / daily_cap if daily_cap else 0
    phase = phase_of(entry.shipment_id)
    return questions(entry.due, last, phase, shortest) > questions(
        entry.due, before, phase, shortest
    )


def questions(due: Due, instant: float, phase: float, shortest: float = 0) -> int:
    """How many questions a pace has asked up to an instant, no two closer than ``shortest``.

    A sum over the steps' rates, so that a rate that changes by the hour fits in as well.
    """
    age = max(0.0, instant - due.since)
    asked, start = phase, 0.0
    for step in INTERVALS[due.pace]:
        asked += (min(age, step.until) - start) / max(step.interval, shortest)
        if age <= step.until:
            break
        start = step.until
    return int(asked)


def is_silent_too_long(parcel: Parcel, created_at: datetime, now: datetime) -> bool:
    """Whether to give up on a parcel that its carrier answered about, but has no more to say of."""
    if PACE_OF[parcel_state(parcel).status] is Pace.ENDED:
        return False
    if parcel.scans:
        return now - max(created_at, parcel.scans[-1].at) > EXPIRES_AFTER
    return now - created_at > LOST_AFTER


def next_due(
    shipment_id: str,
    parcels: Iterable[Parcel],
    before: Due | None,
    created_at: datetime,
    now: datetime,
) -> Due | None:
    """How a carrier goes on being asked about its parcels of a shipment; None: no more.

    While the pace stays, so does its beginning: a scan alone does not touch the index.
    """
    told = [_pace(p, created_at, now) for p in parcels if p.silence is not Silence.EXPIRED]
    if not told:
        return None
    due = min(told, key=lambda each: (_URGENCY.index(each.pace), each.since))
    if before is not None and before.pace is due.pace:
        due = before
    if due.pace is not Pace.ENDED:
        return due
    asked = questions(due, now.timestamp(), phase_of(shipment_id))
    return due if asked < CHECKS_AFTER_END else None


def _pace(parcel: Parcel, created_at: datetime, now: datetime) -> Due:
    pace = PACE_OF[parcel_state(parcel).status]
    since = created_at if pace is Pace.NEW else began(parcel, PACE_OF) or now
    return Due(pace, int(min(since, now).timestamp()))


def _spread(shipment_id: str) -> int:
    """A number that is anywhere, the same for the whole id and for the part the index has."""
    return zlib.crc32(key_part(shipment_id).encode())
