"""What a parcel's scans say, all pure: merging them, the status they give, a shipment of several.

The status is that of the scan with the latest instant, whenever it arrived: a late scan is
inserted and never downgrades. A code that nobody mapped says nothing. Asking again, or the same
scans in another order, changes nothing.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

from tracking.carriers import registry
from tracking.carriers.base import MAX_SCANS
from tracking.parcels.shipment import Parcel, Silence, State
from tracking.parcels.states import ENDED, STANDINGS, Action, Identity, Meaning, Scan, Status

_PROGRESS: Final = {status: place for place, status in enumerate(STANDINGS)}

MAX_BYTES: Final = 300_000
"""Of the scans of a shipment's parcels, as they are kept: with all else they fit an item (400 KB).

A single parcel's newest 200 always do.
"""
_HEAD_BYTES: Final = 32
"""Of a scan beside its code, place and words, at most: its instant and offset, tabs, its frame."""


def merge(known: Sequence[Scan], told: Iterable[Scan], parcels: int = 1) -> tuple[Scan, ...]:
    """Known scans and told ones, oldest first; the newest 200 where there are more.

    Of a shipment of several parcels each has its share of :data:`MAX_BYTES` for its newest.

    Scans of one instant, code and place are as many as were ever told at once: telling them again
    adds none, and two pieces of news in one second are two. A scan told again keeps the words it
    came with first.
    """
    told = sorted(told, key=_order)
    missing = Counter(scan.identity for scan in told)
    kept: dict[Identity, list[Scan]] = defaultdict(list)
    for scan in known:
        kept[scan.identity].append(scan)
        missing[scan.identity] -= 1
    scans = list(known)
    for scan in told:
        if missing[scan.identity] <= 0:
            continue
        if scan in kept[scan.identity]:  # this is the one that is known, another is new
            kept[scan.identity].remove(scan)
        else:
            scans.append(scan)
            missing[scan.identity] -= 1
    return tuple(_newest(sorted(scans, key=_order)[-MAX_SCANS:], MAX_BYTES // parcels))


def deciding_scan(parcel: Parcel) -> tuple[Scan, Meaning] | None:
    """The scan that gives the parcel its status, and its meaning; None where none is mapped."""
    return max(mapped(parcel), key=_weight, default=None)


def mapped(parcel: Parcel) -> list[tuple[Scan, Meaning]]:
    """The scans that mean something, with what they mean, oldest first."""
    meanings = ((scan, registry.meaning(parcel.carrier, scan)) for scan in parcel.scans)
    return sorted(((scan, meaning) for scan, meaning in meanings if meaning), key=_weight)


def parcel_state(parcel: Parcel) -> State:
    """Where the parcel stands."""
    if parcel.silence is Silence.EXPIRED:
        return State(Status.EXPIRED)
    deciding = deciding_scan(parcel)
    if deciding is None:
        lost = parcel.silence is Silence.NOT_FOUND
        return State(Status.NOT_FOUND if lost else Status.PENDING)
    meaning = deciding[1]
    return State(meaning.status, meaning.sub_status, meaning.fault, meaning.action_required)


def roll_up(parcels: Iterable[Parcel]) -> State:
    """Where a shipment of these parcels stands: delivered only when all of it is.

    Under way, it shows the parcel that needs somebody most, of those of one status one that waits
    for its recipient; the same for every order of parcels.
    """
    told = [(parcel_state(parcel), *_recency(parcel)) for parcel in parcels]
    under_way = [entry for entry in told if entry[0].status not in ENDED]
    told = under_way or told
    return max(told, key=lambda entry: (*_need(entry[0]), *entry[1:]))[0]


def _need(state: State) -> tuple[int, bool]:
    return STANDINGS[state.status].need, state.action_required is Action.RECIPIENT


def began(parcel: Parcel, groups: Mapping[Status, object]) -> datetime | None:
    """Since when the parcel's scans have all been of the group its latest is in."""
    since: datetime | None = None
    group: object = None
    for scan, meaning in reversed(mapped(parcel)):
        if since is not None and groups[meaning.status] != group:
            break
        group, since = groups[meaning.status], scan.at
    return since


def unmapped(parcel: Parcel, scans: Iterable[Scan]) -> tuple[int, int]:
    """How many of these scans have a code that the carrier's table does not know.

    First those that say nothing; then those of which the coarse part of the code is known.
    """
    missing = [scan for scan in scans if not registry.is_mapped(parcel.carrier, scan)]
    coarse = sum(registry.meaning(parcel.carrier, scan) is not None for scan in missing)
    return len(missing) - coarse, coarse


def _newest(scans: Sequence[Scan], most: int) -> Sequence[Scan]:
    """The newest of the scans that take no more bytes than that; they stand oldest first."""
    for index in range(len(scans) - 1, -1, -1):
        scan = scans[index]
        most -= _HEAD_BYTES + len(f"{scan.code}{scan.place}{scan.text}".encode())
        if most < 0:
            return scans[index + 1 :]
    return scans


def _order(scan: Scan) -> tuple[datetime, str, str, str]:
    return (scan.at, scan.code, scan.place, scan.text)


def _weight(mapped: tuple[Scan, Meaning]) -> tuple[datetime, int, str, str]:
    scan, meaning = mapped
    return (scan.at, _PROGRESS[meaning.status], scan.code, scan.place)


def _recency(parcel: Parcel) -> tuple[float, str, str]:
    """What decides between parcels that stand alike: the newer scan, then the number."""
    deciding = deciding_scan(parcel)
    at = deciding[0].at.timestamp() if deciding else 0.0
    return (at, parcel.tracking_number, parcel.carrier)
