"""How much a carrier may be asked, and how that is spread: pure.

A budget is of requests in a UTC day. It is spent evenly: what wants to ask more often than that is
stretched by one factor, the same for all shipments of the carrier, and what then still comes at
once is kept within the day's even share.
"""

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

from tracking.accounts.settings import CarrierSettings
from tracking.carriers.base import Limits

DAY: Final = 86_400
BURST: Final = 1 / 12
"""Share of the budget that may be ahead of the even spending: what two hours would have."""
AHEAD: Final = 6 * 3600
"""Seconds over which what is left of a day is spread at least, or its last minutes would jump."""
UTILISATION: Final = 0.7
"""Of the requests that a carrier's pause between them allows; a worker also reads and writes."""
BACKLOG: Final = 600
"""Seconds of requests that may wait in the queue for a slow carrier."""
STEP: Final = 1.25
SLACK: Final = 1.5
"""The factor moves in steps, and only when it is this far off: each time it does, everybody's turn
is another."""
MAX_STRETCH: Final = 1000.0


def limits_of(settings: CarrierSettings, own: Limits) -> Limits:
    """The carrier's limits, with the operator's own budget and cap where they are set."""
    budget, cap = settings.daily_budget, settings.per_shipment_daily_cap
    return replace(
        own,
        daily_budget=own.daily_budget if budget is None else budget,
        per_shipment_daily_cap=own.per_shipment_daily_cap if cap is None else cap,
    )


def left_today(limits: Limits, used: int) -> int | None:
    """Requests left of today's budget; None without a budget."""
    return None if limits.daily_budget is None else max(0, limits.daily_budget - used)


def allowance(limits: Limits, used: int, since: float, now: datetime) -> int | None:
    """Requests that a sweep may plan, after one that ended at ``since``; None: as many as it likes.

    ``used`` are those of this UTC day already.
    """
    allowed: list[int] = []
    if limits.daily_budget is not None:
        share = min(1.0, _seconds_into(now) / DAY + BURST)
        allowed.append(max(0, math.ceil(limits.daily_budget * share) - used))
    if limits.seconds_between:
        elapsed = min(max(0.0, now.timestamp() - since), BACKLOG)
        allowed.append(math.ceil(elapsed * UTILISATION / limits.seconds_between))
    return min(allowed, default=None)


def stretch(wanted: float, limits: Limits, used: int, now: datetime, current: float = 1.0) -> float:
    """The factor, 1 or more, by which all intervals of a carrier grow so that the day suffices.

    ``wanted`` are the questions a day that its active shipments would ask without any limit,
    ``current`` the factor so far, which stays while it is near enough.
    """
    rates: list[float] = []
    if limits.daily_budget is not None:
        left = max(0, limits.daily_budget - used)
        rates.append(left / max(AHEAD, DAY - _seconds_into(now)))
    if limits.seconds_between:
        rates.append(UTILISATION / limits.seconds_between)
    possible = min(rates, default=math.inf) * limits.batch * DAY
    if possible * MAX_STRETCH <= wanted:
        return MAX_STRETCH if wanted else 1.0
    needed = max(1.0, wanted / possible)
    if needed / SLACK <= current <= needed * SLACK and (needed > 1.0) == (current > 1.0):
        return current
    return float(max(1.0, round(STEP ** math.ceil(round(math.log(needed, STEP), 6)), 2)))


def until_midnight(now: datetime) -> timedelta:
    """How long until budgets begin anew, at 00:00 UTC."""
    return timedelta(seconds=DAY - _seconds_into(now))


def midnight(now: datetime) -> datetime:
    """When the UTC day began."""
    return now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def _seconds_into(now: datetime) -> float:
    return (now - midnight(now)).total_seconds()
