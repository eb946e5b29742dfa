"""The judge lets nobody be woken by an SMS."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from tests.simulation.judge.fabricated import PHONE, breaks
from tests.simulation.judge.quiet import check_awake


def at(clock: str) -> float:
    """An instant of a winter's day in Berlin."""
    day = datetime.fromisoformat(f"2026-11-03T{clock}")
    return day.replace(tzinfo=ZoneInfo("Europe/Berlin")).timestamp()


@pytest.mark.parametrize("clock", ["08:00:00", "12:00:00", "20:59:59", "21:00:30"])
def test_by_day(clock: str) -> None:
    check_awake(at(clock), PHONE)


@pytest.mark.parametrize("clock", ["21:02:00", "23:59:59", "00:00:30", "02:00:00", "07:59:59"])
def test_by_night(clock: str) -> None:
    with breaks("quiet hours"):
        check_awake(at(clock), PHONE)
