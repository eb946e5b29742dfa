"""Cuts a plan into transactions: one update per level for all orders of a group, and their rows.

Pure. DynamoDB takes 100 items a transaction. An order stays whole unless it changes more than 45
reservation lines; then it is written in parts, and its last part carries the decision. Each part
rests on the one before it, through the version of the order's allocation.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from inventory.allocation.book import RowChange
from inventory.allocation.planner import OrderPlan
from inventory.stock import Allocation, Decision, LevelKey, Reservation, SkuKey, Stock
from waybill.dynamo import MAX_TRANSACTION

MAX_ROWS: Final = 45  # with as many levels and the allocation: 91 items


class Commit(Enum):
    """How a transaction ended."""

    DONE = "done"
    CONFLICT = "conflict"
    """Another writer holds an item right now: the same transaction may succeed in a moment."""
    STALE = "stale"
    """Something was not as it was read: read and plan again."""


@dataclass
class LevelChange:
    """What a group does to one level; all numbers are sums over its orders."""

    on_hand: int = 0
    reserved: int = 0
    backordered: int = 0
    taken: int = 0
    """Units by which ``available`` falls; negative when more is given back."""
    forced: bool = False
    """True for a fact that leaves ``available`` negative: no condition may refuse it."""
    room: int | None = None
    """How many units may stand backordered before this change; None is no limit."""
    woken: set[str] = field(default_factory=set)
    """When the orders were placed whose lines here are new, or were closed before."""

    def add(self, change: RowChange, placed_at: str) -> None:
        """Add the change of one reservation line, of an order placed then."""
        self.on_hand -= change.after.shipped - change.before.shipped
        self.on_hand += change.after.returned - change.before.returned
        self.reserved += change.after.open - change.before.open
        self.backordered += change.after.backordered - change.before.backordered
        self.taken += change.taken
        if change.wakes:
            self.woken.add(placed_at)


@dataclass(frozen=True)
class Step:
    """One order's share of a transaction: its rows, and its allocation as it then stands."""

    plan: OrderPlan
    changes: tuple[RowChange, ...]
    seen_version: int
    """The version the stored allocation must have; 0: there must be none."""
    allocation: Allocation
    last: bool
    """False for a part of an order too large for one transaction that is followed by another."""

    @property
    def decided(self) -> bool:
        """True where orders must hear of it."""
        return self.plan.decided and self.last


@dataclass
class Group:
    """One transaction."""

    steps: list[Step] = field(default_factory=list)
    levels: dict[LevelKey, LevelChange] = field(default_factory=dict)
    rows: int = 0

    def size_with(self, step: Step) -> int:
        """How many items the transaction would have with this step."""
        shop_id = step.plan.demand.shop_id
        new_levels = {_level_key(shop_id, change.after) for change in step.changes}
        levels = len(self.levels) + len(new_levels - self.levels.keys())
        return len(self.steps) + 1 + self.rows + len(step.changes) + levels

    def add(self, step: Step) -> None:
        """Take an order's share in."""
        self.steps.append(step)
        self.rows += len(step.changes)
        for change in step.changes:
            key = _level_key(step.plan.demand.shop_id, change.after)
            level = self.levels.setdefault(key, LevelChange())
            level.add(change, step.plan.demand.placed_at)
            level.forced = level.forced or key in step.plan.forced


def cut_groups(
    plans: Iterable[OrderPlan], stock: Stock, *, limit: int = MAX_TRANSACTION
) -> Iterator[Group]:
    """The transactions of a plan, in the order they are to be committed."""
    group = Group()
    for plan in plans:
        steps = list(_steps(plan))
        alone = len(steps) > 1 or bool(plan.forced)
        if group.steps and (alone or group.size_with(steps[0]) > limit):
            yield _limited(group, stock)
            group = Group()
        for step in steps:
            group.add(step)
            if alone:
                yield _limited(group, stock)
                group = Group()
    if group.steps:
        yield _limited(group, stock)


def _steps(plan: OrderPlan) -> Iterator[Step]:
    """The order in parts; stock is taken before any is given back."""
    changes = sorted(plan.changes, key=lambda change: -change.taken)
    parts: Sequence[Sequence[RowChange]] = [
        changes[start : start + MAX_ROWS] for start in range(0, len(changes), MAX_ROWS)
    ] or [()]
    version = plan.seen.version if plan.seen else 0
    rows = {(r.sku, r.location_id): r for r in (plan.seen.reservations if plan.seen else ())}
    for number, part in enumerate(parts, start=1):
        rows |= {(c.after.sku, c.after.location_id): c.after for c in part}
        last = number == len(parts)
        yield Step(
            plan=plan,
            changes=tuple(part),
            seen_version=version,
            allocation=_allocation(plan, version + 1, tuple(rows.values()), last=last),
            last=last,
        )
        version += 1


def _allocation(
    plan: OrderPlan, version: int, rows: tuple[Reservation, ...], *, last: bool
) -> Allocation:
    if last:
        return Allocation(
            version, plan.demand.order_version, plan.decision, plan.lines, plan.reservations
        )
    if plan.seen is None:
        return Allocation(version, 0, Decision.PENDING, {}, rows)
    return Allocation(version, plan.seen.order_version, plan.seen.decision, plan.seen.lines, rows)


def _limited(group: Group, stock: Stock) -> Group:
    """Bound what is owed of a limited SKU, which all stands at its home."""
    for key, level in group.levels.items():
        item = stock.items.get(SkuKey(key.shop_id, key.sku))
        if item is None or item.backorder_limit is None or level.backordered <= 0:
            continue
        level.room = item.backorder_limit - level.backordered
    return group


def _level_key(shop_id: str, row: Reservation) -> LevelKey:
    return LevelKey(shop_id, row.sku, row.location_id)
