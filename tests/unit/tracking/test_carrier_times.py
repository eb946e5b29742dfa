"""Times as carriers write them: every form, with instants worked out by hand."""
# ruff: noqa: DTZ001 - carriers' clocks are naive

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracking.carriers.places import NOWHERE, Place
from tracking.carriers.times import (
    Moment,
    beside_gmt,
    clock,
    local,
    read_day,
    timestamp,
    wcf,
    whole_day,
    window,
)
from tracking.parcels.states import Certainty, Estimate

OFFSET, UTC_ONLY = Certainty.OFFSET, Certainty.UTC
BY_PLACE, ASSUMED = Certainty.PLACE, Certainty.ASSUMED


def refuses(read: Callable[[str], object], text: str) -> bool:
    try:
        read(text)
    except ValueError:
        return True
    return False


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "place", "expected"),
    [
        # an offset, east and west, with and without a colon, of half and quarter hours
        ("2026-11-03T10:15:30+01:00", NOWHERE, Moment(utc(2026, 11, 3, 9, 15, 30), OFFSET, 60)),
        ("2026-11-03T20:15:30-0500", NOWHERE, Moment(utc(2026, 11, 4, 1, 15, 30), OFFSET, -300)),
        ("2026-11-03T10:15:30-09:30", NOWHERE, Moment(utc(2026, 11, 3, 19, 45, 30), OFFSET, -570)),
        ("2026-11-03T10:15:30+05:45", NOWHERE, Moment(utc(2026, 11, 3, 4, 30, 30), OFFSET, 345)),
        ("2026-11-03T10:15:30+14:00", NOWHERE, Moment(utc(2026, 11, 2, 20, 15, 30), OFFSET, 840)),
        ("2026-07-03T10:15:30+00:00", NOWHERE, Moment(utc(2026, 7, 3, 10, 15, 30), OFFSET, 0)),
        # an offset counts more than the place
        (
            "2026-11-03T10:15:30+01:00",
            Place("US", "NY", "NEW YORK"),
            Moment(utc(2026, 11, 3, 9, 15, 30), OFFSET, 60),
        ),
        # an instant whose clock is not known
        ("2026-11-03T10:15:30Z", NOWHERE, Moment(utc(2026, 11, 3, 10, 15, 30), UTC_ONLY, None)),
        (
            "2026-11-03T10:15:30-00:00",
            NOWHERE,
            Moment(utc(2026, 11, 3, 10, 15, 30), UTC_ONLY, None),
        ),
        # unless the place is known
        ("2026-07-03T10:15:30Z", Place("DE"), Moment(utc(2026, 7, 3, 10, 15, 30), UTC_ONLY, 120)),
        # nanoseconds, as DHL sends them
        (
            "2026-11-03T10:15:30.331986369+01:00",
            NOWHERE,
            Moment(utc(2026, 11, 3, 9, 15, 30, 331986), OFFSET, 60),
        ),
        (
            "2026-11-03T10:15:30.5Z",
            NOWHERE,
            Moment(utc(2026, 11, 3, 10, 15, 30, 500000), UTC_ONLY, None),
        ),
        # local time of a place: winter and summer, a country of many zones by state or city
        ("2026-01-15T12:00:00", Place("DE"), Moment(utc(2026, 1, 15, 11), BY_PLACE, 60)),
        ("2026-07-15T12:00:00", Place("DE"), Moment(utc(2026, 7, 15, 10), BY_PLACE, 120)),
        ("2026-07-15T12:00:00", Place("in"), Moment(utc(2026, 7, 15, 6, 30), BY_PLACE, 330)),
        ("2026-07-15T12:00:00", Place("US", "OH"), Moment(utc(2026, 7, 15, 16), BY_PLACE, -240)),
        ("2026-07-15T12:00:00", Place("US", "AZ"), Moment(utc(2026, 7, 15, 19), BY_PLACE, -420)),
        # provinces of Canada, of which one has no summer time
        ("2026-07-15T12:00:00", Place("CA", "MB"), Moment(utc(2026, 7, 15, 17), BY_PLACE, -300)),
        ("2026-07-15T12:00:00", Place("CA", "SK"), Moment(utc(2026, 7, 15, 18), BY_PLACE, -360)),
        (
            "2026-07-15T12:00:00",
            Place("US", "", "New York"),
            Moment(utc(2026, 7, 15, 16), BY_PLACE, -240),
        ),
        ("2026-07-15T12:00:00", Place("BR"), Moment(utc(2026, 7, 15, 12), ASSUMED, None)),
        ("2026-07-15T12:00:00", Place("CN"), Moment(utc(2026, 7, 15, 4), BY_PLACE, 480)),
        (
            "2026-07-15T12:00:00",
            Place("BR", "", "SAO PAULO"),
            Moment(utc(2026, 7, 15, 15), BY_PLACE, -180),
        ),
        # nothing decides: read as UTC, and said so
        ("2026-07-15T12:00:00", Place("US"), Moment(utc(2026, 7, 15, 12), ASSUMED, None)),
        ("2026-07-15T12:00:00", Place("US", "TX"), Moment(utc(2026, 7, 15, 12), ASSUMED, None)),
        ("2026-07-15T12:00:00", Place("XX"), Moment(utc(2026, 7, 15, 12), ASSUMED, None)),
        ("2026-07-15 12:00:00", NOWHERE, Moment(utc(2026, 7, 15, 12), ASSUMED, None)),
        ("2026-07-15", Place("DE"), Moment(utc(2026, 7, 14, 22), BY_PLACE, 120)),
        # the hour that comes twice is the first, the one that never comes is read on
        ("2026-10-25T02:30:00", Place("DE"), Moment(utc(2026, 10, 25, 0, 30), BY_PLACE, 120)),
        ("2026-03-29T02:30:00", Place("DE"), Moment(utc(2026, 3, 29, 1, 30), BY_PLACE, 60)),
    ],
)
def test_a_timestamp_has_its_instant(text: str, place: Place, expected: Moment) -> None:
    assert timestamp(text, place) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "NaN",
        "null",
        "Invalid date",
        "0001-01-01T00:00:00",
        "0001-01-01T00:00:00+14:00",
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59-14:00",
        "1899-12-30T00:00:00Z",
        "2026-04-31T00:00:00Z",
        "2026-11-03T25:00:00Z",
        "2026-11-03T10:15:30+23:00",
        "2026-11-03T10:15:30-15:00",
        "2026-11-03T10:15:30+99:99",
        "20261103T101530Z",
        "2026-W45-2T10:15",
        "1762131750",
        "\u0662\u0660\u0662\u0666-\u0661\u0661-\u0660\u0663",  # digits, but not ours
        "2026-11-03T10:15:30" + "0" * 500,
    ],
)
def test_what_is_no_time_is_refused(text: str) -> None:
    assert refuses(timestamp, text)


