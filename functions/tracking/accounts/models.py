"""What the API speaks of carriers' accounts; credentials go in, and never out."""

from typing import Annotated, Literal

from pydantic import Field, SecretStr

from waybill.http import Instant, Model


class NewCarrierSettings(Model):
    """How a carrier is reached, and how much it may be asked."""

    base_url: Annotated[str, Field(min_length=1, max_length=500)] | None = None
    """Left out: the carrier's own; its documented paths are appended."""
    credentials: Annotated[dict[str, SecretStr], Field(max_length=10)]
    daily_budget: Annotated[int, Field(strict=True, ge=1, le=10_000_000)] | None = None
    """Requests in a UTC day, at most, spread evenly; left out: the carrier's own limit."""
    per_shipment_daily_cap: Annotated[int, Field(strict=True, ge=1, le=96)] | None = None
    """Questions about one shipment in a day, spread evenly; left out: the carrier's own limit."""


class CarrierLimits(Model):
    """How much a carrier may be asked: its own limits, and the operator's where they are set."""

    batch: int
    """Numbers in one request."""
    seconds_between: float
    """Least time between two requests."""
    daily_budget: int | None
    per_shipment_daily_cap: int | None


class BreakerView(Model):
    """Whether a carrier that failed is left alone."""

    state: Literal["closed", "open", "half_open"]
    """Open: it is not asked. Half open: one question shows whether it answers again."""
    opened_at: Instant | None
    next_probe_at: Instant | None


class CarrierView(Model):
    """A carrier's settings without its credentials, how far it is swept, and how it fares."""

    carrier: str
    base_url: str
    credentials: list[str]
    """Names of the credentials that are set."""
    daily_budget: int | None
    per_shipment_daily_cap: int | None
    limits: CarrierLimits
    asked_today: int
    """Shipments that sweeps have asked about since midnight UTC."""
    calls_today: int
    """Requests since midnight UTC, those for access tokens among them."""
    calls_left_today: int | None
    """Of the daily budget; null without one."""
    error_rate: float | None
    """Share of the last three UTC days' calls that failed; null without calls, as below."""
    news_share: float | None
    """Share of them that brought news."""
    median_detection_delay_minutes: float | None
    """From a scan's instant until it was known here."""
    stretch: float
    """By what factor questions are rarer than they would be without the limits."""
    breaker: BreakerView
    swept_until: Instant | None
    paused_until: Instant | None
    """The carrier answered 429 and is not asked before; setting it up again ends the pause."""
    updated_at: Instant


class CarrierList(Model):
    """A page of the list."""

    items: list[CarrierView]
    next_cursor: str | None
