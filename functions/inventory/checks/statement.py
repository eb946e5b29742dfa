"""A level's statement of account: opening balance, the rows since, and what they come to.

Pure. The truth about a SKU at a location is its rows alone: movements and reservation lines. Rows
that no longer change are added up once. Of lines that is done day by day, by the placement of
their orders, so that a return long after costs the rows of one day and not of all; lines still open
are kept by name. Closing one statement opens the next.

    on_hand     = movements - units shipped + units returned
    reserved    = units that lines hold and that have not left
    backordered = units that lines wait for
    incoming    = units on their way, as movements tell
    available   = on_hand - reserved - safety stock
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Final, NamedTuple

from inventory.horizons import DAY, EVERY_DAY
from inventory.stock import Level, LevelKey, Reservation, ReservationState
from waybill.clock import from_text
from waybill.ids import sortable_code

NEVER: Final = "0"
"""Before every day: nothing is added up yet."""
MAX_LISTED: Final = 200
"""Open lines that are kept by name; rows of days that have more are not added up yet."""
KEPT_DAYS: Final = timedelta(days=92)
"""Days before the horizon whose sums stand by themselves; older ones are one sum."""

_MILLISECONDS: Final = 10  # characters of a movement's id that are its time

Difference = Mapping[str, int]
"""Stored less computed, for each number that is not what the rows say."""


class Verdict(StrEnum):
    """What a check of a level found."""

    PROVEN = "proven"
    DRIFT = "drift"
    POSTPONED = "postponed"
    """It kept changing, or time was short: it will be checked again."""


class Left(NamedTuple):
    """Units that left with closed lines, and units that came back."""

    shipped: int
    returned: int


NOTHING: Final = Left(0, 0)


@dataclass(frozen=True)
class Opening:
    """What the rows before a day come to."""

    until: str = NEVER
    """The first day, of placement or movement, that is not in here: ``2026-11-24``."""
    movements: int = 0
    incoming: int = 0
    days: Mapping[str, Left] = field(default_factory=dict)
    """Closed lines by the day their orders were placed."""
    older: Left = NOTHING
    """Closed lines of orders placed before ``kept_from``."""
    kept_from: str = NEVER
    open_lines: tuple[str, ...] = ()
    """Keys (placement and order) of lines before ``until`` that are open: they are not summed."""

    @property
    def left(self) -> Left:
        """All closed lines together."""
        return _sum([self.older, *self.days.values()])

    def stale(self, days: Collection[str]) -> list[str]:
        """Those of ``days`` that are added up here."""
        return sorted(day for day in days if day < self.until)

    def includes(self, days: Collection[str]) -> bool:
        """Whether lines of any of these days are added up here."""
        return self.until != NEVER and (EVERY_DAY in days or bool(self.stale(days)))

    def without(self, days: Collection[str]) -> "Opening":
        """What is still known once lines of these days have changed; maybe nothing."""
        if EVERY_DAY in days or any(day < self.kept_from for day in days):
            return Opening()
        return replace(
            self,
            days={day: left for day, left in self.days.items() if day not in days},
            open_lines=tuple(line for line in self.open_lines if line[:DAY] not in days),
        )


@dataclass(frozen=True)
class LedgerLine:
    """A reservation line as the ledger holds it."""

    placed_at: str
    order_id: str
    reservation: Reservation

    @property
    def key(self) -> str:
        """Placement and order, as the row's sort key has them."""
        return f"{self.placed_at}#{self.order_id}"

    @property
    def is_open(self) -> bool:
        """Whether anything is held or owed."""
        return self.reservation.state is ReservationState.OPEN


@dataclass(frozen=True)
class LedgerMovement:
    """A movement as the ledger holds it."""

    movement_id: str
    kind: str
    delta: int
    incoming: int
    reason: str | None
    reference: str | None
    created_at: str


@dataclass(frozen=True)
class LevelState:
    """A level as stored, with what the check needs of it."""

    key: LevelKey
    level: Level
    safety_stock: int
    version: int
    unchecked: bool
    stale_days: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Balance:
    """What the rows come to."""

    on_hand: int
    reserved: int
    backordered: int
    incoming: int

    def numbers(self, safety_stock: int) -> dict[str, int]:
        """What a level must hold, by name."""
        return {
            "on_hand": self.on_hand,
            "reserved": self.reserved,
            "backordered": self.backordered,
            "incoming": self.incoming,
            "available": self.on_hand - self.reserved - safety_stock,
        }


