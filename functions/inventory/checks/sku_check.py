"""The use case of a check that somebody asks for: all levels of one SKU, with their statements."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from inventory.checks.checking import Checked, Checker
from inventory.checks.statement import LevelState, Statement, Verdict
from inventory.stock import SkuKey
from waybill.clock import Clock, system_clock
from waybill.problems import field_problem

SHOWN: Final = 200
"""Rows of each kind that a level's statement shows."""
TIME: Final = timedelta(seconds=12)
"""After so long no further row is read: the rest is left to the schedule."""


class Levels(Protocol):
    """Where a SKU's levels are; see :class:`CheckRepository`."""

    def levels(self, key: SkuKey) -> list[LevelState] | None:
        """A SKU's levels by location id; None for an unknown SKU."""


@dataclass(frozen=True)
class LevelCheck:
    """A level, the verdict on it, and the statement that it rests on."""

    verdict: Verdict
    state: LevelState
    statement: Statement | None
    """None where the check was postponed."""

    @property
    def computed(self) -> dict[str, int] | None:
        """What the rows come to, by name."""
        if self.statement is None:
            return None
        return self.statement.balance().numbers(self.state.safety_stock)


@dataclass(frozen=True)
class SkuChecks:
    """Checks a SKU on demand."""

    books: Levels
    checker: Checker
    clock: Clock = system_clock

    def check(
        self, key: SkuKey, location_id: str | None, *, from_start: bool
    ) -> tuple[datetime, list[LevelCheck]]:
        """When it was asked, and each level's check, by location.

        Raises Unprocessable for an unknown SKU, and for a location where it has no level.
        """
        now = self.clock()
        states = self.books.levels(key)
        if states is None:
            raise field_problem("/sku", "no such item")
        wanted = [s for s in states if location_id in (None, s.key.location_id)]
        if location_id is not None and not wanted:
            raise field_problem("/location_id", "this item has no stock level there")
        return now, list(self._each(wanted, now + TIME, from_start=from_start))

    def _each(
        self, states: list[LevelState], end: datetime, *, from_start: bool
    ) -> Iterator[LevelCheck]:
        def out_of_time() -> bool:
            return self.clock() >= end

        for state in states:
            checked = self.checker.check(state.key, out_of_time, from_start=from_start, shown=SHOWN)
            if checked is not None:
                yield _outcome(checked, state)


def _outcome(checked: Checked, state: LevelState) -> LevelCheck:
    reading = checked.reading
    if reading is None:
        return LevelCheck(checked.verdict, state, None)
    return LevelCheck(checked.verdict, reading.state, reading.statement)
