"""The room's API, which route modules declare their routes on, and the services behind them."""

from functools import cache
from typing import Final

from orders.composition import inventory, repository, rules, shipments, writer
from orders.details import Details
from orders.holds.service import Holds
from orders.key_uses import KeyUses
from orders.lists.repository import ListRepository
from orders.lists.service import OrderLists
from orders.order import Order
from orders.requests import OrderRequests
from orders.service import OrderService
from orders.timeline.repository import TimelineRepository
from orders.timeline.service import Timelines
from orders.waiting import Waiting
from waybill.access import authenticator
from waybill.http import Api, Call

READ: Final = "orders:read"
WRITE: Final = "orders:write"
ORDERS: Final = "/v1/orders"
ORDER: Final = f"{ORDERS}/<order_id>"

api: Final = Api("orders", authenticator)


@cache
def orders() -> OrderService:
    """Return what places, reads, confirms and cancels orders."""
    return OrderService(repository(), writer(), rules(), inventory(), requests())


@cache
def lists() -> OrderLists:
    """Return what lists orders."""
    return OrderLists(ListRepository(repository().table))


@cache
def requests() -> OrderRequests:
    """Return what changes orders for callers."""
    return OrderRequests(writer(), KeyUses(repository().table))


@cache
def holds() -> Holds:
    """Return what holds orders."""
    return Holds(requests())


@cache
def waiting() -> Waiting:
    """Return what waits for decisions."""
    return Waiting(repository())


def decided(call: Call, order: Order, details: Details) -> tuple[Order, Details, dict[str, str]]:
    """Wait for the order's stock as long as the caller prefers: the order then, and headers.

    Without the preference the order is answered as it was. One that has changed is read whole: an
    edit may have changed its details too.
    """
    seconds = call.wait_seconds
    if seconds is None:
        return order, details, {}
    waited = waiting().until_decided(order, seconds)
    if waited.version != order.version:
        order, details = orders().order(call.shop_id, order.order_id)
    return order, details, {"Preference-Applied": f"wait={seconds}"}


@cache
def timelines() -> Timelines:
    """Return what tells of orders' past."""
    return Timelines(orders(), TimelineRepository(repository().table), inventory(), shipments())
