"""Simulated time: the instant and the monotonic clock that the rooms read, moved by hand."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, Final
from unittest.mock import patch

import waybill.clock

BEGINNING: Final = datetime(2026, 11, 23, 10, 0, 7, tzinfo=UTC)
"""A Monday, seven seconds after ten: no shipment is made on the edge of a slot."""


class Clock:
    """Stands until it is moved; what processes remember for a minute ages with it."""

    def __init__(self) -> None:
        self.now = BEGINNING

    def advance(self, **by: float) -> None:
        """Let time pass."""
        self.now += timedelta(**by)

    @contextmanager
    def shown(self) -> Iterator[None]:
        """Let the rooms read this clock."""
        real = time.monotonic

        def now(_zone: Any = None) -> datetime:
            return self.now

        def monotonic() -> float:
            return real() + (self.now - BEGINNING).total_seconds()

        stand_in = SimpleNamespace(now=now, fromisoformat=datetime.fromisoformat)
        with patch.object(waybill.clock, "datetime", stand_in), patch("time.monotonic", monotonic):
            yield
