"""Quiet hours: when a recipient is not to be woken, on whose clocks, and until when to wait. Pure.

An instant is quiet in a zone when the clocks there show an hour that is. So where clocks are put
back into the quiet hours it is quiet again, and an hour that clocks leap over is nobody's.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from notify.people.contact import Contact
from notify.people.zones import time_zones

Hours = tuple[str, str]
"""From and to, ``HH:MM``; over midnight where from is later; none where both are the same."""

DEFAULT_HOURS: Final[Hours] = ("21:00", "08:00")
_LOOK_AHEAD: Final = timedelta(days=2)
"""Longer than quiet hours last, a day of 25 hours and zones a day apart included."""
_A_DAY: Final = timedelta(days=1)
_AN_HOUR: Final = timedelta(hours=1)
_A_SECOND: Final = timedelta(seconds=1)


def quiet_hours_of(contact: Contact, shop: Mapping[str, Any]) -> Hours:
    """Return a recipient's quiet hours: their own, else the shop's, else from nine to eight."""
    if contact.quiet_hours:
        return contact.quiet_hours
    own = shop.get("quiet_hours") or {}
    return (own["start"], own["end"]) if own else DEFAULT_HOURS


def zones_of(contact: Contact, number: str | None, shop: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the zones a recipient may be in, one at least.

    Their own; else those of the number, given in E.164; else the shop's; else UTC.
    """
    if own := _known([contact.time_zone]):
        return own
    if number and (found := _known(_zones_of_number(number))):
        return found
    return _known([shop.get("time_zone")]) or ("UTC",)


def waits_until(now: datetime, zones: Iterable[str], hours: Hours) -> datetime | None:
    """Return the first instant from which it is quiet in none of the zones; None: now is one.

    Where zones lie so far apart that it is always quiet in one of them, return the first instant
    at which it is quiet in the fewest.
    """
    now = now.astimezone(UTC)
    clocks = [ZoneInfo(name) for name in zones]

    def quiet(at: datetime) -> int:
        return sum(is_quiet(at, clock, hours) for clock in clocks)

    if not quiet(now):
        return None
    ends = (end for clock in clocks for end in _possible_ends(now, clock, hours))
    at = min((quiet(each), each) for each in [now, *ends])[1]
    return None if at == now else at


def is_quiet(at: datetime, clock: ZoneInfo, hours: Hours) -> bool:
    """Say whether the clocks of a zone show a quiet hour."""
    start, end = map(time.fromisoformat, hours)
    shown = at.astimezone(clock).time()
    if start <= end:
        return start <= shown < end
    return shown >= start or shown < end


def _possible_ends(now: datetime, clock: ZoneInfo, hours: Hours) -> Iterator[datetime]:
    """Each instant of two days at which the hours end, or the clocks are changed."""
    end_of_hours = _since_midnight(time.fromisoformat(hours[1]))
    changes = list(_changes(now, clock))
    for start, stop in zip([now, *changes], [*changes, now + _LOOK_AHEAD], strict=True):
        yield start
        shown = _since_midnight(start.astimezone(clock).time())
        at = start + (end_of_hours - shown) % _A_DAY
        while at < stop:
            yield at
            at += _A_DAY


def _changes(now: datetime, clock: ZoneInfo) -> Iterator[datetime]:
    """When the clocks are changed, to the second."""
    before = now.replace(microsecond=0)
    end = before + _LOOK_AHEAD
    while before < end:
        after = before + _AN_HOUR
        if before.astimezone(clock).utcoffset() != after.astimezone(clock).utcoffset():
            yield _change_between(before, after, clock)
        before = after


def _change_between(before: datetime, after: datetime, clock: ZoneInfo) -> datetime:
    offset = before.astimezone(clock).utcoffset()
    while after - before > _A_SECOND:
        middle = before + (after - before) // _A_SECOND // 2 * _A_SECOND
        if middle.astimezone(clock).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after


def _since_midnight(shown: time) -> timedelta:
    return timedelta(
        hours=shown.hour,
        minutes=shown.minute,
        seconds=shown.second,
        microseconds=shown.microsecond,
    )


def _zones_of_number(number: str) -> Sequence[str]:
    import phonenumbers  # noqa: PLC0415 - 0.3 s, and most messages need neither
    from phonenumbers import timezone  # noqa: PLC0415 - another 0.03 s

    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return ()
    return timezone.time_zones_for_number(parsed)


def _known(names: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(name for name in names if name in time_zones())
