"""Times as carriers write them: text → an instant, how certain it is, and the clock it was on.

All are pure, and raise ValueError for what is no time: NaN, year 1, the 31st of April, an hour 25,
an offset that no clock on Earth shows. An offset counts more than a time zone, and a time in GMT
more than a local one: the zone of a place is only asked where a carrier gives nothing better.
"""

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, NamedTuple

from tracking.carriers.base import plausible
from tracking.carriers.places import NOWHERE, Place, offset_at, offset_on
from tracking.parcels.states import Certainty, Estimate

MAX_OFFSET: Final = 14 * 60
"""Minutes from Greenwich of the clock that is furthest from it."""
_QUARTER: Final = timedelta(minutes=15)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_DAY: Final = timedelta(days=1)

_MAX_TEXT: Final = 40
_PARTS: Final = 3
_OFFSET: Final = re.compile(r"([+-])([0-9]{2}):?([0-9]{2})")
_WCF: Final = re.compile(r"/Date\((-?[0-9]{1,15})([+-][0-9]{4})?\)/")


class Moment(NamedTuple):
    """An instant, and what is known of the clock it was read from."""

    at: datetime
    """Aware, UTC."""
    certainty: Certainty
    offset: int | None
    """Minutes east of Greenwich, where they are known."""


def timestamp(text: str, place: Place = NOWHERE) -> Moment:
    """An RFC 3339 time with any number of decimals; without an offset it is the place's local time.

    ``Z`` and ``-00:00`` say when it was, but not what the clock there showed: the place may.
    """
    if not len("2026-11-22") <= len(text) <= _MAX_TEXT or text[4] != "-" or text[7] != "-":
        raise ValueError("not a time")
    told = datetime.fromisoformat(text)
    if told.tzinfo is None:
        return local(told, place)
    minutes = _whole_minutes(told.utcoffset() or timedelta(0))
    if text[-1] in "zZ" or text.endswith("-00:00"):
        return Moment(at := _instant(told), Certainty.UTC, offset_on(place, at))
    return Moment(_instant(told), Certainty.OFFSET, minutes)


def local(told: datetime, place: Place = NOWHERE) -> Moment:
    """Local time of a place whose clocks are known; of any other it is read as UTC, and says so."""
    offset = offset_at(place, told)
    if offset is None:
        return Moment(plausible(told.replace(tzinfo=UTC)), Certainty.ASSUMED, None)
    return Moment(_at(told, offset), Certainty.PLACE, offset)


def beside_gmt(
    gmt: datetime | None, told: datetime | None, offset: str, place: Place = NOWHERE
) -> Moment:
    """A time that a carrier gives as GMT, as local time, by its offset, or by some of them.

    The instant is that of GMT. The clock is the offset's, or what lies between the two times; where
    they contradict each other, the clock is what stood on it.
    """
    minutes = _offset(offset)
    if gmt is None:
        if told is None:
            raise ValueError("no time")
        return (
            local(told, place)
            if minutes is None
            else Moment(_at(told, minutes), Certainty.OFFSET, minutes)
        )
    instant = plausible(gmt.replace(tzinfo=UTC))
    between = told - gmt if told else None
    if between is not None and abs(between) <= timedelta(minutes=MAX_OFFSET):
        minutes = round(between / _QUARTER) * 15
    if minutes is None:
        return Moment(instant, Certainty.UTC, None)
    return Moment(instant, Certainty.OFFSET, minutes)


def wcf(text: str) -> Moment:
    """``/Date(1762131750000+0530)/``: milliseconds since 1970 UTC, and the clock's offset."""
    found = _WCF.fullmatch(text)
    if found is None:
        raise ValueError("not a WCF date")
    try:
        instant = plausible(_EPOCH + timedelta(milliseconds=int(found[1])))
    except OverflowError:
        raise ValueError("not a time") from None
    offset = _offset(found[2] or "")
    return Moment(instant, Certainty.UTC if offset is None else Certainty.OFFSET, offset)


def clock(day: str, hour: str) -> datetime | None:
    """A naive time of ``20260210`` or ``2026-02-10`` and ``74700``, ``074700`` or ``07:47:00``.

    None where either is missing or unreadable.
    """
    if not hour or len(hour) > _MAX_TEXT:
        return None
    parts = hour.split(":") if ":" in hour else [hour[:-4], hour[-4:-2], hour[-2:]]
    try:
        hours, minutes, seconds = map(_number, parts if len(parts) == _PARTS else [*parts, "0"])
        return datetime.combine(read_day(day), time(hours, minutes, seconds))
    except ValueError:
        return None


def read_day(text: str) -> date:
    """A day of ``20260210`` or ``2026-02-10``."""
    if len(text) == len("2026-02-10"):
        year, month, day = map(_number, text.split("-"))
        return date(year, month, day)
    if len(text) != len("20260210"):
        raise ValueError("not a day")
    return date(_number(text[:4]), _number(text[4:6]), _number(text[6:]))


def _number(text: str) -> int:
    """An int of ASCII digits alone."""
    if not text.isascii() or not text.isdigit():
        raise ValueError("not a number")
    return int(text)


def whole_day(day: date, place: Place = NOWHERE) -> Estimate:
    """A day at a place, from midnight to midnight."""
    return window(
        local(datetime.combine(day, time.min), place),
        local(datetime.combine(_next(day), time.min), place),
    )


def window(start: Moment, end: Moment) -> Estimate:
    """What lies between two moments; the same moment twice is an instant."""
    if end.at < start.at or end.at - start.at > 31 * _DAY:
        raise ValueError("not a window")
    first, last = (moment.at.replace(microsecond=0) for moment in (start, end))
    return Estimate(first, last, start.certainty, start.offset)


def _next(day: date) -> date:
    try:
        return day + _DAY
    except OverflowError:
        raise ValueError("not the time of a parcel") from None


def _at(told: datetime, offset: int) -> datetime:
    try:
        return plausible((told - timedelta(0, 60 * offset)).replace(tzinfo=UTC))
    except OverflowError:
        raise ValueError("not the time of a scan") from None


def _instant(told: datetime) -> datetime:
    try:
        return plausible(told.astimezone(UTC))
    except OverflowError:  # year 1 east of Greenwich
        raise ValueError("not the time of a scan") from None


def _offset(text: str) -> int | None:
    """Minutes east of Greenwich of ``+02:00``; None for what no clock on Earth shows."""
    if not text:
        return None
    found = _OFFSET.fullmatch(text)
    if found is None or int(found[3]) >= 60:  # noqa: PLR2004 - minutes of an hour
        return None
    minutes = int(found[2]) * 60 + int(found[3])
    if minutes > MAX_OFFSET:
        return None
    return -minutes if found[1] == "-" else minutes


def _whole_minutes(offset: timedelta) -> int:
    minutes = int(offset.total_seconds() // 60)
    if abs(minutes) > MAX_OFFSET:
        raise ValueError("no clock on Earth shows this")
    return minutes
