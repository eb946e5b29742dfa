"""A carrier's circuit breaker: pure. Opened by failures, closed by an answer.

closed      the carrier is asked
open        it is not, until its next probe
half-open   one question may be asked: an answer closes it, a failure opens it for longer

A carrier that is left alone costs nobody anything, and no shipment's rhythm changes: what fell due
meanwhile is asked after it answers again.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

MAX_UNREACHED: Final = 3
"""Times in a row that a carrier is not reached."""
MAX_UNANSWERED: Final = 8
"""Questions in a row without an answer, for whatever reason.

A 5xx or an answer that cannot be read is as a rule about one number, and the next is asked; where
number after number brings one, it is the carrier that is down.
"""
WINDOW: Final = 600
"""Seconds over which the rate of failures is looked at."""
MIN_CALLS: Final = 20
MAX_RATE: Final = 0.6
"""Above this share of at least :data:`MIN_CALLS` within the window, a carrier is failing."""
FIRST_PROBE: Final = 60
"""Seconds from opening to the first probe; twice as long after each that fails."""
LONGEST_PROBE: Final = 16 * FIRST_PROBE


class Outcome(StrEnum):
    """How one request to a carrier ended."""

    ANSWERED = "answered"
    UNANSWERED = "unanswered"
    """5xx, or nothing that could be read."""
    UNREACHED = "unreached"
    REFUSED = "refused"
    """The credentials are wrong: no other question will fare better."""
    STALE = "stale"
    """An access token had ended: a new one is got, and the same is asked again."""
    LIMITED = "limited"
    """429: the carrier is well, and says how long it wants to rest."""


class State(StrEnum):
    """Whether a carrier may be asked."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


@dataclass(frozen=True)
class Breaker:
    """What is remembered of a carrier's failures; instants are whole seconds since 1970."""

    unreached: int = 0
    """In a row."""
    unanswered: int = 0
    """In a row, those that were not reached among them."""
    window: int = 0
    """When the window began."""
    calls: int = 0
    failures: int = 0
    opened_at: int = 0
    """0: it is closed."""
    probe_at: int = 0
    wait: int = 0
    """Seconds between this probe and the one before."""
    opened_by: str = ""
    """The outcome that opened it; those of later probes do not matter."""

    @property
    def is_tripped(self) -> bool:
        """Whether it has opened and not closed since; between probes or at one."""
        return bool(self.opened_at)

    def is_calm(self, now: float) -> bool:
        """Whether nothing failed lately, so that one more answer tells nothing."""
        has_failed = self.failures and now - self.window < WINDOW
        return not (self.opened_at or self.unanswered or has_failed)

    def state(self, now: float) -> State:
        """Whether the carrier may be asked now."""
        if not self.opened_at:
            return State.CLOSED
        return State.HALF_OPEN if now >= self.probe_at else State.OPEN

    def after(self, outcome: Outcome, now: float) -> "Breaker":
        """The breaker after one more request."""
        if outcome in (Outcome.LIMITED, Outcome.STALE):
            return self
        at = int(now)
        if outcome is Outcome.ANSWERED:
            calm = Breaker() if self.opened_at else replace(self, unreached=0, unanswered=0)
            return _counted(calm, at, failed=False)
        unreached = self.unreached + 1 if outcome is Outcome.UNREACHED else 0
        failed = replace(self, unreached=unreached, unanswered=self.unanswered + 1)
        failed = _counted(failed, at, failed=True)
        is_opened = self.opened_at or outcome is Outcome.REFUSED or _is_failing(failed)
        return _opened(failed, at, outcome) if is_opened else failed


def _counted(breaker: Breaker, at: int, *, failed: bool) -> Breaker:
    fresh = at - breaker.window >= WINDOW
    return replace(
        breaker,
        window=at if fresh else breaker.window,
        calls=1 if fresh else breaker.calls + 1,
        failures=int(failed) if fresh else breaker.failures + failed,
    )


def _is_failing(breaker: Breaker) -> bool:
    often = breaker.calls >= MIN_CALLS and breaker.failures > MAX_RATE * breaker.calls
    in_a_row = breaker.unreached >= MAX_UNREACHED or breaker.unanswered >= MAX_UNANSWERED
    return often or in_a_row


def _opened(breaker: Breaker, at: int, outcome: Outcome) -> Breaker:
    """Opened, or opened again by a probe that failed; late failures do not prolong it."""
    if breaker.opened_at and at < breaker.probe_at:
        return breaker
    wait = min(2 * breaker.wait, LONGEST_PROBE) if breaker.opened_at else FIRST_PROBE
    return replace(
        breaker,
        opened_at=breaker.opened_at or at,
        probe_at=at + wait,
        wait=wait,
        opened_by=breaker.opened_by or outcome.value,
    )


CLOSED: Final = Breaker()
"""Nothing has failed."""
