"""The use case behind the order stream: bring stock to what orders ask, many orders at a time."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from inventory.allocation.groups import Commit, Group, cut_groups
from inventory.allocation.planner import OrderPlan, placing, plan_orders
from inventory.patience import Patience
from inventory.stock import Allocation, Demand, OrderKey, Reservation, SkuKey, Stock
from waybill.dynamo import is_transient
from waybill.observability import count, describe_error, logger

MAX_PLANS: Final = 8
"""Readings of a batch before it is left for another delivery."""
MAX_CONFLICTS: Final = 6
"""Attempts at one transaction before it is planned anew."""


class Allocations(Protocol):
    """Where stock and decisions are read, and groups written."""

    def read(self, demands: Sequence[Demand]) -> tuple[Mapping[OrderKey, Allocation], Stock]:
        """Decisions and stock as they are, consistently."""

    def commit(self, group: Group) -> Commit:
        """Write one group, all or nothing."""


@dataclass
class Outcome:
    """What became of a batch; what is in neither is applied."""

    undone: set[OrderKey] = field(default_factory=set)
    """AWS refused for now: deliver again."""
    poisoned: dict[OrderKey, Exception] = field(default_factory=dict)
    """Fails by itself, whatever is tried."""
    waiting: dict[SkuKey, set[OrderKey]] = field(default_factory=dict)
    """Orders that are applied, now or before, and are owed units of a SKU."""

    def note(self, key: OrderKey, rows: Iterable[Reservation]) -> None:
        """Remember what an order waits for."""
        for row in rows:
            if row.backordered:
                self.waiting.setdefault(SkuKey(key.shop_id, row.sku), set()).add(key)


@dataclass(frozen=True)
class Allocator:
    """Reserves, ships and releases in group commits."""

    allocations: Allocations
    patience: Patience

    def apply(self, demands: Iterable[Demand]) -> Outcome:
        """Apply at most one demand per order; each may have been applied before.

        Never raises: what cannot be done is in the outcome.
        """
        outcome = Outcome()
        self._apply({demand.key: demand for demand in demands}, outcome, None)
        return outcome

    def fill(self, sku: SkuKey, demands: Iterable[Demand]) -> Outcome:
        """Give what has arrived of a SKU to orders that wait for it, as :meth:`apply` does.

        Who waits longest must be among them.
        """
        outcome = Outcome()
        self._apply({demand.key: demand for demand in demands}, outcome, sku)
        return outcome

    def _apply(
        self, pending: dict[OrderKey, Demand], outcome: Outcome, fill: SkuKey | None
    ) -> None:
        try:
            self._settle(pending, outcome, fill)
        except Exception as error:
            self._failed(pending, outcome, fill, error)
        else:
            outcome.undone |= set(pending)

    def _failed(
        self,
        pending: Mapping[OrderKey, Demand],
        outcome: Outcome,
        fill: SkuKey | None,
        error: Exception,
    ) -> None:
        """Refused for now, or poisoned: then each order is tried alone, to find which it is."""
        if is_transient(error):
            logger.warning("allocation failed for now", **describe_error(error))
            outcome.undone |= set(pending)
        elif len(pending) == 1:
            outcome.poisoned |= dict.fromkeys(pending, error)
        else:
            for demand in sorted(pending.values(), key=placing):
                self._apply({demand.key: demand}, outcome, fill)

    def _settle(
        self, pending: dict[OrderKey, Demand], outcome: Outcome, fill: SkuKey | None
    ) -> None:
        """Read, plan and commit until nothing is pending; what is settled leaves ``pending``."""
        for attempt in range(MAX_PLANS):
            if not pending:
                return
            if attempt:
                count("AllocationReplans")
                self.patience.wait(attempt)
            stored, stock = self.allocations.read(list(pending.values()))
            plans = plan_orders(pending.values(), stored, stock, fill=fill)
            planned = {plan.demand.key for plan in plans}
            for key in pending.keys() - planned:
                del pending[key]
                outcome.note(key, stored[key].reservations)
            for group in cut_groups(plans, stock):
                if not self._commit(group):
                    break
                for step in group.steps:
                    if step.last:
                        del pending[step.plan.demand.key]
                        outcome.note(step.plan.demand.key, step.plan.reservations)
                        _report(step.plan)
        logger.warning("allocation given up for now", orders=len(pending))

    def _commit(self, group: Group) -> bool:
        """Write a group; False when it must be planned anew."""
        for attempt in range(MAX_CONFLICTS):
            outcome = self.allocations.commit(group)
            if outcome is not Commit.CONFLICT:
                return outcome is Commit.DONE
            count("AllocationConflicts")
            self.patience.wait(attempt)
        return False


def _report(plan: OrderPlan) -> None:
    logger.debug(
        "order allocated",
        order_id=plan.demand.order_id,
        order_version=plan.demand.order_version,
        decision=plan.decision.value,
    )
    if plan.forced:
        count("UnreservedShipments")
        logger.error("more shipped than there was", order_id=plan.demand.order_id)
