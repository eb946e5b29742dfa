"""What eventually consistent reads may not have seen yet: the writes of the last seconds."""

import random
from collections import deque
from collections.abc import Iterable
from typing import Final

from tests.simulation.aws.change import Change

KEPT: Final = 10.0
"""Seconds after which every replica and index has a write."""
_USUAL_LAG: Final = 0.4
"""Seconds; DynamoDB promises less than one "usually", so most are shorter and some much longer."""


class History:
    """Writes by time, newest last."""

    def __init__(self) -> None:
        self._writes: deque[tuple[float, Change]] = deque()

    def add(self, at: float, changes: Iterable[Change]) -> None:
        """Remember what was written."""
        self._writes += ((at, change) for change in changes)
        while self._writes and self._writes[0][0] < at - KEPT:
            self._writes.popleft()

    def since(self, tables: Iterable[str], cut: float) -> list[Change]:
        """Writes to undo for a look at these tables as they were then, :data:`KEPT` ago at most."""
        names = set(tables)
        return [change for at, change in self._writes if at > cut and change.table in names]

    def unseen(self, tables: Iterable[str], now: float, dice: random.Random) -> list[Change]:
        """Writes to undo for a stale look at these tables: each item lags by its own while."""
        names = set(tables)
        cuts: dict[tuple[str, tuple[str, str]], float] = {}
        found: list[Change] = []
        for at, change in self._writes:
            if change.table not in names:
                continue
            item = (change.table, change.key)
            if item not in cuts:
                cuts[item] = now - min(KEPT, dice.expovariate(1 / _USUAL_LAG))
            if at > cuts[item]:
                found.append(change)
        return found
