"""An order's reservation lines while a plan is made; each step is counted in the book."""

from collections.abc import Iterable
from dataclasses import replace

from inventory.allocation.book import Book, RowChange
from inventory.allocation.sharing import Takes, split
from inventory.stock import Demand, LevelKey, Reservation


class OrderRows:
    """What one order has, by SKU and location."""

    def __init__(self, demand: Demand, stored: Iterable[Reservation], book: Book) -> None:
        self._demand = demand
        self._book = book
        self._before = {(row.sku, row.location_id): row for row in stored}
        self._rows = dict(self._before)
        self.forced: set[LevelKey] = set()
        """Levels that more has left than there was."""

    # --- look -----------------------------------------------------------------------------------

    def all(self) -> tuple[Reservation, ...]:
        """The rows as they now stand."""
        return tuple(self._rows.values())

    def changes(self) -> tuple[RowChange, ...]:
        """What is not as it was stored."""
        changes = (
            RowChange(self._before.get(key, Reservation(*key)), row)
            for key, row in self._rows.items()
        )
        return tuple(change for change in changes if change.before != change.after)

    def skus(self) -> list[str]:
        """The SKUs that have rows."""
        return list(dict.fromkeys(sku for sku, _ in self._rows))

    def held(self, sku: str) -> int:
        """Units on the shelf for the order, or owed to it."""
        return sum(row.open + row.backordered for row in self._of(sku))

    def ever(self, sku: str) -> int:
        """Units held, owed or shipped."""
        return sum(row.quantity + row.backordered for row in self._of(sku))

    def shipped(self, sku: str) -> int:
        """Units that have left."""
        return sum(row.shipped for row in self._of(sku))

    def takes_stock(self, sku: str) -> bool:
        """Whether the SKU is counted at all; an unknown one is."""
        item = self._book.item(self._demand.shop_id, sku)
        return item is None or item.tracked

    def ranked(self) -> list[str]:
        """Locations in the order in which they serve this order."""
        used = {row.location_id for row in self._rows.values() if row.quantity}
        return self._book.ranked(self._demand.shop_id, self._demand.ship_country, used)

    def _of(self, sku: str) -> list[Reservation]:
        return [row for row in self._rows.values() if row.sku == sku]

    def _key(self, sku: str, location_id: str) -> LevelKey:
        return LevelKey(self._demand.shop_id, sku, location_id)

    # --- change ---------------------------------------------------------------------------------

    def add(self, sku: str, location_id: str, *, quantity: int = 0, backordered: int = 0) -> None:
        """Reserve units, and owe units."""
        row = self._row(sku, location_id)
        self._set(
            replace(
                row,
                quantity=row.quantity + quantity,
                backordered=row.backordered + backordered,
            )
        )

    def _row(self, sku: str, location_id: str) -> Reservation:
        return self._rows.get((sku, location_id), Reservation(sku, location_id))

    def _set(self, row: Reservation) -> None:
        before = self._row(row.sku, row.location_id)
        if row != before:
            self._rows[row.sku, row.location_id] = row
            self._book.apply(self._key(row.sku, row.location_id), RowChange(before, row))

    # --- ship and release -----------------------------------------------------------------------

    def ship(self, sku: str, units: int) -> None:
        """Follow the parcels: what left is taken from what was held, then from what was not."""
        for row in reversed(self._of(sku)):  # a parcel that did not leave after all
            back = min(max(0, -units), row.shipped)
            units += back
            self._set(replace(row, shipped=row.shipped - back))
        for row in self._of(sku):
            held = min(max(0, units), row.open)
            units -= held
            self._set(replace(row, shipped=row.shipped + held))
        owed = max(0, units)
        for row in self._of(sku):
            told = min(owed, row.backordered)
            owed -= told
            self._set(replace(row, backordered=row.backordered - told))
        if units > 0 and self.takes_stock(sku):
            self._ship_from_anywhere(sku, units)

    def _ship_from_anywhere(self, sku: str, units: int) -> None:
        """More left than was ever held: recorded where there is stock, the rest at home."""
        for location_id in self.ranked():
            some = min(units, self._book.on_shelf(self._key(sku, location_id)))
            units -= some
            self._ship_unreserved(sku, location_id, some)
        home = self._book.home(self._demand.shop_id, sku)
        if home is not None:
            self._ship_unreserved(sku, home.location_id, units)

    def _ship_unreserved(self, sku: str, location_id: str, units: int) -> None:
        if units <= 0:
            return
        row = self._row(sku, location_id)
        self._set(replace(row, quantity=row.quantity + units, shipped=row.shipped + units))
        key = self._key(sku, location_id)
        if self._book.available(key) < 0:
            self.forced.add(key)

    def release(self, sku: str, units: int) -> None:
        """Give back units nobody wants any more: those still owed first."""
        for row in reversed(self._of(sku)):
            owed = min(max(0, units), row.backordered)
            units -= owed
            self._set(replace(row, backordered=row.backordered - owed))
        for row in reversed(self._of(sku)):
            back = min(max(0, units), row.open)
            units -= back
            self._set(replace(row, quantity=row.quantity - back, released=row.released + back))

    # --- return and fill ------------------------------------------------------------------------

    def restock(self) -> None:
        """Put what came back on its shelf; a SKU without a level there comes to its home."""
        returned: Takes = {}
        for line in self._demand.lines:
            for location_id, units in line.restocked.items():
                place = self._shelf(line.sku, location_id)
                if place is not None and self.takes_stock(line.sku):
                    returned[line.sku, place] = returned.get((line.sku, place), 0) + units
        for (sku, place), units in returned.items():
            row = self._row(sku, place)
            self._set(replace(row, returned=max(row.returned, units)))

    def _shelf(self, sku: str, location_id: str) -> str | None:
        if self._book.has(self._key(sku, location_id)):
            return location_id
        home = self._book.home(self._demand.shop_id, sku)
        return home.location_id if home else None

    def fill(self, sku: str) -> None:
        """Turn what is owed of a SKU into what is reserved, as far as stock has arrived."""
        ranked = self.ranked()
        for owing in [row for row in self._of(sku) if row.backordered]:
            there = {(sku, place): self._book.on_shelf(self._key(sku, place)) for place in ranked}
            for (_, place), units in split(sku, owing.backordered, ranked, there).items():
                self.add(sku, owing.location_id, backordered=-units)
                self.add(sku, place, quantity=units)
