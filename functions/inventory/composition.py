"""Puts together, once per process, what streams, queues and schedules wake."""

from functools import cache
from typing import Final

from inventory.allocation_repository import AllocationRepository
from inventory.allocator import Allocator
from inventory.check_repository import CheckRepository
from inventory.checking import Checker
from inventory.filler import Filler
from inventory.parked_repository import ParkedRepository
from inventory.patience import Patience
from inventory.redriving import Redriver
from inventory.settings import allocation_settings
from inventory.waiting_repository import WaitingRepository
from waybill.aws import client
from waybill.dynamo import Table
from waybill.views import OrdersView

PARKED_ORDERS: Final = "orders"
"""Where orders that cannot be applied are set aside."""


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
    return Filler(WaitingRepository(inventory_table(), _allocations(), _orders()), allocator())


@cache
def checks() -> CheckRepository:
    """Levels, their rows and their opening balances."""
    return CheckRepository(inventory_table())


@cache
def checker() -> Checker:
    """Proves stock."""
    return Checker(checks(), Patience())


@cache
def redriver() -> Redriver:
    """Tries parked orders again."""
    parked = ParkedRepository(inventory_table(), _orders(), PARKED_ORDERS)
    return Redriver(parked, allocator(), filler())


@cache
def _orders() -> OrdersView:
    return OrdersView(Table(client("dynamodb"), allocation_settings().orders_table))


@cache
def _allocations() -> AllocationRepository:
    return AllocationRepository(inventory_table())
