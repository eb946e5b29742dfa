"""DynamoDB for orders that were set aside: the parked records, and the orders as they stand."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from inventory.stock import OrderKey
from waybill import keys
from waybill.dynamo import ConditionFailedError, Item, Table
from waybill.observability import describe_error, logger
from waybill.views import OrdersView


@dataclass(frozen=True)
class ParkedOrder:
    """A record that was set aside."""

    record_id: str
    version: int
    parked_at: str
    key: OrderKey


@dataclass(frozen=True)
class ParkedRepository:
    """InventoryTable's records parked under a source, and OrdersTable by key."""

    table: Table
    orders: OrdersView
    source: str

    def pages(self, size: int) -> Iterator[Sequence[ParkedOrder]]:
        """All that is parked, page by page; a record that names no order is logged and left."""
        start: Item | None = None
        while True:
            items, start = self.table.query(
                "pk = :pk",
                {":pk": keys.parked(self.source, "")["pk"]},
                consistent=True,
                limit=size,
                start=start,
            )
            yield [order for item in items if (order := _parked(item))]
            if start is None:
                return

    def images(self, orders: Iterable[OrderKey]) -> Mapping[OrderKey, Item]:
        """The orders as they now stand; those that exist."""
        wanted = {(key["pk"], key["sk"]): order for order in orders if (key := keys.order(*order))}
        found = self.orders.orders(wanted.values()) if wanted else []
        return {wanted[image["pk"], image["sk"]]: image for image in found}

    def remove(self, order: ParkedOrder) -> bool:
        """Forget a record; False where a newer one was parked in its place."""
        try:
            self.table.delete(
                keys.parked(self.source, order.record_id),
                condition="version = :version AND parked_at = :at",
                values={":version": order.version, ":at": order.parked_at},
            )
        except ConditionFailedError:
            return False
        return True


def _parked(item: Item) -> ParkedOrder | None:
    try:
        shop_id, _, order_id = item["source_key"]["pk"].rpartition("#")
        key = OrderKey(shop_id, order_id)
        return ParkedOrder(item["sk"], item["version"], item["parked_at"], key)
    except (KeyError, TypeError, AttributeError) as error:
        logger.error("parked record not understood", **describe_error(error))
        return None
