"""Carriers' settings and watermarks: one of each per carrier, for the whole deployment."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from tracking.carriers.base import Access
from tracking.carriers.registry import ADAPTERS

DAYS: Final = 3
"""UTC days that are remembered of a carrier, today's included."""


@dataclass(frozen=True)
class CarrierSettings:
    """What the operator set for a carrier; the credentials appear in no repr."""

    carrier: str
    credentials: Mapping[str, str] = field(repr=False)
    updated_at: datetime
    base_url: str | None = None
    """None: the carrier's own."""
    daily_budget: int | None = None
    """Requests in a UTC day, at most; None: the carrier's own limit."""
    per_shipment_daily_cap: int | None = None
    """Questions about one shipment in a day, spread evenly; None: the carrier's own limit."""
    version: int = 1

    @property
    def access(self) -> Access:
        """How the adapter reaches the carrier."""
        return Access(self.base_url or ADAPTERS[self.carrier].BASE_URL, self.credentials)


@dataclass(frozen=True)
class Watermark:
    """Up to when a carrier's shipments have been planned, and what the planner remembers."""

    swept_to: float = 0.0
    """Seconds since 1970; 0: never."""
    day: str = ""
    asked: int = 0
    """Shipments that were planned on that UTC day."""
    stretch: float = 1.0
    """By what factor the carrier's intervals are longer than they would be without its limits."""
    wanted: tuple[int, ...] = ()
    """Questions a day that the active shipments of each slot would ask without them."""
    requests: Mapping[str, int] = field(default_factory=dict)
    """Requests that were planned on each of the last UTC days, while there was no budget.

    Those of a carrier with a budget are counted by who makes them: that is exact, and costs a write
    for each message.
    """

    def asked_on(self, day: str) -> int:
        """Shipments planned on a UTC day (``2026-11-22``)."""
        return self.asked if self.day == day else 0

    def requests_with(self, day: str, more: int) -> Mapping[str, int]:
        """What was planned in the last days, with some more on one of them."""
        if not more:
            return self.requests
        both = {**self.requests, day: self.requests.get(day, 0) + more}
        return dict(sorted(both.items())[-DAYS:])


def instant(seconds: float) -> datetime:
    """Seconds since 1970 as an aware datetime."""
    return datetime.fromtimestamp(seconds, UTC)


def utc_day(now: datetime) -> str:
    """The UTC day that budgets count by, such as ``2026-11-22``."""
    return now.astimezone(UTC).date().isoformat()
