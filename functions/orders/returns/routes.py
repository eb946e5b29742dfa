"""HTTP: returns of an order, and their steps."""

from functools import cache
from typing import Final

from orders.composition import inventory, repository, writer
from orders.endpoint import READ, WRITE, api
from orders.returns.answers import ReturnBody, ReturnList, present_return
from orders.returns.models import DeclineReturn, ReceiveReturn, RefundReturn, RequestReturn
from orders.returns.repository import ReturnRepository
from orders.returns.rma import OrderReturn
from orders.returns.service import ReturnService
from waybill.http import Call, Reply, etag
from waybill.paging import Page
from waybill.problems import InvalidCursor

_RETURNS: Final = "/v1/orders/<order_id>/returns"
_RETURN: Final = "/v1/returns/<return_id>"


@cache
def returns() -> ReturnService:
    """Return what takes units back."""
    store = ReturnRepository(repository().table)
    return ReturnService(store, repository(), writer(), inventory())


@api.route(
    "POST",
    _RETURNS,
    scope=WRITE,
    body=RequestReturn,
    returns={201: ReturnBody},
    failures=(409,),
    idempotency="optional",
)
def request_return(call: Call) -> Reply:
    """Ask for units of an order to be taken back."""
    one, currency = returns().request(
        call.shop_id,
        call.path["order_id"],
        call.caller.actor,
        call.parse(RequestReturn),
        call.idempotency_key,
    )
    headers = etag(one.version) | {"Location": f"/v1/returns/{one.return_id}"}
    return Reply(201, present_return(one, currency), headers)


@api.route("GET", _RETURNS, scope=READ, returns={200: ReturnList}, failures=(400,), paged=True)
def list_returns(call: Call) -> Reply:
    """List an order's returns, newest first."""
    page, order_id = call.page(), call.path["order_id"]
    found, currency, last = returns().page(
        call.shop_id, order_id, after=_position(page), limit=page.limit
    )
    cursor = page.cursor({"after": last} if last else None)
    rows = [present_return(one, currency) for one in found]
    return Reply(200, ReturnList(items=rows, next_cursor=cursor))


@api.route("GET", _RETURN, scope=READ, returns={200: ReturnBody})
def read_return(call: Call) -> Reply:
    """Read a return."""
    return _answer(*returns().read(call.shop_id, call.path["return_id"]))


@api.route("POST", f"{_RETURN}/approve", scope=WRITE, returns={200: ReturnBody}, failures=(409,))
def approve_return(call: Call) -> Reply:
    """Let the units of a return be sent back."""
    return _answer(*returns().approve(call.shop_id, call.path["return_id"], call.caller.actor))


@api.route(
    "POST",
    f"{_RETURN}/decline",
    scope=WRITE,
    body=DeclineReturn,
    returns={200: ReturnBody},
    failures=(409,),
)
def decline_return(call: Call) -> Reply:
    """Refuse to take the units of a return back."""
    body = call.parse(DeclineReturn)
    return _answer(
        *returns().decline(call.shop_id, call.path["return_id"], call.caller.actor, body.note)
    )


@api.route(
    "POST",
    f"{_RETURN}/receive",
    scope=WRITE,
    body=ReceiveReturn,
    returns={200: ReturnBody},
    failures=(409,),
    idempotency="optional",
)
def receive_return(call: Call) -> Reply:
    """Take in units of a return, onto a shelf or as damaged; some of them, or all."""
    return _answer(
        *returns().receive(
            call.shop_id,
            call.path["return_id"],
            call.caller.actor,
            call.parse(ReceiveReturn),
            call.idempotency_key,
        )
    )


@api.route(
    "POST",
    f"{_RETURN}/refund",
    scope=WRITE,
    body=RefundReturn,
    returns={200: ReturnBody},
    failures=(409,),
    idempotency="optional",
)
def refund_return(call: Call) -> Reply:
    """Give money back for what arrived of a return and was not refunded yet."""
    return _answer(
        *returns().refund(
            call.shop_id,
            call.path["return_id"],
            call.caller.actor,
            call.parse(RefundReturn),
            call.idempotency_key,
        )
    )


@api.route("POST", f"{_RETURN}/cancel", scope=WRITE, returns={200: ReturnBody}, failures=(409,))
def cancel_return(call: Call) -> Reply:
    """Give up what has not arrived of a return; it goes on with what has."""
    return _answer(*returns().cancel(call.shop_id, call.path["return_id"], call.caller.actor))


def _answer(one: OrderReturn, currency: str) -> Reply:
    return Reply(200, present_return(one, currency), etag(one.version))


def _position(page: Page) -> str | None:
    """Where to go on in the order's own list, whatever else a cursor may claim."""
    if page.start is None:
        return None
    position = page.start.get("after")
    if not isinstance(position, str):
        raise InvalidCursor("this cursor is not of this list")
    return position
