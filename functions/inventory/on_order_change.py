"""OrdersTable's stream: what orders ask of stock is reserved, shipped and given back in groups."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from inventory.allocation_repository import AllocationRepository
from inventory.allocator import Allocator
from inventory.images import read_demand
from inventory.patience import Patience
from inventory.settings import inventory_settings
from inventory.stock import Demand, OrderKey
from waybill.aws import client
from waybill.batch import BatchResponse, Change, Parking, finish, park, stream_changes
from waybill.dynamo import Table
from waybill.observability import start_work
from waybill.settings import on_lambda

ROOM = "inventory"


@cache
def _table() -> Table:
    return Table(client("dynamodb"), inventory_settings().inventory_table)


@cache
def allocator() -> Allocator:
    """The process's use case."""
    return Allocator(AllocationRepository(_table()), Patience())


def lambda_handler(event: dict[str, Any], _context: Any) -> BatchResponse:
    """Apply a batch of orders' images; report the first that must come again."""
    changes = stream_changes(event)
    parking = Parking(_table(), "orders")
    newest, failed = _fold(changes, parking)
    outcome = allocator().apply(demand for _, demand in newest.values())
    for key, error in outcome.poisoned.items():
        change = newest[key][0]
        start_work(ROOM, change.correlation_id)
        if not park(parking, change, error):
            failed.add(change.record_id)
    failed |= {newest[key][0].record_id for key in outcome.undone}
    lowest = [change.record_id for change in changes if change.record_id in failed][:1]
    return finish(lowest, local=inventory_settings().waybill_local)


def _fold(
    changes: Sequence[Change], parking: Parking
) -> tuple[dict[OrderKey, tuple[Change, Demand]], set[str]]:
    """The newest image per order, and the records that could not even be parked."""
    newest: dict[OrderKey, tuple[Change, Demand]] = {}
    failed: set[str] = set()
    for change in changes:
        start_work(ROOM, change.correlation_id)
        try:
            demand = read_demand(change.new) if change.new else None
        except Exception as error:
            if not park(parking, change, error):
                failed.add(change.record_id)
            continue
        if demand is None:
            continue
        known = newest.get(demand.key)
        if known is None or known[1].order_version < demand.order_version:
            newest[demand.key] = (change, demand)
    return newest, failed


if on_lambda():
    allocator()
