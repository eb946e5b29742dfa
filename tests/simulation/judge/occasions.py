"""How often something came to be that messages tell of, by the past of an order or shipment."""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Final, NamedTuple

from tests.simulation.judge.shipments import entries_into, has_ended
from tests.simulation.judge.verdict import Item

_ARRIVED: Final = frozenset(
    {"available_for_pickup", "returning", "delivered", "returned", "cancelled", "expired"}
)
"""Statuses of a shipment for which nobody waits on a certain day any more."""
_A_DAY: Final = timedelta(days=1)
_STORED: Final = re.compile(r"(-?\d+)[a-z]([+-]\d+)?/(\d+)")


class Window(NamedTuple):
    """When a parcel is expected, and on which day that ends where it goes."""

    end: datetime
    start: datetime
    day: date


def occasions(event: str, past: Sequence[Item]) -> int:
    """How often a message may be said of what has this past."""
    if event == "delivery_attempted":
        return entries_into(past, event)
    if event == "action_required":
        return len({one.get("sub_status") for one in past if one["status"] == "exception"})
    if event == "order_refunded":
        return len(refunds(past))
    if event == "estimate_changed":
        return len(days_told(past))
    return 1


def refunds(past: Sequence[Item]) -> list[int]:
    """The amounts that were given back, each by a version of an order of its own.

    What a platform tells of is no news, for its customer has heard of it there; nor is a draft.
    """
    return [
        _refunded(new) - _refunded(old)
        for old, new in pairwise(past)
        if old["status"] != "draft"
        and new.get("payment_facts", 0) > old.get("payment_facts", 0)
        and _refunded(new) > _refunded(old)
    ]


def _refunded(order: Item) -> int:
    return int(order.get("payments", {}).get("refunded", 0))


def days_told(past: Sequence[Item]) -> set[str]:
    """The days to which a shipment's last parcel was put off, or brought forward."""
    found = set()
    for old, new in pairwise(past):
        before, after = expected(old), expected(new)
        if before and after and before.day != after.day and new["status"] not in _ARRIVED:
            found.add(after.day.isoformat())
    return found


def expected(shipment: Item) -> Window | None:
    """When the last parcel under way is expected; None where that is not known of each."""
    parcels = [parcel for parcel in shipment.get("parcels", ()) if not has_ended(parcel)]
    windows = [_window(parcel.get("estimate")) for parcel in parcels]
    known = [window for window in windows if window]
    return max(known) if known and len(known) == len(windows) else None


def is_superseded(cause: Item, shipment: Item) -> bool:
    """Whether another day is expected than the one that a message tells of, or none is known."""
    now = expected(shipment)
    return now is None or now.day.isoformat() != cause["estimate"]["day"]


def _window(stored: str | None) -> Window | None:
    parts = _STORED.fullmatch(stored or "")
    if parts is None:
        return None
    start = datetime.fromtimestamp(int(parts[1]), UTC)
    lasts, east = timedelta(seconds=int(parts[3])), timedelta(minutes=int(parts[2] or 0))
    # A window of whole days ends at the midnight after its last one, or an hour off where summer
    # time begins or ends in it; one of hours, at the very end of a day at most.
    whole = lasts >= _A_DAY - timedelta(hours=1)
    back = timedelta(hours=2) if whole else min(lasts, timedelta(seconds=1))
    end = start + lasts
    return Window(end, start, (end - back + east).date())
