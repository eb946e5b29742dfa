"""The room's API, which route modules declare their routes on, and the services behind them."""

from functools import cache
from typing import Final

from orders.composition import inventory, repository, rules, writer
from orders.events import ROOM
from orders.holds.repository import KeyUses
from orders.holds.service import Holds
from orders.lists.repository import ListRepository
from orders.lists.service import OrderLists
from orders.requests import OrderRequests
from orders.service import OrderService
from waybill.access import authenticator
from waybill.http import Api

READ: Final = "orders:read"
WRITE: Final = "orders:write"
ORDERS: Final = "/v1/orders"
ORDER: Final = f"{ORDERS}/<order_id>"

api: Final = Api(ROOM, authenticator)


@cache
def orders() -> OrderService:
    """Return what places, reads, confirms and cancels orders."""
    return OrderService(repository(), writer(), rules(), inventory())


@cache
def lists() -> OrderLists:
    """Return what lists orders."""
    return OrderLists(ListRepository(repository().table))


@cache
def requests() -> OrderRequests:
    """Return what changes orders for callers."""
    return OrderRequests(writer())


@cache
def holds() -> Holds:
    """Return what holds orders."""
    return Holds(requests(), KeyUses(repository().table))
