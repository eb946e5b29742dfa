"""Nobody is woken: an SMS goes out by day, on the clocks of who gets it."""

from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from tests.simulation.judge.verdict import broken

_CLOCK: Final = ZoneInfo("Europe/Berlin")
"""All numbers of customers here are German, and no shop has hours of its own."""
_NIGHT: Final = time(21)
_MORNING: Final = time(8)
_SENDING: Final = timedelta(seconds=60)
"""From when it is decided that an SMS goes out until it is gone, at most."""


def check_awake(at: float, to: str) -> None:
    """Judge the instant at which an SMS was taken."""
    shown = datetime.fromtimestamp(at, _CLOCK)
    if (shown - _SENDING).time() >= _NIGHT or shown.time() < _MORNING:
        broken("quiet hours", f"an SMS at {shown:%H:%M:%S}", to)
