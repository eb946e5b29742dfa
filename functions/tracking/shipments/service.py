"""Use cases of shipments: register them, look them up, show them to the public."""

import hashlib
import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Protocol

from tracking.cadence import next_due
from tracking.carriers.registry import asked_by
from tracking.numbers.identifying import (
    CARRIERS,
    MAX_LENGTH,
    MIN_LENGTH,
    identify,
    is_mistyped,
    normalise,
)
from tracking.parcels.shipment import (
    MAX_SHIPMENTS,
    AlreadyThereError,
    Due,
    Line,
    Parcel,
    Shipment,
    free_place,
    position,
    request_part,
    shipment_id,
)
from tracking.shipments.lines import resolve_lines
from tracking.shipments.listing import cut
from tracking.shipments.models import NewParcel, NewShipment
from waybill import ids
from waybill.auth import Caller
from waybill.clock import Clock
from waybill.dynamo import ContentionError, Item
from waybill.problems import Conflict, FieldError, NotFound, Unprocessable, field_problem

_ATTEMPTS: Final = 8
"""Times a shipment is decided on while others of its order keep coming in between."""


class Shipments(Protocol):
    """Where shipments are kept."""

    def create(self, shipment: Shipment, actor: str) -> None:
        """Put a new shipment; raises AlreadyThereError where its place is taken."""

    def get(self, shop_id: str, shipment_id: str) -> Shipment | None:
        """A shipment as it stands."""

    def of_order(self, shop_id: str, order_id: str) -> list[Shipment]:
        """An order's shipments, newest first."""

    def of_shop(
        self, shop_id: str, limit: int, start: Item | None
    ) -> tuple[list[Shipment], Item | None]:
        """A page of a shop's shipments, newest first."""

    def by_token(self, token: str) -> Shipment | None:
        """The shipment behind a public page."""


class Orders(Protocol):
    """Orders as other rooms may see them."""

    def order(self, shop_id: str, order_id: str) -> Item | None:
        """Status and lines with quantities."""


class Shops(Protocol):
    """Shops as other rooms may see them."""

    def shop(self, shop_id: str) -> Item | None:
        """Name and settings."""


@dataclass(frozen=True)
class _Wanted:
    """A request that can be believed so far: what is left to check is its order."""

    shop_id: str
    order_id: str
    id_part: str
    """What the request gives the shipment's id, the same whenever it is sent."""
    parcels: tuple[Parcel, ...]
    lines: list[Line] | None
    request_hash: str


