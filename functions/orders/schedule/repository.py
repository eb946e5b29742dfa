"""OrdersTable as the schedule needs it: the shops, the marks, and orders by when they asked."""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from orders import indexes
from orders.items import may_be_undecided
from orders.schedule.ladder import Crossing, Marked, Marks, OrderKey, Span
from orders.schedule.overdue import Overdue
from waybill import keys
from waybill.clock import from_text, to_text
from waybill.dynamo import MAX_BATCH_GET, ConditionFailedError, Item, Table


@dataclass(frozen=True)
class ScheduleRepository:
    """What the schedule reads and writes of OrdersTable."""

    table: Table

    def add_shop(self, shop_id: str) -> None:
        """Add a shop to the directory unless it is there; a read where it is."""
        item = keys.known_shop(shop_id) | {"shop_id": shop_id}
        if self.table.get(keys.known_shop(shop_id), consistent=False):
            return
        try:
            self.table.put(item, condition="attribute_not_exists(pk)")
        except ConditionFailedError:
            return

    def shops(self) -> Iterator[str]:
        """Every shop that has placed an order."""
        found = self.table.query_all("pk = :shops", {":shops": keys.known_shops()})
        return (item["shop_id"] for item in found)

    def marks(self) -> Marked:
        """Up to when orders were looked at."""
        item = self.table.get(keys.schedule_marks())
        if item is None:
            return Marked(0, {})
        marks = {name: from_text(text) for name, text in item["marks"].items()}
        return Marked(item["version"], marks)

    def move_marks(self, seen: int, marks: Marks, now: datetime) -> bool:
        """Store marks; False where another run has moved them since version ``seen`` was read."""
        item = keys.schedule_marks() | {
            "version": seen + 1,
            "marks": {name: to_text(mark) for name, mark in marks.items()},
            "updated_at": to_text(now),
        }
        try:
            self.table.put(
                item,
                condition="attribute_not_exists(pk) OR version = :seen",
                values={":seen": seen},
            )
        except ConditionFailedError:
            return False
        return True

    def placed_in(self, shop_id: str, span: Span) -> Iterator[Crossing]:
        """A shop's orders that crossed the rung by their placement, in order of crossing."""
        found = [
            self._all(indexes.placed(keys.orders_bucket(shop_id, bucket), span.first, span.last))
            for bucket in range(keys.ORDER_BUCKETS)
        ]
        merged = heapq.merge(*found, key=lambda item: str(item["list_sk"]))
        return (_crossing(item, item["list_sk"].partition("#")[0], span) for item in merged)

    def asked_in(self, bucket: int, span: Span) -> Iterator[Crossing]:
        """Orders that crossed the rung since they asked, where that was not at their placement."""
        found = self._all(indexes.asked(bucket, span.first, span.last))
        return (_crossing(item, item["asked_at"], span) for item in found)

    def overdue(self, bucket: int, now: datetime) -> Iterator[Overdue]:
        """Orders that were to be paid by now, the longest ago first."""
        found = self._all(indexes.overdue(bucket, now))
        return (Overdue(from_text(item["pay_by"]), *_order_key(item)) for item in found)

    def undecided(self, orders: set[OrderKey]) -> set[OrderKey]:
        """Those of at most 100 orders that seemed undecided a second ago."""
        if len(orders) > MAX_BATCH_GET:
            raise ValueError("too many orders for one request")
        wanted = [keys.order(*key) for key in sorted(orders)]
        found = self.table.batch_get(wanted, consistent=False)
        return {_order_key(item) for item in found if may_be_undecided(item)}

    def _all(self, look: indexes.Lookup) -> Iterator[Item]:
        return self.table.query_all(look.condition, look.values, index=look.index)


def _crossing(item: Item, asked_at: str, span: Span) -> Crossing:
    return Crossing(span.crossed_at(from_text(asked_at)), *_order_key(item), span.rung.name)


def _order_key(item: Item) -> OrderKey:
    shop_id, _, order_id = item["pk"].partition("#")
    return shop_id, order_id
