"""The use case behind the order stream: bring stock to what orders ask, many orders at a time."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from inventory.groups import Commit, Group, cut_groups
from inventory.patience import Patience
from inventory.planner import OrderPlan, placing, plan_orders
from inventory.stock import Allocation, Demand, OrderKey, Stock
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


@dataclass(frozen=True)
class Allocator:
    """Reserves, ships and releases in group commits."""

    allocations: Allocations
    patience: Patience

    def apply(self, demands: Iterable[Demand]) -> Outcome:
        """Apply at most one demand per order; each may have been applied before.

        Never raises: what cannot be done is in the outcome.
        """
        pending = {demand.key: demand for demand in demands}
        try:
            self._settle(pending)
        except Exception as error:
            return self._failed(pending, error)
        return Outcome(undone=set(pending))

    def _failed(self, pending: Mapping[OrderKey, Demand], error: Exception) -> Outcome:
        """Refused for now, or poisoned: then each order is tried alone, to find which it is."""
        if is_transient(error):
            logger.warning("allocation failed for now", **describe_error(error))
            return Outcome(undone=set(pending))
        if len(pending) == 1:
            return Outcome(poisoned=dict.fromkeys(pending, error))
        total = Outcome()
        for demand in sorted(pending.values(), key=placing):
            outcome = self.apply([demand])
            total.undone |= outcome.undone
            total.poisoned |= outcome.poisoned
        return total

    def _settle(self, pending: dict[OrderKey, Demand]) -> None:
        """Read, plan and commit until nothing is pending; what is settled leaves ``pending``."""
        for attempt in range(MAX_PLANS):
            if not pending:
                return
            if attempt:
                count("AllocationReplans")
                self.patience.wait(attempt)
            stored, stock = self.allocations.read(list(pending.values()))
            plans = plan_orders(pending.values(), stored, stock)
            planned = {plan.demand.key for plan in plans}
            for key in pending.keys() - planned:
                del pending[key]
            for group in cut_groups(plans, stock):
                if not self._commit(group):
                    break
                for step in group.steps:
                    if step.allocation.order_version == step.plan.demand.order_version:
                        del pending[step.plan.demand.key]
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
