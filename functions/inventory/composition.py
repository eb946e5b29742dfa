"""Puts together, once per process, what streams, queues and schedules wake."""

from functools import cache
from typing import Final

from inventory.allocation.allocator import Allocator
from inventory.allocation.filler import Filler
from inventory.allocation.parked import ParkedRepository
from inventory.allocation.redriving import Redriver
from inventory.allocation.repository import AllocationRepository
from inventory.allocation.waiting import WaitingRepository
from inventory.checks.checking import Checker
from inventory.checks.repository import CheckRepository
from inventory.patience import Patience
from inventory.settings import allocation_settings
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
