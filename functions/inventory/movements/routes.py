"""HTTP: stock movements and transfers."""

from inventory.endpoint import (
    READ,
    WRITE,
    api,
    looks,
    movements,
    queried_location,
    queried_sku,
)
from inventory.movements.models import (
    MovementBody,
    MovementEntry,
    MovementList,
    TransferBody,
    movement_entry,
    transfer_body,
)
from waybill.http import Call, Reply


@api.route(
    "POST", "/v1/stock-movements", scope=WRITE, body=MovementBody,
    returns={201: MovementEntry}, failures=(400, 409), idempotency="optional",
)  # fmt: skip
def record_movement(call: Call) -> Reply:
    """Record stock that was received, adjusted, counted or transferred."""
    movement = movements().record_movement(
        call.caller, call.parse(MovementBody), call.idempotency_key
    )
    return Reply(201, movement_entry(movement))


@api.route(
    "GET", "/v1/stock-movements", scope=READ, returns={200: MovementList},
    failures=(400,), paged=True,
    query={"sku": "Only movements of this SKU.", "location_id": "Only movements here."},
)  # fmt: skip
def list_movements(call: Call) -> Reply:
    """List movements, newest first."""
    sku, location_id = queried_sku(call), queried_location(call)
    page = call.page(sku=sku, location_id=location_id)
    found, cursor = looks().movements(call.shop_id, sku, location_id, page)
    items = [movement_entry(movement) for movement in found]
    return Reply(200, MovementList(items=items, next_cursor=cursor))


@api.route("GET", "/v1/transfers/<transfer_id>", scope=READ, returns={200: TransferBody})
def get_transfer(call: Call) -> Reply:
    """Show a transfer, and how much of it is still in transit."""
    transfer = looks().transfer(call.shop_id, call.path["transfer_id"])
    return Reply(200, transfer_body(transfer))
