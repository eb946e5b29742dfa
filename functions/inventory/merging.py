"""Merges partitions that are each sorted newest first into one page of one list, within a budget.

A place in the merged list is a sort key and, where several partitions hold the same one, the
partition; so the cursor is one place, whatever was read ahead of it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from waybill.dynamo import Item

_ROWS_PER_PAGE: Final = 10  # a page reads at most 10 times its limit


class Place(NamedTuple):
    """Where a row stands: newest first is the greatest place first."""

    sk: str
    pk: str


Read = Callable[[str, Place | None, int], Sequence[Item]]
"""At most so many rows of a partition that come after a place in the merged list."""


def merged_page(
    partitions: Sequence[str], read: Read, *, after: Place | None, limit: int
) -> tuple[list[Item], Place | None]:
    """A page after a place, and the place to go on from (None at the end).

    Reads at most 10 times ``limit`` rows, but one of each partition: without these, nobody knows
    which is the newest.
    """
    step = limit // max(1, len(partitions)) + 1
    budget = _Budget(max(_ROWS_PER_PAGE * limit, len(partitions)))
    if step * len(partitions) > budget.left:
        step = 1
    runs = [_Run(partition, read, after, step, budget) for partition in partitions]
    found: list[Item] = []
    place = after
    while len(found) < limit:
        heads = [run for run in runs if run.has_row()]
        if any(run.unknown for run in runs):
            return found, place
        if not heads:
            return found, None
        first = max(heads, key=lambda run: run.head)
        place = first.head
        found.append(first.take())
    return found, place if any(run.has_more for run in runs) else None


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
