"""OrdersTable as the timeline reads it: entries by time, and payment facts."""

from dataclasses import dataclass
from typing import Final

from orders.record_items import read_entry, read_payment
from orders.records import Entry, PaymentFact
from waybill import keys
from waybill.dynamo import Table

MAX_PAYMENTS: Final = 1_000
"""Payment facts that a page reads."""


@dataclass(frozen=True)
class TimelineRepository:
    """What was written beside an order."""

    table: Table

    def entries(
        self, shop_id: str, order_id: str, before: str | None, limit: int
    ) -> list[tuple[str, Entry]]:
        """Read at most ``limit`` entries with their places, newest first, from a place on."""
        pk = keys.order(shop_id, order_id)["pk"]
        found, _ = self.table.query(
            "pk = :order AND begins_with(sk, :entries)",
            {":order": pk, ":entries": keys.order_entry(shop_id, order_id, "")["sk"]},
            consistent=True,
            newest_first=True,
            limit=limit,
            start=keys.order_entry(shop_id, order_id, before) if before else None,
        )
        return [(item["sk"].partition("#")[2], read_entry(item)) for item in found]

    def payments(self, shop_id: str, order_id: str) -> list[PaymentFact]:
        """Read the payments told of since the order was placed, at most 1,000, in no order."""
        found, _ = self.table.query(
            "pk = :order AND begins_with(sk, :payments)",
            {
                ":order": keys.order(shop_id, order_id)["pk"],
                ":payments": keys.order_payment(shop_id, order_id, "")["sk"],
            },
            consistent=True,
            limit=MAX_PAYMENTS,
        )
        return [read_payment(item) for item in found]
