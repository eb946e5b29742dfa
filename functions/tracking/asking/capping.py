"""How often a shipment may be asked about in a UTC day: polls and refreshes together, pure.

Polls keep within a carrier's cap by their own spacing, and are counted nowhere. Refreshes are
counted on the shipment, and take the place of the day's last polls.
"""

import math
from datetime import datetime

from tracking.accounts.budget import DAY, midnight
from tracking.accounts.settings import instant, utc_day
from tracking.cadence import Tempo, phase_of, questions
from tracking.carriers.base import Limits
from tracking.parcels.shipment import Refreshes, Shipment


def is_spent(shipment: Shipment, asked: str, limits: Limits, now: datetime) -> bool:
    """Whether a poll would exceed the cap, because of today's refreshes."""
    cap, refreshes = limits.per_shipment_daily_cap, refreshes_today(shipment, now)
    if cap is None or not refreshes or asked not in shipment.due:
        return False
    return _most_polls(shipment, cap, now) + refreshes > cap


def asked_today(shipment: Shipment, asked: str, cap: int, tempo: Tempo, now: datetime) -> int:
    """Questions about a shipment today, polls and refreshes; no fewer than there were."""
    refreshes, due = refreshes_today(shipment, now), shipment.due.get(asked)
    most = _most_polls(shipment, cap, now)
    if due is None:
        return refreshes + most
    start = max(midnight(now), shipment.created_at)
    phase, since = phase_of(shipment.id), max(start, instant(due.since))
    polls = questions(due, now.timestamp(), phase, tempo)
    polls -= questions(due, since.timestamp(), phase, tempo)
    if since > start:  # there was another pace, or none: as much as the cap let pass
        polls += _most_polls(shipment, cap, since)
    elif start == shipment.created_at:
        polls += 1  # the first question is beside its pace
    return refreshes + min(polls, most)


def refreshes_today(shipment: Shipment, now: datetime) -> int:
    """How often the shipment was refreshed on this UTC day."""
    refreshes = shipment.refreshes
    return refreshes.times if refreshes is not None and refreshes.day == utc_day(now) else 0


def refreshed(shipment: Shipment, now: datetime) -> Refreshes:
    """The refreshes of a shipment with one more, now."""
    return Refreshes(utc_day(now), refreshes_today(shipment, now) + 1, now)


def _most_polls(shipment: Shipment, cap: int, now: datetime) -> int:
    """Polls that the cap's spacing has let pass up to an instant of today, its own among them."""
    seconds = (now - max(midnight(now), shipment.created_at)).total_seconds()
    return min(cap, math.floor(seconds * cap / DAY) + 1)
