"""Budgets: spent evenly, by one factor for all, and never more than there is."""

from datetime import timedelta

import pytest

from tests.support.tracking import NOW, ems_settings
from tracking.accounts.budget import (
    BURST,
    MAX_STRETCH,
    SLACK,
    allowance,
    left_today,
    limits_of,
    stretch,
    until_midnight,
)
from tracking.carriers.base import Limits

MIDNIGHT = NOW - timedelta(hours=12)
DHL = Limits(daily_budget=240)


def test_the_operator_has_the_last_word_on_budget_and_cap() -> None:
    own = Limits(batch=30, seconds_between=5, daily_budget=250, per_shipment_daily_cap=10)
    assert limits_of(ems_settings(), own) == own
    theirs = limits_of(ems_settings(daily_budget=9000, per_shipment_daily_cap=96), own)
    assert theirs == Limits(30, 5, 9000, 96)


def test_without_limits_everything_may_be_asked() -> None:
    assert allowance(Limits(), 10**9, 0.0, NOW) is None
    assert left_today(Limits(), 10**9) is None
    assert stretch(1e9, Limits(), 10**9, NOW) == 1.0


def test_a_day_is_spent_evenly_with_a_little_ahead() -> None:
    """However much is wanted at each minute."""
    used, by_hour = 0, []
    for minute in range(24 * 60):
        now = MIDNIGHT + timedelta(minutes=minute)
        used += allowance(DHL, used, now.timestamp() - 60, now) or 0
        if minute % 60 == 59:
            by_hour.append(used)
    assert used == 240
    even = [240 * (hour + 1) / 24 for hour in range(24)]
    assert all(even[h] - 1 <= min(by_hour[h], 240) <= even[h] + 240 * BURST + 1 for h in range(24))


def test_a_slow_carrier_is_not_sent_more_than_it_can_answer() -> None:
    slow = Limits(seconds_between=5)
    allowed = allowance(slow, 0, NOW.timestamp() - 60, NOW)
    assert allowed is not None
    assert 1 <= allowed <= 12
    after_an_outage = allowance(slow, 0, 0.0, NOW)
    assert after_an_outage is not None
    assert after_an_outage <= 120


def test_a_spent_budget_allows_nothing_until_midnight() -> None:
    assert allowance(DHL, 240, 0.0, NOW) == 0
    assert left_today(DHL, 300) == 0
    assert until_midnight(NOW) == timedelta(hours=12)


@pytest.mark.parametrize("wanted", [100.0, 240.0, 1000.0, 24_000.0])
def test_one_factor_brings_what_is_wanted_to_what_there_is(wanted: float) -> None:
    factor = stretch(wanted, DHL, 120, NOW)
    assert factor == 1.0 if wanted <= 240 else 1.0 <= factor / (wanted / 240) <= 1.26


def test_a_batch_counts_once() -> None:
    assert stretch(7000.0, Limits(batch=30, daily_budget=240), 120, NOW) == 1.0


def test_what_was_spent_too_early_is_saved_later() -> None:
    assert stretch(240.0, DHL, 200, NOW) > stretch(240.0, DHL, 120, NOW)
    assert stretch(240.0, DHL, 240, NOW) == MAX_STRETCH


def test_the_factor_stays_while_it_is_near_enough() -> None:
    factor = stretch(1000.0, DHL, 120, NOW)
    for wanted in (1000.0 / SLACK * 1.3, 900.0, 1100.0, 1000.0 * SLACK * 0.9):
        assert stretch(wanted, DHL, 120, NOW, factor) == factor
    assert stretch(4000.0, DHL, 120, NOW, factor) > factor
    assert stretch(100.0, DHL, 120, NOW, factor) == 1.0
    assert stretch(250.0, DHL, 120, NOW, 1.0) > 1.0


def test_a_pause_between_requests_stretches_as_well() -> None:
    assert stretch(100_000.0, Limits(seconds_between=5), 0, NOW) > 8
    assert stretch(10_000.0, Limits(seconds_between=5), 0, NOW) == 1.0
