"""What the API speaks of shipments: bodies of requests and answers, apart from the domain."""

from typing import Annotated

from pydantic import Field

from tracking.asking.reasons import Reason
from tracking.numbers.models import TrackingNumber
from tracking.parcels.states import Action, Certainty, Fault, Status
from tracking.shipments.refreshed import Outcome
from waybill.http import Instant, Model

MAX_PARCELS = 50
MAX_LINES = 500

Id = Annotated[str, Field(pattern=r"^[0-9A-Za-z_-]{1,64}$")]
Quantity = Annotated[int, Field(strict=True, ge=1, le=1_000_000)]


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


class ParcelCorrection(Model):
    """A parcel's right number, or carrier; what is not named stays (RFC 7396)."""

    tracking_number: TrackingNumber | None = None
    """As people paste it; a new one is recognised anew, unless the carrier is named."""
    carrier: Annotated[str, Field(min_length=1, max_length=40)] | None = None
    """Null: recognised by the number."""


class ParcelView(Model):
    """A parcel as it stands."""

    id: str
    """Its place in the shipment, from 1 on."""
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
    """When the carrier last had news, or a parcel was corrected."""


class ParcelRefreshView(Model):
    """What came of asking about one parcel; only an answer is news of it."""

    tracking_number: str
    carrier: str
    """The parcel's when it was asked about."""
    outcome: Outcome
    has_news: bool
    """Whether its scans, its estimate, or whether it is known at all, are others than before."""
    reason: Reason | None
    """Why there is no answer."""
    retry_at: Instant | None
    """Before then its carrier is not asked again; null after an answer, and where asking again
    would not help."""


class RefreshedShipment(ShipmentView):
    """A shipment as it stands after a refresh."""

    refresh: list[ParcelRefreshView]
    """One for each parcel, in their order."""


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
