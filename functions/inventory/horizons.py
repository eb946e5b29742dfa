"""When rows of the ledger are old enough to be added up once and for all."""

from datetime import timedelta
from typing import Final

FOLDED_AFTER: Final = timedelta(hours=48)
"""The check adds up closed lines of orders placed longer ago once, and keeps the sum."""
RECHECKED_AFTER: Final = timedelta(hours=24)
"""A writer who opens such a line again, or adds one, for an order placed longer ago than this lets
the check add up all lines anew: less than FOLDED_AFTER, because clocks and commits take their time.
"""
