"""When a carrier is asked: a pure function of the index's entry and the span."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from tracking.cadence import (
    CHECKS_AFTER_END,
    PACE_OF,
    PRIOR,
    Entry,
    Span,
    is_due,
    next_due,
    phase_of,
    questions,
    slot_of,
    tempo_of,
)
from tracking.cadence.paces import STEPS
from tracking.journey import merge
from tracking.shipment import Due, Pace, Parcel, Silence
from tracking.states import Certainty, Status, scan_of

HOUR = 3600
DAY = 24 * HOUR
START = 1_790_000_000


def entry(pace: Pace, shipment_id: str = "shp_a", since: int = START) -> Entry:
    return Entry("shop_a", shipment_id, float(since), Due(pace, since))


def asked(each: Entry, until: int, step: int = 60, *, daily_cap: int | None = None) -> list[int]:
    """The ends of the sweeps, one each ``step`` seconds, in which the shipment is due."""
    ends = range(START, START + until, step)
    tempo = tempo_of(daily_cap=daily_cap) if daily_cap else PRIOR
    return [end for end in ends if is_due(each, Span(end - step, end), tempo)]


def test_a_new_shipment_is_asked_about_within_two_minutes_wherever_the_sweep_starts() -> None:
    for second in range(60):
        each = entry(Pace.NEW, since=START)
        spans = [Span(START + second + 60 * k - 60, START + second + 60 * k) for k in range(3)]
        first = next(span.end for span in spans if is_due(each, span))
        assert first <= START + 120


def test_a_sweep_right_after_the_creation_leaves_it_to_the_next() -> None:
    each = entry(Pace.NEW)
    assert not is_due(each, Span(START - 60, START + 4))
    assert is_due(each, Span(START + 4, START + 6))


def test_each_pace_keeps_its_rhythm() -> None:
    assert 22 <= len(asked(entry(Pace.MOVING), 4 * DAY)) <= 26
    assert 15 <= len(asked(entry(Pace.NEAR), DAY)) <= 18
    assert len(asked(entry(Pace.ENDED), CHECKS_AFTER_END * DAY + HOUR)) == CHECKS_AFTER_END


def test_a_number_nobody_knows_is_asked_about_ever_less() -> None:
    waits = [b - a for a, b in pairwise(asked(entry(Pace.LOST), 5 * DAY))]
    assert waits[0] < 3 * HOUR
    assert waits[-1] == DAY
    assert sorted(waits) == waits


def test_a_cap_spreads_questions_evenly() -> None:
    times = asked(entry(Pace.NEAR), DAY, daily_cap=10)
    assert len(times) <= 10
    assert min(b - a for a, b in pairwise(times)) >= 2 * HOUR


@given(
    st.sampled_from([Pace.LOST, Pace.MOVING, Pace.NEAR, Pace.ENDED]),
    st.integers(0, 200).map("shp_{}".format),
    st.lists(st.integers(1, 5 * HOUR), min_size=1, max_size=20),
)
def test_sweeps_of_any_length_ask_as_a_sweep_each_minute_does_but_never_twice(
    pace: Pace, shipment_id: str, lengths: list[int]
) -> None:
    """Cutting time into other spans neither loses a question nor adds one."""
    each = entry(pace, shipment_id)
    at = START
    for length in lengths:
        span = Span(at, at + length)
        minutes = [
            Span(max(at, m), min(at + length, m + 60)) for m in range(at - at % 60, at + length, 60)
        ]
        assert is_due(each, span) == any(is_due(each, minute) for minute in minutes)
        at += length


def test_a_first_sweep_without_watermark_covers_everything() -> None:
    assert is_due(entry(Pace.MOVING), Span(0, START + 6 * HOUR))
    assert is_due(entry(Pace.NEW), Span(0, START + 6))


def test_shipments_do_not_march_in_step() -> None:
    ids = [f"shp_{n}" for n in range(1500)]
    per_slot = [sum(slot_of(i) == slot for i in ids) for slot in range(15)]
    assert min(per_slot) > 60
    assert 0 <= min(map(phase_of, ids)) < 0.05
    assert 0.95 < max(map(phase_of, ids)) < 1


@given(st.sampled_from(Pace), st.integers(0, 40 * DAY), st.integers(0, 40 * DAY))
def test_questions_only_grow_with_time(pace: Pace, a: int, b: int) -> None:
    due, phase = Due(pace, START), 0.5
    early, late = sorted((a, b))
    assert questions(due, START + early, phase) <= questions(due, START + late, phase)


def test_every_status_has_a_pace_and_every_pace_a_rhythm() -> None:
    assert set(PACE_OF) == set(Status)
    assert set(STEPS) == set(Pace)


NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def _parcel(code: str, ago: timedelta, silence: Silence = Silence.NONE) -> Parcel:
    return Parcel("A", "ems", merge((), [scan_of(NOW - ago, Certainty.UTC, code)]), silence)


def _next(parcel: Parcel, before: Due | None, now: datetime = NOW) -> Due | None:
    return next_due("shp_a", [parcel], before, NOW - timedelta(days=20), now)


def test_a_scan_within_a_pace_does_not_touch_the_index() -> None:
    before = Due(Pace.MOVING, 1)
    assert _next(_parcel("EMD", timedelta(hours=1)), before) == before
    assert _next(_parcel("EDG", timedelta(hours=1)), before) == Due(
        Pace.NEAR, int((NOW - timedelta(hours=1)).timestamp())
    )


def test_after_the_last_daily_check_it_leaves_the_index() -> None:
    delivered = _parcel("EMI", timedelta(days=1))
    due = _next(delivered, None)
    assert due is not None
    assert _next(delivered, due, NOW + timedelta(days=5)) == due
    assert _next(delivered, due, NOW + timedelta(days=6, hours=1)) is None


def test_what_arrived_long_ago_is_never_put_there() -> None:
    assert _next(_parcel("EMI", timedelta(days=30)), Due(Pace.NEW, 5)) is None


def test_a_scan_from_tomorrow_does_not_put_questions_off() -> None:
    due = _next(_parcel("EMC", timedelta(hours=-10)), None)
    assert due == Due(Pace.MOVING, int(NOW.timestamp()))


def test_an_expired_parcel_is_not_asked_about() -> None:
    assert _next(_parcel("EMC", timedelta(days=1), Silence.EXPIRED), Due(Pace.MOVING, 5)) is None
