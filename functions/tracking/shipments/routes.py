"""HTTP: shipments, their scans, and a question about one at once."""

import time
from typing import Final

from tracking.endpoint import READ, WRITE, api, correcting, refreshing, shipment_id, shipments
from tracking.parcels.shipment import Shipment
from tracking.parcels.states import Status
from tracking.settings import api_settings
from tracking.shipments.listing import cut
from tracking.shipments.models import (
    NewShipment,
    ParcelCorrection,
    RefreshedShipment,
    ScanList,
    ShipmentList,
    ShipmentView,
)
from tracking.shipments.presenting import refreshed_view, scans_newest_first, shipment_view
from waybill.http import Call, Reply, etag
from waybill.problems import field_problem

_SECONDS: Final = 28.0
"""What the function's timeout leaves for asking a carrier."""


@api.route(
    "POST",
    "/v1/shipments",
    scope=WRITE,
    body=NewShipment,
    returns={201: ShipmentView},
    failures=(400, 409),
    idempotency="optional",
)
def create_shipment(call: Call) -> Reply:
    """Register a shipment of one or more parcels, and follow them from now on."""
    request = call.parse(NewShipment)
    shipment = shipments().create(call.caller, request, call.idempotency_key)
    location = {"Location": f"/v1/shipments/{shipment.id}"}
    return Reply(201, _view(call, shipment), etag(shipment.version) | location)


@api.route(
    "GET",
    "/v1/shipments",
    scope=READ,
    returns={200: ShipmentList},
    failures=(400,),
    query={
        "order_id": "Only shipments of this order.",
        "status": "Only shipments in this status: " + ", ".join(Status) + ".",
    },
    paged=True,
)
def list_shipments(call: Call) -> Reply:
    """List shipments, newest first."""
    order_id, status = call.query.get("order_id"), _status(call)
    page = call.page(order_id=order_id, status=status)
    found, last = shipments().page(
        call.shop_id, page.limit, page.start, order_id=order_id, status=status
    )
    items = [_view(call, shipment) for shipment in found]
    return Reply(200, ShipmentList(items=items, next_cursor=page.cursor(last)))


@api.route("GET", "/v1/shipments/<shipment_id>", scope=READ, returns={200: ShipmentView})
def get_shipment(call: Call) -> Reply:
    """Look up a shipment."""
    return _reply(call, _found(call))


@api.route(
    "GET",
    "/v1/shipments/<shipment_id>/events",
    scope=READ,
    returns={200: ScanList},
    failures=(400,),
    paged=True,
)
def list_scans(call: Call) -> Reply:
    """List the scans of a shipment's parcels, newest first."""
    page = call.page()
    items, last = cut(scans_newest_first(_found(call)), page.limit, page.start)
    return Reply(200, ScanList(items=items, next_cursor=page.cursor(last)))


@api.route(
    "PATCH",
    "/v1/shipments/<shipment_id>/parcels/<parcel_id>",
    scope=WRITE,
    body=ParcelCorrection,
    returns={200: ShipmentView},
    failures=(400, 409, 412),
)
def correct_parcel(call: Call) -> Reply:
    """Correct a parcel's number or carrier, while its carrier has told no scan of it.

    It begins anew: what was known of the wrong number is forgotten. The same again changes nothing.
    """
    shipment = correcting().correct(
        call.caller,
        shipment_id(call),
        call.path["parcel_id"],
        call.parse(ParcelCorrection),
        call.precondition,
    )
    return _reply(call, shipment)


@api.route(
    "POST",
    "/v1/shipments/<shipment_id>/refresh",
    scope=WRITE,
    returns={200: RefreshedShipment},
    failures=(409, 429),
)
def refresh_shipment(call: Call) -> Reply:
    """Ask a shipment's carriers now, as far as their limits and its own let it be asked about.

    A carrier that fails changes nothing: of each parcel the answer says what came of asking, why
    it was not answered, and when to ask again.
    """
    ends = time.monotonic() + _SECONDS
    refreshed = refreshing().refresh(
        call.caller, shipment_id(call), lambda: ends - time.monotonic()
    )
    view = refreshed_view(refreshed, _public_url(call))
    return Reply(200, view, etag(refreshed.shipment.version))


def _status(call: Call) -> Status | None:
    text = call.query.get("status")
    if text is not None and text not in set(Status):
        raise field_problem("/status", "status: one of " + ", ".join(Status))
    return Status(text) if text is not None else None


def _found(call: Call) -> Shipment:
    return shipments().get(call.shop_id, shipment_id(call))


def _reply(call: Call, shipment: Shipment) -> Reply:
    return Reply(200, _view(call, shipment), etag(shipment.version))


def _view(call: Call, shipment: Shipment) -> ShipmentView:
    return shipment_view(shipment, _public_url(call))


def _public_url(call: Call) -> str:
    return api_settings().public_url or call.base_url
