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
    passed_estimate: EstimatedDelivery | None
    scans: list[PublicScan]


class PublicPage(Model):
    """The public page: where a shipment stands, and nothing about whom it is for."""

    shop: str | None
    status: Status
    what: str
    """The status in words."""
    updated_at: Instant
    estimated_delivery: EstimatedDelivery | None
    """Null once its last instant has passed: nobody is to take it for a promise then."""
    passed_estimate: EstimatedDelivery | None
    """The carrier's latest, where that is over and it is not there: it is late, and the carrier
    has named no new day yet."""
    parcels: list[PublicParcel]
