"""What stock is decided from and for: a shop's shelf, an order's wishes, and the outcome."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from tests.simulation.judge.rules import GONE
from tests.simulation.judge.verdict import Item

Place = tuple[str, str]
"""SKU and location."""
AMOUNTS: Final = ("quantity", "shipped", "backordered", "released", "returned")


def amounts(row: Mapping[str, int]) -> dict[str, int]:
    """A reservation line's numbers; those that are 0 are not stored."""
    return {name: row.get(name, 0) for name in AMOUNTS}


class UnseenError(Exception):
    """The invocation decided without having read something it needs."""


@dataclass
class Shelf:
    """Stock of one shop as an invocation saw it."""

    items: dict[str, Item | None] = field(default_factory=dict)
    places: dict[str, Item] = field(default_factory=dict)
    available: dict[Place, int] = field(default_factory=dict)
    owed: dict[Place, int] = field(default_factory=dict)

    def copy(self) -> "Shelf":
        """A shelf to try a plan on."""
        return replace(self, available=dict(self.available), owed=dict(self.owed))

    def item(self, sku: str) -> Item | None:
        """A SKU's settings; None for one that the shop does not have."""
        if sku not in self.items:
            raise UnseenError(sku)
        return self.items[sku]

    def home(self, sku: str) -> str | None:
        """Where a SKU is owed: where it was first."""
        item = self.item(sku)
        return str(item["locations"][0]) if item and item["locations"] else None

    def open_places(self) -> list[str]:
        """The locations that serve."""
        return [name for name, place in self.places.items() if not place["closed"]]

    def there(self, sku: str, place: str) -> int:
        """Units on the shelf that nobody has."""
        return max(0, self.available.get((sku, place), 0))

    def free(self, sku: str) -> int:
        """Units that may be promised: what is owed to earlier orders comes first, wherever."""
        there = sum(self.there(sku, place) for place in self.open_places())
        return max(0, there - sum(units for (of, _), units in self.owed.items() if of == sku))

    def may_owe(self, sku: str, units: int, placed_at: str) -> int:
        """How many of these units may be promised although they are not there."""
        item = self.item(sku)
        if item is None or item["oversell_policy"] == "deny" or self.home(sku) is None:
            return 0
        ends = item["release_at"] if item["oversell_policy"] == "preorder" else None
        if ends is not None and placed_at >= ends:
            return 0
        if item["backorder_limit"] is None:
            return units
        owed = sum(number for (name, _), number in self.owed.items() if name == sku)
        room: int = item["backorder_limit"] - owed
        return min(units, max(0, room))


@dataclass(frozen=True)
class Outcome:
    """What is decided for an order."""

    decision: str
    lines: Mapping[str, Mapping[str, int]]
    rows: Mapping[Place, Mapping[str, int]]
    news: bool


@dataclass(frozen=True)
class Wish:
    """One line as stock sees it: units to hold or gone, and those gone."""

    line_id: str
    sku: str
    wanted: int
    gone: int
    back: Mapping[str, int]
    """Units that came back, by location."""


def wishes(order: Item) -> list[Wish]:
    """What an order asks of stock, in absolute numbers.

    One that does not ask (a SKU of it is unknown) wants nothing but what has left already.
    """
    found = []
    asks = order["status"] not in GONE and order.get("asks_stock", True)
    for line in order["lines"]:
        gone = line.get("fulfilled", 0)
        kept = line["quantity"] - line.get("cancelled", 0) if asks else 0
        if order["status"] == "completed" and not line.get("requires_shipping", True):
            gone = max(kept, gone)
        back = line.get("restocked", {})
        found.append(Wish(line["line_id"], line["sku"], max(kept, gone), gone, back))
    return found
