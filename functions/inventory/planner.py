"""Decides who gets which stock: a pure function of demands, earlier decisions and stock.

There is one path for placing, editing, cancelling and shipping: the stored allocation is brought
to what the newest version of the order asks for. First the orders that only ship or give back;
then those that want more, first come first served by placing, then by id. Each order's changes
are possible given the changes before it, so any prefix of the plan can be committed.

For what an order wants more of: one location that serves all of it beats a split, a location that
already serves the order comes before others, then the lower priority number, then a location in
the country shipped to, then the location's id. In a split, one location per SKU beats several.
Units owed to earlier orders at a level are not promised to later ones when stock arrives there.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from inventory.book import Book, RowChange
from inventory.sharing import Needs, Takes, split, spread
from inventory.stock import (
    Allocation,
    Decision,
    Demand,
    LevelKey,
    LineShare,
    OrderKey,
    OversellPolicy,
    Reservation,
    Stock,
)

_NOTHING: Final = LineShare(0, 0)


@dataclass(frozen=True)
class OrderPlan:
    """What is to be written for one order."""

    demand: Demand
    seen: Allocation | None
    reservations: tuple[Reservation, ...]
    changes: tuple[RowChange, ...]
    decision: Decision
    lines: Mapping[str, LineShare]
    decided: bool
    """True when decision or lines differ from what was stored: orders must hear of it."""
    forced: frozenset[LevelKey]
    """Levels where more was shipped than there was: facts are recorded, available goes negative."""


def placing(demand: Demand) -> tuple[str, str, str]:
    """Who comes first."""
    return demand.placed_at, demand.order_id, demand.shop_id


def plan_orders(
    demands: Iterable[Demand], allocations: Mapping[OrderKey, Allocation], stock: Stock
) -> list[OrderPlan]:
    """Plan all demands that are newer than what is stored, in the order they are to be committed.

    ``demands`` holds at most one demand per order. Demands already applied are left out.
    """
    book = Book(stock)
    giving: list[_OrderPlanner] = []
    wanting: list[_OrderPlanner] = []
    for demand in sorted(demands, key=placing):
        seen = allocations.get(demand.key)
        if seen is None or seen.order_version < demand.order_version:
            planner = _OrderPlanner(demand, seen, book)
            (wanting if planner.wants_more() else giving).append(planner)
    return [planner.plan() for planner in giving + wanting]


class _OrderPlanner:
    """Brings one order's reservations to what its demand asks for."""

    def __init__(self, demand: Demand, seen: Allocation | None, book: Book) -> None:
        self._demand = demand
        self._seen = seen
        self._book = book
        stored = seen.reservations if seen else ()
        self._before = {(row.sku, row.location_id): row for row in stored}
        self._rows = dict(self._before)
        self._forced: set[LevelKey] = set()
        self._wanted: Needs = {}
        self._shipped: Needs = {}
        for line in demand.lines:
            self._wanted[line.sku] = self._wanted.get(line.sku, 0) + line.wanted
            self._shipped[line.sku] = self._shipped.get(line.sku, 0) + line.shipped
        for row in stored:  # a SKU that left the order keeps what was shipped of it
            if row.sku not in self._wanted:
                shipped = sum(r.shipped for r in stored if r.sku == row.sku)
                self._wanted[row.sku] = self._shipped[row.sku] = shipped

    def wants_more(self) -> bool:
        """True when the order is not content with what it has."""
        return any(self._needs().values())

    def plan(self) -> OrderPlan:
        for sku, shipped in self._shipped.items():
            self._ship(sku, shipped - sum(row.shipped for row in self._of(sku)))
        for sku in self._wanted:
            self._release(sku, self._held(sku) - self._to_hold(sku))
        missing = self._reserve()
        lines = self._share()
        decision = self._decide(missing, lines)
        changes = (
            RowChange(self._before.get(key, _empty(row)), row) for key, row in self._rows.items()
        )
        return OrderPlan(
            demand=self._demand,
            seen=self._seen,
            reservations=tuple(self._rows.values()),
            changes=tuple(change for change in changes if change.before != change.after),
            decision=decision,
            lines=lines,
            decided=self._is_news(decision, lines),
            forced=frozenset(self._forced),
        )

    # --- quantities -----------------------------------------------------------------------------

    def _of(self, sku: str) -> list[Reservation]:
        return [row for row in self._rows.values() if row.sku == sku]

    def _held(self, sku: str) -> int:
        return sum(row.open + row.backordered for row in self._of(sku))

    def _to_hold(self, sku: str) -> int:
        return self._wanted[sku] - self._shipped[sku]

    def _takes_stock(self, sku: str) -> bool:
        item = self._book.item(self._demand.shop_id, sku)
        return item is None or item.tracked

    def _needs(self) -> Needs:
        """Units to reserve beside what is held or shipped, by SKU; an unknown SKU needs too."""
        return {
            sku: max(0, wanted - max(shipped, self._ever(sku)))
            for sku, wanted, shipped in (
                (sku, self._wanted[sku], self._shipped[sku]) for sku in self._wanted
            )
            if self._takes_stock(sku)
        }

    def _ever(self, sku: str) -> int:
        return sum(row.quantity + row.backordered for row in self._of(sku))

    def _key(self, row: Reservation) -> LevelKey:
        return LevelKey(self._demand.shop_id, row.sku, row.location_id)

    def _set(self, row: Reservation) -> None:
        before = self._rows.get((row.sku, row.location_id), _empty(row))
        self._rows[row.sku, row.location_id] = row
        self._book.apply(self._key(row), RowChange(before, row))

    def _row(self, sku: str, location_id: str) -> Reservation:
        return self._rows.get((sku, location_id), Reservation(sku, location_id))

    # --- ship and release -----------------------------------------------------------------------

    def _ship(self, sku: str, units: int) -> None:
        """Follow the parcels: what left is taken from what was held, then from what was not."""
        for row in reversed(self._of(sku)):  # a parcel that did not leave after all
            back = min(max(0, -units), row.shipped)
            units += back
            self._set(replace(row, shipped=row.shipped - back))
        for row in self._of(sku):
            held = min(max(0, units), row.open)
            units -= held
            self._set(replace(row, shipped=row.shipped + held))
        for row in self._of(sku):
            owed = min(max(0, units), row.backordered)
            units -= owed
            self._set(replace(row, backordered=row.backordered - owed))
            self._ship_unreserved(sku, row.location_id, owed)
        if units > 0 and self._takes_stock(sku):
            self._ship_from_anywhere(sku, units)

    def _ship_from_anywhere(self, sku: str, units: int) -> None:
        """More left than was ever held: recorded where there is stock, the rest at home."""
        shop_id = self._demand.shop_id
        for location_id in self._ranked():
            there = self._book.available(LevelKey(shop_id, sku, location_id))
            some = max(0, min(units, there))
            units -= some
            self._ship_unreserved(sku, location_id, some)
        home = self._book.home(shop_id, sku)
        if home is not None:
            self._ship_unreserved(sku, home.location_id, units)

    def _ship_unreserved(self, sku: str, location_id: str, units: int) -> None:
        if units <= 0:
            return
        row = self._row(sku, location_id)
        row = replace(row, quantity=row.quantity + units, shipped=row.shipped + units)
        self._set(row)
        if self._book.available(self._key(row)) < 0:
            self._forced.add(self._key(row))

    def _release(self, sku: str, units: int) -> None:
        """Give back units nobody wants any more: those still owed first."""
        for row in reversed(self._of(sku)):
            owed = min(max(0, units), row.backordered)
            units -= owed
            self._set(replace(row, backordered=row.backordered - owed))
        for row in reversed(self._of(sku)):
            back = min(max(0, units), row.open)
            units -= back
            self._set(replace(row, quantity=row.quantity - back, released=row.released + back))

    # --- reserve --------------------------------------------------------------------------------

    def _reserve(self) -> int:
        """Reserve and owe what is needed; the number of units that nothing could be done for."""
        needs = {sku: units for sku, units in self._needs().items() if units}
        takes = self._choose(needs)
        owes: Needs = {}
        missing = 0
        for sku, need in needs.items():
            short = need - sum(units for (s, _), units in takes.items() if s == sku)
            owes[sku] = self._may_owe(sku, short)
            missing += short - owes[sku]
        if missing and not self._demand.partial:
            self._give_up()
            return sum(needs.values())
        for (sku, location_id), units in takes.items():
            row = self._row(sku, location_id)
            self._set(replace(row, quantity=row.quantity + units))
        for sku, units in owes.items():
            home = self._book.home(self._demand.shop_id, sku)
            if units and home is not None:
                row = self._row(sku, home.location_id)
                self._set(replace(row, backordered=row.backordered + units))
        return missing

    def _give_up(self) -> None:
        """All or nothing: an order that was never decided gives back what parts of it hold."""
        if not self._was_decided():
            for sku in self._wanted:
                self._release(sku, self._held(sku))

    def _may_owe(self, sku: str, units: int) -> int:
        shop_id = self._demand.shop_id
        item = self._book.item(shop_id, sku)
        if item is None or item.oversell_policy is OversellPolicy.DENY:
            return 0
        if self._book.home(shop_id, sku) is None:
            return 0
        room = self._book.backorder_room(shop_id, item)
        return units if room is None else min(units, room)

    def _ranked(self) -> list[str]:
        used = {row.location_id for row in self._rows.values() if row.quantity}
        return self._book.ranked(self._demand.shop_id, self._demand.ship_country, used)

    def _choose(self, needs: Needs) -> Takes:
        """Which units come from where; less than needed when there is less."""
        if not needs:
            return {}
        shop_id = self._demand.shop_id
        ranked = self._ranked()
        there = {
            (sku, location_id): self._book.promisable(LevelKey(shop_id, sku, location_id))
            for sku in needs
            for location_id in ranked
        }
        for location_id in ranked:
            if all(there[sku, location_id] >= units for sku, units in needs.items()):
                return {(sku, location_id): units for sku, units in needs.items()}
        takes: Takes = {}
        for sku, units in needs.items():
            takes |= split(sku, units, ranked, there)
        return takes

    # --- decide ---------------------------------------------------------------------------------

    def _share(self) -> dict[str, LineShare]:
        """Spread each SKU's units over its lines, in their order; shipped ones to who got them."""
        allocated: Needs = {}
        owed: Needs = {}
        for row in self._rows.values():
            allocated[row.sku] = allocated.get(row.sku, 0) + row.quantity
            owed[row.sku] = owed.get(row.sku, 0) + row.backordered
        for sku in self._wanted:
            if not self._takes_stock(sku):
                allocated[sku] = self._wanted[sku]
        return spread(self._demand.lines, allocated, owed)

    def _decide(self, missing: int, lines: Mapping[str, LineShare]) -> Decision:
        if not self._demand.active:
            return Decision.RELEASED
        if not self._demand.asks_stock:
            return Decision.PENDING
        if missing:
            anything = any(share != _NOTHING for share in lines.values())
            if self._demand.partial and anything:
                return Decision.PARTIALLY_ALLOCATED
            return Decision.OUT_OF_STOCK
        if any(share.backordered for share in lines.values()):
            return Decision.BACKORDERED
        return Decision.ALLOCATED

    def _is_news(self, decision: Decision, lines: Mapping[str, LineShare]) -> bool:
        """A tombstone for an order that never had anything tells orders nothing new.

        Nor does writing off what left of an order that does not ask: told as a decision, it would
        confirm the order once it asks, before the rest of it is decided.
        """
        if decision is Decision.PENDING:
            return False
        if self._seen is None or not self._was_decided():
            return decision is not Decision.RELEASED
        return (decision, dict(lines)) != (self._seen.decision, dict(self._seen.lines))

    def _was_decided(self) -> bool:
        return self._seen is not None and self._seen.decision is not Decision.PENDING


def _empty(row: Reservation) -> Reservation:
    return Reservation(row.sku, row.location_id)
