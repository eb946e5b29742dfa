"""HTTP: hold an order, and let it go on."""

from orders.answers import OrderBody
from orders.endpoint import ORDER, WRITE, api, holds
from orders.holds.models import PlaceHold
from orders.service import order_url
from orders.whole import whole
from waybill.http import Call, Reply


@api.route(
    "POST",
    f"{ORDER}/holds",
    scope=WRITE,
    body=PlaceHold,
    returns={201: OrderBody},
    failures=(409,),
    idempotency="optional",
)
def hold_order(call: Call) -> Reply:
    """Hold an order; the answer is the order, its Location the hold."""
    hold_id, order, details = holds().place(
        call.shop_id,
        call.path["order_id"],
        call.caller.actor,
        call.parse(PlaceHold),
        call.idempotency_key,
    )
    headers = {"Location": f"{order_url(order.order_id)}/holds/{hold_id}"}
    return whole(order, details, 201, headers)


@api.route(
    "DELETE",
    f"{ORDER}/holds/<hold_id>",
    scope=WRITE,
    returns={200: OrderBody},
    failures=(409,),
)
def release_hold(call: Call) -> Reply:
    """Release a hold; the order goes on where nothing else is in its way."""
    order, details = holds().release(
        call.shop_id, call.path["order_id"], call.caller.actor, call.path["hold_id"]
    )
    return whole(order, details)
