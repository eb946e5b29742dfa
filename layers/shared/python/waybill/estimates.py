"""When a parcel is expected, as tracking stores it and other rooms read it."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Final

_STORED: Final = re.compile(r"(-?[0-9]+)[a-z]([+-][0-9]+)?/([0-9]+)")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

_NEARLY_A_DAY: Final = timedelta(hours=23)  # the day on which summer time begins
_MIDNIGHT: Final = timedelta(hours=2)
"""How far a window of days may reach past its last one: to midnight; and an hour later where its
offset is that of the morning, and summer time has ended since."""
_INSTANT: Final = timedelta(seconds=1)


@dataclass(frozen=True)
class Estimate:
    """A window, an instant, or a day from midnight to midnight."""

    start: datetime
    """Aware, UTC."""
    end: datetime
    """Aware, UTC; not before ``start``."""
    offset: int | None = None
    """Minutes east of Greenwich where it is delivered; None where that is not known."""

    @property
    def clocks(self) -> timezone | None:
        """The clocks of the place of delivery, as far as they are known."""
        return None if self.offset is None else timezone(timedelta(minutes=self.offset))

    @property
    def last_day(self) -> date:
        """The last day of it, by the clocks of the place if those are known, else UTC's."""
        return last_day(self.start, self.end.astimezone(self.clocks or UTC))


def is_of_days(start: datetime, end: datetime) -> bool:
    """Whether a window is one of whole days, of which the hours are none that matter."""
    return end - start >= _NEARLY_A_DAY


def last_day(start: datetime, end: datetime) -> date:
    """The last day of a window, by the clocks of ``end``; a midnight is that of the day it ends."""
    back = _MIDNIGHT if is_of_days(start, end) else min(end - start, _INSTANT)
    return (end - back).date()


def read_estimate(text: str) -> Estimate:
    """Read a parcel's ``estimate``: start in seconds, how certain, offset, seconds it lasts.

    Such as ``1796029200o+60/86400``. Raises ValueError for any other text.
    """
    parts = _STORED.fullmatch(text)
    if parts is None:
        raise ValueError("not an estimate")
    start, offset, lasts = parts.groups()
    begins = _EPOCH + timedelta(seconds=int(start))
    return Estimate(begins, begins + timedelta(seconds=int(lasts)), int(offset) if offset else None)
