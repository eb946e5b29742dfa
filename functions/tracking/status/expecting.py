"""When a parcel is expected, and a shipment: what the carrier estimates, without its trembling."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from tracking.parcels.shipment import Parcel
from tracking.parcels.states import Estimate
from tracking.status.journey import ENDED, parcel_state

_TREMBLE: Final = timedelta(hours=1)
"""Carriers that compute an estimate anew at each question differ by minutes: nobody plans by them,
and each would be a write."""


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
