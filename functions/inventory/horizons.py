"""When rows of the ledger are old enough to be added up once and for all."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Final

FOLDED_AFTER: Final = timedelta(hours=48)
"""The check adds up closed lines of orders placed longer ago once, day by day, and keeps the sums.
"""
RECHECKED_AFTER: Final = timedelta(hours=24)
"""Who opens such a line again, or adds one, for an order placed longer ago than this notes its day
on the level, so that the check adds up that day anew: less than FOLDED_AFTER, because clocks and
commits take their time."""
DAY: Final = len("2026-11-24")
"""Characters of a time's text that are its day."""
EVERY_DAY: Final = "all"
"""In place of days where they are too many: the check adds up everything anew."""
MAX_STALE_DAYS: Final = 8
"""Days that one commit notes on a level, which stays small."""


def stale_days(woken: Iterable[str], checked_before: str) -> set[str]:
    """The days of placement whose sums the check may have kept, and must make anew.

    ``woken`` is when the orders were placed whose lines are new or were closed before.
    """
    days = {placed_at[:DAY] for placed_at in woken if placed_at < checked_before}
    return days if len(days) <= MAX_STALE_DAYS else {EVERY_DAY}
