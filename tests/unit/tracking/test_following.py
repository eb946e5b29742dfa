"""How a carrier goes on being asked after its answer, and when the index is written for it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.support.cadence import DAY
from tracking.cadence import is_silent_too_long, next_due
from tracking.parcels.shipment import Due, Parcel, Silence
from tracking.parcels.states import Certainty, Pace, scan_of
from tracking.shipments.stored import due_from, due_text
from tracking.status.journey import merge

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
CREATED = NOW - timedelta(days=20)
TODAY = int(NOW.timestamp()) // DAY


def _parcel(
    code: str, ago: timedelta, silence: Silence = Silence.NONE, offset: int | None = None
) -> Parcel:
    certainty = Certainty.UTC if offset is None else Certainty.OFFSET
    return Parcel(
        "A", "ems", merge((), [scan_of(NOW - ago, certainty, code, offset=offset)]), silence
    )


def _next(parcel: Parcel, before: Due | None, now: datetime = NOW, **more) -> Due | None:
    return next_due("shp_a", [parcel], before, CREATED, now, **more)


def _hours(count: float) -> timedelta:
    return timedelta(hours=count)


def test_a_scan_within_a_pace_does_not_touch_the_index() -> None:
    before = Due(Pace.MOVING, 1)
    assert _next(_parcel("EMD", _hours(1)), before) == before
    assert _next(_parcel("EDG", _hours(1)), before) == Due(
        Pace.NEAR, int((NOW - _hours(1)).timestamp())
    )


def test_what_waits_at_a_pickup_point_is_no_longer_near() -> None:
    waiting = _next(_parcel("EDH", _hours(1)), Due(Pace.NEAR, 1))
    assert waiting == Due(Pace.WAITING, int((NOW - _hours(1)).timestamp()))


def test_after_the_last_daily_check_it_leaves_the_index() -> None:
    delivered = _parcel("EMI", timedelta(days=1))
    due = _next(delivered, None)
    assert due is not None
    assert _next(delivered, due, NOW + timedelta(days=5)) == due
    assert _next(delivered, due, NOW + timedelta(days=6, hours=1)) is None


def test_what_arrived_long_ago_is_never_put_there() -> None:
    assert _next(_parcel("EMI", timedelta(days=30)), Due(Pace.NEW, 5)) is None


def test_a_scan_from_tomorrow_does_not_put_questions_off() -> None:
    due = _next(_parcel("EMC", _hours(-10)), None)
    assert due == Due(Pace.MOVING, int(NOW.timestamp()))


def test_an_expired_parcel_is_not_asked_about() -> None:
    assert _next(_parcel("EMC", timedelta(days=1), Silence.EXPIRED), Due(Pace.MOVING, 5)) is None


def test_a_number_nobody_knows_expires_after_30_days_and_a_silent_parcel_after_90() -> None:
    unknown = Parcel("A", "ems", (), Silence.NOT_FOUND)
    assert not is_silent_too_long(unknown, NOW - timedelta(days=30), NOW)
    assert is_silent_too_long(unknown, NOW - timedelta(days=30, seconds=1), NOW)
    long_ago = NOW - timedelta(days=200)
    assert not is_silent_too_long(_parcel("EMC", timedelta(days=90)), long_ago, NOW)
    assert is_silent_too_long(_parcel("EMC", timedelta(days=90, seconds=1)), long_ago, NOW)
    assert not is_silent_too_long(_parcel("EMI", timedelta(days=100)), long_ago, NOW)


def test_the_index_learns_the_carriers_offset_with_the_pace_and_then_only_if_it_is_far() -> None:
    first = _next(_parcel("EMA", _hours(1), offset=480), None)
    assert first == Due(Pace.MOVING, int((NOW - _hours(1)).timestamp()), offset=480)
    assert _next(_parcel("EMD", _hours(1), offset=420), first) == first
    assert _next(_parcel("EMD", _hours(1)), first) == first
    assert _next(_parcel("EMD", _hours(1), offset=60), first) == replace(first, offset=60)
    near = _next(_parcel("EDG", _hours(1), offset=420), first)
    assert near is not None
    assert near.offset == 420
    assert _next(_parcel("EMI", _hours(1), offset=420), near) == Due(Pace.ENDED, near.since)


def test_the_carriers_estimate_is_kept_by_its_local_day() -> None:
    evening = NOW.replace(hour=23)
    utc = _next(_parcel("EMC", _hours(1)), None, estimate=evening)
    east = _next(_parcel("EMC", _hours(1), offset=120), None, estimate=evening)
    assert utc is not None
    assert east is not None
    assert (utc.estimate, east.estimate) == (TODAY, TODAY + 1)


def test_another_hour_of_the_same_day_does_not_touch_the_index_and_another_day_does() -> None:
    moving = _parcel("EMC", _hours(1))
    due = _next(moving, None, estimate=NOW)
    assert due is not None
    assert _next(moving, due, estimate=NOW + _hours(3)) == due
    assert _next(moving, due) == due  # the carrier says nothing of it this time
    later = _next(moving, due, estimate=NOW + _hours(24))
    assert later == replace(due, estimate=TODAY + 1)
    near = _next(_parcel("EDG", _hours(1)), due, estimate=NOW)
    assert near is not None
    assert near.estimate is None


def test_while_news_is_pushed_the_index_says_so() -> None:
    due = _next(_parcel("EMC", _hours(1)), Due(Pace.MOVING, 1), pushed=True)
    assert due == Due(Pace.MOVING, 1, pushed=True)
    assert _next(_parcel("EMC", _hours(1)), due) == due  # a poll without news says nothing of it
    assert _next(_parcel("EMC", _hours(1)), due, pushed=False) == Due(Pace.MOVING, 1)
    near = _next(_parcel("EDG", _hours(1)), due)
    assert near is not None
    assert near.pushed
    ended = _next(_parcel("EMI", _hours(1)), due, pushed=True)
    assert ended is not None
    assert not ended.pushed


@given(
    st.builds(
        Due,
        st.sampled_from(Pace),
        st.integers(0, 2**31),
        st.none() | st.integers(-12 * 60, 14 * 60),
        st.none() | st.integers(0, 99_999),
        st.booleans(),
    )
)
def test_what_the_index_keeps_of_it_is_short_and_survives(due: Due) -> None:
    text = due_text(due)
    assert due_from(text, due.since) == due
    assert len(text) <= 20


def test_an_entry_that_only_names_its_pace_is_read() -> None:
    assert due_from("moving", 5) == Due(Pace.MOVING, 5)
