"""The breaker: opened by failures in a row or by their share, closed by one answer."""

import pytest

from tracking.accounts.breaker import (
    FIRST_PROBE,
    LONGEST_PROBE,
    MAX_UNANSWERED,
    MAX_UNREACHED,
    MIN_CALLS,
    WINDOW,
    Breaker,
    Outcome,
    State,
)

NOW = 1_790_000_000.0


def after(*outcomes: Outcome, at: float = NOW, every: float = 0.0) -> Breaker:
    breaker = Breaker()
    for number, outcome in enumerate(outcomes):
        breaker = breaker.after(outcome, at + number * every)
    return breaker


@pytest.mark.parametrize(
    ("outcome", "times"),
    [
        (Outcome.UNREACHED, MAX_UNREACHED),
        (Outcome.UNANSWERED, MAX_UNANSWERED),
        (Outcome.REFUSED, 1),
    ],
)
def test_failures_in_a_row_open_it(outcome: Outcome, times: int) -> None:
    assert after(*[outcome] * (times - 1)).state(NOW) is State.CLOSED
    assert after(*[outcome] * times).state(NOW) is State.OPEN


@pytest.mark.parametrize("outcome", [Outcome.LIMITED, Outcome.STALE])
def test_what_is_no_failure_of_the_carrier_does_not(outcome: Outcome) -> None:
    assert after(*[outcome] * 100) == Breaker()


def test_an_answer_in_between_begins_the_row_again() -> None:
    row = [Outcome.UNREACHED] * (MAX_UNREACHED - 1)
    assert after(*row, Outcome.ANSWERED, *row).state(NOW) is State.CLOSED


def test_a_large_share_of_failures_opens_it_however_they_lie() -> None:
    bad = (Outcome.UNANSWERED, Outcome.UNANSWERED, Outcome.ANSWERED)
    outcomes = bad * MIN_CALLS
    assert after(*outcomes[: MIN_CALLS - 3]).state(NOW) is State.CLOSED
    assert after(*outcomes[:MIN_CALLS]).state(NOW) is State.OPEN
    fair = (Outcome.UNANSWERED, Outcome.ANSWERED)
    assert after(*fair * MIN_CALLS).state(NOW) is State.CLOSED


def test_the_share_is_of_the_last_minutes() -> None:
    outcomes = (Outcome.UNANSWERED, Outcome.UNANSWERED, Outcome.ANSWERED) * MIN_CALLS
    apart = WINDOW / 10
    late = after(*outcomes, every=apart)
    assert late.state(NOW + len(outcomes) * apart) is State.CLOSED


def test_it_is_probed_once_an_interval_which_grows_to_a_quarter_of_an_hour() -> None:
    breaker, now, waits = after(Outcome.REFUSED), NOW, []
    for _ in range(7):
        waits.append(breaker.probe_at - now)
        assert breaker.state(breaker.probe_at - 1) is State.OPEN
        assert breaker.state(breaker.probe_at) is State.HALF_OPEN
        now = breaker.probe_at
        breaker = breaker.after(Outcome.UNREACHED, now)
    assert waits == [60, 120, 240, 480, 960, 960, 960]
    assert (waits[0], waits[-1]) == (FIRST_PROBE, LONGEST_PROBE)
    assert breaker.opened_at == NOW


def test_late_failures_of_others_do_not_prolong_it() -> None:
    breaker = after(Outcome.REFUSED)
    assert breaker.after(Outcome.UNREACHED, NOW + 1).probe_at == breaker.probe_at


def test_one_answer_closes_it_and_forgets() -> None:
    breaker = after(Outcome.REFUSED).after(Outcome.ANSWERED, NOW + FIRST_PROBE)
    assert breaker.state(NOW + FIRST_PROBE) is State.CLOSED
    assert breaker.is_calm(NOW + FIRST_PROBE)
    again = breaker.after(Outcome.REFUSED, NOW + 90)
    assert again.probe_at == NOW + 90 + FIRST_PROBE


def test_calm_is_a_carrier_of_which_one_more_answer_tells_nothing() -> None:
    assert Breaker().is_calm(NOW)
    failed = Breaker().after(Outcome.UNANSWERED, NOW)
    assert not failed.is_calm(NOW + WINDOW)  # in a row with what may come
    answered = failed.after(Outcome.ANSWERED, NOW + 1)
    assert not answered.is_calm(NOW + WINDOW - 1)  # its rate of failures is looked at
    assert answered.is_calm(NOW + WINDOW)
    assert not after(Outcome.REFUSED).is_calm(NOW + WINDOW)
