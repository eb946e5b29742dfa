"""What the public page holds, also as JSON."""

from tracking.parcels.states import Status
from tracking.shipments.models import EstimatedDelivery
from waybill.http import Instant, Model


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
