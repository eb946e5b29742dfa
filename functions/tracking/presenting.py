"""The domain as the API shows it: shipments, parcels, scans, and the public page's words."""

import unicodedata
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import Final

from tracking.carriers.base import Estimate
from tracking.carriers.registry import ADAPTERS, meaning
from tracking.expecting import all_there
from tracking.journey import deciding_scan, parcel_state
from tracking.models import (
    EstimatedDelivery,
    ParcelView,
    PublicPage,
    PublicParcel,
    PublicScan,
    RawScan,
    ScanView,
    ShipmentLine,
    ShipmentView,
)
from tracking.numbers import page
from tracking.shipment import Parcel, Shipment
from tracking.states import Scan
from tracking.wording import NAMES, in_words
from waybill.dynamo import Item

_MAX_PUBLIC_PLACE: Final = 40
_MAX_PUBLIC_DIGITS: Final = 6
_PLAIN: Final = frozenset(" 0123456789-.,'\N{RIGHT SINGLE QUOTATION MARK}()/&")
_MARKS: Final = frozenset({"Mn", "Mc"})  # parts of letters, in Hindi or Thai


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
        estimated_delivery=_estimate_view(all_there(shipment.parcels)),
        lines=[ShipmentLine(line_id=x.line_id, quantity=x.quantity) for x in shipment.lines],
        parcels=[_parcel_view(parcel) for parcel in shipment.parcels],
        tracking_url=tracking_url(public_url, shipment.token),
        created_at=shipment.created_at,
        updated_at=shipment.updated_at,
    )


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


def public_page(shipment: Shipment, shop: str | None) -> PublicPage:
    """The public page: our own words only, because a carrier's may name the recipient.

    Of the carrier's, there are places, and only such as :func:`is_plain_place` lets pass.
    """
    return PublicPage(
        shop=shop,
        status=shipment.state.status,
        what=in_words(shipment.state.status, shipment.state.sub_status),
        updated_at=shipment.updated_at,
        estimated_delivery=_estimate_view(all_there(shipment.parcels)),
        parcels=[
            PublicParcel(
                carrier=carrier_title(parcel.carrier),
                tracking_number=parcel.tracking_number,
                carrier_url=page(parcel.carrier, parcel.tracking_number),
                what=_parcel_words(parcel),
                estimated_delivery=_estimate_view(parcel.estimate),
                scans=list(_public_scans(parcel)),
            )
            for parcel in shipment.parcels
        ],
    )


def carrier_title(carrier: str) -> str:
    """A carrier's name as people know it."""
    adapter = ADAPTERS.get(carrier)
    return adapter.TITLE if adapter else NAMES.get(carrier, carrier.replace("_", " ").title())


def _parcel_view(parcel: Parcel) -> ParcelView:
    state, deciding = parcel_state(parcel), deciding_scan(parcel)
    return ParcelView(
        tracking_number=parcel.tracking_number,
        carrier=parcel.carrier,
        status=state.status,
        sub_status=state.sub_status or None,
        fault=state.fault,
        action_required=state.action_required,
        last_scan_at=parcel.scans[-1].at if parcel.scans else None,
        estimated_delivery=_estimate_view(parcel.estimate),
        raw=RawScan(code=deciding[0].code, text=deciding[0].text or deciding[1].text)
        if deciding
        else None,
        carrier_url=page(parcel.carrier, parcel.tracking_number),
    )


def _scan_view(parcel: Parcel, scan: Scan) -> ScanView:
    means = meaning(parcel.carrier, scan)
    return ScanView(
        occurred_at=scan.at,
        local_time=_local_time(scan.at, scan.offset),
        certainty=scan.certainty,
        tracking_number=parcel.tracking_number,
        carrier=parcel.carrier,
        status=means.status if means else None,
        sub_status=(means.sub_status or None) if means else None,
        code=scan.code,
        text=scan.text or (means.text if means else ""),
        place=scan.place or None,
    )


def _public_scans(parcel: Parcel) -> Iterator[PublicScan]:
    """Newest first; a code that nobody mapped says nothing to the public."""
    for scan in reversed(parcel.scans):
        if means := meaning(parcel.carrier, scan):
            yield PublicScan(
                occurred_at=scan.at,
                local_time=_local_time(scan.at, scan.offset),
                what=in_words(means.status, means.sub_status),
                place=scan.place if is_plain_place(scan.place) else None,
            )


def is_plain_place(place: str) -> bool:
    """Whether a carrier's place may be public: it looks like a town or an office, and is short.

    The field is free text, and carriers do put names, addresses, phone numbers and pick-up codes
    there. Shown are letters, spaces, digits and ``-.,'()/&``, at most 40 characters with at most
    six digits (a postal code has no more); all else is left out whole, not shortened. A name alone
    cannot be told from a town: that much the carrier is trusted with.
    """
    return (
        0 < len(place) <= _MAX_PUBLIC_PLACE
        and all(c.isalpha() or c in _PLAIN or unicodedata.category(c) in _MARKS for c in place)
        and any(map(str.isalpha, place))
        and sum(map(str.isdigit, place)) <= _MAX_PUBLIC_DIGITS
    )


def _parcel_words(parcel: Parcel) -> str:
    state = parcel_state(parcel)
    return in_words(state.status, state.sub_status)


def _estimate_view(estimate: Estimate | None) -> EstimatedDelivery | None:
    if estimate is None:
        return None
    return EstimatedDelivery(
        earliest=estimate.start,
        latest=estimate.end,
        local_earliest=_local_time(estimate.start, estimate.offset),
        local_latest=_local_time(estimate.end, estimate.offset),
        certainty=estimate.certainty,
    )


def _local_time(at: datetime, offset: int | None) -> str | None:
    if offset is None:
        return None
    return at.astimezone(timezone(timedelta(minutes=offset))).isoformat(timespec="seconds")
