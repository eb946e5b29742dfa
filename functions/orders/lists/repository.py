"""OrdersTable as lists read it: two indexes of keys, and the orders behind them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from orders import indexes
from orders.items import read_order
from orders.order import Order
from waybill import keys
from waybill.dynamo import MAX_BATCH_GET, Item, Table
from waybill.merging import Place


@dataclass(frozen=True)
class ListRepository:
    """Where orders stand in lists."""

    table: Table

    def of_shop(
        self,
        partition: str,
        placed_from: datetime | None,
        placed_to: datetime | None,
        after: Place | None,
        limit: int,
    ) -> list[Item]:
        """Read a stretch of one of a shop's partitions, newest first; both bounds belong to it.

        Each row's ``sk`` is its place; see :func:`order_id_at`. Raises :class:`StartKeyError` for
        a place out of bounds.
        """
        look = indexes.placed(partition, placed_from, placed_to)
        found, _ = self.table.query(
            look.condition,
            look.values,
            index=look.index,
            newest_first=True,
            limit=limit,
            start=_start(after) | {"list_pk": partition, "list_sk": after.sk} if after else None,
        )
        return [{"sk": item["list_sk"]} for item in found]

    def of_customer(self, partition: str, after: Place | None, limit: int) -> list[Item]:
        """Read a stretch of a customer's orders, newest first; rows as of a shop."""
        place = {"customer_pk": partition, "customer_sk": after.sk} if after else {}
        look = indexes.of_customer(partition)
        found, _ = self.table.query(
            look.condition,
            look.values,
            index=look.index,
            newest_first=True,
            limit=limit,
            start=_start(after, "details") | place if after else None,
        )
        return [{"sk": item["customer_sk"]} for item in found]

    def orders(self, shop_id: str, order_ids: Iterable[str]) -> list[Order]:
        """Those that exist of these distinct orders, as of a second ago at most, in no order."""
        wanted = [keys.order(shop_id, order_id) for order_id in order_ids]
        return [
            read_order(item)
            for start in range(0, len(wanted), MAX_BATCH_GET)
            for item in self.table.batch_get(
                wanted[start : start + MAX_BATCH_GET], consistent=False
            )
        ]


def order_id_at(sk: str) -> str:
    """Return the order that stands at a place of a list."""
    return sk.partition("#")[2]


def _start(after: Place, sk: str = "order") -> Item:
    """Return the key to read on from: in partitions that hold no such row, it is between two."""
    shop_id = after.pk.partition("#")[0]
    return {"pk": keys.order(shop_id, order_id_at(after.sk))["pk"], "sk": sk}
