"""What is counted of a carrier, and what it says."""

from datetime import timedelta

import pytest

from tests.support.tracking import NOW
from tracking.accounts.breaker import Outcome, State
from tracking.accounts.usage import DAYS, Day, Tally, Usage, bucket, histogram, median_minutes

AT = NOW.timestamp()


def minutes(*each: float) -> list[timedelta]:
    return [timedelta(minutes=one) for one in each]


def test_a_task_is_counted_on_the_day_of_its_calls() -> None:
    midnight = (NOW + timedelta(hours=12)).timestamp()
    tally = Tally(
        outcomes=[
            (Outcome.ANSWERED, midnight - 1),
            (Outcome.UNANSWERED, midnight + 1),
            (Outcome.ANSWERED, midnight + 2),
        ],
        news=1,
        delays=minutes(3),
    )
    usage = Usage().after(tally)
    assert usage.days == {
        "2026-11-22": Day(calls=1),
        "2026-11-23": Day(calls=2, errors=1, news=1, delays=(0, 0, 1)),
    }
    assert (usage.version, usage.last_call) == (1, midnight + 2)
    assert usage.calls_on("2026-11-22") == 1
    assert usage.calls_on("2026-11-24") == 0


def test_reserved_calls_are_counted_once() -> None:
    usage = Usage().reserving(2, NOW)
    assert usage.calls_on("2026-11-22") == 2
    outcomes = [(Outcome.ANSWERED, AT)] * 3
    assert usage.after(Tally(outcomes, reserved=2)).calls_on("2026-11-22") == 3
    assert usage.after(Tally(outcomes[:2], reserved=2)).calls_on("2026-11-22") == 2


def test_reserved_calls_that_were_not_made_are_given_back_to_the_day_they_were_of() -> None:
    usage = Usage().reserving(5, NOW)
    after = usage.after(Tally([(Outcome.ANSWERED, AT)], reserved=5, reserved_on="2026-11-22"))
    assert after.calls_on("2026-11-22") == 1
    tomorrow = (Outcome.ANSWERED, AT + 86_400)
    late = usage.after(Tally([tomorrow], reserved=5, reserved_on="2026-11-22"))
    assert (late.calls_on("2026-11-22"), late.calls_on("2026-11-23")) == (1, 0)


def test_a_task_that_asked_nothing_does_not_forget_when_the_carrier_was_asked_last() -> None:
    usage = Usage().after(Tally([(Outcome.ANSWERED, AT)]))
    assert usage.after(Tally(missed_from=AT + 60)).last_call == AT


def test_only_the_last_days_are_remembered() -> None:
    usage = Usage()
    for day in range(5):
        usage = usage.after(Tally([(Outcome.ANSWERED, AT + day * 86_400)]))
    assert list(usage.days) == ["2026-11-24", "2026-11-25", "2026-11-26"]
    assert usage.total() == Day(calls=DAYS)


def test_what_a_carrier_was_spared_and_how_long_it_rests_is_the_most_of_both() -> None:
    usage = Usage(paused_until=NOW, missed_from=AT)
    later = usage.after(Tally(paused_until=NOW + timedelta(hours=1), missed_from=AT + 5))
    assert (later.paused_until, later.missed_from) == (NOW + timedelta(hours=1), AT)
    assert later.is_paused(NOW)
    assert not later.is_paused(NOW + timedelta(hours=1))
    assert usage.after(Tally(missed_from=AT - 5)).missed_from == AT - 5
    assert Usage().after(Tally(missed_from=AT)).missed_from == AT


def test_the_breaker_sees_a_task_call_by_call() -> None:
    down = Tally([(Outcome.UNREACHED, AT + n) for n in range(3)])
    assert Usage().after(down).state(NOW) is State.OPEN
    two = Usage().after(Tally(down.outcomes[:2]))
    assert two.after(Tally(down.outcomes[2:])).state(NOW) is State.OPEN


@pytest.mark.parametrize(
    ("delay", "expected"),
    [(-5, 0), (0, 0), (0.9, 0), (1, 1), (1.9, 1), (2, 2), (3.9, 2), (4, 3), (1e9, 14)],
)
def test_delays_are_counted_by_powers_of_two(delay: float, expected: int) -> None:
    assert bucket(timedelta(minutes=min(delay, 1e6))) == expected


def test_the_median_lies_in_the_middle_of_what_was_counted() -> None:
    assert median_minutes(()) is None
    assert median_minutes(histogram(minutes(0.1))) == 0.5
    assert median_minutes(histogram(minutes(40, 40, 40, 40))) == 48
    assert median_minutes(histogram(minutes(1, 40, 500))) == 48
    many = [3.0] * 10 + [40.0] * 80 + [2000.0] * 10
    assert 32 <= (median_minutes(histogram(minutes(*many))) or 0) <= 64


def test_nothing_asked_is_nothing_to_write() -> None:
    assert Tally().is_empty
    assert not Tally([(Outcome.ANSWERED, AT)]).is_empty
    assert not Tally(missed_from=AT).is_empty
