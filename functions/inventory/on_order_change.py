"""OrdersTable's stream: what orders ask of stock is reserved, shipped and given back in groups."""

from collections.abc import Sequence
from typing import Any

from inventory.allocation.allocator import Outcome
from inventory.allocation.images import read_demand
from inventory.composition import PARKED_ORDERS, allocator, filler, inventory_table
from inventory.settings import allocation_settings
from inventory.stock import Demand, OrderKey
from waybill.batch import BatchResponse, Change, Parking, finish, park, stream_changes
from waybill.dynamo import is_transient
from waybill.observability import count, describe_error, logger, start_work
from waybill.settings import on_lambda

ROOM = "inventory"


def lambda_handler(event: dict[str, Any], _context: Any) -> BatchResponse:
    """Apply a batch of orders' images; report the first that must come again."""
    changes = stream_changes(event)
    parking = Parking(inventory_table(), PARKED_ORDERS)
    newest, failed = _fold(changes, parking)
    outcome = allocator().apply(demand for _, demand in newest.values())
    _fill(outcome)
    for key, error in outcome.poisoned.items():
        change = newest[key][0]
        start_work(ROOM, change.correlation_id)
        if not park(parking, change, error):
            failed.add(change.record_id)
    failed |= {newest[key][0].record_id for key in outcome.undone}
    lowest = [change.record_id for change in changes if change.record_id in failed][:1]
    return finish(lowest, local=allocation_settings().waybill_local)


def _fill(outcome: Outcome) -> None:
    """Stock may have arrived between the look at it and the promise of units that are owed.

    Then who brought it found nobody waiting, and nobody else would look again.
    """
    for sku, orders in outcome.waiting.items():
        try:
            filler().fill(sku, orders)
        except Exception as error:
            if is_transient(error):
                logger.warning("not filled yet", **describe_error(error))
                outcome.undone |= orders
            else:  # the orders are applied: whoever brings stock next fills them
                count("FillFailures")
                logger.error("not filled", **describe_error(error))


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
    filler()
