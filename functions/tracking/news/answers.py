"""What a carrier's answers make of a shipment: a pure function, and what it noticed on the way."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from tracking.cadence import is_silent_too_long, next_due
from tracking.carriers.base import Answer, Question
from tracking.carriers.registry import asked_by
from tracking.parcels.shipment import Due, Parcel, Shipment, Silence
from tracking.parcels.states import Certainty, Estimate, Pace, Scan
from tracking.status.expecting import settled
from tracking.status.journey import deciding_scan, merge, roll_up, unmapped

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


_FARTHEST: Final = timedelta(days=365)
"""No parcel is estimated to travel for so long: 2099 stands for not known."""


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
    turned: int = 0
    """Parcels whose carrier did not know the number, and that another one is now asked about."""
    delays: list[timedelta] = field(default_factory=list)
    """How late new scans were known, of those that came since the shipment was registered."""


@dataclass(frozen=True)
class Heard:
    """A shipment after answers; ``shipment`` is the one before where nothing is new."""

    shipment: Shipment
    noticed: Noticed
    is_news: bool
    """Whether it is to be saved."""
    tells: bool = False
    """Whether a parcel is known better than before: not where only the next questions changed."""
    has_ended: bool = False
    """Whether these answers ended the way of all parcels with the one that was asked."""


def hear(
    shipment: Shipment,
    asked: str,
    answers: Mapping[Question, Answer],
    now: datetime,
    *,
    set_up: Callable[[], Collection[str]] = frozenset,
    pushed: bool = False,
    as_of: datetime | None = None,
) -> Heard:
    """Apply the answers of the one that was asked; parcels without an answer stay as they are.

    No answer at all is no news, however old everything is. ``set_up`` tells who can be asked:
    where a parcel's carrier does not know its number, the next of those it fits is. ``pushed``:
    it was not asked, but told by itself, and may say again, late, what was true before. So a push
    without news changes nothing at all; nor does the estimate of one that was made (``as_of``)
    before the shipment's latest news.
    """
    noticed = Noticed()
    parcels: list[Parcel] = []
    if as_of is not None and as_of < shipment.updated_at:
        answers = _with_known_estimates(shipment, answers)
    for parcel in shipment.parcels:
        question = Question(parcel.tracking_number, parcel.carrier)
        answer = answers.get(question) if asked_by(parcel.carrier) == asked else None
        if answer is None:
            parcels.append(parcel)
            continue
        after = _apply(parcel, answer, shipment, now, noticed)
        if is_silent_too_long(after, parcel.corrected_at or shipment.created_at, now):
            after = replace(after, silence=Silence.EXPIRED)
        elif not answer.known and not after.scans:
            after = _turned(after, set_up, noticed)
        parcels.append(after)
    tells = any(map(tells_more, shipment.parcels, parcels))
    if pushed and not tells:
        return Heard(shipment, noticed, is_news=False)
    due = shipment.due
    if answers:
        due = _due_after(shipment, parcels, asked, now, pushed=pushed, tells=tells)
    if tuple(parcels) == shipment.parcels and due == shipment.due:
        return Heard(shipment, noticed, is_news=False)
    after_all = replace(
        shipment,
        parcels=tuple(parcels),
        state=roll_up(parcels),
        due=due,
        version=shipment.version + 1,
        updated_at=now if tells else shipment.updated_at,
    )
    has_ended = not _is_ended(shipment.due.get(asked)) and _is_ended(due.get(asked))
    return Heard(after_all, noticed, is_news=True, tells=tells, has_ended=has_ended)


def tells_more(before: Parcel, after: Parcel) -> bool:
    """Whether a parcel is known better, or otherwise, than before."""
    return (before.scans, before.silence, before.estimate) != (
        after.scans,
        after.silence,
        after.estimate,
    )


def _with_known_estimates(
    shipment: Shipment, answers: Mapping[Question, Answer]
) -> dict[Question, Answer]:
    """The answers with what is known of the parcels' estimates in place of their own."""
    known = {Question(p.tracking_number, p.carrier): p.estimate for p in shipment.parcels}
    return {asked: replace(each, estimate=known.get(asked)) for asked, each in answers.items()}


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
    scans = merge(parcel.scans, told, len(shipment.parcels))
    is_former = bool(answer.scans) and not own
    estimate = None if is_former else _believed(answer.estimate, shipment, now)
    if scans == parcel.scans:
        return replace(parcel, estimate=settled(parcel, estimate))
    new = list((Counter(scans) - Counter(parcel.scans)).elements())
    silent, coarse = unmapped(parcel, new)
    noticed.unmapped += silent
    noticed.coarse += coarse
    noticed.delays += [
        now - scan.at
        for scan in new
        if scan.certainty in _CERTAIN
        and (parcel.corrected_at or shipment.created_at) <= scan.at <= now
    ]
    # Who tells a scan is the carrier; no other one is asked any more.
    after = replace(parcel, scans=scans, others=(), tried=())
    # An unmapped code keeps the status, so that of a number nobody knew as well.
    if deciding_scan(after) is not None or parcel.silence is Silence.EXPIRED:
        after = replace(after, silence=Silence.NONE)
    return replace(after, estimate=settled(after, estimate))


