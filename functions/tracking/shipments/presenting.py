"""The domain as the API shows it: shipments, parcels and scans."""

from collections import Counter
from datetime import datetime

from tracking.carriers.registry import meaning
from tracking.numbers.identifying import page
from tracking.parcels.shipment import Parcel, Shipment, parcel_id
from tracking.parcels.states import Estimate, Scan, local_time
from tracking.shipments.models import (
    EstimatedDelivery,
    ParcelRefreshView,
    ParcelView,
    RawScan,
    RefreshedShipment,
    ScanView,
    ShipmentLine,
    ShipmentView,
)
from tracking.shipments.refreshed import Refreshed
from tracking.status.expecting import all_there
from tracking.status.journey import deciding_scan, parcel_state
from waybill.dynamo import Item


def tracking_url(public_url: str, token: str) -> str:
    """Where the public page is; relative if the deployment does not know its own address."""
    return f"{public_url.rstrip('/')}/track/{token}"


def shipment_view(shipment: Shipment, public_url: str) -> ShipmentView:
    """A shipment as it stands."""
    return ShipmentView(
        id=shipment.id,
        order_id=shipment.order_id,
        status=shipment.state.status,
        sub_status=shipment.state.sub_status or None,
        fault=shipment.state.fault,
        action_required=shipment.state.action_required,
        estimated_delivery=estimate_view(all_there(shipment.parcels)),
        lines=[ShipmentLine(line_id=x.line_id, quantity=x.quantity) for x in shipment.lines],
        parcels=[_parcel_view(*each) for each in enumerate(shipment.parcels)],
        tracking_url=tracking_url(public_url, shipment.token),
        created_at=shipment.created_at,
        updated_at=shipment.updated_at,
    )


def refreshed_view(refreshed: Refreshed, public_url: str) -> RefreshedShipment:
    """A shipment as it stands after a refresh, and what came of it."""
    shipment = shipment_view(refreshed.shipment, public_url)
    told = [ParcelRefreshView(**vars(parcel)) for parcel in refreshed.parcels]
    return RefreshedShipment(**dict(shipment), refresh=told)


def scan_position(parcel: Parcel, scan: Scan, before: int) -> Item:
    """Where a scan stands in the list of a shipment's scans; what a cursor holds.

    ``before`` is how many of the parcel's scans before it have the same instant, code and place.
    """
    return {
        "at": scan.at.isoformat(timespec="milliseconds"),
        "parcel": f"{parcel.carrier}:{parcel.tracking_number}",
        "code": scan.code,
        "place": scan.place,
        "before": f"{before:03}",
    }


def scans_newest_first(shipment: Shipment) -> list[tuple[Item, ScanView]]:
    """All scans of all parcels with their positions, newest first."""
    both: list[tuple[Item, ScanView]] = []
    for parcel in shipment.parcels:
        alike: Counter[tuple[datetime, str, str]] = Counter()
        for scan in parcel.scans:
            told = (scan.at, scan.code, scan.place)
            both.append((scan_position(parcel, scan, alike[told]), _scan_view(parcel, scan)))
            alike[told] += 1
    return sorted(both, key=lambda each: tuple(each[0].values()), reverse=True)


def _parcel_view(index: int, parcel: Parcel) -> ParcelView:
    state, deciding = parcel_state(parcel), deciding_scan(parcel)
    return ParcelView(
        id=parcel_id(index),
        tracking_number=parcel.tracking_number,
        carrier=parcel.carrier,
        status=state.status,
        sub_status=state.sub_status or None,
        fault=state.fault,
        action_required=state.action_required,
        last_scan_at=parcel.scans[-1].at if parcel.scans else None,
        estimated_delivery=estimate_view(parcel.estimate),
        raw=RawScan(code=deciding[0].code, text=deciding[0].text or deciding[1].text)
        if deciding
        else None,
        carrier_url=page(parcel.carrier, parcel.tracking_number),
    )


def _scan_view(parcel: Parcel, scan: Scan) -> ScanView:
    means = meaning(parcel.carrier, scan)
    return ScanView(
        occurred_at=scan.at,
        local_time=local_time(scan.at, scan.offset),
        certainty=scan.certainty,
        tracking_number=parcel.tracking_number,
        carrier=parcel.carrier,
        status=means.status if means else None,
        sub_status=(means.sub_status or None) if means else None,
        code=scan.code,
        text=scan.text or (means.text if means else ""),
        place=scan.place or None,
    )


def estimate_view(estimate: Estimate | None) -> EstimatedDelivery | None:
    """An estimate in UTC, and with the offset of the place where that is known."""
    if estimate is None:
        return None
    return EstimatedDelivery(
        earliest=estimate.start,
        latest=estimate.end,
        local_earliest=local_time(estimate.start, estimate.offset),
        local_latest=local_time(estimate.end, estimate.offset),
        certainty=estimate.certainty,
    )
