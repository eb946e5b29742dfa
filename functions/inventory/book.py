"""What is left of the stock while a plan is made, and where it is looked for first."""

from collections.abc import Iterable
from dataclasses import dataclass

from inventory.stock import LevelKey, Location, Reservation, SkuKey, Stock, StockItem


@dataclass(frozen=True)
class RowChange:
    """A reservation line before and after."""

    before: Reservation
    after: Reservation

    @property
    def taken(self) -> int:
        """Units by which ``available`` falls; negative when units are given back."""
        return self.after.quantity - self.before.quantity


class Book:
    """Stock as read, changed by what is planned."""

    def __init__(self, stock: Stock) -> None:
        self._stock = stock
        self._available = {key: level.available for key, level in stock.levels.items()}
        self._backordered = {key: level.backordered for key, level in stock.levels.items()}
        self._locations: dict[str, list[Location]] = {}
        for (shop_id, _), location in stock.locations.items():
            self._locations.setdefault(shop_id, []).append(location)

    def item(self, shop_id: str, sku: str) -> StockItem | None:
        """A SKU's settings; None for an unknown one."""
        return self._stock.items.get(SkuKey(shop_id, sku))

    def ranked(self, shop_id: str, country: str, used: Iterable[str]) -> list[str]:
        """The shop's locations, those that serve first in front."""
        serving = set(used)
        locations = sorted(
            self._locations.get(shop_id, ()),
            key=lambda location: (
                location.location_id not in serving,
                location.priority,
                location.country != country,
                location.location_id,
            ),
        )
        return [location.location_id for location in locations]

    def home(self, shop_id: str, sku: str) -> LevelKey | None:
        """Where units of a SKU are owed: its first location by priority and id, for any order."""
        item = self.item(shop_id, sku)
        for location_id in self.ranked(shop_id, "", ()) if item else ():
            if (key := LevelKey(shop_id, sku, location_id)) in self._available:
                return key
        return None

    def available(self, key: LevelKey) -> int:
        """What is there, owed or not; negative after more left than there was."""
        return self._available.get(key, 0)

    def promisable(self, key: LevelKey) -> int:
        """Units for a new promise: those owed to earlier orders come first."""
        return max(0, self._available.get(key, 0) - self._backordered.get(key, 0))

    def backorder_room(self, shop_id: str, item: StockItem) -> int | None:
        """Units of a SKU that may still be owed; None is no limit."""
        if item.backorder_limit is None:
            return None
        owed = sum(
            units
            for key, units in self._backordered.items()
            if (key.shop_id, key.sku) == (shop_id, item.sku)
        )
        return max(0, item.backorder_limit - owed)

    def apply(self, key: LevelKey, change: RowChange) -> None:
        """Count a change of a reservation line."""
        self._available[key] = self._available.get(key, 0) - change.taken
        owed = change.after.backordered - change.before.backordered
        self._backordered[key] = self._backordered.get(key, 0) + owed
