"""HTTP: shipments, tracking numbers, carriers, and the public tracking page."""

import re
import time
from functools import cache
from typing import Final

from tracking import page
from tracking.asking import Line
from tracking.carrier_presenting import carrier_view
from tracking.carrier_service import CarrierService
from tracking.carrier_table import CachedSettings, CarriersTable
from tracking.carriers import easypost_events
from tracking.carriers.registry import ADAPTERS
from tracking.keeping import Keeper
from tracking.learning import Lessons, RhythmsTable
from tracking.listing import cut
from tracking.models import (
    Candidates,
    CandidateView,
    CarrierView,
    NewCarrierSettings,
    NewShipment,
    NumberToIdentify,
    PublicPage,
    ScanList,
    ShipmentList,
    ShipmentView,
)
from tracking.numbers import identify, normalise
from tracking.presenting import (
    public_page,
    scans_newest_first,
    shipment_view,
)
from tracking.pushing import Pushing
from tracking.refreshing import Refreshing
from tracking.repository import ShipmentsTable
from tracking.service import ShipmentService
from tracking.settings import api_settings
from tracking.shipment import Shipment
from tracking.tokens import Tokens, TokensTable
from waybill import aws
from waybill.access import authenticator
from waybill.clock import system_clock
from waybill.dynamo import Table
from waybill.http import MAX_WEBHOOK_BYTES, Api, Call, Reply, etag
from waybill.problems import NotFound
from waybill.settings import on_lambda
from waybill.views import OrdersView, ShopsView

_SHIPMENT_ID: Final = re.compile(r"shp_[0-9a-z]{26}")
_TOKEN: Final = re.compile(r"trk_[0-9a-z]{26}")
_SECONDS: Final = 28.0
"""What the function's timeout leaves for asking a carrier."""


def _table(name: str) -> Table:
    return Table(aws.client("dynamodb"), name)


@cache
def _shipments() -> ShipmentService:
    settings = api_settings()
    table = _table(settings.shipments_table)
    return ShipmentService(
        shipments=ShipmentsTable(table),
        orders=OrdersView(_table(settings.orders_table)),
        shops=ShopsView(_table(settings.shops_table)),
        clock=system_clock,
        set_up=CachedSettings(CarriersTable(table), time.monotonic).set_up,
    )


@cache
def _carriers() -> CarrierService:
    settings = api_settings()
    table = CarriersTable(_table(settings.shipments_table))
    return CarrierService(table, system_clock, local=settings.waybill_local)


@cache
def _refreshing() -> Refreshing:
    from tracking.carriers.http import CarrierHttp  # noqa: PLC0415 - half a cold start, and rare

    table = _table(api_settings().shipments_table)
    shipments, carriers = ShipmentsTable(table), CarriersTable(table)
    settings = CachedSettings(carriers, time.monotonic)
    tokens = Tokens(TokensTable(table), system_clock, time.sleep)
    return Refreshing(
        shipments=shipments,
        carriers=carriers,
        adapters=ADAPTERS,
        keeper=Keeper(shipments, settings.set_up, system_clock),
        line=Line(CarrierHttp().send, tokens, system_clock, time.sleep),
    )


@cache
def _pushing() -> Pushing:
    table = _table(api_settings().shipments_table)
    shipments = ShipmentsTable(table)
    settings = CachedSettings(CarriersTable(table), time.monotonic)
    return Pushing(
        shipments=shipments,
        settings=settings,
        keeper=Keeper(shipments, settings.set_up, system_clock),
        lessons=Lessons(RhythmsTable(table), time.monotonic),
    )


api: Final = Api("tracking", authenticator)
lambda_handler = api.lambda_handler


@api.route(
    "POST",
    "/v1/shipments",
    scope="tracking:write",
    body=NewShipment,
    returns={201: ShipmentView},
    failures=(400, 409),
    idempotency="optional",
)
def create_shipment(call: Call) -> Reply:
    """Register a shipment of one or more parcels, and follow them from now on."""
    request = call.parse(NewShipment)
    shipment = _shipments().create(call.caller, request, call.idempotency_key)
    location = {"Location": f"/v1/shipments/{shipment.id}"}
    return Reply(201, _view(call, shipment), etag(shipment.version) | location)


@api.route(
    "GET",
    "/v1/shipments",
    scope="tracking:read",
    returns={200: ShipmentList},
    failures=(400,),
    query={"order_id": "Only shipments of this order."},
    paged=True,
)
def list_shipments(call: Call) -> Reply:
    """List shipments, newest first."""
    order_id = call.query.get("order_id")
    page_asked = call.page(order_id=order_id)
    found, last = _shipments().page(
        call.shop_id, page_asked.limit, page_asked.start, order_id=order_id
    )
    items = [_view(call, shipment) for shipment in found]
    return Reply(200, ShipmentList(items=items, next_cursor=page_asked.cursor(last)))


