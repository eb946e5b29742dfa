"""Use cases of shipments: register them, look them up, show them to the public."""

import hashlib
import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from tracking.cadence import next_due
from tracking.carriers.registry import asked_by
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
from tracking.parcels.states import Status
from tracking.shipments.lines import resolve_lines
from tracking.shipments.listing import cut
from tracking.shipments.models import NewShipment
from tracking.shipments.recognising import (
    read_parcels,
    refuse_known,
    taken_by,
    with_askable_carrier,
)
from waybill import ids
from waybill.auth import Caller
from waybill.clock import Clock
from waybill.dynamo import ContentionError, Item
from waybill.problems import Conflict, NotFound, Unprocessable, field_problem

_ATTEMPTS: Final = 8
"""Times a shipment is decided on while others of its order keep coming in between."""

_ROUNDS: Final = 5
"""Times that a page of one status reads as many rows as its limit, of index and of table."""


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

    def place(self, shipment: Shipment) -> Item:
        """Where a shipment stands in the list of its shop's: what a page after it starts from."""

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
        parcels = read_parcels(request.parcels)
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
                if _answers(sibling, wanted.id_part, by_key=key is not None):
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
        refuse_known(wanted.parcels, siblings)
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
        parcels = tuple(with_askable_carrier(each, self.set_up) for each in wanted.parcels)
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
        self,
        shop_id: str,
        limit: int,
        start: Item | None,
        *,
        order_id: str | None,
        status: Status | None = None,
    ) -> tuple[list[Shipment], Item | None]:
        """A page of the shop's shipments, or of one order's, newest first; of one status, if named.

        No index knows statuses, or each change of one would cost another write: those of a shop
        are read and left out, at most 10 times ``limit`` rows of index and table together. So a
        page of a status that few are in may be short, even empty, and yet not the last.
        """
        if order_id is not None:
            found = self.shipments.of_order(shop_id, order_id)
            wanted = [each for each in found if status in {None, each.state.status}]
            return cut([(position(shipment), shipment) for shipment in wanted], limit, start)
        if status is None:
            return self.shipments.of_shop(shop_id, limit, start)
        return self._in_status(shop_id, limit, start, status)

    def _in_status(
        self, shop_id: str, limit: int, start: Item | None, status: Status
    ) -> tuple[list[Shipment], Item | None]:
        page: list[Shipment] = []
        for _ in range(_ROUNDS):
            found, last = self.shipments.of_shop(shop_id, limit, start)
            for shipment in found:
                if shipment.state.status is status:
                    page.append(shipment)
                if len(page) == limit:
                    is_last = shipment is found[-1] and last is None
                    return page, None if is_last else self.shipments.place(shipment)
            start = last
            if start is None:
                break
        return page, start

    def public(self, token: str) -> tuple[Shipment, str | None]:
        """The shipment behind a public page, and its shop's name; raises 404."""
        shipment = self.shipments.by_token(token)
        if shipment is None:
            raise NotFound("nothing is tracked here")
        shop = self.shops.shop(shipment.shop_id)
        return shipment, shop["name"] if shop else None


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


def _answers(sibling: Shipment, id_part: str, *, by_key: bool) -> bool:
    """Whether the request made this shipment.

    One whose parcels were corrected goes by what they are by now: the number it was registered
    with by mistake may be another parcel's of the same order.
    """
    is_corrected = any(parcel.corrected_at for parcel in sibling.parcels)
    return sibling.id.endswith(id_part) and (by_key or not is_corrected)


def _replay(stored: Shipment, request_hash: str, *, by_key: bool) -> Shipment:
    if stored.request_hash == request_hash:
        return stored.as_created()
    if by_key:
        raise Unprocessable("this Idempotency-Key was used for another shipment of the order")
    raise taken_by(stored, "these parcels are a shipment already, with other lines")
