"""Quiet hours: whose they are, on which clocks, and until when a message waits."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from notify.people.contact import NOBODY, Contact
from notify.people.zones import time_zones
from notify.policy.quiet import (
    DEFAULT_HOURS,
    is_quiet,
    quiet_hours_of,
    waits_until,
    zones_of,
)
from tests.support.template import ROOT

NIGHT = ("21:00", "08:00")
MINUTE = timedelta(minutes=1)
# Whole, half and quarter hours off UTC; clocks that are changed at 0, 1, 2 and 3, by half an hour
# (Lord Howe), and at midnight itself (Havana, Beirut).
ZONES = (
    "UTC",
    "Europe/Berlin",
    "Europe/London",
    "America/New_York",
    "America/St_Johns",
    "America/Havana",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Asia/Beirut",
    "Australia/Lord_Howe",
    "Australia/Eucla",
    "Pacific/Chatham",
    "Pacific/Kiritimati",
)
TIMES = st.builds(
    "{:02}:{:02}".format, st.integers(0, 23), st.sampled_from([0, 0, 0, 1, 29, 30, 45, 59])
)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def changes(zone: str, year: int = 2026) -> list[datetime]:
    """The hours of a year in which a zone's clocks are changed."""
    clock, hour = ZoneInfo(zone), utc(f"{year}-01-01T00:00")
    found = []
    for _ in range(366 * 24):
        after = hour + timedelta(hours=1)
        if hour.astimezone(clock).utcoffset() != after.astimezone(clock).utcoffset():
            found.append(hour)
        hour = after
    return found


CHANGES = [hour for zone in ZONES for hour in changes(zone)]
INSTANTS = st.one_of(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    st.builds(
        lambda hour, minutes, odd: hour + timedelta(minutes=minutes, microseconds=odd),
        st.sampled_from(CHANGES),
        st.integers(-30 * 60, 30 * 60),
        st.sampled_from([0, 1, 59_999_999]),
    ),
)


def by_the_minute(now: datetime, zones: list[str], hours: tuple[str, str]) -> datetime | None:
    """What waiting is, said plainly: look at every minute until none is quiet."""
    clocks = [ZoneInfo(zone) for zone in zones]
    if not any(is_quiet(now, clock, hours) for clock in clocks):
        return None
    at = now.replace(second=0, microsecond=0) + MINUTE
    for _ in range(2 * 24 * 60):
        if not any(is_quiet(at, clock, hours) for clock in clocks):
            return at
        at += MINUTE
    return datetime.max.replace(tzinfo=UTC)


def test_clocks_are_changed_in_what_is_tried():
    assert len(CHANGES) == 16


@given(now=INSTANTS, zone=st.sampled_from(ZONES), hours=st.tuples(TIMES, TIMES))
@example(now=utc("2026-03-29T00:10"), zone="Europe/Berlin", hours=("21:00", "02:30"))
@example(now=utc("2026-10-25T00:40"), zone="Europe/Berlin", hours=("21:00", "02:30"))
@example(now=utc("2026-10-25T01:10"), zone="Europe/Berlin", hours=("21:00", "02:30"))
@example(now=utc("2026-10-04T15:00"), zone="Australia/Lord_Howe", hours=("21:00", "02:15"))
def test_one_zone_is_what_looking_at_every_minute_says(now, zone, hours):
    assert waits_until(now, [zone], hours) == by_the_minute(now, [zone], hours)


@given(
    now=INSTANTS,
    zones=st.lists(st.sampled_from(ZONES), min_size=2, max_size=4, unique=True),
    hours=st.tuples(TIMES, TIMES),
)
def test_several_zones_are_what_looking_at_every_minute_says(now, zones, hours):
    plain = by_the_minute(now, zones, hours)
    if plain is None or plain.year < 9999:
        assert waits_until(now, zones, hours) == plain


@given(now=INSTANTS, zones=st.lists(st.sampled_from(ZONES), min_size=1), time=TIMES)
def test_hours_that_end_where_they_begin_are_none(now, zones, time):
    assert waits_until(now, zones, (time, time)) is None


@given(now=INSTANTS, hours=st.tuples(TIMES, TIMES))
def test_where_it_is_always_quiet_somewhere_it_is_quiet_in_the_fewest(now, hours):
    zones = ["Pacific/Kiritimati", "Asia/Kolkata", "Europe/London", "America/New_York"]
    at = waits_until(now, zones, hours)

    def quiet(instant: datetime) -> int:
        return sum(is_quiet(instant, ZoneInfo(zone), hours) for zone in zones)

    chosen = now if at is None else at
    assert now <= chosen <= now + timedelta(days=2)
    assert quiet(chosen) <= min(quiet(now + n * 7 * MINUTE) for n in range(24 * 9))