@pytest.mark.parametrize(
    ("day", "hour", "expected"),
    [
        ("20260210", "071356", datetime(2026, 2, 10, 7, 13, 56)),
        ("20260210", "74700", datetime(2026, 2, 10, 7, 47)),
        ("2026-02-10", "07:47:00", datetime(2026, 2, 10, 7, 47)),
        ("20260210", "7:47:00", datetime(2026, 2, 10, 7, 47)),
        ("20260210", "07:47", datetime(2026, 2, 10, 7, 47)),
        ("20260210", "", None),
        ("", "071356", None),
        ("20260231", "071356", None),
        ("20260210", "250000", None),
        ("20260210", "1356", None),
        ("NaN", "NaN", None),
    ],
)
def test_a_clock_is_read_from_a_day_and_an_hour(
    day: str, hour: str, expected: datetime | None
) -> None:
    assert clock(day, hour) == expected


GMT = datetime(2026, 2, 10, 12, 13, 56)
CLOCK = datetime(2026, 2, 10, 7, 13, 56)
INSTANT = utc(2026, 2, 10, 12, 13, 56)


@pytest.mark.parametrize(
    ("gmt", "told", "offset", "place", "expected"),
    [
        (GMT, CLOCK, "-05:00", NOWHERE, Moment(INSTANT, OFFSET, -300)),
        (GMT, CLOCK, "", NOWHERE, Moment(INSTANT, OFFSET, -300)),
        (GMT, None, "-05:00", NOWHERE, Moment(INSTANT, OFFSET, -300)),
        (GMT, None, "", NOWHERE, Moment(INSTANT, UTC_ONLY, None)),
        # the offset says otherwise than the two clocks: the instant is GMT's all the same
        (GMT, CLOCK, "-06:00", NOWHERE, Moment(INSTANT, OFFSET, -300)),
        # so do a place and its zone
        (GMT, CLOCK, "", Place("DE"), Moment(INSTANT, OFFSET, -300)),
        # two clocks that are a day apart are not of one time
        (GMT, datetime(2026, 2, 12, 7, 13, 56), "-05:00", NOWHERE, Moment(INSTANT, OFFSET, -300)),
        (GMT, datetime(2026, 2, 12, 7, 13, 56), "", NOWHERE, Moment(INSTANT, UTC_ONLY, None)),
        # rounded differently
        (GMT, datetime(2026, 2, 10, 7, 13, 0), "", NOWHERE, Moment(INSTANT, OFFSET, -300)),
        # no GMT
        (None, CLOCK, "-05:00", NOWHERE, Moment(INSTANT, OFFSET, -300)),
        (None, CLOCK, "", Place("US", "GA"), Moment(INSTANT, BY_PLACE, -300)),
        (None, CLOCK, "", NOWHERE, Moment(utc(2026, 2, 10, 7, 13, 56), ASSUMED, None)),
        (None, CLOCK, "+99:00", NOWHERE, Moment(utc(2026, 2, 10, 7, 13, 56), ASSUMED, None)),
    ],
)
def test_gmt_beside_local_time(
    gmt: datetime | None, told: datetime | None, offset: str, place: Place, expected: Moment
) -> None:
    assert beside_gmt(gmt, told, offset, place) == expected


