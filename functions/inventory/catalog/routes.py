"""HTTP: locations and items."""

from inventory.catalog.models import (
    ItemBody,
    ItemList,
    ItemSettings,
    LocationBody,
    LocationList,
    LocationSettings,
    item_body,
    location_body,
)
from inventory.endpoint import READ, WRITE, api, location_id, settings, sku, stored_settings
from waybill.http import Call, Reply, etag


@api.route(
    "GET", "/v1/locations", scope=READ, returns={200: LocationList},
    failures=(400,), paged=True,
)  # fmt: skip
def list_locations(call: Call) -> Reply:
    """List the shop's locations, by id."""
    found, cursor = stored_settings().locations(call.shop_id, call.page())
    items = [location_body(location) for location in found]
    return Reply(200, LocationList(items=items, next_cursor=cursor))


@api.route(
    "PUT", "/v1/locations/<location_id>", scope=WRITE, body=LocationSettings,
    returns={200: LocationBody, 201: LocationBody}, failures=(400, 409, 412),
)  # fmt: skip
def put_location(call: Call) -> Reply:
    """Make a location, replace its settings, or close it once it is empty."""
    location, created = settings().set_location(
        call.caller, location_id(call.path["location_id"]), call.parse(LocationSettings),
        call.precondition,
    )  # fmt: skip
    return Reply(201 if created else 200, location_body(location), etag(location.version))


@api.route("GET", "/v1/locations/<location_id>", scope=READ, returns={200: LocationBody})
def get_location(call: Call) -> Reply:
    """Show a location."""
    location = settings().location(call.shop_id, location_id(call.path["location_id"]))
    return Reply(200, location_body(location), etag(location.version))


@api.route("GET", "/v1/items", scope=READ, returns={200: ItemList}, failures=(400,), paged=True)
def list_items(call: Call) -> Reply:
    """List the shop's items, newest first."""
    found, cursor = stored_settings().items(call.shop_id, call.page())
    items = [item_body(item) for item in found]
    return Reply(200, ItemList(items=items, next_cursor=cursor))


@api.route(
    "PUT", "/v1/items/<sku>", scope=WRITE, body=ItemSettings,
    returns={200: ItemBody, 201: ItemBody}, failures=(400, 412),
)  # fmt: skip
def put_item(call: Call) -> Reply:
    """Make an item, or replace its settings; stock moves through movements."""
    item, created = settings().set_item(
        call.caller, sku(call.path["sku"]), call.parse(ItemSettings), call.precondition
    )
    return Reply(201 if created else 200, item_body(item), etag(item.version))


@api.route("GET", "/v1/items/<sku>", scope=READ, returns={200: ItemBody})
def get_item(call: Call) -> Reply:
    """Show an item."""
    item = settings().item(call.shop_id, sku(call.path["sku"]))
    return Reply(200, item_body(item), etag(item.version))
