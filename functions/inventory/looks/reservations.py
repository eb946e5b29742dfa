"""DynamoDB for reservation lines: who has what of a SKU, and what an order has."""

from collections.abc import Sequence
from dataclasses import dataclass

from inventory.stock import HeldReservation, OrderKey, SkuKey
from inventory.stored import read_allocation, read_reservation
from waybill import keys
from waybill.dynamo import Item, Table
from waybill.merging import Place, merged_page
from waybill.paging import Page
from waybill.problems import InvalidCursor


@dataclass(frozen=True)
class ReservationRepository:
    """InventoryTable's reservation lines."""

    table: Table

    def of_order(self, key: OrderKey) -> list[HeldReservation]:
        """All an order holds, owes, shipped or gave back, from its allocation."""
        item = self.table.get(keys.allocation(*key))
        rows = read_allocation(item).reservations if item else ()
        return [HeldReservation(key.order_id, row) for row in rows]

    def of_sku(
        self, key: SkuKey, locations: Sequence[str], page: Page
    ) -> tuple[list[HeldReservation], str | None]:
        """A page of a SKU's reservation lines at these locations, last placed order first."""
        partitions = [
            keys.reservation_bucket(*key, location_id, bucket)
            for location_id in locations
            for bucket in range(keys.RESERVATION_BUCKETS)
        ]
        found, place = merged_page(
            partitions, self._read, after=_place(page, partitions), limit=page.limit
        )
        items = [HeldReservation(item["order_id"], read_reservation(item)) for item in found]
        return items, page.cursor(place._asdict() if place else None)

    def _read(self, partition: str, after: Place | None, limit: int) -> Sequence[Item]:
        """Where the same order has lines in several partitions, the greater one comes first."""
        if after is None:
            condition, values = "pk = :pk", {":pk": partition}
        elif partition < after.pk:
            condition, values = "pk = :pk AND sk <= :sk", {":pk": partition, ":sk": after.sk}
        else:
            condition, values = "pk = :pk AND sk < :sk", {":pk": partition, ":sk": after.sk}
        items, _ = self.table.query(condition, values, newest_first=True, limit=limit)
        return items


def _place(page: Page, partitions: Sequence[str]) -> Place | None:
    if page.start is None:
        return None
    sk, pk = page.start.get("sk"), page.start.get("pk")
    if pk not in partitions or not isinstance(sk, str) or not sk:
        raise InvalidCursor("this cursor is not of this list")
    return Place(sk, str(pk))
