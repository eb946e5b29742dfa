"""What the API speaks: bodies of requests and answers, apart from the domain's own shapes."""

from typing import Annotated, Literal

from pydantic import Field, SecretStr

from tracking.numbers import MAX_PASTED
from tracking.states import Action, Certainty, Fault, Status
from waybill.http import Instant, Model

MAX_PARCELS = 50
MAX_LINES = 500

Id = Annotated[str, Field(pattern=r"^[0-9A-Za-z_-]{1,64}$")]
Quantity = Annotated[int, Field(strict=True, ge=1, le=1_000_000)]
TrackingNumber = Annotated[str, Field(min_length=1, max_length=MAX_PASTED)]


class NewParcel(Model):
    """A parcel of a new shipment."""

    tracking_number: TrackingNumber
    """As people paste it."""
    carrier: Annotated[str, Field(min_length=1, max_length=40)] | None = None


class ShipmentLine(Model):
    """How much of an order's line is in a shipment."""

    line_id: Id
    quantity: Quantity


class NewShipment(Model):
    """A shipment that left."""

    order_id: Id
    parcels: Annotated[list[NewParcel], Field(min_length=1, max_length=MAX_PARCELS)]
    lines: Annotated[list[ShipmentLine], Field(min_length=1, max_length=MAX_LINES)] | None = None
    """Left out: everything that is still open."""


class RawScan(Model):
    """What the carrier said, in its own words, to give the status."""

    code: str
    text: str


class EstimatedDelivery(Model):
    """When the carrier expects to deliver: a window, or a day from midnight to midnight."""

    earliest: Instant
    latest: Instant
    """The same as ``earliest`` where the carrier names an instant."""
    local_earliest: str | None
    """The same with the offset of where it is delivered, if that is known."""
    local_latest: str | None
    certainty: Certainty


class ParcelView(Model):
    """A parcel as it stands."""

    tracking_number: str
    carrier: str
    status: Status
    sub_status: str | None
    fault: Fault
    action_required: Action
    last_scan_at: Instant | None
    estimated_delivery: EstimatedDelivery | None
    """Until it has ended, and if the carrier tells."""
    raw: RawScan | None
    carrier_url: str | None
    """The carrier's own page of it."""


class ShipmentView(Model):
    """A shipment as it stands; its scans are under ``/events``."""

    id: str
    order_id: str
    status: Status
    sub_status: str | None
    fault: Fault
    action_required: Action
    estimated_delivery: EstimatedDelivery | None
    """When the last parcel is expected; null while that is not known of each under way."""
    lines: list[ShipmentLine]
    parcels: list[ParcelView]
    tracking_url: str
    created_at: Instant
    updated_at: Instant
    """When the carrier last had news."""


class ShipmentList(Model):
    """A page of the list."""

    items: list[ShipmentView]
    next_cursor: str | None


class ScanView(Model):
    """One scan."""

    occurred_at: Instant
    """The instant, in UTC."""
    local_time: str | None
    """The same with the offset of where it happened, if that is known."""
    certainty: Certainty
    tracking_number: str
    carrier: str
    status: Status | None
    """What it means; null for a code that is not known, which changes no status."""
    sub_status: str | None
    code: str
    text: str
    place: str | None


class ScanList(Model):
    """A page of the list."""

    items: list[ScanView]
    next_cursor: str | None


class NumberToIdentify(Model):
    """A tracking number as people paste it."""

    number: TrackingNumber


class CandidateView(Model):
    """A carrier a number may be of."""

    carrier: str
    format: str
    checksum: Literal["valid", "none"]
    tracking_url: str | None
    service: str | None
    """What a postal number's first two letters say of its service."""


class Candidates(Model):
    """Carriers a number may be of, best first; empty for a number that no format knows."""

    candidates: list[CandidateView]


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


class PublicScan(Model):
    """One scan as the public page shows it."""

    occurred_at: Instant
    local_time: str | None
    what: str
    place: str | None


class PublicParcel(Model):
    """One parcel as the public page shows it."""

    carrier: str
    tracking_number: str
    carrier_url: str | None
    what: str
    estimated_delivery: EstimatedDelivery | None
    scans: list[PublicScan]


class PublicPage(Model):
    """The public page: where a shipment stands, and nothing about whom it is for."""

    shop: str | None
    status: Status
    what: str
    """The status in words."""
    updated_at: Instant
    estimated_delivery: EstimatedDelivery | None
    parcels: list[PublicParcel]
