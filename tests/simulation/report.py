"""What many seeds together amount to: how many, how fast, what went wrong in them on purpose."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Final

from tests.simulation.processes.faults import Fault
from tests.simulation.seed import Outcome

ENOUGH_SEEDS: Final = 100
"""Seeds in which every kind of fault must have been injected."""


@dataclass
class Report:
    """The sum of outcomes."""

    tries_everything: bool = True
    """Whether no kind of fault may be left out, in seeds enough."""
    seeds: int = 0
    calls: int = 0
    fewest_orders: int = 0
    faults: Counter[str] = field(default_factory=lambda: Counter({f.value: 0 for f in Fault}))
    seen: Counter[str] = field(default_factory=Counter)
    figures: Counter[str] = field(default_factory=Counter)
    used: Counter[str] = field(default_factory=Counter)
    """How many seeds needed each permission of a function."""
    slowest: float = 0.0
    """The longest that a seed took until all was quiet, in simulated seconds."""
    traces: dict[int, str] = field(default_factory=dict)
    broken: Outcome | None = None
    seconds: float = 0.0

    def add(self, outcome: Outcome) -> None:
        """Count one seed."""
        self.seeds += 1
        self.calls += outcome.calls
        self.traces[outcome.seed] = outcome.trace
        self.faults.update(outcome.counts)
        self.seen.update(outcome.seen)
        self.figures.update(outcome.figures)
        self.used.update(outcome.used.keys())
        self.slowest = max(self.slowest, outcome.simulated)
        if outcome.ok and (self.fewest_orders == 0 or outcome.orders < self.fewest_orders):
            self.fewest_orders = outcome.orders
        if not outcome.ok and (self.broken is None or outcome.seed < self.broken.seed):
            self.broken = outcome

    @property
    def never(self) -> list[str]:
        """Kinds of faults that were not injected once, though there were seeds enough."""
        if self.seeds < ENOUGH_SEEDS or not self.tries_everything:
            return []
        return sorted(kind for kind, times in self.faults.items() if not times)

    @property
    def ok(self) -> bool:
        """Whether every promise was kept, and tried; no seed at all is no proof."""
        return self.seeds > 0 and self.broken is None and not self.never

    @property
    def per_minute(self) -> float:
        """Seeds a minute."""
        return 60 * self.seeds / self.seconds if self.seconds else 0.0

    def lines(self) -> list[str]:
        """The report, as people read it."""
        told = []
        if self.broken is not None:
            told += [
                f"seed {self.broken.seed} breaks a promise: {self.broken.violation}",
                *self.broken.story,
                f"again: the same with SEED={self.broken.seed}",
                "",
            ]
        told.append("happened: " + _listed(self.seen))
        told.append("faults:   " + _listed(self.faults))
        if self.never:
            told.append(f"never injected in {self.seeds} seeds: {', '.join(self.never)}")
        if self.figures:
            told.append(
                f"ended:    {_listed(self.figures)}; quiet after {self.slowest:.0f} s at most"
            )
        told.append(
            f"{self.seeds} seeds{f', each of at least {self.fewest_orders} orders' * self.ok},"
            f" {self.calls} AWS calls, {self.seconds:.0f} s, {self.per_minute:.0f} seeds a minute:"
            f" {'every promise kept' if self.ok else 'FAILED'}"
        )
        return told

    def document(self) -> dict[str, Any]:
        """The report, as programs read it."""
        return {
            "ok": self.ok,
            "seeds": self.seeds,
            "per_minute": round(self.per_minute, 1),
            "fewest_orders": self.fewest_orders,
            "calls": self.calls,
            "faults": dict(self.faults),
            "seen": dict(self.seen),
            "figures": dict(self.figures),
            "used": dict(self.used),
            "traces": self.traces,
            "broken_seed": self.broken.seed if self.broken else None,
            "violation": self.broken.violation if self.broken else None,
        }


def _listed(counts: Counter[str]) -> str:
    return ", ".join(f"{kind} {times}" for kind, times in counts.items()) or "nothing"
