"""HTTP: locations, items, movements, levels and reservations."""

import re
from functools import cache
from typing import Any, Final

from inventory.check_routes import declare_routes as declare_check_routes
from inventory.ledger_repository import LedgerRepository
from inventory.models import (
    LOCATION_ID_PATTERN,
    ItemBody,
    ItemList,
    ItemSettings,
    LevelList,
    LocationBody,
    LocationList,
    LocationSettings,
    MovementBody,
    MovementEntry,
    MovementList,
    ReservationList,
    item_body,
    level_body,
    location_body,
    movement_entry,
    reservation_body,
)
from inventory.patience import Patience
from inventory.repository import SettingsRepository
from inventory.service import InventoryService
from inventory.settings import inventory_settings
from inventory.stock import SkuKey, sku_error
from waybill.access import authenticator
from waybill.aws import client
from waybill.dynamo import Table
from waybill.http import Api, Call, Reply, etag
from waybill.problems import Unprocessable, field_problem
from waybill.settings import on_lambda

_READ: Final = "inventory:read"
_WRITE: Final = "inventory:write"


@cache
def _table() -> Table:
    return Table(client("dynamodb"), inventory_settings().inventory_table)


@cache
def _settings() -> SettingsRepository:
    return SettingsRepository(_table())


@cache
def _ledger() -> LedgerRepository:
    return LedgerRepository(_table())


@cache
def _service() -> InventoryService:
    return InventoryService(_settings(), _ledger(), Patience())


api: Final = Api("inventory", authenticator, slashes_below=("/v1/items",))
declare_check_routes(api)


@api.route(
    "GET", "/v1/locations", scope=_READ, returns={200: LocationList},
    failures=(400,), paged=True,
)  # fmt: skip
def list_locations(call: Call) -> Reply:
    """List the shop's locations, by id."""
    found, cursor = _settings().locations(call.shop_id, call.page())
    items = [location_body(location) for location in found]
    return Reply(200, LocationList(items=items, next_cursor=cursor))


@api.route(
    "PUT", "/v1/locations/<location_id>", scope=_WRITE, body=LocationSettings,
    returns={200: LocationBody, 201: LocationBody}, failures=(400, 412),
)  # fmt: skip
def put_location(call: Call) -> Reply:
    """Make a location, or replace its settings."""
    location, created = _service().set_location(
        call.caller, _location_id(call.path["location_id"]), call.parse(LocationSettings),
        call.if_match,
    )  # fmt: skip
    return Reply(201 if created else 200, location_body(location), etag(location.version))


@api.route("GET", "/v1/locations/<location_id>", scope=_READ, returns={200: LocationBody})
def get_location(call: Call) -> Reply:
    """Show a location."""
    location = _service().location(call.shop_id, _location_id(call.path["location_id"]))
    return Reply(200, location_body(location), etag(location.version))


@api.route("GET", "/v1/items", scope=_READ, returns={200: ItemList}, failures=(400,), paged=True)
def list_items(call: Call) -> Reply:
    """List the shop's items, newest first."""
    found, cursor = _settings().items(call.shop_id, call.page())
    items = [item_body(item) for item in found]
    return Reply(200, ItemList(items=items, next_cursor=cursor))


@api.route(
    "PUT", "/v1/items/<sku>", scope=_WRITE, body=ItemSettings,
    returns={200: ItemBody, 201: ItemBody}, failures=(400, 412),
)  # fmt: skip
def put_item(call: Call) -> Reply:
    """Make an item, or replace its settings; stock moves through movements."""
    item, created = _service().set_item(
        call.caller, _sku(call.path["sku"]), call.parse(ItemSettings), call.if_match
    )
    return Reply(201 if created else 200, item_body(item), etag(item.version))


@api.route("GET", "/v1/items/<sku>", scope=_READ, returns={200: ItemBody})
def get_item(call: Call) -> Reply:
    """Show an item."""
    item = _service().item(call.shop_id, _sku(call.path["sku"]))
    return Reply(200, item_body(item), etag(item.version))


@api.route(
    "POST", "/v1/stock-movements", scope=_WRITE, body=MovementBody,
    returns={201: MovementEntry}, failures=(400, 409), idempotency="optional",
)  # fmt: skip
def record_movement(call: Call) -> Reply:
    """Record stock that was received, adjusted or counted."""
    movement = _service().record_movement(
        call.caller, call.parse(MovementBody), call.idempotency_key
    )
    return Reply(201, movement_entry(movement))


@api.route(
    "GET", "/v1/stock-movements", scope=_READ, returns={200: MovementList},
    failures=(400,), paged=True,
    query={"sku": "Required.", "location_id": "Only movements at this location."},
)  # fmt: skip
def list_movements(call: Call) -> Reply:
    """List a SKU's movements, newest first."""
    sku, location_id = _queried_sku(call), _queried_location(call)
    page = call.page(sku=sku, location_id=location_id)
    found, cursor = _ledger().movements(SkuKey(call.shop_id, sku), location_id, page)
    items = [movement_entry(movement) for movement in found]
    return Reply(200, MovementList(items=items, next_cursor=cursor))


@api.route(
    "GET", "/v1/stock-levels", scope=_READ, returns={200: LevelList},
    failures=(400,), paged=True, query={"sku": "Required."},
)  # fmt: skip
def list_levels(call: Call) -> Reply:
    """List a SKU's stock at each location, by location id."""
    sku = _queried_sku(call)
    found, cursor = _settings().levels(SkuKey(call.shop_id, sku), call.page(sku=sku))
    items = [level_body(level) for level in found]
    return Reply(200, LevelList(items=items, next_cursor=cursor))


@api.route(
    "GET", "/v1/reservations", scope=_READ, returns={200: ReservationList},
    failures=(400,), paged=True,
    query={
        "sku": "Who has this SKU; this or order_id.",
        "order_id": "What this order has, on one page; this or sku.",
        "location_id": "With sku: only at this location.",
    },
)  # fmt: skip
def list_reservations(call: Call) -> Reply:
    """List reservation lines, of a SKU or of an order."""
    order_id, location_id = call.query.get("order_id"), _queried_location(call)
    if (order_id is None) == ("sku" not in call.query) or (order_id and location_id):
        raise Unprocessable("name either a sku, with or without location_id, or an order_id")
    if order_id is not None:
        found, cursor = _service().reservations_of_order(call.shop_id, order_id), None
    else:
        sku = _queried_sku(call)
        page = call.page(sku=sku, location_id=location_id)
        found, cursor = _service().reservations_of_sku(call.shop_id, sku, location_id, page)
    items = [reservation_body(held.order_id, held.reservation) for held in found]
    return Reply(200, ReservationList(items=items, next_cursor=cursor))


def _location_id(text: str) -> str:
    if not re.fullmatch(LOCATION_ID_PATTERN, text):
        raise field_problem("/location_id", "a location id is 1 to 64 of A-Z a-z 0-9 _ -")
    return text


def _sku(text: str) -> str:
    if (wrong := sku_error(text)) is not None:
        raise field_problem("/sku", wrong)
    return text


def _queried_sku(call: Call) -> str:
    if "sku" not in call.query:
        raise field_problem("/sku", "sku: required")
    return _sku(call.query["sku"])


def _queried_location(call: Call) -> str | None:
    text = call.query.get("location_id")
    return None if text is None else _location_id(text)


def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer a request."""
    return api.lambda_handler(event, context)


if on_lambda():
    _service()
    authenticator()
