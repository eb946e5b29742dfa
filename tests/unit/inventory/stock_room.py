"""A stock room: the room's repositories and use cases over an engine in memory, at a set time."""

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from inventory.allocation.allocator import Allocator
from inventory.allocation.repository import AllocationRepository
from inventory.checks.checking import Checker
from inventory.checks.repository import CheckRepository
from inventory.patience import Patience
from inventory.stock import (
    Demand,
    DemandLine,
    LevelKey,
    Location,
    OversellPolicy,
    StockItem,
)
from inventory.stored import location_attributes, stock_item_attributes
from tests.support.memory_dynamo import MemoryDynamo
from waybill import keys
from waybill.clock import to_text
from waybill.dynamo import Item, Table, put_write, update_write
from waybill.ids import sortable_id

SHOP: Final = "shop_1"
NAME: Final = "InventoryTable"
ALWAYS: Final = lambda: False  # noqa: E731 - out of time never


class StockRoom:
    """One shop's stock; time stands still unless it is moved."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 24, 10, tzinfo=UTC)
        self.client = MemoryDynamo(lambda: self.clock().timestamp())
        self.table = Table(self.client, NAME)
        self.checks = CheckRepository(self.table)
        self.waits: list[float] = []
        patience = Patience(sleep=self.waits.append, chance=lambda: 1.0)
        self.checker = Checker(self.checks, patience, self.clock)
        self.allocations = AllocationRepository(self.table, self.clock)
        self.allocator = Allocator(self.allocations, patience)
        self.versions = Counter[str]()

    def clock(self) -> datetime:
        return self.now

    def later(self, **span: float) -> None:
        self.now += timedelta(**span)

    # --- stock ----------------------------------------------------------------------------------

    def stocked(self, sku: str, units: int, *places: str, safety_stock: int = 0) -> None:
        at = places or ("hq",)
        item = StockItem(
            sku,
            oversell_policy=OversellPolicy.BACKORDER,
            safety_stock=safety_stock,
            locations=at,
            version=1,
            created_at=to_text(self.now),
        )
        told = {"shop_id": SHOP, "correlation_id": "c", "actor": "key:k"}
        self.table.put(keys.item(SHOP, sku) | stock_item_attributes(item) | told)
        for number, place in enumerate(at, 1):
            location = Location(place, place, number, "DE", version=1)
            self.table.put(keys.location(SHOP, place) | location_attributes(location) | told)
            self.table.put(
                keys.level(SHOP, sku, place)
                | dict.fromkeys(("on_hand", "reserved", "backordered", "incoming"), 0)
                | {"sku": sku, "location_id": place, "available": -safety_stock}
                | {"safety_stock": safety_stock, "reorder_point": None, "version": 1}
                | {"updated_at": to_text(self.now)}
                | told
            )
            if units:
                self.move(sku, units, place)

    def move(self, sku: str, delta: int, place: str = "hq", incoming: int = 0) -> None:
        """A movement, in the stored shape."""
        movement_id = sortable_id("mov", self.now)
        row = {
            **keys.movement(SHOP, sku, movement_id),
            "movement_id": movement_id,
            "shop_id": SHOP,
            "sku": sku,
            "location_id": place,
            "kind": "adjusted",
            "quantity": delta,
            "delta": delta,
            "reason": "count",
            "reference": None,
            "created_at": to_text(self.now),
            **({"incoming": incoming} if incoming else {}),
        }
        update = update_write(
            keys.level(SHOP, sku, place),
            "SET on_hand = on_hand + :delta, available = available + :delta,"
            " incoming = incoming + :incoming, unchecked_pk = :unchecked, version = version + :one",
            values={
                ":delta": delta,
                ":incoming": incoming,
                ":unchecked": keys.unchecked(sku),
                ":one": 1,
            },
        )
        self.table.transact([update, put_write(row)])

    # --- orders ---------------------------------------------------------------------------------

    def demand(
        self,
        order_id: str,
        sku: str,
        wanted: int,
        *,
        shipped: int = 0,
        returned: Mapping[str, int] | None = None,
        placed_at: datetime | None = None,
        active: bool = True,
    ) -> Demand:
        """What a new version of an order asks."""
        self.versions[order_id] += 1
        line = DemandLine("l1", sku, max(wanted, shipped), shipped, restocked=returned or {})
        return Demand(
            shop_id=SHOP,
            order_id=order_id,
            order_version=self.versions[order_id],
            placed_at=to_text(placed_at or self.now),
            active=active,
            partial=False,
            ship_country="DE",
            lines=(line,),
            correlation_id=f"c-{order_id}",
            actor="key:k",
        )

    def order(self, order_id: str, sku: str, wanted: int, **more: Any) -> None:
        """Bring stock to what a new version of an order asks."""
        outcome = self.allocator.apply([self.demand(order_id, sku, wanted, **more)])
        assert not outcome.undone
        assert not outcome.poisoned

    # --- looks ----------------------------------------------------------------------------------

    def level(self, sku: str, place: str = "hq") -> Item:
        found = self.table.get(keys.level(SHOP, sku, place))
        assert found
        return found

    def tampered(self, sku: str, place: str = "hq", **by: int) -> None:
        """Change numbers of a level behind the room's back; nothing else changes."""
        level = self.level(sku, place)
        self.table.put(level | {name: level[name] + units for name, units in by.items()})

    def kept(self, sku: str, place: str = "hq") -> Item | None:
        return self.table.get(keys.stock_check(SHOP, sku, place))

    def unchecked(self) -> list[tuple[str, str]]:
        return [(key.sku, key.location_id) for key in self.checks.unchecked(0, "shop_1#")]

    def check(self, sku: str, place: str = "hq", **options: Any):
        return self.checker.check(LevelKey(SHOP, sku, place), ALWAYS, **options)

    def sweep(self):
        return self.checker.sweep(self.checks.unchecked(0, "shop_1#"), ALWAYS)

    def brute(self, sku: str, place: str = "hq") -> dict[str, int]:
        """The numbers from all rows there are, by the definitions alone."""
        items = self.client.items(NAME)
        lines = [i for i in items if i["pk"].startswith(f"{SHOP}#lines#{sku}#{place}#")]
        moves = [i for i in items if i["pk"] == f"{SHOP}#movements#{sku}"]
        moved = sum(move["delta"] for move in moves if move["location_id"] == place)
        left = sum(row.get("shipped", 0) - row.get("returned", 0) for row in lines)
        reserved = sum(row.get("quantity", 0) - row.get("shipped", 0) for row in lines)
        safety = self.table.get(keys.item(SHOP, sku))["safety_stock"]
        return {
            "on_hand": moved - left,
            "reserved": reserved,
            "backordered": sum(row.get("backordered", 0) for row in lines),
            "incoming": sum(m.get("incoming", 0) for m in moves if m["location_id"] == place),
            "available": moved - left - reserved - safety,
        }
