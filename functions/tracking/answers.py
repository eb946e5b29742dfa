"""What a carrier's answers make of a shipment: a pure function, and what it noticed on the way."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from tracking.cadence import is_silent_too_long, next_due
from tracking.carriers.base import Answer, Question
from tracking.carriers.registry import asked_by
from tracking.expecting import settled
from tracking.journey import deciding_scan, merge, roll_up, unmapped
from tracking.shipment import Due, Parcel, Shipment, Silence
from tracking.states import Certainty, Scan

_SKEW: Final = timedelta(minutes=10)
"""A scan whose instant is certain may be this far ahead of our clock; a later one waits."""
_AHEAD: Final = timedelta(hours=14)
"""One whose instant is not may be as far ahead as local time of any place is, read as UTC."""
_CERTAIN: Final = frozenset({Certainty.OFFSET, Certainty.UTC})
FORMER: Final = timedelta(days=90)
"""Scans this long before the shipment was registered are of an earlier parcel of that number.

Numbers come again: S10's after twelve months at the earliest (UPU standard S10), others' sooner,
and carriers show old scans for 90 to 120 days. Nobody registers a parcel three months after it
left; whoever does gets the scans of its last three months.
"""


@dataclass
class Noticed:
    """Counters of what answers held; metrics of the sweep."""

    unmapped: int = 0
    """New scans whose code the carrier's table does not know."""
    coarse: int = 0
    """New scans whose code it does not know, but its coarse part, which gives their meaning."""
    suspect: int = 0
    """Parcels with scans of which the carrier suddenly knows nothing: believed to be its fault."""
    unreadable: int = 0
    ahead: int = 0
    """Scans from the future, left out until it has come."""
    former: int = 0
    """Scans of an earlier parcel of the same number, or of another piece, left out."""


@dataclass(frozen=True)
class Heard:
    """A shipment after answers; ``shipment`` is the one before where nothing is new."""

    shipment: Shipment
    noticed: Noticed
    is_news: bool


def hear(
    shipment: Shipment, asked: str, answers: Mapping[Question, Answer], now: datetime
) -> Heard:
    """Apply the answers of the one that was asked; parcels without an answer stay as they are.

    No answer at all is no news, however old everything is.
    """
    noticed = Noticed()
    parcels: list[Parcel] = []
    for parcel in shipment.parcels:
        question = Question(parcel.tracking_number, parcel.carrier)
        answer = answers.get(question) if asked_by(parcel.carrier) == asked else None
        after = parcel if answer is None else _apply(parcel, answer, shipment, now, noticed)
        if answer is not None and is_silent_too_long(after, shipment.created_at, now):
            after = replace(after, silence=Silence.EXPIRED)
        parcels.append(after)
    due = _due_after(shipment, parcels, asked, now) if answers else shipment.due
    if tuple(parcels) == shipment.parcels and due == shipment.due:
        return Heard(shipment, noticed, is_news=False)
    after_all = replace(
        shipment,
        parcels=tuple(parcels),
        state=roll_up(parcels),
        due=due,
        version=shipment.version + 1,
        updated_at=now,
    )
    return Heard(after_all, noticed, is_news=True)


def _apply(
    parcel: Parcel, answer: Answer, shipment: Shipment, now: datetime, noticed: Noticed
) -> Parcel:
    noticed.unreadable += answer.unreadable
    if not answer.known:
        if parcel.scans:
            noticed.suspect += 1
            return parcel
        return replace(parcel, silence=parcel.silence or Silence.NOT_FOUND)
    own = [scan for scan in answer.scans if scan.at >= shipment.created_at - FORMER]
    noticed.former += answer.left_out + len(answer.scans) - len(own)
    told = [scan for scan in own if scan.at <= now + _allowance(scan)]
    noticed.ahead += len(own) - len(told)
    scans = merge(parcel.scans, told)
    if scans == parcel.scans:
        return replace(parcel, estimate=settled(parcel, answer.estimate))
    new = (Counter(scans) - Counter(parcel.scans)).elements()
    silent, coarse = unmapped(parcel, new)
    noticed.unmapped += silent
    noticed.coarse += coarse
    after = replace(parcel, scans=scans)
    # An unmapped code keeps the status, so that of a number nobody knew as well.
    if deciding_scan(after) is not None or parcel.silence is Silence.EXPIRED:
        after = replace(after, silence=Silence.NONE)
    return replace(after, estimate=settled(after, answer.estimate))


def _allowance(scan: Scan) -> timedelta:
    """How far ahead of our clock a scan may be."""
    return _SKEW if scan.certainty in _CERTAIN else _AHEAD


def _due_after(
    shipment: Shipment, parcels: list[Parcel], asked: str, now: datetime
) -> Mapping[str, Due]:
    own = [parcel for parcel in parcels if asked_by(parcel.carrier) == asked]
    due = dict(shipment.due)
    after = next_due(shipment.id, own, due.pop(asked, None), shipment.created_at, now)
    return due | {asked: after} if after else due
