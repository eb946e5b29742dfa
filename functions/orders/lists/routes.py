"""HTTP: list orders."""

from datetime import datetime

from orders.answers import OrderList
from orders.endpoint import ORDERS, READ, api, lists
from orders.lists.filters import OrderFilter
from orders.order import OrderStatus
from orders.presenting import present_row
from waybill.clock import from_text
from waybill.http import Call, Reply
from waybill.paging import Page
from waybill.problems import InvalidCursor, field_problem


@api.route(
    "GET",
    ORDERS,
    scope=READ,
    returns={200: OrderList},
    failures=(400,),
    query={
        "status": "Only orders in this status: " + ", ".join(OrderStatus) + ".",
        "email": "Only orders of the customer with this e-mail address, however it is spelled.",
        "external_id": "Only orders with this external id, of the API's channel and the platforms',"
        " or of the channel named.",
        "channel": "Only orders of this channel.",
        "tag": "Only orders with this tag.",
        "placed_from": "Only orders placed at this instant (RFC 3339) or later.",
        "placed_to": "Only orders placed at this instant (RFC 3339) or earlier.",
    },
    paged=True,
)
def list_orders(call: Call) -> Reply:
    """List orders, newest first."""
    page = call.page(**{name: call.query.get(name) for name in call.route.query})
    wanted = _filter(call)
    found, position = lists().page(call.shop_id, wanted, limit=page.limit, after=_position(page))
    cursor = page.cursor({"after": position} if position else None)
    rows = [present_row(order) for order in found]
    return Reply(200, OrderList(items=rows, next_cursor=cursor))


def _filter(call: Call) -> OrderFilter:
    status = call.query.get("status")
    if status is not None and status not in set(OrderStatus):
        raise field_problem("/status", "status: one of " + ", ".join(OrderStatus))
    placed_from, placed_to = _instant(call, "placed_from"), _instant(call, "placed_to")
    if placed_from and placed_to and placed_from > placed_to:
        raise field_problem("/placed_to", "placed_to is before placed_from")
    return OrderFilter(
        status=OrderStatus(status) if status is not None else None,
        email=call.query.get("email"),
        external_id=call.query.get("external_id"),
        channel=call.query.get("channel"),
        tag=call.query.get("tag"),
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
