"""When a parcel is expected, and a shipment: what the carrier estimates, without its trembling.

An estimate is a promise until its last instant; after that, what is not there yet is late.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from tracking.parcels.shipment import Parcel
from tracking.parcels.states import ENDED, STANDINGS, Certainty, Estimate
from tracking.status.journey import parcel_state

_TREMBLE: Final = timedelta(hours=1)
"""Carriers that compute an estimate anew at each question differ by minutes: nobody plans by them,
and each would be a write."""
_LAST_ZONE: Final = timedelta(hours=12)
"""By how much a day may end later than in UTC: nowhere is it later than there (UTC-12)."""


@dataclass(frozen=True)
class Outlook:
    """What can be said of an arrival at some instant; at most one of the two."""

    expected: Estimate | None = None
    passed: Estimate | None = None
    """The carrier's latest, which is over: it is late, and nobody knows by how much."""


def settled(parcel: Parcel, told: Estimate | None) -> Estimate | None:
    """What is kept of an estimate told for a parcel as it stands: the former one, or this.

    What has ended is expected no more. A carrier that no longer names a day has taken it back.
    """
    if parcel_state(parcel).status in ENDED:
        return None
    before = parcel.estimate
    if (
        before
        and told
        and max(abs(before.start - told.start), abs(before.end - told.end)) < _TREMBLE
    ):
        return before
    return told


def all_there(parcels: Iterable[Parcel]) -> Estimate | None:
    """When the last of the parcels is expected; None where that is not known of each under way."""
    waiting = [parcel for parcel in parcels if parcel_state(parcel).status not in ENDED]
    estimates = [parcel.estimate for parcel in waiting if parcel.estimate]
    if not waiting or len(estimates) < len(waiting):
        return None
    return max(estimates, key=lambda each: (each.end, each.start))


def outlook(parcel: Parcel, now: datetime) -> Outlook:
    """Whether the parcel is still expected, or is late."""
    status, estimate = parcel_state(parcel).status, parcel.estimate
    if estimate is None or status in ENDED:
        return Outlook()
    if not is_over(estimate, now):
        return Outlook(expected=estimate)
    return Outlook() if STANDINGS[status].is_never_late else Outlook(passed=estimate)


def outlook_of_all(parcels: Sequence[Parcel], now: datetime) -> Outlook:
    """The same of a shipment, which is late with its first parcel and there with its last."""
    passed = [late for parcel in parcels if (late := outlook(parcel, now).passed)]
    if passed:
        return Outlook(passed=max(passed, key=lambda each: (each.end, each.start)))
    last = all_there(parcels)
    return Outlook() if last is None or is_over(last, now) else Outlook(expected=last)


def is_over(estimate: Estimate, now: datetime) -> bool:
    """Whether its last instant has passed; of a day of nowhere, everywhere."""
    is_certain = estimate.certainty is not Certainty.ASSUMED
    return estimate.end + (timedelta(0) if is_certain else _LAST_ZONE) <= now
