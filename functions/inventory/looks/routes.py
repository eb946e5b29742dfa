"""HTTP: levels and reservations."""

from inventory.endpoint import READ, api, looks, queried_location, queried_sku
from inventory.looks.models import LevelList, ReservationList, level_body, reservation_body
from waybill.http import Call, Reply
from waybill.problems import Unprocessable


@api.route(
    "GET", "/v1/stock-levels", scope=READ, returns={200: LevelList},
    failures=(400,), paged=True,
    query={
        "sku": "This SKU's levels, by location id; this, location_id or order_id.",
        "location_id": "This location's levels, by SKU; with sku: the one level of both.",
        "order_id": "The levels that this order has reservation lines at.",
    },
)  # fmt: skip
def list_levels(call: Call) -> Reply:
    """List stock levels, of a SKU, of a location or of an order."""
    sku, location_id = queried_sku(call), queried_location(call)
    order_id = call.query.get("order_id")
    if (order_id is None) == (sku is None and location_id is None):
        raise Unprocessable("name a sku, a location_id or both, or else an order_id")
    page = call.page(sku=sku, location_id=location_id, order_id=order_id)
    if order_id is not None:
        found, cursor = looks().levels_of_order(call.shop_id, order_id, page)
    else:
        found, cursor = looks().levels(call.shop_id, sku, location_id, page)
    items = [level_body(level) for level in found]
    return Reply(200, LevelList(items=items, next_cursor=cursor))


@api.route(
    "GET", "/v1/reservations", scope=READ, returns={200: ReservationList},
    failures=(400,), paged=True,
    query={
        "sku": "Who has this SKU, last placed order first; this or order_id.",
        "order_id": "What this order has, on one page; this or sku.",
        "location_id": "With sku: only at this location.",
    },
)  # fmt: skip
def list_reservations(call: Call) -> Reply:
    """List reservation lines, of a SKU or of an order."""
    sku, location_id = queried_sku(call), queried_location(call)
    order_id = call.query.get("order_id")
    if (order_id is None) == (sku is None) or (order_id and location_id):
        raise Unprocessable("name either a sku, with or without location_id, or an order_id")
    page = call.page(sku=sku, location_id=location_id, order_id=order_id)
    if sku is not None:
        found, cursor = looks().reservations_of_sku(call.shop_id, sku, location_id, page)
    else:
        found, cursor = looks().reservations_of_order(call.shop_id, str(order_id)), None
    items = [reservation_body(held.order_id, held.reservation) for held in found]
    return Reply(200, ReservationList(items=items, next_cursor=cursor))
