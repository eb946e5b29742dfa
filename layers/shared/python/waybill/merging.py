"""Merges partitions that are each sorted newest first into one list, within a budget of rows.

A place in the merged list is a sort key and, where several partitions hold the same one, the
partition; so the cursor is one place, whatever was read ahead of it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from waybill.dynamo import Item

ROWS_PER_PAGE: Final = 10
"""A page reads at most so many rows for each that it may show."""


class Place(NamedTuple):
    """Where a row stands: newest first is the greatest place first."""

    sk: str
    pk: str


Read = Callable[[str, Place | None, int], Sequence[Item]]
"""At most so many rows of a partition that come after a place in the merged list; each has its
place's ``sk``."""


class Merged:
    """The merged list from a place on, as far as the budget of one page allows to look."""

    def __init__(
        self,
        partitions: Sequence[str],
        read: Read,
        *,
        after: Place | None,
        limit: int,
        reads_behind: int = 0,
    ) -> None:
        """Read at most 10 times ``limit`` rows, but what it takes to show one.

        That is a row of each partition: without these, nobody knows which is the newest.
        ``reads_behind`` is what the caller reads for each row that it takes; it counts as well.
        """
        self.place = after
        self._reads_behind = reads_behind
        least = len(partitions) + reads_behind
        self._budget = _Budget(max(ROWS_PER_PAGE * limit, least))
        step = limit // max(1, len(partitions)) + 1
        if (step * len(partitions)) + reads_behind > self._budget.left:
            step = 1
        self._runs = [_Run(partition, read, after, step, self._budget) for partition in partitions]

    def take(self, count: int) -> list[Item]:
        """The next rows; fewer than ``count`` where the list, or the budget, is at its end."""
        found: list[Item] = []
        while len(found) < count and self._budget.left >= self._reads_behind:
            heads = [run for run in self._runs if run.has_row()]
            if not heads or any(run.unknown for run in self._runs):
                break
            if self._budget.left < self._reads_behind:
                break
            first = max(heads, key=lambda run: run.head)
            self.place = first.head
            self._budget.left -= self._reads_behind
            found.append(first.take())
        return found

    @property
    def goes_on(self) -> bool:
        """Whether there is, or may be, a row after those taken."""
        return any(run.has_more for run in self._runs)


def merged_page(
    partitions: Sequence[str], read: Read, *, after: Place | None, limit: int
) -> tuple[list[Item], Place | None]:
    """A page after a place, and the place to go on from (None at the end)."""
    merged = Merged(partitions, read, after=after, limit=limit)
    found = merged.take(limit)
    return found, merged.place if merged.goes_on else None


@dataclass
class _Budget:
    left: int


@dataclass
class _Run:
    """One partition, read ahead."""

    partition: str
    read: Read
    after: Place | None
    step: int
    budget: _Budget
    rows: list[Item] = field(default_factory=list)
    ended: bool = False

    def has_row(self) -> bool:
        """Whether its next row is known; reads on where it is not, as far as the budget goes."""
        count = min(self.step, self.budget.left)
        if not self.rows and not self.ended and count:
            self.rows = list(self.read(self.partition, self.after, count))
            self.budget.left -= len(self.rows)
            self.ended = len(self.rows) < count
        return bool(self.rows)

    @property
    def unknown(self) -> bool:
        """Whether there may be a next row, and the budget did not allow to look."""
        return not self.rows and not self.ended

    @property
    def has_more(self) -> bool:
        """Whether there is, or may be, a row after those taken."""
        return bool(self.rows) or not self.ended

    @property
    def head(self) -> Place:
        """Where its next row stands."""
        return Place(self.rows[0]["sk"], self.partition)

    def take(self) -> Item:
        """Its next row, which is then behind."""
        self.after = self.head
        return self.rows.pop(0)
