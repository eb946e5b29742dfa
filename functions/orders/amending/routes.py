"""HTTP: amend an order."""

from datetime import datetime

from orders.amending.amend import amend
from orders.amending.models import AmendOrder
from orders.answers import OrderBody
from orders.cancelling import Prices
from orders.endpoint import ORDER, WRITE, api, requests
from orders.order import Order
from orders.records import Change
from orders.whole import whole
from waybill.http import Call, Reply


@api.route(
    "PATCH",
    ORDER,
    scope=WRITE,
    body=AmendOrder,
    returns={200: OrderBody},
    failures=(409, 412),
)
def amend_order(call: Call) -> Reply:
    """Amend addresses, contact, note, tags or metadata of an order; what is not named stays."""
    wish, seen = call.parse(AmendOrder), call.precondition

    def decide(order: Order, prices: Prices, at: datetime) -> Change | None:
        seen.check(order.version)
        return amend(order, prices(), wish, at)

    order, details = requests().change(
        call.shop_id, call.path["order_id"], call.caller.actor, decide
    )
    return whole(order, details)
