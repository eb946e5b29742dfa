"""Time: aware UTC everywhere, one text form, and a clock that tests can set."""

from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the time; handlers get :func:`system_clock`, tests and the simulator their own."""

    def __call__(self) -> datetime:
        """Return the current instant, aware, in UTC."""


def system_clock() -> datetime:
    """The current instant, aware, in UTC."""
    return datetime.now(UTC)


def to_text(instant: datetime) -> str:
    """RFC 3339 in UTC with milliseconds, so that text order is time order.

    Raises ValueError for a naive datetime: unknown offsets are never guessed.
    """
    if instant.tzinfo is None:
        raise ValueError("a naive datetime has no instant")
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def from_text(text: str) -> datetime:
    """Parse RFC 3339 text with an offset; raises ValueError without one.

    Also for an instant that UTC's calendar has no date for, such as year 1 east of Greenwich.
    """
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError("no UTC offset")
    try:
        return instant.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("outside the calendar") from error
