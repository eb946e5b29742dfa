"""How a carrier goes on being asked about a shipment, after what it answered."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from tracking.cadence.counting import PUSHABLE, questions
from tracking.cadence.paces import CHECKS_AFTER_END, DAY, PACE_OF, RHYTHMIC, URGENCY
from tracking.cadence.slots import phase_of
from tracking.parcels.shipment import Due, Parcel, Silence
from tracking.parcels.states import Pace
from tracking.status.journey import began, parcel_state

EXPIRES_AFTER: Final = timedelta(days=90)
"""Without a new scan; UPS keeps a parcel's data 120 days, DHL about 90."""
LOST_AFTER: Final = timedelta(days=30)
"""From creation, if the carrier answers but never told a scan."""
FAR: Final = 180
"""Minutes between two offsets from which on a carrier's hours are other ones: a write is due."""


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
    *,
    estimate: datetime | None = None,
    pushed: bool | None = None,
) -> Due | None:
    """How a carrier goes on being asked about its parcels of a shipment; None: no more.

    While the pace stays, so does its beginning: a scan alone does not touch the index. What does
    is another pace, another day of the carrier's estimate, a move by hours of longitude, and who
    brought the latest news: ``pushed`` says whether the carrier did by itself, None that there is
    none.
    """
    told = [p for p in parcels if p.silence is not Silence.EXPIRED]
    if not told:
        return None
    paces = [_pace(parcel, created_at, now) for parcel in told]
    due = min(paces, key=lambda each: (URGENCY.index(each.pace), each.since))
    if before is not None and before.pace is due.pace:
        due = Due(before.pace, before.since)
    due = _in_its_place(due, before, _offset(told), estimate)
    if pushed is None:
        pushed = before is not None and before.pushed
    due = replace(due, pushed=pushed and due.pace in PUSHABLE)
    if due.pace is not Pace.ENDED:
        return due
    asked = questions(due, now.timestamp(), phase_of(shipment_id))
    return due if asked < CHECKS_AFTER_END else None


def _in_its_place(
    due: Due, before: Due | None, offset: int | None, estimate: datetime | None
) -> Due:
    """With the offset and the estimate's day, as far as the pace asks by them."""
    if due.pace not in RHYTHMIC:
        return due
    if before is not None and before.pace is due.pace and before.offset is not None:
        near = offset is None or abs(offset - before.offset) < FAR
        offset = before.offset if near else offset
    day = before.estimate if before is not None else None
    if estimate is not None:
        day = int(estimate.timestamp() + 60 * (offset or 0)) // DAY
    return replace(due, offset=offset, estimate=day if due.pace is Pace.MOVING else None)


def _offset(parcels: Sequence[Parcel]) -> int | None:
    """The offset of the newest scan that has one."""
    scans = [scan for parcel in parcels for scan in parcel.scans if scan.offset is not None]
    return max(scans, key=lambda scan: scan.at).offset if scans else None


def _pace(parcel: Parcel, created_at: datetime, now: datetime) -> Due:
    pace = PACE_OF[parcel_state(parcel).status]
    registered_at = parcel.corrected_at or created_at
    since = registered_at if pace is Pace.NEW else began(parcel, PACE_OF) or now
    return Due(pace, int(min(since, now).timestamp()))