def _believed(estimate: Estimate | None, shipment: Shipment, now: datetime) -> Estimate | None:
    """The estimate, unless it is an earlier parcel's of that number, or a placeholder."""
    if estimate is None or estimate.end < shipment.created_at - FORMER:
        return None
    return estimate if estimate.start <= now + _FARTHEST else None


def _turned(parcel: Parcel, set_up: Callable[[], Collection[str]], noticed: Noticed) -> Parcel:
    """The parcel with the next carrier that its number fits, if there is one that can be asked.

    Nobody knows it only once all of them were asked; then they are asked again in turn.
    """
    if not (parcel.others or parcel.tried):
        return parcel
    can_be_asked = set_up()
    for places in (parcel.others, parcel.tried):
        for carrier in places:
            if asked_by(carrier) in can_be_asked:
                noticed.turned += 1
                return replace(
                    parcel,
                    carrier=carrier,
                    others=tuple(each for each in parcel.others if each != carrier),
                    tried=(*(each for each in parcel.tried if each != carrier), parcel.carrier),
                    silence=Silence.NONE if places is parcel.others else parcel.silence,
                    created_with=parcel.created_with or parcel.carrier,
                )
    return parcel


def _allowance(scan: Scan) -> timedelta:
    """How far ahead of our clock a scan may be."""
    return _SKEW if scan.certainty in _CERTAIN else _AHEAD


def _due_after(
    shipment: Shipment,
    parcels: Sequence[Parcel],
    asked: str,
    now: datetime,
    *,
    pushed: bool,
    tells: bool,
) -> Mapping[str, Due]:
    """How they go on being asked: the one that was, and those that its parcels have turned to."""
    before = shipment.due.get(asked)
    due = dict(shipment.due)
    due.pop(asked, None)
    pairs = zip(shipment.parcels, parcels, strict=True)
    turned = {asked_by(after.carrier) for one, after in pairs if one.carrier != after.carrier}
    for carrier in sorted({asked, *turned}):
        own = [parcel for parcel in parcels if asked_by(parcel.carrier) == carrier]
        after = next_due(
            shipment.id,
            own,
            before if carrier == asked else due.get(carrier, before),
            shipment.created_at,
            now,
            estimate=min((each.estimate.start for each in own if each.estimate), default=None),
            # News that had to be asked for was not pushed; no news says nothing.
            pushed=True if pushed else (False if tells else None),
        )
        if after:
            due[carrier] = after
    return due


def _is_ended(due: Due | None) -> bool:
    return due is None or due.pace is Pace.ENDED