@pytest.mark.parametrize(
    ("now", "zones", "until"),
    [
        ("2026-11-26T19:59", ["Europe/Berlin"], None),
        ("2026-11-26T20:00", ["Europe/Berlin"], "2026-11-27T07:00"),
        ("2026-11-27T06:59:59", ["Europe/Berlin"], "2026-11-27T07:00"),
        ("2026-11-27T07:00", ["Europe/Berlin"], None),
        ("2026-03-28T22:00", ["Europe/Berlin"], "2026-03-29T06:00"),  # an hour of it is leapt over
        ("2026-10-24T22:00", ["Europe/Berlin"], "2026-10-25T07:00"),  # an hour of it comes twice
        ("2026-11-26T20:00", ["Asia/Kolkata"], "2026-11-27T02:30"),
        ("2026-11-26T20:00", ["Asia/Kathmandu"], "2026-11-27T02:15"),
        ("2026-11-26T07:30", ["Atlantic/Azores", "Europe/Lisbon"], "2026-11-26T09:00"),
        ("2026-11-26T21:00", ["Atlantic/Azores", "Europe/Lisbon"], "2026-11-27T09:00"),
    ],
)
def test_a_night(now, zones, until):
    assert waits_until(utc(now), zones, NIGHT) == (until and utc(until))


def test_hours_within_a_day():
    rest = ("13:00", "15:00")
    assert waits_until(utc("2026-07-01T10:59"), ["Europe/Madrid"], rest) is None
    assert waits_until(utc("2026-07-01T11:00"), ["Europe/Madrid"], rest) == utc("2026-07-01T13:00")


def test_an_hour_that_clocks_leap_over_makes_nobody_wait():
    hours = ("02:00", "03:00")
    for minutes in range(0, 6 * 60, 10):
        now = utc("2026-03-28T22:30") + timedelta(minutes=minutes)
        assert waits_until(now, ["Europe/Berlin"], hours) is None


def test_whose_hours():
    own = Contact(quiet_hours=("22:00", "06:00"))
    shop = {"quiet_hours": {"start": "20:00", "end": "09:00"}}
    assert quiet_hours_of(own, shop) == ("22:00", "06:00")
    assert quiet_hours_of(NOBODY, shop) == ("20:00", "09:00")
    for none in ({}, {"quiet_hours": None}):
        assert quiet_hours_of(NOBODY, none) == DEFAULT_HOURS == NIGHT


@pytest.mark.parametrize(
    ("time_zone", "number", "shop", "zones"),
    [
        ("Asia/Tokyo", "+4915112345678", "America/New_York", ("Asia/Tokyo",)),
        (None, "+4915112345678", "America/New_York", ("Europe/Berlin",)),
        (None, "+351912345678", None, ("Atlantic/Azores", "Europe/Lisbon")),
        (None, "+919812345678", None, ("Asia/Calcutta",)),
        (None, "+80012345678", "America/New_York", ("America/New_York",)),  # of no country
        (None, "12", "America/New_York", ("America/New_York",)),
        (None, None, "America/New_York", ("America/New_York",)),
        ("Mars/Olympus", None, "Mars/Olympus", ("UTC",)),
        (None, None, None, ("UTC",)),
    ],
)
def test_whose_clocks(time_zone, number, shop, zones):
    told = {"time_zone": shop} if shop else {}
    assert zones_of(Contact(time_zone=time_zone), number, told) == zones


def test_every_zone_there_is_can_be_asked():
    assert len(time_zones()) > 500
    now = utc("2026-11-26T20:00")
    for name in time_zones():
        at, clock = waits_until(now, [name], NIGHT), ZoneInfo(name)
        assert is_quiet(now, clock, NIGHT) == (at is not None)
        if at:
            assert is_quiet(at - MINUTE, clock, NIGHT)
            assert not is_quiet(at, clock, NIGHT)


def test_quiet_hours_load_no_phone_numbers_until_one_is_asked_about():
    program = "import sys, notify.policy.quiet; print('phonenumbers' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={"PYTHONPATH": f"{ROOT / 'functions'}:{ROOT / 'layers/shared/python'}"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "False\n"
