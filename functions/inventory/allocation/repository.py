"""DynamoDB for reserving: consistent reads by key, and one transaction per group of orders.

The allocation of an order is the gate: each transaction moves it from the version that was read to
the next, so whatever was planned from an older reading is refused as a whole, and what has been
applied cannot be applied again, however often and late it is delivered.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from inventory.allocation.groups import Commit, Group, LevelChange, Step
from inventory.allocation.opening import levels_for_demands
from inventory.horizons import RECHECKED_AFTER, stale_days
from inventory.stock import (
    Allocation,
    Demand,
    LevelKey,
    OrderKey,
    Reservation,
    SkuKey,
    Stock,
    StockItem,
)
from inventory.stored import (
    allocation_attributes,
    read_allocation,
    read_level,
    read_location,
    read_stock_item,
    reservation_attributes,
)
from waybill import keys
from waybill.clock import Clock, system_clock, to_text
from waybill.dynamo import (
    Item,
    Table,
    TransactionCancelledError,
    put_write,
    update_write,
)

ACTOR: Final = "inventory"

_FOR_NOW: Final = frozenset(
    {"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"}
)

_LEVEL_UPDATE: Final = (
    "SET on_hand = on_hand + :on_hand, reserved = reserved + :reserved,"
    " available = available - :taken, backordered = backordered + :owed,"
    " unchecked_pk = :unchecked, version = version + :one, updated_at = :now,"
    " correlation_id = :correlation, actor = :actor"
)
_LEVEL_UPDATE_OF_OLD_ROWS: Final = _LEVEL_UPDATE + " ADD stale_days :stale"
"""Where the check has done with some of the rows that change: it must add up their days again."""


class AllocationRepository:
    """InventoryTable, as reserving sees it."""

    def __init__(self, table: Table, clock: Clock = system_clock) -> None:
        self._table = table
        self._clock = clock

    def read(self, demands: Sequence[Demand]) -> tuple[dict[OrderKey, Allocation], Stock]:
        """What is stored of these orders and of every SKU they name, read consistently.

        Two rounds of BatchGetItem: decisions and items, then the items' levels and locations.
        """
        wanted = [keys.allocation(*key) for key in {demand.key for demand in demands}]
        wanted += [keys.item(*key) for key in _skus(demands)]
        found = self._table.batch_get(wanted)
        allocations = {
            OrderKey(item["shop_id"], item["order_id"]): read_allocation(item)
            for item in found
            if item["sk"] == "allocation"
        }
        items = {
            SkuKey(item["shop_id"], item["sku"]): read_stock_item(item)
            for item in found
            if item["sk"] == "item"
        }
        items |= levels_for_demands(self._table, items, demands, to_text(self._clock()))
        return allocations, self._stock(items)

    def read_stock(self, skus: Iterable[SkuKey]) -> Stock:
        """The levels and locations of SKUs, consistently; nothing is opened."""
        found = self._table.batch_get([keys.item(*key) for key in skus])
        return self._stock(
            {SkuKey(item["shop_id"], item["sku"]): read_stock_item(item) for item in found}
        )

    def _stock(self, items: Mapping[SkuKey, StockItem]) -> Stock:
        levels = [
            keys.level(shop_id, sku, location_id)
            for (shop_id, sku), item in items.items()
            for location_id in item.locations
        ]
        places = [
            keys.location(*place)
            for place in {
                (key.shop_id, id_) for key, item in items.items() for id_ in item.locations
            }
        ]
        found = self._table.batch_get(levels + places) if levels else []
        return Stock(
            items=items,
            levels={
                LevelKey(item["shop_id"], item["sku"], item["location_id"]): read_level(item)
                for item in found
                if "on_hand" in item
            },
            locations={
                (item["shop_id"], item["location_id"]): read_location(item)
                for item in found
                if "on_hand" not in item
            },
        )

    def commit(self, group: Group) -> Commit:
        """Write one group, all or nothing.

        Raises TransactionCancelledError when DynamoDB calls a write invalid, and botocore's errors.
        """
        instant = self._clock()
        now, checked_before = to_text(instant), to_text(instant - RECHECKED_AFTER)
        writes = [_allocation_write(step, now) for step in group.steps]
        caused = {
            ":now": now,
            ":correlation": group.steps[0].plan.demand.correlation_id,
            ":actor": ACTOR,
        }
        writes += [
            _level_write(key, change, caused, checked_before)
            for key, change in group.levels.items()
        ]
        writes += [write for step in group.steps for write in _row_writes(step, now)]
        try:
            self._table.transact(writes)
        except TransactionCancelledError as error:
            reasons = set(error.reasons) - {"None"}
            if "ConditionalCheckFailed" in reasons:
                return Commit.STALE
            if reasons and reasons <= _FOR_NOW:
                return Commit.CONFLICT
            raise
        return Commit.DONE


def _skus(demands: Iterable[Demand]) -> set[SkuKey]:
    return {
        SkuKey(demand.shop_id, line.sku) for demand in demands for line in demand.lines if line.sku
    }


def _allocation_write(step: Step, now: str) -> dict[str, Any]:
    demand = step.plan.demand
    seen = step.seen_version
    return put_write(
        keys.allocation(*demand.key)
        | allocation_attributes(step.allocation)
        | {"order_id": demand.order_id, "decided": step.decided, "updated_at": now}
        | _caused_by(demand),
        condition="version = :seen" if seen else "attribute_not_exists(pk)",
        values={":seen": seen} if seen else None,
    )


def _level_write(
    key: LevelKey, change: LevelChange, caused: Item, checked_before: str
) -> dict[str, Any]:
    bounds: dict[str, int] = {}
    if change.taken > 0 and not change.forced:
        bounds[":taken_at_most"] = change.taken
    if change.room is not None:
        bounds[":room"] = change.room
    stale = stale_days(change.woken, checked_before)
    return update_write(
        keys.level(*key),
        _LEVEL_UPDATE_OF_OLD_ROWS if stale else _LEVEL_UPDATE,
        condition=_LEVEL_CONDITIONS[frozenset(bounds)],
        values={
            **({":stale": stale} if stale else {}),
            ":unchecked": keys.unchecked(key.sku),
            ":on_hand": change.on_hand,
            ":reserved": change.reserved,
            ":taken": change.taken,
            ":owed": change.backordered,
            ":one": 1,
            **caused,
            **bounds,
        },
    )


_LEVEL_CONDITIONS: Final[Mapping[frozenset[str], str | None]] = {
    frozenset(): None,  # DynamoDB adds to no number that is not there
    frozenset({":taken_at_most"}): "available >= :taken_at_most",
    frozenset({":room"}): "backordered <= :room",
    frozenset({":taken_at_most", ":room"}): (
        "available >= :taken_at_most AND backordered <= :room"
    ),
}


def _row_writes(step: Step, now: str) -> list[dict[str, Any]]:
    """The ledger's rows; the allocation in the same transaction guards them."""
    demand = step.plan.demand
    return [
        put_write(
            keys.reservation(
                demand.shop_id,
                change.after.sku,
                change.after.location_id,
                demand.placed_at,
                demand.order_id,
            )
            | reservation_attributes(change.after)
            | _owed(demand, change.after)
            | {
                "order_id": demand.order_id,
                "state": change.after.state.value,
                "order_version": demand.order_version,
                "version": step.allocation.version,
                "updated_at": now,
            }
            | _caused_by(demand)
        )
        for change in step.changes
    ]


def _owed(demand: Demand, row: Reservation) -> Item:
    """Where a line stands in the index of those that wait, while it does."""
    return {"owed_pk": keys.owed(demand.shop_id, row.sku)} if row.backordered else {}


def _caused_by(demand: Demand) -> Item:
    return {
        "shop_id": demand.shop_id,
        "correlation_id": demand.correlation_id,
        "actor": demand.actor,
    }
