"""waybill.clock: one text form whose order is the order of time."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waybill.clock import from_text, system_clock, to_text

INSTANTS = st.datetimes(
    min_value=datetime(1000, 1, 2),  # noqa: DTZ001 - as Hypothesis wants it
    max_value=datetime(9999, 12, 30),  # noqa: DTZ001
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=14)), timezone(-timedelta(hours=12))]),
)


def test_text_is_utc_with_milliseconds():
    berlin = timezone(timedelta(hours=2))
    assert to_text(datetime(2026, 7, 1, 14, 30, 15, 123999, berlin)) == "2026-07-01T12:30:15.123Z"


def test_a_naive_datetime_has_no_text():
    with pytest.raises(ValueError, match="naive"):
        to_text(datetime(2026, 7, 1))  # noqa: DTZ001


@pytest.mark.parametrize(
    "text",
    ["2026-07-01T14:30:15+02:00", "2026-07-01T12:30:15Z", "2026-07-01T12:30:15.000000000Z"],
)
def test_any_offset_is_read_as_the_same_instant(text):
    assert from_text(text) == datetime(2026, 7, 1, 12, 30, 15, tzinfo=UTC)
    assert from_text(text).tzinfo is UTC


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "2026-07-01",
        "2026-07-01T12:30:15",
        "2026-02-30T00:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-12:00",
    ],
)
def test_what_is_no_instant_is_a_value_error(text):
    with pytest.raises(ValueError):  # noqa: PT011
        from_text(text)


def test_errors_quote_no_input():
    with pytest.raises(ValueError, match=r"^no UTC offset$"):
        from_text("2026-07-01T12:30:15")


@given(INSTANTS)
def test_text_comes_back_as_the_instant_to_the_millisecond(instant):
    kept = instant.astimezone(UTC)
    assert from_text(to_text(instant)) == kept.replace(microsecond=kept.microsecond // 1000 * 1000)


@given(INSTANTS, INSTANTS)
def test_text_order_is_time_order(one, other):
    assert (to_text(one) < to_text(other)) <= (one < other)


def test_the_system_clock_is_aware():
    assert system_clock().utcoffset() == timedelta(0)
