"""Decides who gets which stock: a pure function of demands, earlier decisions and stock.

There is one path for placing, editing, cancelling, shipping and returning: the stored allocation
is brought to what the newest version of the order asks for. First the orders that only ship or give
back; then those that want more, first come first served by placing, then by id. Each order's
changes are possible given the changes before it, so any prefix of the plan can be committed.

For what an order wants more of: one location that serves all of it beats a split, a location that
already serves the order comes before others, then the lower priority number, then a location in
the country shipped to, then the location's id. In a split, one location per SKU beats several.

Units owed of a SKU stand at its home, and no later order is promised what is owed to earlier ones,
at whatever location stock arrives: that is for a plan that fills, which gives it to those who wait.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from inventory.allocation.book import Book, RowChange
from inventory.allocation.rows import OrderRows
from inventory.allocation.sharing import Needs, Takes, split, spread
from inventory.stock import (
    Allocation,
    Decision,
    Demand,
    LevelKey,
    LineShare,
    OrderKey,
    OversellPolicy,
    Reservation,
    SkuKey,
    Stock,
    StockItem,
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
    """True when orders must hear of it: decision or lines are new, or an order that asked again
    is still short of stock."""
    forced: frozenset[LevelKey]
    """Levels where more was shipped than there was: facts are recorded, available goes negative."""


def placing(demand: Demand) -> tuple[str, str, str]:
    """Who comes first."""
    return demand.placed_at, demand.order_id, demand.shop_id


def plan_orders(
    demands: Iterable[Demand],
    allocations: Mapping[OrderKey, Allocation],
    stock: Stock,
    *,
    fill: SkuKey | None = None,
) -> list[OrderPlan]:
    """Plan all demands that are newer than what is stored, in the order they are to be committed.

    ``demands`` holds at most one demand per order. Demands already applied are left out, but for
    those that wait for the SKU to ``fill``: they get what has arrived of it. Who waits longest
    must be among them.
    """
    book = Book(stock)
    giving: list[_OrderPlanner] = []
    wanting: list[_OrderPlanner] = []
    for demand in sorted(demands, key=placing):
        seen = allocations.get(demand.key)
        planner = _OrderPlanner(demand, seen, book, fill)
        if planner.is_newer or planner.waits:
            (wanting if planner.waits or planner.wants_more() else giving).append(planner)
    planned = [(planner, planner.plan()) for planner in giving + wanting]
    return [plan for planner, plan in planned if plan.changes or planner.is_newer]


class _OrderPlanner:
    """Brings one order's reservations to what its demand asks for."""

    def __init__(
        self, demand: Demand, seen: Allocation | None, book: Book, fill: SkuKey | None
    ) -> None:
        self._demand = demand
        self._seen = seen
        self._book = book
        self._filled = fill.sku if fill and fill.shop_id == demand.shop_id else None
        self._rows = OrderRows(demand, seen.reservations if seen else (), book)
        self._wanted: Needs = {}
        self._shipped: Needs = {}
        for line in demand.lines:
            self._wanted[line.sku] = self._wanted.get(line.sku, 0) + line.wanted
            self._shipped[line.sku] = self._shipped.get(line.sku, 0) + line.shipped
        for sku in self._rows.skus():  # a SKU that left the order keeps what was shipped of it
            if sku not in self._wanted:
                self._wanted[sku] = self._shipped[sku] = self._rows.shipped(sku)

    @property
    def is_newer(self) -> bool:
        """True where this version of the order is not applied yet."""
        return self._seen is None or self._seen.order_version < self._demand.order_version

    @property
    def waits(self) -> bool:
        """True where the order is owed units of the SKU to fill, and is not a late image."""
        seen, demand = self._seen, self._demand
        if seen is None or seen.order_version > demand.order_version:
            return False
        return any(row.backordered and row.sku == self._filled for row in seen.reservations)

    def wants_more(self) -> bool:
        """True when the order is not content with what it has."""
        return any(self._needs().values())

    def plan(self) -> OrderPlan:
        rows = self._rows
        for sku, shipped in self._shipped.items():
            rows.ship(sku, shipped - rows.shipped(sku))
        for sku in self._wanted:
            rows.release(sku, rows.held(sku) - (self._wanted[sku] - self._shipped[sku]))
        rows.restock()
        if self._filled is not None and self.waits:
            rows.fill(self._filled)
        missing = self._reserve() if self.is_newer else sum(self._needs().values())
        lines = self._share()
        decision = self._decide(missing, lines)
        return OrderPlan(
            demand=self._demand,
            seen=self._seen,
            reservations=rows.all(),
            changes=rows.changes(),
            decision=decision,
            lines=lines,
            decided=self._is_news(decision, lines),
            forced=frozenset(rows.forced),
        )

    # --- reserve --------------------------------------------------------------------------------

    def _needs(self) -> Needs:
        """Units to reserve beside what is held or shipped, by SKU; an unknown SKU needs too."""
        return {
            sku: max(0, wanted - max(self._shipped[sku], self._rows.ever(sku)))
            for sku, wanted in self._wanted.items()
            if self._rows.takes_stock(sku)
        }

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
            self._rows.add(sku, location_id, quantity=units)
        for sku, units in owes.items():
            home = self._book.home(self._demand.shop_id, sku)
            if units and home is not None:
                self._rows.add(sku, home.location_id, backordered=units)
        return missing

    def _give_up(self) -> None:
        """All or nothing: an order that was never decided gives back what parts of it hold."""
        if not self._was_decided():
            for sku in self._wanted:
                self._rows.release(sku, self._rows.held(sku))

    def _may_owe(self, sku: str, units: int) -> int:
        shop_id = self._demand.shop_id
        item = self._book.item(shop_id, sku)
        if item is None or not _is_owed(item, self._demand.placed_at):
            return 0
        if self._book.home(shop_id, sku) is None:
            return 0
        room = self._book.backorder_room(shop_id, item)
        return units if room is None else min(units, room)

    def _choose(self, needs: Needs) -> Takes:
        """Which units come from where; less than needed when there is less."""
        if not needs:
            return {}
        shop_id = self._demand.shop_id
        ranked = self._rows.ranked()
        most = {sku: self._book.promisable(shop_id, sku) for sku in needs}
        there = {
            (sku, place): min(most[sku], self._book.on_shelf(LevelKey(shop_id, sku, place)))
            for sku in needs
            for place in ranked
        }
        for place in ranked:
            if all(there[sku, place] >= units for sku, units in needs.items()):
                return {(sku, place): units for sku, units in needs.items()}
        takes: Takes = {}
        for sku, units in needs.items():
            takes |= split(sku, min(units, most[sku]), ranked, there)
        return takes

    # --- decide ---------------------------------------------------------------------------------

    def _share(self) -> dict[str, LineShare]:
        """Spread each SKU's units over its lines, in their order; shipped ones to who got them."""
        allocated: Needs = {}
        owed: Needs = {}
        for row in self._rows.all():
            allocated[row.sku] = allocated.get(row.sku, 0) + row.quantity
            owed[row.sku] = owed.get(row.sku, 0) + row.backordered
        for sku in self._wanted:
            if not self._rows.takes_stock(sku):
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
        confirm the order once it asks, before the rest of it is decided. That there still is no
        stock is told whenever an order asks again: it may have been let go meanwhile.
        """
        if decision is Decision.PENDING:
            return False
        if self._seen is None or not self._was_decided():
            return decision is not Decision.RELEASED
        if decision is Decision.OUT_OF_STOCK and self.is_newer:
            return True
        return (decision, dict(lines)) != (self._seen.decision, dict(self._seen.lines))

    def _was_decided(self) -> bool:
        return self._seen is not None and self._seen.decision is not Decision.PENDING


def _is_owed(item: StockItem, placed_at: str) -> bool:
    """Whether an order placed then may wait for units; a preorder ends with the release."""
    match item.oversell_policy:
        case OversellPolicy.BACKORDER:
            return True
        case OversellPolicy.PREORDER:
            return item.release_at is None or placed_at < item.release_at
        case OversellPolicy.DENY:
            return False
