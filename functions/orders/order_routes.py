"""HTTP: place, read, confirm and cancel orders."""

from orders.answers import OrderBody
from orders.endpoint import ORDER, ORDERS, READ, WRITE, api, decided, orders
from orders.models import CancelOrder, PlaceOrder
from orders.presenting import present
from orders.service import order_url
from waybill.http import Call, Reply, etag


@api.route(
    "POST",
    ORDERS,
    scope=WRITE,
    body=PlaceOrder,
    returns={201: OrderBody},
    failures=(409,),
    idempotency="optional",
    waits=True,
)
def place_order(call: Call) -> Reply:
    """Place an order; the same request again gets the same answer."""
    order, details = orders().place(
        call.shop_id, call.caller.actor, call.parse(PlaceOrder), call.idempotency_key
    )
    order, applied = decided(call, order)
    headers = etag(order.version) | applied | {"Location": order_url(order.order_id)}
    return Reply(201, present(order, details), headers)


@api.route("GET", ORDER, scope=READ, returns={200: OrderBody})
def read_order(call: Call) -> Reply:
    """Read an order."""
    order, details = orders().order(call.shop_id, call.path["order_id"])
    return Reply(200, present(order, details), etag(order.version))


@api.route(
    "POST",
    f"{ORDER}/confirm",
    scope=WRITE,
    returns={200: OrderBody},
    failures=(409,),
    waits=True,
)
def confirm_order(call: Call) -> Reply:
    """Turn a draft into an order."""
    order, details = orders().confirm(call.shop_id, call.path["order_id"], call.caller.actor)
    order, applied = decided(call, order)
    return Reply(200, present(order, details), etag(order.version) | applied)


@api.route(
    "POST",
    f"{ORDER}/cancel",
    scope=WRITE,
    body=CancelOrder,
    returns={200: OrderBody},
    failures=(409,),
)
def cancel_order(call: Call) -> Reply:
    """Cancel all of an order that is not shipped, or some units of it."""
    order, details = orders().cancel(
        call.shop_id, call.path["order_id"], call.caller.actor, call.parse(CancelOrder)
    )
    return Reply(200, present(order, details), etag(order.version))
