"""Parcels as requests name them: the number read, the carrier recognised, or believed."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

from tracking.carriers.registry import asked_by
from tracking.numbers.identifying import (
    CARRIERS,
    MAX_LENGTH,
    MIN_LENGTH,
    identify,
    is_mistyped,
    normalise,
)
from tracking.parcels.shipment import Parcel, Shipment
from tracking.shipments.models import NewParcel
from waybill.problems import Conflict, FieldError, Unprocessable


def read_parcels(requested: Sequence[NewParcel]) -> tuple[Parcel, ...]:
    """The parcels with their carriers; raises 422 with a pointer for each that cannot be."""
    parcels: list[Parcel] = []
    errors: list[FieldError] = []
    for index, asked in enumerate(requested):
        parcel = read_parcel(asked, f"/parcels/{index}")
        if isinstance(parcel, FieldError):
            errors.append(parcel)
        elif not possible([parcel]).isdisjoint(possible(parcels)):
            errors.append(FieldError(f"/parcels/{index}/tracking_number", "named twice"))
        else:
            parcels.append(parcel)
    if errors:
        raise Unprocessable("parcels that cannot be tracked", errors=errors)
    return tuple(parcels)


def read_parcel(asked: NewParcel, pointer: str) -> Parcel | FieldError:
    """The parcel with its carrier, or what is wrong with it; it stands at ``pointer``."""
    number = normalise(asked.tracking_number)
    if number is None:
        sizes = f"{MIN_LENGTH} to {MAX_LENGTH} letters and digits"
        return FieldError(f"{pointer}/tracking_number", sizes)
    carrier = asked.carrier.strip().lower() if asked.carrier else None
    if carrier is not None and carrier not in CARRIERS:
        known = ", ".join(sorted(CARRIERS))
        return FieldError(f"{pointer}/carrier", f"not a known carrier; known are {known}")
    candidates = identify(number)
    if carrier is None and candidates:
        best, *others = (candidate.carrier for candidate in candidates)
        return Parcel(number, best, others=tuple(others))
    if is_mistyped(number, carrier):
        return FieldError(f"{pointer}/tracking_number", "its check digit is wrong")
    if carrier is None:
        return FieldError(f"{pointer}/carrier", "no known format: name the carrier")
    return Parcel(number, carrier)


def with_askable_carrier(parcel: Parcel, set_up: Callable[[], Collection[str]]) -> Parcel:
    """The parcel with the best of the carriers its number fits that can be asked, if one can."""
    if not parcel.others:
        return parcel
    can_be_asked = set_up()
    for carrier in parcel.candidates:
        if asked_by(carrier) in can_be_asked:
            others = tuple(each for each in parcel.candidates if each != carrier)
            return replace(parcel, carrier=carrier, others=others)
    return parcel


def refuse_known(parcels: Sequence[Parcel], siblings: Sequence[Shipment]) -> None:
    """Raise 409 where one of the parcels may be in a shipment of the order already."""
    wanted = possible(parcels)
    for sibling in siblings:
        if wanted & possible(sibling.parcels):
            raise taken_by(sibling, "a parcel is in another shipment of the order already")


def possible(parcels: Sequence[Parcel]) -> set[tuple[str, str]]:
    """What the parcels may be: a number with each carrier that it fits."""
    return {(name, each.tracking_number) for each in parcels for name in each.candidates}


def taken_by(shipment: Shipment, detail: str) -> Conflict:
    """The 409 that leads to the shipment which stands in the way."""
    location = f"/v1/shipments/{shipment.id}"
    return Conflict(detail, headers={"Location": location}, shipment_id=shipment.id)
