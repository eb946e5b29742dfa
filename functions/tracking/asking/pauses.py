"""How long a carrier that answered 429 is left alone: pure."""

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

LONGEST: Final = timedelta(hours=24)
"""However long a carrier asks for; an operator ends a pause sooner by setting the carrier again."""
UNTOLD: Final = timedelta(minutes=1)
"""Where the carrier does not say, or not in words that can be read."""

_SECONDS: Final = re.compile(r"[0-9]+")


def paused_until(retry_after: str, now: datetime) -> datetime:
    """The end of the pause that a Retry-After (RFC 9110, 10.2.3: seconds or a date) asks for."""
    text = retry_after.strip()
    if _SECONDS.fullmatch(text):
        # More digits than that are more than the longest pause, and more than int() may read.
        asked = timedelta(seconds=int(text)) if len(text) < len("1000000") else LONGEST
        return now + min(asked, LONGEST)
    try:
        until = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return now + UNTOLD
    if until.tzinfo is None:  # "-0000", and asctime's form: UTC
        until = until.replace(tzinfo=UTC)
    return min(max(until, now), now + LONGEST)
