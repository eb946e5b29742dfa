"""Hand-made histories for the judge's own tests: stock, written as the table has it.

Every method writes what is right; a test that wants something wrong gives other values.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Final, Self

import pytest

from tests.simulation.judge.judge import Judge
from tests.simulation.judge.verdict import Item, Key, Violation

SHOP: Final = "shop_" + "a" * 26
OTHER: Final = "shop_" + "b" * 26


@dataclass(frozen=True)
class Written:
    """A change as the engine reports it."""

    table: str
    key: Key
    old: Item | None
    new: Item | None


@contextmanager
def breaks(invariant: str) -> Iterator[None]:
    """What happens inside must break this invariant, and no other before it."""
    with pytest.raises(Violation) as found:
        yield
    assert found.value.invariant == invariant, found.value


class StockTale:
    """A judge, and what it was told so far."""

    def __init__(self) -> None:
        self.judge = Judge()
        self.tables: dict[str, dict[Key, Item]] = {}

    # --- telling ---------------------------------------------------------------------------------

    def write(self, *items: tuple[str, Item], invocation: int = 1, who: int | str = 0) -> None:
        """One atomic write of these items, each with its table, by a process for each invocation.

        ``who``: by the process of that invocation instead, or by the one with that name.
        """
        changes = []
        for table, item in items:
            key = (item["pk"], item["sk"])
            old = self.tables.setdefault(table, {}).get(key)
            self.tables[table][key] = deepcopy(item)
            changes.append(Written(table, key, old, deepcopy(item)))
        name = who if isinstance(who, str) else f"process {who or invocation}"
        self.judge.wrote(0.0, name, invocation, changes)

    def now(self, table: str, pk: str, sk: str) -> Item:
        """An item to be changed, as it stands."""
        return deepcopy(self.tables[table][pk, sk])

    def settle(self) -> None:
        """The end."""
        items = {table: list(found.values()) for table, found in self.tables.items()}
        self.judge.settle(items, 0.0)

    # --- stock -----------------------------------------------------------------------------------

    def location(self, location_id: str = "hq", priority: int = 1, country: str = "DE") -> None:
        """A place that holds stock."""
        item = {"pk": f"{SHOP}#locations", "sk": location_id, "shop_id": SHOP, "version": 1}
        item |= {"location_id": location_id, "priority": priority, "country": country}
        item["closed"] = False
        self.write(("InventoryTable", item))

    def sku(self, sku: str = "TEE", at: Sequence[str] = ("hq",), **settings: Any) -> None:
        """A SKU with an empty level at each location."""
        item = {
            "pk": f"{SHOP}#sku#{sku}", "sk": "item", "shop_id": SHOP, "version": 1, "sku": sku,
            "oversell_policy": "deny", "backorder_limit": None, "tracked": True,
            "safety_stock": 0, "reorder_point": None, "locations": list(at),
            "release_at": None,
        } | settings  # fmt: skip
        self.write(("InventoryTable", item), *(self._level(sku, place, **settings) for place in at))

    def _level(self, sku: str, place: str, **settings: Any) -> tuple[str, Item]:
        safety = settings.get("safety_stock", 0)
        return "InventoryTable", {
            "pk": f"{SHOP}#sku#{sku}", "sk": f"level#{place}", "shop_id": SHOP, "version": 1,
            "sku": sku, "location_id": place, "on_hand": 0, "reserved": 0, "backordered": 0,
            "available": -safety, "safety_stock": safety, "reorder_point": None, "incoming": 0,
        }  # fmt: skip

    def level(self, sku: str = "TEE", place: str = "hq", **more: int) -> tuple[str, Item]:
        """A level, changed by these numbers."""
        item = self.now("InventoryTable", f"{SHOP}#sku#{sku}", f"level#{place}")
        for name, units in more.items():
            item[name] += units
        item["version"] += 1
        item["unchecked_pk"] = "unchecked#0"
        return "InventoryTable", item

    def movement(self, units: int, sku: str = "TEE", place: str = "hq", **changes: Any
                 ) -> tuple[str, Item]:  # fmt: skip
        """A row of the ledger."""
        name = f"mov_{sum(map(len, self.tables.values())):026}"
        return "InventoryTable", {
            "pk": f"{SHOP}#movements#{sku}", "sk": name, "shop_id": SHOP, "version": 1,
            "sku": sku, "location_id": place, "movement_id": name, "kind": "received",
            "quantity": units, "delta": units,
        } | changes  # fmt: skip

    def receive(self, units: int, sku: str = "TEE", place: str = "hq") -> None:
        """Units arrive."""
        level = self.level(sku, place, on_hand=units, available=units)
        self.write(level, self.movement(units, sku, place))

    def ready(self, units: int = 5) -> Self:
        """TEE at hq, and this many units of it."""
        self.location()
        self.sku()
        self.receive(units)
        return self
