"""What a stock movement does: rows of the ledger, their bounds, and the transfer; pure.

Decided from what was read. Each bound is also a condition of the write, so that what was read may
be out of date: then the write is refused, and the movement is decided again.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import Final, NamedTuple

from inventory.movements.models import MovementBody
from inventory.movements.transfers import Transfer
from inventory.stock import Level, Location, Movement, MovementKind
from waybill.problems import Conflict, field_problem

MAX_LEVEL: Final = 1_000_000_000
"""Units on hand at a level, and units on their way to it, that a movement may lead to."""


class Bound(Enum):
    """What must hold of a level, by a number, for a row to be written."""

    ON_HAND_AT_LEAST = auto()
    ON_HAND_AT_MOST = auto()
    ON_HAND_IS = auto()
    AVAILABLE_AT_LEAST = auto()
    INCOMING_AT_LEAST = auto()
    INCOMING_AT_MOST = auto()


@dataclass(frozen=True)
class Entry:
    """A row of the ledger, and what must hold of its level."""

    row: Movement
    bound: Bound
    limit: int

    @property
    def arrives(self) -> bool:
        """Whether it brings units to its location, now or later."""
        return self.row.delta > 0 or self.row.incoming > 0


@dataclass(frozen=True)
class Posting:
    """Everything that one movement writes, all or nothing."""

    entries: tuple[Entry, ...]
    transfer: Transfer | None = None
    """As it then stands; its version says which one it replaces."""

    @property
    def told(self) -> Movement:
        """The row that the caller is told of: at the location that was named."""
        return self.entries[0].row


@dataclass(frozen=True)
class Known:
    """What is stored of all that a movement names."""

    levels: Mapping[str, Level]
    """By location id; empty ones where there is none yet."""
    locations: Mapping[str, Location]
    transfer: Transfer | None = None


@dataclass(frozen=True)
class Stamp:
    """Who moves stock and when, and the ids for what is written."""

    created_at: str
    actor: str
    movement_ids: tuple[str, str]
    transfer_id: str


def post(body: MovementBody, known: Known, stamp: Stamp) -> Posting:
    """Decide a movement.

    Raises Unprocessable where it does not belong to the transfer that it names, and Conflict where
    what is stored does not allow it.
    """
    case = (body.kind, body.transfer_id is not None)
    posting = _CASES[case](_Case(body, known, stamp))
    for entry in posting.entries:
        _check(entry, known)
    return posting


# --- the kinds of movement ------------------------------------------------------------------------


@dataclass(frozen=True)
class _Case:
    body: MovementBody
    known: Known
    stamp: Stamp

    @property
    def units(self) -> int:
        """How many, whatever becomes of them."""
        return abs(self.body.quantity)

    def row(
        self,
        delta: int,
        *,
        incoming: int = 0,
        location_id: str | None = None,
        transfer_id: str | None = None,
    ) -> Movement:
        """A row at the location that was named; the second of a movement is elsewhere."""
        body, stamp = self.body, self.stamp
        return Movement(
            movement_id=stamp.movement_ids[location_id is not None],
            sku=body.sku,
            location_id=location_id or body.location_id,
            kind=body.kind,
            quantity=body.quantity,
            delta=delta,
            reason=body.reason,
            reference=body.reference,
            created_at=stamp.created_at,
            actor=stamp.actor,
            incoming=incoming,
            transfer_id=transfer_id or body.transfer_id,
        )

    def brings(self, row: Movement) -> Entry:
        """A row that adds to what is on hand."""
        return Entry(row, Bound.ON_HAND_AT_MOST, MAX_LEVEL - row.delta)

    def on_its_way(self) -> Transfer:
        """The transfer that is named, with so many units of it in transit as are named."""
        transfer, body = self.known.transfer, self.body
        if transfer is None:
            raise field_problem("/transfer_id", "no such transfer")
        if transfer.sku != body.sku:
            raise field_problem("/sku", f"the transfer is of {transfer.sku}")
        if transfer.to_location_id != body.location_id:
            raise field_problem("/location_id", f"the transfer goes to {transfer.to_location_id}")
        if self.units > transfer.in_transit:
            raise Conflict(
                f"{transfer.in_transit} units are still in transit", in_transit=transfer.in_transit
            )
        return replace(transfer, version=transfer.version + 1, updated_at=self.stamp.created_at)


def _received(case: _Case) -> Posting:
    return Posting((case.brings(case.row(case.units)),))


def _arrived(case: _Case) -> Posting:
    transfer = case.on_its_way()
    entry = case.brings(case.row(case.units, incoming=-case.units))
    return Posting((entry,), replace(transfer, received=transfer.received + case.units))


def _adjusted(case: _Case) -> Posting:
    """Below what is reserved, too: what is gone is gone, and the level's shortfall tells."""
    row = case.row(case.body.quantity)
    if row.delta > 0:
        return Posting((case.brings(row),))
    return Posting((Entry(row, Bound.ON_HAND_AT_LEAST, -row.delta),))