@dataclass(frozen=True)
class ShipmentService:
    """Shipments of a shop, and their public pages."""

    shipments: Shipments
    orders: Orders
    shops: Shops
    clock: Clock
    set_up: Callable[[], Collection[str]] = frozenset
    """Who can be asked about parcels."""
    new_token: Callable[[], str] = lambda: ids.random_id("trk")

    def create(self, caller: Caller, request: NewShipment, key: str | None) -> Shipment:
        """Register a shipment that left.

        The same parcels of the same order are the same shipment, and so is the same
        Idempotency-Key of an order; a replay gets the shipment as it was created.
        It is decided on what the order's other shipments carry, and put only in the place that
        comes next: whoever was faster is read, and all is decided again.
        Raises 422 for what does not exist or cannot be, 409 for lines that are shipped already,
        and ContentionError if others of the order keep coming in between.
        """
        parcels = _parcels(request.parcels)
        names = sorted(f"{parcel.carrier}:{parcel.tracking_number}" for parcel in parcels)
        identity = ("key", key) if key else ("parcels", *names)
        wanted = _Wanted(
            caller.shop_id,
            request.order_id,
            request_part(caller.shop_id, request.order_id, *identity),
            parcels,
            _asked(request),
            _hash(request, parcels),
        )
        for _ in range(_ATTEMPTS):
            siblings = self.shipments.of_order(caller.shop_id, request.order_id)
            for sibling in siblings:
                if sibling.id.endswith(wanted.id_part):
                    return _replay(sibling, wanted.request_hash, by_key=key is not None)
            shipment = self._new(wanted, siblings)
            try:
                self.shipments.create(shipment, caller.actor)
            except AlreadyThereError:  # a rival's: it may be this one, or have taken its lines
                continue
            return shipment
        raise ContentionError

    def _new(self, wanted: "_Wanted", siblings: Sequence[Shipment]) -> Shipment:
        """The shipment beside its siblings, in the place after theirs."""
        _refuse_known_parcels(wanted.parcels, siblings)
        order = self.orders.order(wanted.shop_id, wanted.order_id)
        if order is None:
            raise field_problem("/order_id", "this shop has no such order")
        if order["status"] == "draft":
            raise Conflict("the order is a draft: nothing of it can have been shipped")
        shipped_before = [line for sibling in siblings for line in sibling.lines]
        lines = resolve_lines(order["lines"], shipped_before, wanted.lines)
        place = free_place(wanted.shop_id, wanted.order_id, siblings)
        if place is None:
            raise Conflict(f"an order has at most {MAX_SHIPMENTS} shipments")
        new_id = shipment_id(wanted.shop_id, wanted.order_id, place, wanted.id_part)
        parcels = tuple(_with_askable_carrier(each, self.set_up) for each in wanted.parcels)
        now = self.clock()
        now = now.replace(microsecond=now.microsecond // 1000 * 1000)
        return Shipment(
            shop_id=wanted.shop_id,
            id=new_id,
            order_id=wanted.order_id,
            lines=lines,
            parcels=parcels,
            token=self.new_token(),
            request_hash=wanted.request_hash,
            created_at=now,
            updated_at=now,
            due=_first_due(new_id, parcels, now),
        )

    def get(self, shop_id: str, shipment_id: str) -> Shipment:
        """A shipment of the shop; raises 404."""
        shipment = self.shipments.get(shop_id, shipment_id)
        if shipment is None:
            raise NotFound("this shop has no such shipment")
        return shipment

    def page(
        self, shop_id: str, limit: int, start: Item | None, *, order_id: str | None
    ) -> tuple[list[Shipment], Item | None]:
        """A page of the shop's shipments, or of one order's, newest first."""
        if order_id is None:
            return self.shipments.of_shop(shop_id, limit, start)
        found = self.shipments.of_order(shop_id, order_id)
        return cut([(position(shipment), shipment) for shipment in found], limit, start)

    def public(self, token: str) -> tuple[Shipment, str | None]:
        """The shipment behind a public page, and its shop's name; raises 404."""
        shipment = self.shipments.by_token(token)
        if shipment is None:
            raise NotFound("nothing is tracked here")
        shop = self.shops.shop(shipment.shop_id)
        return shipment, shop["name"] if shop else None


def _parcels(requested: Sequence[NewParcel]) -> tuple[Parcel, ...]:
    """The parcels with their carriers; raises 422 with a pointer for each that cannot be."""
    parcels: list[Parcel] = []
    errors: list[FieldError] = []
    for index, asked in enumerate(requested):
        parcel = _parcel(asked, f"/parcels/{index}")
        if isinstance(parcel, FieldError):
            errors.append(parcel)
        elif not _possible([parcel]).isdisjoint(_possible(parcels)):
            errors.append(FieldError(f"/parcels/{index}/tracking_number", "named twice"))
        else:
            parcels.append(parcel)
    if errors:
        raise Unprocessable("parcels that cannot be tracked", errors=errors)
    return tuple(parcels)


def _parcel(asked: NewParcel, pointer: str) -> Parcel | FieldError:
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


def _with_askable_carrier(parcel: Parcel, set_up: Callable[[], Collection[str]]) -> Parcel:
    """The parcel with the best of the carriers its number fits that can be asked, if one can."""
    if not parcel.others:
        return parcel
    can_be_asked = set_up()
    for carrier in parcel.candidates:
        if asked_by(carrier) in can_be_asked:
            others = tuple(each for each in parcel.candidates if each != carrier)
            return replace(parcel, carrier=carrier, others=others)
    return parcel


def _asked(request: NewShipment) -> list[Line] | None:
    if request.lines is None:
        return None
    return [Line(line.line_id, line.quantity) for line in request.lines]


def _first_due(new_id: str, parcels: Sequence[Parcel], now: datetime) -> dict[str, Due]:
    by_asked: dict[str, list[Parcel]] = {}
    for parcel in parcels:
        by_asked.setdefault(asked_by(parcel.carrier), []).append(parcel)
    due = {asked: next_due(new_id, own, None, now, now) for asked, own in sorted(by_asked.items())}
    return {asked: first for asked, first in due.items() if first}


def _hash(request: NewShipment, parcels: Sequence[Parcel]) -> str:
    """What tells one request from another; the order of parcels and lines does not."""
    document = [
        request.order_id,
        sorted([parcel.carrier, parcel.tracking_number] for parcel in parcels),
        request.lines and sorted([line.line_id, line.quantity] for line in request.lines),
    ]
    return hashlib.sha256(json.dumps(document).encode()).hexdigest()[:32]


def _replay(stored: Shipment, request_hash: str, *, by_key: bool) -> Shipment:
    if stored.request_hash == request_hash:
        return stored.as_created()
    if by_key:
        raise Unprocessable("this Idempotency-Key was used for another shipment of the order")
    raise _known(stored, "these parcels are a shipment already, with other lines")


def _refuse_known_parcels(parcels: Sequence[Parcel], siblings: Sequence[Shipment]) -> None:
    wanted = _possible(parcels)
    for sibling in siblings:
        if wanted & _possible(sibling.parcels):
            raise _known(sibling, "a parcel is in another shipment of the order already")


def _possible(parcels: Sequence[Parcel]) -> set[tuple[str, str]]:
    """What the parcels may be: a number with each carrier that it fits."""
    return {(name, each.tracking_number) for each in parcels for name in each.candidates}


def _known(shipment: Shipment, detail: str) -> Conflict:
    location = f"/v1/shipments/{shipment.id}"
    return Conflict(detail, headers={"Location": location}, shipment_id=shipment.id)
