"""When a parcel is expected, as tracking stores it and other rooms read it."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Final

_STORED: Final = re.compile(r"(-?[0-9]+)[a-z]([+-][0-9]+)?/([0-9]+)")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


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