@api.route(
    "GET",
    "/v1/shipments/<shipment_id>",
    scope="tracking:read",
    returns={200: ShipmentView},
)
def get_shipment(call: Call) -> Reply:
    """Look up a shipment."""
    shipment = _found(call)
    return Reply(200, _view(call, shipment), etag(shipment.version))


@api.route(
    "GET",
    "/v1/shipments/<shipment_id>/events",
    scope="tracking:read",
    returns={200: ScanList},
    failures=(400,),
    paged=True,
)
def list_scans(call: Call) -> Reply:
    """List the scans of a shipment's parcels, newest first."""
    page_asked = call.page()
    scans = scans_newest_first(_found(call))
    items, last = cut(scans, page_asked.limit, page_asked.start)
    return Reply(200, ScanList(items=items, next_cursor=page_asked.cursor(last)))


@api.route(
    "POST",
    "/v1/shipments/<shipment_id>/refresh",
    scope="tracking:write",
    returns={200: ShipmentView},
    failures=(409, 429),
)
def refresh_shipment(call: Call) -> Reply:
    """Ask a shipment's carriers now, as far as their limits and its own let it be asked about."""
    ends = time.monotonic() + _SECONDS
    shipment = _refreshing().refresh(
        call.caller, _shipment_id(call), lambda: ends - time.monotonic()
    )
    return Reply(200, _view(call, shipment), etag(shipment.version))


@api.route(
    "POST",
    "/v1/tracking-numbers/identify",
    scope="tracking:read",
    body=NumberToIdentify,
    returns={200: Candidates},
)
def identify_number(call: Call) -> Reply:
    """Name the carriers a tracking number may be of, best first."""
    number = normalise(call.parse(NumberToIdentify).number)
    found = identify(number) if number else []
    return Reply(200, Candidates(candidates=[CandidateView(**c._asdict()) for c in found]))


@api.route(
    "PUT",
    "/v1/carriers/<carrier>",
    scope="operator",
    body=NewCarrierSettings,
    returns={200: CarrierView},
)
def put_carrier(call: Call) -> Reply:
    """Set up a carrier: where it is, with which credentials, and how much it may be asked."""
    carriers = _carriers()
    carriers.put(call.caller, call.path["carrier"], call.parse(NewCarrierSettings))
    return _carrier_reply(carriers, call.path["carrier"])


@api.route("GET", "/v1/carriers/<carrier>", scope="operator", returns={200: CarrierView})
def get_carrier(call: Call) -> Reply:
    """Look up a carrier's settings, without its credentials."""
    return _carrier_reply(_carriers(), call.path["carrier"])


@api.route("GET", "/track/<token>", scope=None, returns={200: PublicPage}, shows_pages=True)
def show_page(call: Call) -> Reply:
    """Show where a shipment is: a page for people, JSON where the client prefers it."""
    accept = call.headers.get("accept", "").lower()
    try:
        if not _TOKEN.fullmatch(call.path["token"]):
            raise NotFound("nothing is tracked here")
        shown = public_page(*_shipments().public(call.path["token"]))
    except NotFound:
        if "text/html" not in accept:
            raise
        return Reply(404, None, page.HEADERS, page.render_unknown(), page.CONTENT_TYPE)
    if "application/json" in accept and "text/html" not in accept:
        return Reply(200, shown, page.HEADERS)
    return Reply(200, None, page.HEADERS, page.render(shown), page.CONTENT_TYPE)


@api.route(
    "POST",
    "/webhooks/carriers/easypost",
    scope=None,
    returns={200: None},
    failures=(401,),
    max_bytes=MAX_WEBHOOK_BYTES,
)
def receive_easypost(call: Call) -> Reply:
    """Take in what EasyPost tells of a tracker, signed, without being asked."""
    _pushing().receive(call.headers.get(easypost_events.HEADER, ""), call.raw_body)
    return Reply(200)


def _view(call: Call, shipment: Shipment) -> ShipmentView:
    return shipment_view(shipment, api_settings().public_url or call.base_url)


def _found(call: Call) -> Shipment:
    return _shipments().get(call.shop_id, _shipment_id(call))


def _shipment_id(call: Call) -> str:
    shipment_id = call.path["shipment_id"]
    if not _SHIPMENT_ID.fullmatch(shipment_id):
        raise NotFound("this shop has no such shipment")
    return shipment_id


def _carrier_reply(carriers: CarrierService, carrier: str) -> Reply:
    known = carriers.get(carrier)
    view = carrier_view(known, ADAPTERS[carrier].LIMITS, system_clock)
    return Reply(200, view, etag(known.settings.version))


if on_lambda():
    authenticator()
    _shipments()
    _carriers()
