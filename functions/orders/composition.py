"""Where the parts that several entry points need are put together, once per process."""

from functools import cache

from orders.repository import OrderRepository
from orders.rules import CachedRules
from orders.schedule.directory import ShopDirectory
from orders.schedule.repository import ScheduleRepository
from orders.settings import OrdersSettings
from orders.writing import OrderWriter
from waybill.aws import client
from waybill.clock import system_clock
from waybill.dynamo import Table
from waybill.settings import load_settings
from waybill.views import InventoryView, ShipmentsView, ShopsView


@cache
def settings() -> OrdersSettings:
    """Return the room's settings."""
    return load_settings(OrdersSettings)


@cache
def repository() -> OrderRepository:
    """Return the room's own table."""
    return OrderRepository(_table(settings().orders_table))


@cache
def writer() -> OrderWriter:
    """Return what places and changes orders."""
    return OrderWriter(repository(), system_clock)


@cache
def shops_table() -> Table:
    """Return the shops room's table, for reading."""
    return _table(settings().shops_table)


@cache
def rules() -> CachedRules:
    """Return shops' rules."""
    return CachedRules(ShopsView(shops_table()), ShopDirectory(schedule_repository()))


@cache
def schedule_repository() -> ScheduleRepository:
    """Return the room's own table as the schedule needs it."""
    return ScheduleRepository(repository().table)


@cache
def inventory() -> InventoryView:
    """Return what inventory knows."""
    return InventoryView(_table(settings().inventory_table))


@cache
def shipments() -> ShipmentsView:
    """Return what tracking knows."""
    return ShipmentsView(_table(settings().shipments_table))


def _table(name: str) -> Table:
    return Table(client("dynamodb"), name)