class Statement:
    """An opening balance, and the rows that are added to it one by one."""

    def __init__(self, opening: Opening, *, shown: int = 0) -> None:
        self.opening = opening
        self.lines: list[LedgerLine] = []
        """The first of the rows, for a person to look at."""
        self.movements: list[LedgerMovement] = []
        self.read = 0
        """Rows added, shown or not."""
        self._shown = shown
        self._closed: dict[str, Left] = {}
        self._closed_lines: dict[str, int] = {}
        self._open: dict[str, list[str]] = {}
        self._shipped, self._returned = opening.left
        self._reserved = self._backordered = 0
        self._moved: list[tuple[str, int, int]] = []

    def add_line(self, line: LedgerLine) -> None:
        """Add a reservation line; each once."""
        row, day = line.reservation, line.placed_at[:DAY]
        self.read += 1
        self._reserved += row.open
        self._backordered += row.backordered
        self._shipped += row.shipped
        self._returned += row.returned
        if line.is_open:
            self._open.setdefault(day, []).append(line.key)
        else:
            shipped, returned = self._closed.get(day, NOTHING)
            self._closed[day] = Left(shipped + row.shipped, returned + row.returned)
            self._closed_lines[day] = self._closed_lines.get(day, 0) + 1
        if len(self.lines) < self._shown:
            self.lines.append(line)

    def add_movement(self, movement: LedgerMovement) -> None:
        """Add a movement; each once."""
        self.read += 1
        self._moved.append((movement.movement_id, movement.delta, movement.incoming))
        if len(self.movements) < self._shown:
            self.movements.append(movement)

    @property
    def truncated(self) -> bool:
        """Whether some of the rows that were added are not shown."""
        return len(self.lines) + len(self.movements) < self.read

    def balance(self) -> Balance:
        """What opening and rows come to."""
        moved = self.opening.movements + sum(delta for _, delta, _ in self._moved)
        return Balance(
            on_hand=moved - self._shipped + self._returned,
            reserved=self._reserved,
            backordered=self._backordered,
            incoming=self.opening.incoming + sum(incoming for *_, incoming in self._moved),
        )

    # --- closing --------------------------------------------------------------------------------

    def closing(self, horizon: str) -> Opening:
        """The next opening balance: all rows before the day ``horizon``, or as many as fit."""
        until = self._until(horizon)
        kept_from = max(self.opening.kept_from, _earlier(until))
        days = dict(self.opening.days)
        for day, left in self._closed.items():
            if day < until:
                days[day] = _sum([days.get(day, NOTHING), left])
        folded = self._folded(until)
        return Opening(
            until=until,
            movements=self.opening.movements + sum(delta for _, delta, _ in folded),
            incoming=self.opening.incoming + sum(incoming for *_, incoming in folded),
            days={d: left for d, left in sorted(days.items()) if d >= kept_from and any(left)},
            older=_sum([self.opening.older, *(s for d, s in days.items() if d < kept_from)]),
            kept_from=kept_from,
            open_lines=tuple(
                sorted(line for day, lines in self._open.items() if day < until for line in lines)
            ),
        )

    def spared(self, closing: Opening) -> int:
        """Rows read now that need not be read again with this as the opening balance."""
        lines = sum(n for day, n in self._closed_lines.items() if day < closing.until)
        return lines + len(self._folded(closing.until))

    def _until(self, horizon: str) -> str:
        """The horizon, or the first day before it whose open lines are too many to be named."""
        known = self.opening.until
        listed = sum(len(lines) for day, lines in self._open.items() if day < known)
        for day in sorted(day for day in self._open if known <= day < horizon):
            listed += len(self._open[day])
            if listed > MAX_LISTED:
                return day
        return max(known, horizon)

    def _folded(self, until: str) -> list[tuple[str, int, int]]:
        end = first_movement(until)
        return [moved for moved in self._moved if moved[0] < end]


def difference(state: LevelState, balance: Balance) -> dict[str, int]:
    """Stored less computed, where they differ."""
    computed = balance.numbers(state.safety_stock)
    return {
        name: getattr(state.level, name) - number
        for name, number in computed.items()
        if getattr(state.level, name) != number
    }


def first_movement(day: str) -> str:
    """The least id that a movement of this day or later can have."""
    if day == NEVER:
        return NEVER
    milliseconds = int(from_text(f"{day}T00:00:00Z").timestamp() * 1000)
    return f"mov_{sortable_code(milliseconds, _MILLISECONDS)}"


def _earlier(until: str) -> str:
    return NEVER if until == NEVER else (date.fromisoformat(until) - KEPT_DAYS).isoformat()


def _sum(parts: Iterable[Left]) -> Left:
    shipped = returned = 0
    for part in parts:
        shipped += part.shipped
        returned += part.returned
    return Left(shipped, returned)
