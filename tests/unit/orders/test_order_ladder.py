"""Every order crosses every rung once, whenever the schedule runs and however far a run comes."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from orders.schedule.ladder import LADDER, MOMENT, marks_after, spans_due

START = datetime(2026, 3, 4, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


def covers(span, asked_at):
    return span.first <= asked_at <= span.last


moments = st.integers(-36 * 3_600_000, 36 * 3_600_000).map(lambda n: n * MOMENT)
pauses = st.sampled_from([-MINUTE, 0 * MINUTE, MOMENT, MINUTE, 7 * MINUTE, 61 * MINUTE, DAY])
runs = st.lists(st.tuples(pauses, st.floats(0, 1), st.booleans()), min_size=1, max_size=30)


@given(st.lists(moments, max_size=20), runs)
@settings(max_examples=300, deadline=None)
def test_every_order_crosses_each_rung_once(ages, runs):
    orders = [START + age for age in ages]
    crossed = {(n, rung.name): 0 for n in range(len(orders)) for rung in LADDER}
    marks, now = {}, START
    for pause, how_far, stops in runs:
        now += pause
        spans = spans_due(marks, now)
        due = sorted(
            (span.crossed_at(asked), n, span.rung.name)
            for n, asked in enumerate(orders)
            for span in spans
            if covers(span, asked)
        )
        first_undone = due[int(how_far * (len(due) - 1))][0] if stops and due else None
        for at, n, name in due:
            if first_undone is None or at < first_undone:
                crossed[n, name] += 1
        before, marks = marks, marks_after(marks, spans, now, first_undone)
        assert all(marks[name] >= mark for name, mark in before.items())
    for n, asked in enumerate(orders):
        for rung in LADDER:
            was_crossed = START + runs[0][0] < asked + rung.age <= marks[rung.name]
            assert crossed[n, rung.name] == was_crossed


def test_the_rungs_are_the_ages_told():
    ages = [rung.age for rung in LADDER]
    assert ages == [2 * MINUTE, 10 * MINUTE, 60 * MINUTE, 6 * 60 * MINUTE, DAY]


def test_an_order_is_found_at_the_very_instant_it_is_old_enough():
    marks = marks_after({}, [], START)
    (span,) = spans_due(marks, START + MINUTE)
    assert span.rung.name == "2m"
    assert covers(span, START - MINUTE)
    assert not covers(span, START - MINUTE + MOMENT)
    assert not covers(span, START - 2 * MINUTE)  # the run before had it
    assert covers(span, START - 2 * MINUTE + MOMENT)


def test_the_first_run_has_nothing_to_cover_and_sets_every_mark():
    assert spans_due({}, START) == []
    assert marks_after({}, [], START) == {rung.name: START for rung in LADDER}


def test_older_ages_are_looked_at_less_often():
    marks = marks_after({}, [], START)
    looks = dict.fromkeys((rung.name for rung in LADDER), 0)
    for minute in range(1, 24 * 60 + 1):
        now = START + minute * MINUTE
        spans = spans_due(marks, now)
        for span in spans:
            looks[span.rung.name] += 1
        marks = marks_after(marks, spans, now)
    assert looks == {"2m": 1440, "10m": 720, "1h": 144, "6h": 24, "24h": 24}


def test_after_an_outage_all_of_it_is_covered():
    marks = marks_after({}, [], START)
    spans = spans_due(marks, START + 30 * DAY)
    assert [span.rung for span in spans] == list(LADDER)
    assert all(span.start == START and span.end == START + 30 * DAY for span in spans)


def test_a_clock_that_goes_back_covers_nothing_and_moves_nothing():
    marks = marks_after({}, [], START)
    assert spans_due(marks, START - MINUTE) == []
    assert marks_after(marks, [], START - MINUTE) == marks


def test_marks_of_other_names_are_kept():
    marks = marks_after({}, [], START) | {"other": START}
    now = START + MINUTE
    assert marks_after(marks, spans_due(marks, now), now)["other"] == START
