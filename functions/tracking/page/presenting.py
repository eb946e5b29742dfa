"""What of a shipment is public: our own words, and of a carrier's only what looks like a place."""

import unicodedata
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from tracking.carriers.registry import ADAPTERS, meaning
from tracking.numbers.identifying import page
from tracking.page.models import PublicPage, PublicParcel, PublicScan
from tracking.page.wording import NAMES, in_words
from tracking.parcels.shipment import Parcel, Shipment
from tracking.parcels.states import local_time
from tracking.shipments.presenting import estimate_view
from tracking.status.expecting import outlook, outlook_of_all
from tracking.status.journey import parcel_state

_MAX_PUBLIC_PLACE: Final = 40
_MAX_PUBLIC_DIGITS: Final = 6
_PLAIN: Final = frozenset(" 0123456789-.,'\N{RIGHT SINGLE QUOTATION MARK}()/&")
_MARKS: Final = frozenset({"Mn", "Mc"})  # parts of letters, in Hindi or Thai


def public_page(shipment: Shipment, shop: str | None, now: datetime) -> PublicPage:
    """The public page as it is now: our own words only, because a carrier's may name the recipient.

    Of the carrier's, there are places, and only such as :func:`is_plain_place` lets pass.
    """
    arrival = outlook_of_all(shipment.parcels, now)
    return PublicPage(
        shop=shop,
        status=shipment.state.status,
        what=in_words(shipment.state.status, shipment.state.sub_status),
        updated_at=shipment.updated_at,
        estimated_delivery=estimate_view(arrival.expected),
        passed_estimate=estimate_view(arrival.passed),
        parcels=[_public_parcel(parcel, now) for parcel in shipment.parcels],
    )


def carrier_title(carrier: str) -> str:
    """A carrier's name as people know it."""
    adapter = ADAPTERS.get(carrier)
    return adapter.TITLE if adapter else NAMES.get(carrier, carrier.replace("_", " ").title())


def _public_parcel(parcel: Parcel, now: datetime) -> PublicParcel:
    arrival = outlook(parcel, now)
    return PublicParcel(
        carrier=carrier_title(parcel.carrier),
        tracking_number=parcel.tracking_number,
        carrier_url=page(parcel.carrier, parcel.tracking_number),
        what=_parcel_words(parcel),
        estimated_delivery=estimate_view(arrival.expected),
        passed_estimate=estimate_view(arrival.passed),
        scans=list(_public_scans(parcel)),
    )


def _public_scans(parcel: Parcel) -> Iterator[PublicScan]:
    """Newest first; a code that nobody mapped says nothing to the public."""
    for scan in reversed(parcel.scans):
        if means := meaning(parcel.carrier, scan):
            yield PublicScan(
                occurred_at=scan.at,
                local_time=local_time(scan.at, scan.offset),
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
