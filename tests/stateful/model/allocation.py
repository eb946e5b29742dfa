"""Who gets which stock: an order's rows are brought to what it asks for, by the rules of the house.

One location that serves all of it; then the lower priority number; then the country shipped to;
then the name. What is owed stands at the SKU's home and comes first: nobody later is promised it.
"""

from collections import Counter
from collections.abc import Iterable

from tests.stateful.model.claims import Allocation, Demand, Row
from tests.stateful.model.said import text
from tests.stateful.model.stock import Stock


class Allocator:
    """Brings one order after the other to what it asks."""

    def __init__(self, stock: Stock) -> None:
        self._stock = stock
        self._moved: dict[tuple[str, str], Counter[str]] = {}

    def apply(self, allocation: Allocation, demand: Demand) -> bool:
        """Apply a newer demand; whether that is news for its order."""
        if allocation.seen >= demand.seen:
            return False
        self._open_levels(demand)
        news = self._bring(allocation, demand, filled=None)
        self._write()
        return news

    def fill(self, sku: str, waiting: Iterable[tuple[Allocation, Demand]]) -> list[bool]:
        """Give what there is of a SKU to who waits for it, first come first served."""
        told = []
        for allocation, demand in waiting:
            self._open_levels(demand)
            told.append(self._bring(allocation, demand, filled=sku))
        self._write()
        return told

    def can_fill(self, sku: str) -> bool:
        """Whether somebody waits for what is there."""
        return bool(self._owed(sku) and sum(self._shelf(sku, at) for at in self._open_places()))

    # --- what there is --------------------------------------------------------------------------

    def _open_places(self) -> list[str]:
        return [name for name, each in self._stock.locations.items() if not each.closed]

    def _now(self, sku: str, place: str, name: str) -> int:
        """What is planned for a level's number, beside what stands there."""
        return self._moved.get((sku, place), Counter())[name]

    def _available(self, sku: str, place: str) -> int:
        item = self._stock.items[sku]
        planned = self._now(sku, place, "on_hand") - self._now(sku, place, "reserved")
        return (item.available(place) if place in item.levels else 0) + planned

    def _shelf(self, sku: str, place: str) -> int:
        if place not in self._stock.items[sku].levels:
            return 0
        return max(0, self._available(sku, place))

    def _owed(self, sku: str) -> int:
        item = self._stock.items[sku]
        if item.home is None:
            return 0
        return item.levels[item.home].owed + self._now(sku, item.home, "owed")

    def _promisable(self, sku: str) -> int:
        there = sum(self._shelf(sku, place) for place in self._open_places())
        return max(0, there - self._owed(sku))

    def _counts(self, sku: str) -> bool:
        return bool(self._stock.items[sku].settings["tracked"])

    def _ranked(self, allocation: Allocation, country: str) -> list[str]:
        serving = {place for (_, place), row in allocation.rows.items() if row.quantity}
        locations = self._stock.locations
        return sorted(
            self._open_places(),
            key=lambda name: (
                name not in serving,
                locations[name].priority,
                locations[name].country != country,
                name,
            ),
        )

    # --- what is written ------------------------------------------------------------------------

    def _open_levels(self, demand: Demand) -> None:
        """What is owed, left or came back stands somewhere, in stock before or not."""
        first = min(
            self._open_places(),
            key=lambda name: (self._stock.locations[name].priority, name),
            default=None,
        )
        gone = {need.sku for need in demand.needs if need.gone}
        for need in demand.needs:
            item = self._stock.items[need.sku]
            may_be_owed = item.settings["oversell_policy"] != "deny" or need.sku in gone
            if item.settings["tracked"] and item.home is None and may_be_owed and first:
                self._stock.open(item, first)
            for place, _ in need.back:
                if item.settings["tracked"] and place in self._stock.locations:
                    self._stock.open(item, place)

    def _set(self, allocation: Allocation, sku: str, place: str, **by: int) -> None:
        if not any(by.values()):
            return
        row = allocation.rows.setdefault((sku, place), Row())
        for name, units in by.items():
            setattr(row, name, getattr(row, name) + units)
        level = self._moved.setdefault((sku, place), Counter())
        level["on_hand"] += by.get("returned", 0) - by.get("shipped", 0)
        level["reserved"] += by.get("quantity", 0) - by.get("shipped", 0)
        level["owed"] += by.get("backordered", 0)

    def _write(self) -> None:
        """Change each level once, by all that was planned for it."""
        moved, self._moved = self._moved, {}
        for (sku, place), by in moved.items():
            self._stock.change(sku, place, **by)

    # --- one order ------------------------------------------------------------------------------

    def _bring(self, allocation: Allocation, demand: Demand, filled: str | None) -> bool:
        newer = allocation.seen < demand.seen
        wanted, gone = Counter[str](), Counter[str]()
        for need in demand.needs:
            wanted[need.sku] += need.wanted
            gone[need.sku] += need.gone
        for sku in dict.fromkeys(sku for sku, _ in allocation.rows):
            if sku not in wanted:
                wanted[sku] = gone[sku] = allocation.sum(sku, "shipped")
        for sku in wanted:
            self._ship(allocation, demand, sku, gone[sku] - allocation.sum(sku, "shipped"))
        for sku in wanted:
            held = allocation.sum(sku, "held") + allocation.sum(sku, "backordered")
            self._release(allocation, sku, held - (wanted[sku] - gone[sku]))
        self._restock(allocation, demand)
        if filled is not None:
            self._fill_rows(allocation, demand, filled)
        needs = {
            sku: units
            for sku in wanted
            if self._counts(sku)
            and (units := wanted[sku] - max(gone[sku], self._ever(allocation, sku))) > 0
        }
        short = self._reserve(allocation, demand, needs) if newer else sum(needs.values())
        shares = self._shares(allocation, demand, wanted)
        decision = _decision(demand, short, shares)
        news = _is_news(allocation, decision, shares, newer=newer)
        allocation.decision, allocation.shares, allocation.known = decision, shares, True
        allocation.seen = demand.seen
        return news

    def _ever(self, allocation: Allocation, sku: str) -> int:
        return allocation.sum(sku, "quantity") + allocation.sum(sku, "backordered")

    def _ship(self, allocation: Allocation, demand: Demand, sku: str, units: int) -> None:
        """What left is taken from what was held; what was not held left all the same."""
        for place, row in reversed(allocation.of(sku)):
            back = min(max(0, -units), row.shipped)
            units += back
            self._set(allocation, sku, place, shipped=-back)
        for place, row in allocation.of(sku):
            some = min(max(0, units), row.held)
            units -= some
            self._set(allocation, sku, place, shipped=some)
        told = max(0, units)
        for place, row in allocation.of(sku):
            some = min(told, row.backordered)
            told -= some
            self._set(allocation, sku, place, backordered=-some)
        if units <= 0 or not self._counts(sku):
            return
        for place in self._ranked(allocation, demand.country):
            some = min(units, self._shelf(sku, place))
            units -= some
            self._set(allocation, sku, place, quantity=some, shipped=some)
        home = self._stock.items[sku].home
        if home is not None:
            self._set(allocation, sku, home, quantity=units, shipped=units)

    def _release(self, allocation: Allocation, sku: str, units: int) -> None:
        """What nobody wants any more is given back, what is still owed first."""
        for place, row in reversed(allocation.of(sku)):
            some = min(max(0, units), row.backordered)
            units -= some
            self._set(allocation, sku, place, backordered=-some)
        for place, row in reversed(allocation.of(sku)):
            some = min(max(0, units), row.held)
            units -= some
            self._set(allocation, sku, place, quantity=-some, released=some)

    def _restock(self, allocation: Allocation, demand: Demand) -> None:
        returned = Counter[tuple[str, str]]()
        for need in demand.needs:
            for place, units in need.back:
                if self._counts(need.sku):
                    returned[need.sku, place] += units
        for (sku, place), units in returned.items():
            before = allocation.rows.get((sku, place), Row()).returned
            self._set(allocation, sku, place, returned=max(0, units - before))

    def _fill_rows(self, allocation: Allocation, demand: Demand, sku: str) -> None:
        ranked = self._ranked(allocation, demand.country)
        for place, row in allocation.of(sku):
            if not row.backordered:
                continue
            there = {name: self._shelf(sku, name) for name in ranked}
            for source, units in _split(row.backordered, ranked, there).items():
                self._set(allocation, sku, place, backordered=-units)
                self._set(allocation, sku, source, quantity=units)

    def _reserve(self, allocation: Allocation, demand: Demand, needs: dict[str, int]) -> int:
        """Reserve and owe; how many units nothing could be done for."""
        takes = self._choose(allocation, demand, needs)
        owes: dict[str, int] = {}
        short = 0
        for sku, units in needs.items():
            lacking = units - sum(n for (name, _), n in takes.items() if name == sku)
            owes[sku] = self._may_owe(sku, lacking, demand.placed_at)
            short += lacking - owes[sku]
        if short and not demand.partial:
            return sum(needs.values())
        for (sku, place), units in takes.items():
            self._set(allocation, sku, place, quantity=units)
        for sku, units in owes.items():
            home = self._stock.items[sku].home
            if units and home is not None:
                self._set(allocation, sku, home, backordered=units)
        return short

    def _choose(
        self, allocation: Allocation, demand: Demand, needs: dict[str, int]
    ) -> dict[tuple[str, str], int]:
        ranked = self._ranked(allocation, demand.country)
        most = {sku: self._promisable(sku) for sku in needs}
        there = {
            sku: {place: min(most[sku], self._shelf(sku, place)) for place in ranked}
            for sku in needs
        }
        for place in ranked:
            if needs and all(there[sku][place] >= units for sku, units in needs.items()):
                return {(sku, place): units for sku, units in needs.items()}
        return {
            (sku, place): some
            for sku, units in needs.items()
            for place, some in _split(min(units, most[sku]), ranked, there[sku]).items()
        }

    def _may_owe(self, sku: str, units: int, placed_at: float) -> int:
        item = self._stock.items[sku]
        policy, release = item.settings["oversell_policy"], item.settings["release_at"]
        owes = policy == "backorder" or (
            policy == "preorder" and (release is None or text(placed_at) < release)
        )
        if not owes or item.home is None:
            return 0
        limit = item.settings["backorder_limit"]
        return units if limit is None else min(units, max(0, limit - self._owed(sku)))

    def _shares(
        self, allocation: Allocation, demand: Demand, wanted: Counter[str]
    ) -> dict[str, tuple[int, int]]:
        """What each line has: what was shipped for it, then more in the order of the lines."""
        left = {
            sku: allocation.sum(sku, "quantity") if self._counts(sku) else wanted[sku]
            for sku in wanted
        }
        owed = {sku: allocation.sum(sku, "backordered") for sku in wanted}
        shares = dict.fromkeys((need.line for need in demand.needs), (0, 0))
        for need in demand.needs:
            some = min(need.gone, left[need.sku])
            left[need.sku] -= some
            shares[need.line] = (some, 0)
        for need in demand.needs:
            has = shares[need.line][0]
            more = min(need.wanted - has, left[need.sku])
            left[need.sku] -= more
            late = min(need.wanted - has - more, owed[need.sku])
            owed[need.sku] -= late
            shares[need.line] = (has + more, late)
        return shares


def _split(units: int, ranked: list[str], there: dict[str, int]) -> dict[str, int]:
    """From the first location that has them all, else from as many as it takes."""
    for place in ranked:
        if units and there[place] >= units:
            return {place: units}
    takes: dict[str, int] = {}
    for place in ranked:
        if some := min(units, there[place]):
            takes[place] = some
            units -= some
    return takes


def _decision(demand: Demand, short: int, shares: dict[str, tuple[int, int]]) -> str:
    if not demand.active:
        return "released"
    if short:
        some = demand.partial and any(any(share) for share in shares.values())
        return "partially_allocated" if some else "out_of_stock"
    return "backordered" if any(late for _, late in shares.values()) else "allocated"


def _is_news(
    before: Allocation, decision: str, shares: dict[str, tuple[int, int]], *, newer: bool
) -> bool:
    if not before.known:
        return decision != "released"
    if decision == "out_of_stock" and newer:
        return True
    return (decision, shares) != (before.decision, before.shares)
