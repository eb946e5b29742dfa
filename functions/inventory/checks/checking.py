"""The use case of the check: is what is stored of stock what its rows come to.

Nothing is repaired. A level that equals its rows is proven, and leaves the list of those that
changed. One that does not is read again, and from the first row on: a difference is drift only
when several readings agree on it, so neither a commit in between nor an opening balance that is
wrong can raise a false alarm.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from inventory.checks.repository import Proof, Reading
from inventory.checks.statement import Difference, LevelState, Verdict
from inventory.errors import OutOfTimeError
from inventory.horizons import DAY, FOLDED_AFTER
from inventory.patience import Patience
from inventory.stock import LevelKey
from waybill.clock import Clock, system_clock, to_text
from waybill.dynamo import is_transient
from waybill.observability import count, describe_error, logger

MAX_READINGS: Final = 8
"""Readings of a level before its check is postponed."""
AGREEING: Final = 3
"""Readings in a row that find the same difference before it is drift."""
WORTH_KEEPING: Final = 50
"""Rows that a new opening balance must spare the next check: reading so many costs a write."""


class Books(Protocol):
    """Where levels, rows and opening balances are; see :class:`CheckRepository`."""

    def read(
        self,
        key: LevelKey,
        *,
        from_start: bool,
        shown: int,
        unchecked_only: bool,
        out_of_time: Callable[[], bool],
    ) -> Reading | None:
        """Everything that proves a level; raises OutOfTimeError."""

    def keep(self, key: LevelKey, seen: int, proof: Proof, now: str) -> bool:
        """Write what is kept over version ``seen``; False where another check was faster."""

    def pass_level(self, state: LevelState, *, proven: bool) -> None:
        """Take a level off the list, unless it changed meanwhile."""


@dataclass(frozen=True)
class Checked:
    """The outcome of a level's check."""

    verdict: Verdict
    reading: Reading | None = None
    """The reading that was decisive; None where there was none."""


@dataclass(frozen=True)
class Sweep:
    """What a run over many levels came to."""

    proven: int = 0
    drifting: int = 0
    postponed: int = 0
    failed: int = 0
    """Levels that cannot be checked, whatever is tried."""


@dataclass(frozen=True)
class Checker:
    """Checks levels one at a time."""

    books: Books
    patience: Patience
    clock: Clock = system_clock

    def check(
        self,
        key: LevelKey,
        out_of_time: Callable[[], bool],
        *,
        from_start: bool = False,
        shown: int = 0,
        unchecked_only: bool = False,
    ) -> Checked | None:
        """Prove a level, or find what drifts; None where there is no level to be checked."""
        agreeing, last = 0, dict[str, int]()
        whole = from_start
        for attempt in range(MAX_READINGS):
            if attempt:
                self.patience.wait(attempt)
            try:
                reading = self.books.read(
                    key,
                    from_start=whole,
                    shown=shown,
                    unchecked_only=unchecked_only,
                    out_of_time=out_of_time,
                )
            except OutOfTimeError:
                break
            if reading is None:
                return None
            if reading.torn:
                continue
            found = reading.difference
            agreeing = agreeing + 1 if found == last else 1
            if not found or agreeing == AGREEING or found == reading.proof.drift:
                if last and not found:
                    _tell_doubt(key)
                return self._decide(reading, found)
            last, whole = found, True
        return _postponed(key)

    def _decide(self, reading: Reading, found: Difference) -> Checked:
        now = self.clock()
        before, state = reading.proof, reading.state
        proof = _news(reading, found, now)
        if proof and not self.books.keep(state.key, before.version, proof, to_text(now)):
            return _postponed(state.key)
        if state.stale_days or (state.unchecked and not found):
            self.books.pass_level(state, proven=not found)
        if not found:
            return Checked(Verdict.PROVEN, reading)
        count("StockDrift")
        logger.error(
            "stock drifts",
            sku=state.key.sku,
            location_id=state.key.location_id,
            drift=dict(found),
        )
        return Checked(Verdict.DRIFT, reading)

    def sweep(self, levels: Iterable[LevelKey], out_of_time: Callable[[], bool]) -> Sweep:
        """Check levels that changed, as many as there is time for; none can stop the others."""
        found = Counter[Verdict]()
        failed = 0
        for key in levels:
            if out_of_time():
                break
            try:
                checked = self.check(key, out_of_time, unchecked_only=True)
            except Exception as error:
                if is_transient(error):
                    checked = _postponed(key)
                else:
                    checked = None
                    failed += 1
                logger.warning(
                    "level not checked",
                    sku=key.sku,
                    location_id=key.location_id,
                    **describe_error(error),
                )
            if checked:
                found[checked.verdict] += 1
        return Sweep(
            proven=found[Verdict.PROVEN],
            drifting=found[Verdict.DRIFT],
            postponed=found[Verdict.POSTPONED],
            failed=failed,
        )


def _news(reading: Reading, found: Difference, now: datetime) -> Proof | None:
    """What to keep, if that is worth a write."""
    before = reading.proof
    closing = reading.statement.closing(to_text(now - FOLDED_AFTER)[:DAY])
    outdated = before.opening.includes(reading.state.stale_days)
    spares = reading.statement.spared(closing) >= WORTH_KEEPING
    moved_on = closing != before.opening and (outdated or spares)
    if not moved_on and found == before.drift:
        return None
    since = (before.drift_since or to_text(now)) if found else None
    return Proof(opening=closing, drift=found, drift_since=since)


def _postponed(key: LevelKey) -> Checked:
    count("StockChecksPostponed")
    logger.warning("check postponed", sku=key.sku, location_id=key.location_id)
    return Checked(Verdict.POSTPONED)


def _tell_doubt(key: LevelKey) -> None:
    """The first reading differed, and one of all rows does not: a commit, or a wrong opening."""
    count("StockChecksDoubted")
    logger.warning("opening balance made anew", sku=key.sku, location_id=key.location_id)