def _written_off(case: _Case) -> Posting:
    transfer = case.on_its_way()
    entry = Entry(case.row(0, incoming=-case.units), Bound.INCOMING_AT_LEAST, case.units)
    return Posting((entry,), replace(transfer, written_off=transfer.written_off + case.units))


def _counted(case: _Case) -> Posting:
    on_hand = case.known.levels[case.body.location_id].on_hand
    return Posting((Entry(case.row(case.units - on_hand), Bound.ON_HAND_IS, on_hand),))


def _transferred(case: _Case) -> Posting:
    body, stamp, units = case.body, case.stamp, case.units
    there, transfer_id = str(body.to_location_id), stamp.transfer_id
    leaves = case.row(-units, transfer_id=transfer_id)
    if body.in_transit:
        coming = case.row(0, incoming=units, location_id=there, transfer_id=transfer_id)
        comes = Entry(coming, Bound.INCOMING_AT_MOST, MAX_LEVEL - units)
    else:
        comes = case.brings(case.row(units, location_id=there, transfer_id=transfer_id))
    transfer = Transfer(
        transfer_id=transfer_id,
        sku=body.sku,
        location_id=body.location_id,
        to_location_id=there,
        quantity=units,
        received=0 if body.in_transit else units,
        written_off=0,
        reason=body.reason,
        reference=body.reference,
        version=1,
        created_at=stamp.created_at,
        updated_at=stamp.created_at,
    )
    return Posting((Entry(leaves, Bound.AVAILABLE_AT_LEAST, units), comes), transfer)


_CASES: Final[Mapping[tuple[MovementKind, bool], Callable[[_Case], Posting]]] = {
    (MovementKind.RECEIVED, False): _received,
    (MovementKind.RECEIVED, True): _arrived,
    (MovementKind.ADJUSTED, False): _adjusted,
    (MovementKind.ADJUSTED, True): _written_off,
    (MovementKind.COUNTED, False): _counted,
    (MovementKind.TRANSFERRED, False): _transferred,
}
"""By kind, and whether a transfer is named."""


# --- bounds --------------------------------------------------------------------------------------


class _Rule(NamedTuple):
    number: str
    """The level's number that is bound; a refusal tells it under this name."""
    holds: Callable[[int, int], bool]
    says: str


_RULES: Final[Mapping[Bound, _Rule]] = {
    Bound.ON_HAND_AT_LEAST: _Rule("on_hand", int.__ge__, "{} units are on hand"),
    Bound.ON_HAND_AT_MOST: _Rule(
        "on_hand", int.__le__, f"{{}} units are on hand, and at most {MAX_LEVEL} can be"
    ),
    Bound.ON_HAND_IS: _Rule("on_hand", int.__eq__, "{} units are on hand"),
    Bound.AVAILABLE_AT_LEAST: _Rule("available", int.__ge__, "{} units are free"),
    Bound.INCOMING_AT_LEAST: _Rule("incoming", int.__ge__, "{} units are on their way"),
    Bound.INCOMING_AT_MOST: _Rule(
        "incoming", int.__le__, f"{{}} units are on their way, and at most {MAX_LEVEL} can be"
    ),
}


def _check(entry: Entry, known: Known) -> None:
    place = entry.row.location_id
    location, level = known.locations[place], known.levels[place]
    if entry.arrives and not location.receives:
        raise Conflict(f"{place} is {'closed' if location.closed else 'being closed'}")
    rule = _RULES[entry.bound]
    number = getattr(level, rule.number)
    if not rule.holds(number, entry.limit):
        shown = max(0, number)
        raise Conflict(rule.says.format(shown), **{rule.number: shown})
