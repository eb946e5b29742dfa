"""Puts the room's stream and queue use cases together, once per process."""

from functools import cache

from inventory.allocation_repository import AllocationRepository
from inventory.allocator import Allocator
from inventory.filler import Filler
from inventory.patience import Patience
from inventory.settings import allocation_settings
from inventory.waiting_repository import WaitingRepository
from waybill.aws import client
from waybill.dynamo import Table
from waybill.views import OrdersView


@cache
def inventory_table() -> Table:
    """InventoryTable."""
    return Table(client("dynamodb"), allocation_settings().inventory_table)


@cache
def allocator() -> Allocator:
    """Reserves, ships, returns and gives back."""
    return Allocator(_allocations(), Patience())


@cache
def filler() -> Filler:
    """Gives what has arrived to those who wait."""
    orders = Table(client("dynamodb"), allocation_settings().orders_table)
    waiting = WaitingRepository(inventory_table(), _allocations(), OrdersView(orders))
    return Filler(waiting, allocator())


@cache
def _allocations() -> AllocationRepository:
    return AllocationRepository(inventory_table())
