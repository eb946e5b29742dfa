"""HTTP: place, read, list, confirm and cancel orders."""

from datetime import datetime
from functools import cache
from typing import Any

from orders.answers import OrderBody, OrderList
from orders.composition import inventory, repository, rules, writer
from orders.edits import routes as edit_routes
from orders.endpoint import ORDER, api
from orders.models import CancelOrder, PlaceOrder
from orders.order import OrderStatus
from orders.payments import routes as payment_routes
from orders.presenting import present, present_row
from orders.returns import routes as return_routes
from orders.service import OrderFilter, OrderService, order_url
from orders.whole import whole
from waybill.access import authenticator
from waybill.clock import from_text
from waybill.http import Call, Reply, etag
from waybill.paging import Page
from waybill.problems import InvalidCursor, field_problem
from waybill.settings import on_lambda


@cache
def _service() -> OrderService:
    return OrderService(repository(), writer(), rules(), inventory())


@api.route(
    "POST",
    "/v1/orders",
    scope="orders:write",
    body=PlaceOrder,
    returns={201: OrderBody},
    failures=(409,),
    idempotency="optional",
)
def place_order(call: Call) -> Reply:
    """Place an order; the same request again gets the same answer."""
    order, details = _service().place(
        call.shop_id, call.caller.actor, call.parse(PlaceOrder), call.idempotency_key
    )
    headers = etag(order.version) | {"Location": order_url(order.order_id)}
    return Reply(201, present(order, details), headers)


@api.route(
    "GET",
    "/v1/orders",
    scope="orders:read",
    returns={200: OrderList},
    failures=(400,),
    query={
        "status": "Only orders in this status: " + ", ".join(OrderStatus) + ".",
        "external_id": "Only orders with this external id, of the API's channel and the platforms',"
        " or of the channel named.",
        "channel": "Only orders of this channel.",
        "placed_from": "Only orders placed at this instant (RFC 3339) or later.",
        "placed_to": "Only orders placed at this instant (RFC 3339) or earlier.",
    },
    paged=True,
)
def list_orders(call: Call) -> Reply:
    """List orders, newest first."""
    page = call.page(**{name: call.query.get(name) for name in call.route.query})
    wanted = _filter(call)
    found, position = _service().orders(
        call.shop_id, wanted, limit=page.limit, after=_position(page)
    )
    cursor = page.cursor({"after": position} if position else None)
    rows = [present_row(order) for order in found]
    return Reply(200, OrderList(items=rows, next_cursor=cursor))


@api.route("GET", ORDER, scope="orders:read", returns={200: OrderBody})
def read_order(call: Call) -> Reply:
    """Read an order."""
    order, details = _service().order(call.shop_id, call.path["order_id"])
    return whole(order, details)


@api.route(
    "POST",
    f"{ORDER}/confirm",
    scope="orders:write",
    returns={200: OrderBody},
    failures=(409,),
)
def confirm_order(call: Call) -> Reply:
    """Turn a draft into an order."""
    order, details = _service().confirm(call.shop_id, call.path["order_id"], call.caller.actor)
    return whole(order, details)


@api.route(
    "POST",
    f"{ORDER}/cancel",
    scope="orders:write",
    body=CancelOrder,
    returns={200: OrderBody},
    failures=(409,),
)
def cancel_order(call: Call) -> Reply:
    """Cancel all of an order that is not shipped, or some units of it."""
    order, details = _service().cancel(
        call.shop_id, call.path["order_id"], call.caller.actor, call.parse(CancelOrder)
    )
    return whole(order, details)


def _filter(call: Call) -> OrderFilter:
    status = call.query.get("status")
    if status is not None and status not in set(OrderStatus):
        raise field_problem("/status", "status: one of " + ", ".join(OrderStatus))
    placed_from, placed_to = _instant(call, "placed_from"), _instant(call, "placed_to")
    if placed_from and placed_to and placed_from > placed_to:
        raise field_problem("/placed_to", "placed_to is before placed_from")
    return OrderFilter(
        status=OrderStatus(status) if status is not None else None,
        external_id=call.query.get("external_id"),
        channel=call.query.get("channel"),
        placed_from=placed_from,
        placed_to=placed_to,
    )


def _instant(call: Call, name: str) -> datetime | None:
    text = call.query.get(name)
    try:
        return from_text(text) if text is not None else None
    except ValueError:
        raise field_problem(f"/{name}", "an instant as RFC 3339 has it, with offset") from None


def _position(page: Page) -> str | None:
    """Where to go on in the caller's own list, whatever else a cursor may claim."""
    if page.start is None:
        return None
    position = page.start.get("after")
    if not isinstance(position, str) or "#" not in position:
        raise InvalidCursor("this cursor is not of this list")
    return position


def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer an HTTP API event."""
    return api.lambda_handler(event, context)


if on_lambda():
    authenticator()
    _service()
    edit_routes.edits()
    payment_routes.payments()
    return_routes.returns()
