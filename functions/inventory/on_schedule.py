"""Wakes each hour: proves the stock that changed since, then tries parked orders again.

The input is not looked at: fired at any time, twice or not at all, the next time does what is left.
"""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any, Final

from inventory.checks.checking import Sweep
from inventory.composition import checker, checks, redriver
from waybill.ids import random_id
from waybill.keys import UNCHECKED_BUCKETS
from waybill.observability import end_invocation, start_work
from waybill.settings import on_lambda

ROOM: Final = "inventory"
KEPT_FOR_REDRIVE: Final = 120_000
"""Milliseconds before the end when no further level is begun, nor read to its end."""
KEPT_FOR_THE_END: Final = 30_000
"""Milliseconds before the end when nothing more is begun."""


class StockChecksFailedError(Exception):
    """Some levels cannot be checked, whatever is tried: the logs name them."""


def lambda_handler(_event: Any, context: Any) -> dict[str, int]:
    """Check and redrive, each whatever becomes of the other.

    Raises :class:`StockChecksFailedError`, once everything is done.
    """
    start_work(ROOM, random_id("chk"))
    left: Callable[[], int] = context.get_remaining_time_in_millis
    try:
        try:
            swept = _sweep(lambda: left() < KEPT_FOR_REDRIVE)
        finally:
            redriven = redriver().redrive(lambda: left() < KEPT_FOR_THE_END)
    finally:
        end_invocation()
    if swept.failed:
        raise StockChecksFailedError(f"{swept.failed} levels")
    return asdict(swept) | asdict(redriven)


def _sweep(out_of_time: Callable[[], bool]) -> Sweep:
    """Begin anywhere, so that levels which stay on the list do not keep the same others waiting."""
    start = random_id("shop", 2)
    levels = checks().unchecked(sum(start.encode()) % UNCHECKED_BUCKETS, start)
    return checker().sweep(levels, out_of_time)


if on_lambda():
    checker()
    redriver()
