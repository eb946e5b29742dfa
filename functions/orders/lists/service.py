"""The use case of lists: a page of orders, newest first, for a bounded number of reads."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from orders.lists.filters import OrderFilter
from orders.lists.repository import order_id_at
from orders.order import Order
from orders.placing import external_order_id
from waybill import keys
from waybill.customers import customer_id
from waybill.dynamo import Item
from waybill.merging import Merged, Place, Read

CHANNELS: Final = ("api", "shopify", "woocommerce", "bigcommerce")
"""Where an external id is looked for, unless a channel is named."""


class OrderIndexes(Protocol):
    """Where orders stand in lists; see :class:`orders.lists.repository.ListRepository`."""

    def of_shop(
        self,
        partition: str,
        placed_from: datetime | None,
        placed_to: datetime | None,
        after: Place | None,
        limit: int,
    ) -> list[Item]:
        """Read a stretch of one of a shop's partitions, newest first."""

    def of_customer(self, partition: str, after: Place | None, limit: int) -> list[Item]:
        """Read a stretch of a customer's orders, newest first."""

    def orders(self, shop_id: str, order_ids: Iterable[str]) -> list[Order]:
        """Those that exist of these orders, in no order."""


@dataclass(frozen=True)
class OrderLists:
    """Lists orders."""

    indexes: OrderIndexes

    def page(
        self, shop_id: str, wanted: OrderFilter, *, limit: int, after: str | None
    ) -> tuple[list[Order], str | None]:
        """Return a page of orders, newest first, and the position to go on from.

        Reads at most 10 times ``limit`` rows of index and table together, so that a page of a
        filter that few orders pass may be short, even empty, and yet not the last.
        """
        if wanted.external_id is not None and wanted.email is None:
            return self._by_external_id(shop_id, wanted, wanted.external_id), None
        rows = self._rows(shop_id, wanted, limit, after)
        page: list[Order] = []
        met: set[str] = set()
        while taken := [row["sk"] for row in rows.take(limit)]:
            ids = [order_id_at(place) for place in taken]
            # A draft that was just confirmed may stand in its place of before as well.
            new = [order_id for order_id in dict.fromkeys(ids) if order_id not in met]
            found = {order.order_id: order for order in self.indexes.orders(shop_id, new)}
            met.update(new)
            for index, (place, order_id) in enumerate(zip(taken, ids, strict=True), start=1):
                order = found.pop(order_id, None)
                if order is not None and wanted.accepts(order):
                    page.append(order)
                if len(page) == limit:
                    return page, place if index < len(taken) or rows.goes_on else None
        return page, rows.place.sk if rows.place and rows.goes_on else None

    def _rows(self, shop_id: str, wanted: OrderFilter, limit: int, after: str | None) -> Merged:
        def of_shop(partition: str, place: Place | None, count: int) -> list[Item]:
            bounds = wanted.placed_from, wanted.placed_to
            return self.indexes.of_shop(partition, *bounds, place, count)

        read: Read = of_shop
        partitions = [keys.orders_bucket(shop_id, n) for n in range(keys.ORDER_BUCKETS)]
        if wanted.email is not None:
            read = self.indexes.of_customer
            partitions = [keys.orders_of_customer(shop_id, customer_id(shop_id, wanted.email))]
        # A position names its order, so that no two partitions hold the same one.
        place = Place(after, f"{shop_id}#") if after else None
        return Merged(partitions, read, after=place, limit=limit, reads_behind=1)

    def _by_external_id(self, shop_id: str, wanted: OrderFilter, external_id: str) -> list[Order]:
        channels = [wanted.channel] if wanted.channel else CHANNELS
        ids = [external_order_id(shop_id, channel, external_id) for channel in channels]
        found = [order for order in self.indexes.orders(shop_id, ids) if wanted.accepts(order)]
        return sorted(found, key=lambda o: (o.placed_at, o.order_id), reverse=True)
