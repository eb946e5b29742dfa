"""A shop's stock in memory, counted from reservation lines alone, never from the plan's numbers."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from inventory.allocation.groups import Commit, Group
from inventory.allocation.planner import OrderPlan, plan_orders
from inventory.stock import (
    Allocation,
    Demand,
    DemandLine,
    Level,
    LevelKey,
    Location,
    OrderKey,
    OversellPolicy,
    SkuKey,
    Stock,
    StockItem,
)

SHOP = "shop_1"


def demand(
    order_id: str,
    *lines: tuple[str, int] | tuple[str, int, int],
    version: int = 1,
    placed_at: str = "2026-11-22T10:00:00.000Z",
    active: bool = True,
    partial: bool = False,
    country: str = "DE",
) -> Demand:
    """Lines are (sku, wanted) or (sku, wanted, shipped); their ids are l1, l2, …"""
    return Demand(
        shop_id=SHOP,
        order_id=order_id,
        order_version=version,
        placed_at=placed_at,
        active=active,
        partial=partial,
        ship_country=country,
        lines=tuple(
            DemandLine(f"l{number}", line[0], line[1], line[2] if len(line) > 2 else 0)
            for number, line in enumerate(lines, start=1)
        ),
        correlation_id=f"c-{order_id}",
        actor="key:k",
    )


def location(location_id: str, priority: int = 100, country: str = "DE") -> Location:
    return Location(location_id, location_id, priority, country, version=1)


@dataclass
class World:
    """Truth: what was put on shelves, and what the orders' lines say."""

    shelves: dict[tuple[str, str], int]
    places: Sequence[Location]
    items: dict[str, StockItem] = field(default_factory=dict)
    allocations: dict[OrderKey, Allocation] = field(default_factory=dict)

    def item(self, sku: str) -> StockItem:
        known = self.items.get(sku, StockItem(sku))
        return replace(known, locations=tuple(loc for (s, loc) in self.shelves if s == sku))

    def level(self, sku: str, location_id: str) -> Level:
        rows = [
            row
            for allocation in self.allocations.values()
            for row in allocation.reservations
            if (row.sku, row.location_id) == (sku, location_id)
        ]
        on_hand = self.shelves[sku, location_id] - sum(row.shipped - row.returned for row in rows)
        reserved = sum(row.quantity - row.shipped for row in rows)
        return Level(
            sku=sku,
            location_id=location_id,
            on_hand=on_hand,
            reserved=reserved,
            available=on_hand - reserved - self.item(sku).safety_stock,
            backordered=sum(row.backordered for row in rows),
        )

    def stock(self) -> Stock:
        skus = {sku for sku, _ in self.shelves} | set(self.items)
        return Stock(
            items={SkuKey(SHOP, sku): self.item(sku) for sku in skus},
            levels={LevelKey(SHOP, *key): self.level(*key) for key in self.shelves},
            locations={(SHOP, place.location_id): place for place in self.places},
        )

    def plan(self, *demands: Demand) -> list[OrderPlan]:
        return plan_orders(demands, self.allocations, self.stock())

    def apply(self, *demands: Demand) -> dict[str, OrderPlan]:
        """Plan and keep the outcome; by order id."""
        plans = self.plan(*demands)
        for plan in plans:
            self.keep(plan)
        return {plan.demand.order_id: plan for plan in plans}

    def keep(self, plan: OrderPlan) -> None:
        self.allocations[plan.demand.key] = Allocation(
            version=(plan.seen.version if plan.seen else 0) + 1,
            order_version=plan.demand.order_version,
            decision=plan.decision,
            lines=plan.lines,
            reservations=plan.reservations,
        )

    def reserved_at(self, order_id: str) -> dict[tuple[str, str], int]:
        rows = self.allocations[OrderKey(SHOP, order_id)].reservations
        return {(row.sku, row.location_id): row.open for row in rows if row.open}


def shop(
    shelves: Mapping[tuple[str, str], int],
    *places: Location,
    items: Iterable[StockItem] = (),
) -> World:
    known = places or tuple(location(loc) for loc in dict.fromkeys(loc for _, loc in shelves))
    return World(dict(shelves), known, {item.sku: item for item in items})


def backorders(sku: str, limit: int | None = None) -> StockItem:
    return StockItem(sku, oversell_policy=OversellPolicy.BACKORDER, backorder_limit=limit)


class WorldAllocations:
    """Allocations kept in a :class:`World`: conditions are checked as DynamoDB would."""

    def __init__(self, world: World, refusals: Iterable[Commit | Exception] = ()) -> None:
        self.world = world
        self.refusals = list(refusals)
        self.reads = 0
        self.commits: list[Group] = []

    def read(self, demands: Sequence[Demand]) -> tuple[dict[OrderKey, Allocation], Stock]:
        self.reads += 1
        keys = {demand.key for demand in demands}
        found = {key: it for key, it in self.world.allocations.items() if key in keys}
        return found, self.world.stock()

    def commit(self, group: Group) -> Commit:
        if self.refusals:
            refusal = self.refusals.pop(0)
            if isinstance(refusal, Exception):
                raise refusal
            return refusal
        for step in group.steps:
            stored = self.world.allocations.get(step.plan.demand.key)
            if (stored.version if stored else 0) != step.seen_version:
                return Commit.STALE
        for key, change in group.levels.items():
            level = self.world.level(key.sku, key.location_id)
            if not change.forced and 0 < change.taken > level.available:
                return Commit.STALE
            if change.room is not None and level.backordered > change.room:
                return Commit.STALE
        for step in group.steps:
            self.world.allocations[step.plan.demand.key] = step.allocation
        self.commits.append(group)
        return Commit.DONE
