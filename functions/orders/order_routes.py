"""HTTP: place, read, confirm and cancel orders."""

from orders.answers import OrderBody
from orders.endpoint import ORDER, ORDERS, READ, WRITE, api, decided, orders
from orders.models import CancelOrder, PlaceOrder
from orders.service import order_url
from orders.whole import whole
from waybill.http import Call, Reply


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
    order, details, applied = decided(call, order, details)
    return whole(order, details, 201, applied | {"Location": order_url(order.order_id)})


@api.route("GET", ORDER, scope=READ, returns={200: OrderBody})
def read_order(call: Call) -> Reply:
    """Read an order."""
    order, details = orders().order(call.shop_id, call.path["order_id"])
    return whole(order, details)


@api.route(
    "POST",
    f"{ORDER}/confirm",
    scope=WRITE,
    returns={200: OrderBody},
    failures=(409,),
    idempotency="optional",
    waits=True,
)
def confirm_order(call: Call) -> Reply:
    """Turn a draft into an order."""
    order, details = orders().confirm(
        call.shop_id, call.path["order_id"], call.caller.actor, call.idempotency_key
    )
    order, details, applied = decided(call, order, details)
    return whole(order, details, headers=applied)


@api.route(
    "POST",
    f"{ORDER}/cancel",
    scope=WRITE,
    body=CancelOrder,
    returns={200: OrderBody},
    failures=(409,),
    idempotency="optional",
)
def cancel_order(call: Call) -> Reply:
    """Cancel all of an order that is not shipped, or some units of it."""
    order, details = orders().cancel(
        call.shop_id,
        call.path["order_id"],
        call.caller.actor,
        call.parse(CancelOrder),
        call.idempotency_key,
    )
    return whole(order, details)