def test_no_time_at_all_is_none() -> None:
    with pytest.raises(ValueError, match="no time"):
        beside_gmt(None, None, "-05:00")
    with pytest.raises(ValueError, match="not the time"):
        beside_gmt(datetime(1, 1, 1), None, "")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/Date(1762131750000)/", Moment(utc(2025, 11, 3, 1, 2, 30), UTC_ONLY, None)),
        ("/Date(1762131750250+0530)/", Moment(utc(2025, 11, 3, 1, 2, 30, 250000), OFFSET, 330)),
        ("/Date(1762131750000-0930)/", Moment(utc(2025, 11, 3, 1, 2, 30), OFFSET, -570)),
        ("/Date(1762131750000+9900)/", Moment(utc(2025, 11, 3, 1, 2, 30), UTC_ONLY, None)),
    ],
)
def test_wcf_dates(text: str, expected: Moment) -> None:
    assert wcf(text) == expected


@pytest.mark.parametrize(
    "text",
    ["", "/Date(NaN)/", "/Date(-62135596800000)/", "/Date(999999999999999)/", "1762131750000"],
)
def test_what_is_no_wcf_date_is_refused(text: str) -> None:
    assert refuses(wcf, text)


def test_a_day_lasts_from_midnight_to_midnight_where_it_is() -> None:
    assert whole_day(date(2026, 10, 25), Place("DE")) == Estimate(
        utc(2026, 10, 24, 22), utc(2026, 10, 25, 23), BY_PLACE, 120
    )
    assert whole_day(date(2026, 10, 25)) == Estimate(utc(2026, 10, 25), utc(2026, 10, 26), ASSUMED)
    for day in (date.min, date.max):
        with pytest.raises(ValueError, match="not the time"):
            whole_day(day)


def test_a_window_begins_before_it_ends() -> None:
    early, late = timestamp("2026-11-03T10:00:00+01:00"), timestamp("2026-11-03T12:00:00+01:00")
    assert window(early, late) == Estimate(utc(2026, 11, 3, 9), utc(2026, 11, 3, 11), OFFSET, 60)
    assert window(early, early).end == early.at
    exact = timestamp("2026-11-03T10:00:00.75+01:00")
    assert window(exact, exact).start == early.at  # nobody expects by fractions of a second
    with pytest.raises(ValueError, match="not a window"):
        window(late, early)


def test_days_of_both_forms() -> None:
    assert read_day("20260210") == read_day("2026-02-10") == date(2026, 2, 10)
    for text in ("", "NaN", "20261332", "00010101 ", "2026021", "²0260210"):
        assert refuses(read_day, text)


@given(st.text(max_size=60), st.text(max_size=10), st.text(max_size=10))
def test_no_text_breaks_a_reader(text: str, hour: str, offset: str) -> None:
    for read in (timestamp, wcf, read_day):
        try:
            read(text)
        except ValueError:
            continue
    told = clock(text, hour)
    try:
        moment = beside_gmt(told, told, offset)
    except ValueError:
        return
    assert moment.at.tzinfo is UTC


@given(st.datetimes(), st.integers(-1439, 1439), st.sampled_from(["DE", "US", "NP", "XX", ""]))
def test_every_time_there_is_has_an_instant_or_none(
    told: datetime, minutes: int, country: str
) -> None:
    sign = "-" if minutes < 0 else "+"
    hours, rest = divmod(abs(minutes), 60)
    for read in (
        lambda: timestamp(f"{told.isoformat()}{sign}{hours:02}:{rest:02}"),
        lambda: timestamp(told.isoformat(), Place(country)),
        lambda: local(told, Place(country)),
    ):
        try:
            moment = read()
        except ValueError:
            continue
        assert utc(2000, 1, 1) <= moment.at < utc(2100, 1, 1)
