"""What is left of the stock while a plan is made, and where it is looked for first."""

from collections.abc import Iterable
from dataclasses import dataclass

from inventory.stock import (
    LevelKey,
    Location,
    Reservation,
    ReservationState,
    SkuKey,
    Stock,
    StockItem,
)


@dataclass(frozen=True)
class RowChange:
    """A reservation line before and after."""

    before: Reservation
    after: Reservation

    @property
    def taken(self) -> int:
        """Units by which ``available`` falls; negative when units are given back."""
        returned = self.after.returned - self.before.returned
        return self.after.quantity - self.before.quantity - returned

    @property
    def wakes(self) -> bool:
        """True for a line that is new, or was closed: the ledger had done with it."""
        return self.before.state is not ReservationState.OPEN


class Book:
    """Stock as read, changed by what is planned."""

    def __init__(self, stock: Stock) -> None:
        self._stock = stock
        self._available = {key: level.available for key, level in stock.levels.items()}
        self._backordered = {key: level.backordered for key, level in stock.levels.items()}
        self._open: dict[str, list[Location]] = {}
        for (shop_id, _), location in stock.locations.items():
            if not location.closed:
                self._open.setdefault(shop_id, []).append(location)
        self._ranks: dict[tuple[str, str], list[str]] = {}

    def item(self, shop_id: str, sku: str) -> StockItem | None:
        """A SKU's settings; None for an unknown one."""
        return self._stock.items.get(SkuKey(shop_id, sku))

    def ranked(self, shop_id: str, country: str, used: Iterable[str]) -> list[str]:
        """The shop's open locations, those that serve first in front."""
        ranked = self._ranks.get((shop_id, country))
        if ranked is None:
            locations = sorted(
                self._open.get(shop_id, ()),
                key=lambda it: (it.priority, it.country != country, it.location_id),
            )
            ranked = [location.location_id for location in locations]
            self._ranks[shop_id, country] = ranked
        serving = set(used)
        return sorted(ranked, key=lambda place: place not in serving) if serving else ranked

    def home(self, shop_id: str, sku: str) -> LevelKey | None:
        """Where units of a SKU are owed, whatever becomes of its other levels: its first one.

        It never changes, so one level's condition bounds what is owed of the SKU.
        """
        item = self.item(shop_id, sku)
        return LevelKey(shop_id, sku, item.locations[0]) if item and item.locations else None

    def has(self, key: LevelKey) -> bool:
        """Whether the SKU has a level there."""
        return key in self._available

    def available(self, key: LevelKey) -> int:
        """What is there, owed or not; negative after more left than there was."""
        return self._available.get(key, 0)

    def on_shelf(self, key: LevelKey) -> int:
        """Units that are there and reserved for nobody."""
        return max(0, self.available(key))

    def promisable(self, shop_id: str, sku: str) -> int:
        """Units of a SKU for a new promise: what is owed to earlier orders comes first."""
        return max(0, self.on_shelves(shop_id, sku) - self.owed(shop_id, sku))

    def on_shelves(self, shop_id: str, sku: str) -> int:
        """Units of a SKU that are reserved for nobody, at all open locations."""
        return sum(
            self.on_shelf(LevelKey(shop_id, sku, location.location_id))
            for location in self._open.get(shop_id, ())
        )

    def owed(self, shop_id: str, sku: str) -> int:
        """Units of a SKU that orders wait for."""
        home = self.home(shop_id, sku)
        return self._backordered.get(home, 0) if home else 0

    def backorder_room(self, shop_id: str, item: StockItem) -> int | None:
        """Units of a SKU that may still be owed; None is no limit."""
        if item.backorder_limit is None:
            return None
        return max(0, item.backorder_limit - self.owed(shop_id, item.sku))

    def apply(self, key: LevelKey, change: RowChange) -> None:
        """Count a change of a reservation line."""
        self._available[key] = self._available.get(key, 0) - change.taken
        owed = change.after.backordered - change.before.backordered
        self._backordered[key] = self._backordered.get(key, 0) + owed
