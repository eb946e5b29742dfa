"""The room's API, which route modules declare their routes on, and the services behind them."""

from functools import cache
from typing import Final

from orders.composition import inventory, repository, rules, writer
from orders.events import ROOM
from orders.lists.repository import ListRepository
from orders.lists.service import OrderLists
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
