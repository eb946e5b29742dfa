"""What can go wrong: the kinds of faults, how often each strikes in a seed, how often it did."""

import random
from collections import Counter
from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class Fault(StrEnum):
    """Every kind of fault; each must have been injected at least once in a hundred seeds."""

    DUPLICATE = "delivery repeated"
    REORDERED = "delivery overtaken"
    LATE = "delivery set back"
    RECUT = "batch cut differently"
    STALE_READ = "stale read"
    STALE_INDEX = "stale index"
    THROTTLED = "throttled"
    CONFLICT = "transaction conflict"
    SERVER_ERROR = "internal server error"
    UNPROCESSED = "partly unprocessed"
    LOST_REQUEST = "timeout, not applied"
    LOST_ANSWER = "timeout, applied"
    LATE_WRITE = "timeout, applied late"
    KILLED_BEFORE = "killed before a call"
    KILLED_AFTER = "killed after a call"
    KILLED_MAIL = "killed after SES accepted"
    KILLED_SMS = "killed after SNS accepted"
    TIMED_OUT = "function timed out"
    HELD = "process held"
    CARRIER_FAILING = "carrier answers 5xx"
    CARRIER_HANGS = "carrier is silent"
    CARRIER_SLOW = "carrier slow"
    CARRIER_LIMITS = "carrier answers 429"
    CARRIER_HTML = "carrier answers HTML"
    CARRIER_TORN = "carrier's answer torn"
    CARRIER_FORGETS = "carrier forgets"
    CARRIER_PARTIAL = "carrier leaves a scan out"
    CARRIER_LATE = "carrier knows late"
    CARRIER_OUT = "carrier out"
    TOKEN_ENDED = "access token ended early"
    PUSH_LOST = "push lost"
    PUSH_LATE = "push late"
    PUSH_OVERTAKEN = "push overtaken"
    PUSH_REPEATED = "push repeated"
    PUSH_FORGED = "push forged"
    MISSED_TICK = "schedule missed"
    DOUBLE_TICK = "schedule doubled"
    RECORD_LOST = "stream record lost"


# How often a kind strikes where it can, in a seed in which it is at its usual strength; 0.0 what
# follows from others, or is drawn by the town.
_RATES: Final = {
    Fault.DUPLICATE: 0.08,
    Fault.REORDERED: 0.15,
    Fault.LATE: 0.05,
    Fault.RECUT: 0.3,
    Fault.STALE_READ: 0.5,
    Fault.STALE_INDEX: 0.5,
    Fault.THROTTLED: 0.02,
    Fault.CONFLICT: 0.05,
    Fault.SERVER_ERROR: 0.01,
    Fault.UNPROCESSED: 0.04,
    Fault.LOST_REQUEST: 0.005,
    Fault.LOST_ANSWER: 0.01,
    Fault.LATE_WRITE: 0.005,
    Fault.KILLED_BEFORE: 0.005,
    Fault.KILLED_AFTER: 0.01,
    Fault.KILLED_MAIL: 0.04,
    Fault.KILLED_SMS: 0.1,
    Fault.TIMED_OUT: 0.002,
    Fault.HELD: 0.01,
    Fault.CARRIER_FAILING: 0.05,
    Fault.CARRIER_HANGS: 0.03,
    Fault.CARRIER_SLOW: 0.05,
    Fault.CARRIER_LIMITS: 0.03,
    Fault.CARRIER_HTML: 0.03,
    Fault.CARRIER_TORN: 0.03,
    Fault.CARRIER_FORGETS: 0.05,
    Fault.CARRIER_PARTIAL: 0.1,
    Fault.CARRIER_LATE: 0.1,
    Fault.CARRIER_OUT: 0.0,
    Fault.TOKEN_ENDED: 0.05,
    Fault.PUSH_LOST: 0.15,
    Fault.PUSH_LATE: 0.2,
    Fault.PUSH_OVERTAKEN: 0.0,
    Fault.PUSH_REPEATED: 0.2,
    Fault.PUSH_FORGED: 0.15,
    Fault.MISSED_TICK: 0.1,
    Fault.DOUBLE_TICK: 0.1,
    Fault.RECORD_LOST: 0.05,
}
CARRIERS_OWN: Final = frozenset(
    kind for kind in Fault if kind.name.startswith(("CARRIER_", "PUSH_", "TOKEN_"))
)
"""What goes wrong at carriers, and on the way from them."""
# A seed in which everything fails a little finds less than one in which few things fail often.
_STRENGTHS: Final = (0.0, 0.0, 0.3, 1.0, 1.0, 3.0)
_HIGHEST: Final = 0.6


class Faults:
    """The faults of one seed: rolled, and counted where they had an effect."""

    def __init__(self, dice: random.Random, strength: float | None = None) -> None:
        """``strength`` fixes that of every kind; else each seed draws its own mixture."""
        self._dice = dice
        self._rates = {
            kind: min(_HIGHEST, rate * (dice.choice(_STRENGTHS) if strength is None else strength))
            for kind, rate in _RATES.items()
        }
        self._storm: dict[Fault, float] = {}
        self.on = False
        self.on_of_carriers = False
        """Whether carriers fail although nothing else does."""
        self.counts: Counter[str] = Counter({kind.value: 0 for kind in Fault})

    def strikes(self, kind: Fault) -> bool:
        """Whether a fault of this kind is to happen now; never while faults are off."""
        rate = self._storm.get(kind, self._rates[kind])
        is_on = self.on or (self.on_of_carriers and kind in CARRIERS_OWN)
        if not is_on or not rate:
            return False
        return self._dice.random() < rate

    def storm(self, rates: Mapping[Fault, float]) -> None:
        """Let these kinds strike so often from now on, whatever the seed's mixture; {} ends it."""
        self._storm = dict(rates)

    def count(self, kind: Fault) -> None:
        """Say that a fault was injected and had an effect."""
        self.counts[kind.value] += 1
