"""How long a carrier may not be asked about a shipment at once, and why; pure."""

from datetime import datetime, timedelta
from typing import Final, NamedTuple

from tracking.accounts.breaker import State
from tracking.accounts.budget import left_today, until_midnight
from tracking.accounts.repository import Known
from tracking.accounts.settings import utc_day
from tracking.asking.capping import asked_today
from tracking.asking.conversation import MIN_SECONDS
from tracking.asking.reasons import Reason
from tracking.cadence import tempo_of
from tracking.carriers.base import Limits
from tracking.parcels.shipment import Shipment

SPACING: Final = timedelta(seconds=MIN_SECONDS)
"""Between two refreshes of a shipment: as long as asking may take."""


class Wait(NamedTuple):
    """How long a carrier may not be asked about a shipment; nothing: it may be now."""

    lasts: timedelta
    reason: Reason


def wait_of(shipment: Shipment, known: Known, limits: Limits, now: datetime) -> Wait:
    """The longest of what a carrier is to be spared for; it lasts nothing if it may be asked."""
    usage = known.usage
    next_call = usage.last_call + limits.seconds_between
    waits = [
        Wait(timedelta(0), Reason.TOO_SOON),
        Wait(timedelta(seconds=next_call - now.timestamp()), Reason.TOO_SOON),
    ]
    if shipment.refreshes is not None:
        waits.append(Wait(shipment.refreshes.at + SPACING - now, Reason.TOO_SOON))
    if usage.paused_until is not None:
        waits.append(Wait(usage.paused_until - now, Reason.RATE_LIMITED))
    if usage.state(now) is State.OPEN:
        probe = timedelta(seconds=usage.breaker.probe_at - now.timestamp())
        waits.append(Wait(probe, Reason.FAILING))
    if _is_capped(shipment, known, limits.per_shipment_daily_cap, now):
        waits.append(Wait(until_midnight(now), Reason.CAP_SPENT))
    if left_today(limits, known.calls_on(utc_day(now))) == 0:
        waits.append(Wait(until_midnight(now), Reason.BUDGET_SPENT))
    return max(waits)


def _is_capped(shipment: Shipment, known: Known, cap: int | None, now: datetime) -> bool:
    if cap is None:
        return False
    tempo = tempo_of(known.rhythm, stretch=known.mark.stretch, daily_cap=cap)
    return cap <= asked_today(shipment, known.settings.carrier, cap, tempo, now)
