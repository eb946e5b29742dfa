"""DynamoDB for who waits: backordered lines by placement, and what their orders ask now."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from inventory.allocation.images import read_demand
from inventory.allocation.repository import AllocationRepository
from inventory.stock import Demand, OrderKey, SkuKey, Stock
from waybill import keys
from waybill.dynamo import Item, Table
from waybill.observability import count, describe_error, logger
from waybill.views import OrdersView

OWED_INDEX: Final = "owed"


@dataclass(frozen=True)
class WaitingRepository:
    """InventoryTable's index of lines that wait, and OrdersTable by key."""

    table: Table
    allocations: AllocationRepository
    orders: OrdersView

    def stock(self, sku: SkuKey) -> Stock:
        """The SKU's levels and their locations, consistently."""
        return self.allocations.read_stock([sku])

    def demands(self, sku: SkuKey, known: Iterable[OrderKey], limit: int) -> Sequence[Demand]:
        """What those who wait longest ask now, from an index that is up to seconds behind.

        An order whose image cannot be read is left out, counted and logged.
        """
        rows, _ = self.table.query(
            "owed_pk = :sku", {":sku": keys.owed(*sku)}, index=OWED_INDEX, limit=limit
        )
        waiting = [OrderKey(sku.shop_id, _order_id(row["sk"])) for row in rows]
        waiting += [key for key in known if key not in waiting]
        images = self.orders.orders(waiting)
        return [demand for image in images if (demand := _demand(image))]


def _order_id(sk: str) -> str:
    return sk.rpartition("#")[2]


def _demand(image: Item) -> Demand | None:
    try:
        return read_demand(image)
    except ValueError as error:
        count("UnfillableOrders")
        logger.error(
            "order's image not understood",
            order_id=image.get("order_id"),
            **describe_error(error),
        )
        return None
