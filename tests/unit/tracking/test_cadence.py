"""When a carrier is asked: a pure function of the index's entry, the span and the rhythm."""

from collections import Counter
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.support.cadence import DAY, HOUR, MORNINGS, START, a_journey
from tracking.cadence import (
    CHECKS_AFTER_END,
    PRIOR,
    UNLEARNED,
    Entry,
    Rhythm,
    Span,
    Tempo,
    is_due,
    is_due_in_slot,
    learned,
    phase_of,
    questions,
    slot_of,
    tempo_of,
)
from tracking.cadence.paces import STEPS
from tracking.cadence.rhythm import CELLS, MOST
from tracking.page.wording import WORDS
from tracking.parcels.shipment import Due
from tracking.parcels.states import ENDED, STANDINGS, Pace, Status

TEMPOS = (
    PRIOR,
    tempo_of(MORNINGS),
    tempo_of(MORNINGS, stretch=1.7),
    tempo_of(daily_cap=10),
    tempo_of(MORNINGS, stretch=1.2, daily_cap=3),
)
dues = st.builds(
    Due,
    st.sampled_from(Pace),
    st.just(START),
    st.none() | st.integers(-12 * 60, 14 * 60),
    st.none() | st.integers(START // DAY - 2, START // DAY + 8),
    st.booleans(),
)
tempos = st.sampled_from(TEMPOS)


def entry(pace: Pace, shipment_id: str = "shp_a", since: int = START) -> Entry:
    return Entry("shop_a", shipment_id, float(since), Due(pace, since))


def asked(each: Entry, until: int, step: int = 60, tempo: Tempo = PRIOR) -> list[int]:
    """The ends of the sweeps, one each ``step`` seconds, in which the shipment is due."""
    ends = range(START, START + until, step)
    return [end for end in ends if is_due(each, Span(end - step, end), tempo)]


def between(due: Due, start: int, end: int, tempo: Tempo = PRIOR) -> int:
    return questions(due, end, 0.0, tempo) - questions(due, start, 0.0, tempo)


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


def test_a_carrier_with_a_cap_is_asked_about_a_new_shipment_once() -> None:
    capped = tempo_of(daily_cap=10)
    assert not is_due(entry(Pace.NEW), Span(START + 4, START + 6), capped)
    assert is_due(entry(Pace.NEW), Span(START + 6, START + 20), capped)
    assert len(asked(entry(Pace.NEW), HOUR, 10, capped)) == 1


def test_unlearned_it_asks_every_four_hours_and_every_90_minutes_of_what_is_near() -> None:
    assert 23 <= len(asked(entry(Pace.MOVING), 4 * DAY)) <= 26
    assert 15 <= len(asked(entry(Pace.NEAR), DAY)) <= 17


def test_seven_daily_checks_follow_a_delivery() -> None:
    checks = asked(entry(Pace.ENDED), CHECKS_AFTER_END * DAY + HOUR)
    assert len(checks) == CHECKS_AFTER_END
    assert {b - a for a, b in pairwise(checks)} == {DAY}


def test_a_number_nobody_knows_is_asked_about_after_30_minutes_2_6_and_24_hours() -> None:
    due = Due(Pace.LOST, START)
    for age, count in ((0.49, 0), (0.5, 1), (2.49, 1), (2.5, 2), (8.5, 3), (32.49, 3), (32.5, 4)):
        assert questions(due, START + age * HOUR, 0.0) == count
    assert between(due, START + 3 * DAY, START + 30 * DAY) == 27


def test_what_does_not_move_for_long_is_asked_about_the_less() -> None:
    for pace, early, late in ((Pace.MOVING, 5, 15), (Pace.NEAR, 0, 5), (Pace.NEW, 0, 3)):
        due = Due(pace, START)
        first = between(due, START + early * DAY, START + (early + 2) * DAY)
        assert between(due, START + late * DAY, START + (late + 2) * DAY) < first / 2


def test_the_day_of_the_carriers_estimate_is_asked_about_most() -> None:
    day = START // DAY + 3
    due = Due(Pace.MOVING, START, estimate=day)
    plain = replace(due, estimate=None)
    before, on, after = (between(due, at * DAY, (at + 1) * DAY) for at in (day - 1, day, day + 1))
    usual = between(plain, day * DAY, (day + 1) * DAY)
    assert before < usual <= after < on
    local = replace(due, offset=-600)  # where it is ten hours earlier
    assert between(local, day * DAY + 10 * HOUR, (day + 1) * DAY + 10 * HOUR) == on


def test_a_carrier_that_pushes_is_asked_a_quarter_as_often() -> None:
    for pace in (Pace.MOVING, Pace.NEAR, Pace.WAITING):
        due = Due(pace, START)
        polled = between(due, START, START + 8 * DAY)
        pushed = between(replace(due, pushed=True), START, START + 8 * DAY)
        assert pushed == polled // 4
    for pace in (
        Pace.NEW,
        Pace.LOST,
        Pace.ENDED,
    ):  # no news to push
        due = Due(pace, START)
        assert between(replace(due, pushed=True), START, START + 8 * DAY) == between(
            due, START, START + 8 * DAY
        )


@pytest.mark.parametrize("pace", Pace)
def test_a_tight_budget_stretches_every_interval_alike(pace: Pace) -> None:
    due = Due(pace, START)
    usual = between(due, START, START + 40 * DAY)
    stretched = between(due, START, START + 40 * DAY, tempo_of(stretch=3))
    assert stretched == usual // 3
    assert tempo_of(stretch=0.5) == PRIOR


def test_it_is_asked_most_when_scans_come_by_the_local_clock() -> None:
    """All scans of these journeys come between 8 and 9, local time."""
    midnight = START // DAY * DAY + 4 * DAY
    tempo = tempo_of(MORNINGS)
    for offset in (None, 0, 120, -480):
        due = Due(Pace.MOVING, midnight - 4 * DAY, offset)
        local = midnight - 60 * (offset or 0)
        exact = [0] * 24
        for number in range(24 * 5):
            start = local + number * HOUR
            exact[number % 24] += between(due, start, start + HOUR, tempo)
        assert max(exact) == exact[8]
        assert exact[8] > 2 * (sum(exact) - exact[8]) / 23


def test_whatever_was_learned_a_rhythmic_pace_keeps_between_15_minutes_and_a_day() -> None:
    nothing, most = (0,) * 24, (MOST,) * 24
    for exposure, weight, interval in ((most, nothing, DAY), (nothing, most, HOUR / 4)):
        by_hour = (*exposure, *weight) * 2
        rhythm = Rhythm(0, (*by_hour, *(0,) * (CELLS - len(by_hour))), (0,) * CELLS)
        for pace in (Pace.MOVING, Pace.NEAR):
            week = tempo_of(rhythm).weeks[pace]
            assert week[-1] == pytest.approx(7 * DAY / interval)


@given(
    st.integers(1, 24),
    st.integers(0, 300).map("shp_{}".format),
    st.lists(st.tuples(st.integers(1, 20), st.integers(0, 180), dues), min_size=1, max_size=4),
    st.booleans(),
)
@example(10, "shp_7", [(9, 70, Due(Pace.NEW, START)), (9, 70, Due(Pace.NEAR, START))], False)
def test_no_24_hours_hold_more_questions_than_the_cap(
    cap: int, shipment_id: str, lives: list[tuple[int, int, Due]], learned: bool
) -> None:
    """Whatever paces follow each other, and with what rhythms."""
    rhythms = (tempo_of(MORNINGS, daily_cap=cap), tempo_of(daily_cap=cap))
    created = START - START % 60
    each = Entry("shop_a", shipment_id, created, Due(Pace.NEW, created))
    times, at = [], created
    for number, (hours, ago, due) in enumerate(((1, 0, each.due), *lives)):
        each = replace(each, due=replace(due, since=at - ago * 60))  # the scan was before
        tempo = rhythms[number % 2 * learned]
        for _ in range(hours * 60):
            at += 60
            if is_due(each, Span(at - 60, at), tempo):
                times.append(at)
    assert times[0] == created + 60
    assert all(times[i + cap] - times[i] >= DAY for i in range(len(times) - cap))


def test_a_cap_spreads_questions_evenly() -> None:
    times = asked(
        replace(entry(Pace.NEAR), created_at=START - DAY), DAY, tempo=tempo_of(daily_cap=10)
    )
    assert 9 <= len(times) <= 10
    assert min(b - a for a, b in pairwise(times)) >= 2 * HOUR
    assert max(b - a for a, b in pairwise(times)) <= 3 * HOUR


@given(
    dues.filter(lambda due: due.pace is not Pace.NEW),
    tempos,
    st.integers(0, 200).map("shp_{}".format),
    st.lists(st.integers(1, 5 * HOUR), min_size=1, max_size=20),
)
def test_sweeps_of_any_length_ask_as_a_sweep_each_minute_does_but_never_twice(
    due: Due, tempo: Tempo, shipment_id: str, lengths: list[int]
) -> None:
    """Cutting time into other spans neither loses a question nor adds one."""
    each = replace(entry(Pace.MOVING, shipment_id), due=due)
    at = START
    for length in lengths:
        span = Span(at, at + length)
        minutes = [
            Span(max(at, m), min(at + length, m + 60)) for m in range(at - at % 60, at + length, 60)
        ]
        assert is_due(each, span, tempo) == any(is_due(each, minute, tempo) for minute in minutes)
        at += length


@given(dues, tempos, st.lists(st.integers(1, DAY), min_size=1, max_size=30))
def test_sweeps_that_follow_each_other_ask_each_question_once(
    due: Due, tempo: Tempo, lengths: list[int]
) -> None:
    """A sweep begins where the one before ended, however often one is planned again."""
    each = replace(entry(Pace.MOVING), due=due, created_at=START - DAY)
    at, times = START, 0
    for length in lengths:
        spans = [Span(at, at + length)] * 2  # the second planner's, or the same one after a crash
        assert is_due(each, spans[0], tempo) == is_due(each, spans[1], tempo)
        times += is_due(each, spans[0], tempo)
        at += length
        assert not is_due(each, Span(at, at), tempo)
    phase = phase_of(each.shipment_id)
    assert times <= questions(due, at, phase, tempo) - questions(due, START, phase, tempo)


def test_what_is_learned_between_two_sweeps_takes_no_question_from_anybody() -> None:
    """Seed 448 of the simulator: lessons made the rhythm quicker, and stepped over questions.

    Five sweeps, two hours apart, and a rhythm that is quicker each time; each shipment is owed
    two questions or more.
    """
    quick = [a_journey(START, days=1, hour=hour) for hour in (20, 21, 22, 23)]
    rhythms = [UNLEARNED]
    for journey in quick:
        rhythms.append(learned(learned(rhythms[-1], journey), journey))
    tempos = [tempo_of(rhythm) for rhythm in rhythms]
    met = Counter[int]()
    for number in range(300):
        each = entry(Pace.MOVING, f"shp_{number}", START - 5 * DAY)
        spans = [Span(START + n * 2 * HOUR, START + (n + 1) * 2 * HOUR) for n in range(5)]
        former = [tempos[0], *tempos]
        steps = zip(spans, tempos, former, strict=False)
        met[sum(is_due_in_slot(each, *step) for step in steps)] += 1
        owed = between(each.due, START, START + 10 * HOUR, tempos[0])
        assert owed >= 2
    assert min(met) >= 2


def test_another_rhythm_altogether_asks_not_about_everybody_at_once() -> None:
    """A step of more than a question is none: one sweep would ask about all that moves."""
    span = Span(START + 5 * DAY, START + 5 * DAY + 15 * 60)
    slow, quick = tempo_of(UNLEARNED, stretch=3.0), tempo_of(UNLEARNED)
    moving = [entry(Pace.MOVING, f"shp_{number}") for number in range(300)]
    assert sum(is_due_in_slot(each, span, quick, slow) for each in moving) == sum(
        is_due_in_slot(each, span, quick) for each in moving
    )


def test_an_outage_is_one_question() -> None:
    assert is_due(entry(Pace.NEAR), Span(START + HOUR, START + 20 * HOUR))
    assert not is_due(entry(Pace.NEAR), Span(START + 20 * HOUR, START + 20 * HOUR + 30))


def test_a_first_sweep_without_watermark_covers_everything() -> None:
    assert is_due(entry(Pace.MOVING), Span(0, START + 6 * HOUR))
    assert is_due(entry(Pace.NEW), Span(0, START + 6))


def test_shipments_do_not_march_in_step() -> None:
    ids = [f"shp_{n}" for n in range(1500)]
    per_slot = [sum(slot_of(i) == slot for i in ids) for slot in range(15)]
    assert min(per_slot) > 60
    assert 0 <= min(map(phase_of, ids)) < 0.05
    assert 0.95 < max(map(phase_of, ids)) < 1


@given(dues, tempos, st.integers(-DAY, 40 * DAY), st.integers(-DAY, 40 * DAY))
def test_questions_only_grow_with_time(due: Due, tempo: Tempo, a: int, b: int) -> None:
    early, late = sorted((a, b))
    assert questions(due, START + early, 0.5, tempo) >= 0
    assert questions(due, START + early, 0.5, tempo) <= questions(due, START + late, 0.5, tempo)


def test_every_status_has_a_standing_and_words_and_every_pace_a_rhythm() -> None:
    assert set(STANDINGS) == set(Status) == set(WORDS)
    assert set(STEPS) == set(Pace)


def test_of_two_statuses_that_may_stand_side_by_side_one_needs_somebody_more() -> None:
    for ended in (True, False):
        needs = [each.need for status, each in STANDINGS.items() if (status in ENDED) is ended]
        assert len(needs) == len(set(needs))
