"""Stock movements and transfers as the API takes and answers them."""

from collections.abc import Callable
from typing import Annotated, Final, NamedTuple

from pydantic import Field

from inventory.movements.transfers import Transfer, TransferStatus
from inventory.shapes import MAX_QUANTITY, Flag, LocationId, Sku, Text, TransferId
from inventory.stock import Movement, MovementKind
from waybill.http import Model
from waybill.problems import FieldError, Unprocessable


class MovementBody(Model):
    """A stock movement as it is told."""

    sku: Sku
    location_id: LocationId
    """Where; for transferred, where the units leave."""
    kind: MovementKind
    quantity: Annotated[int, Field(strict=True, ge=-MAX_QUANTITY, le=MAX_QUANTITY)]
    """received and transferred: units, 1 or more; adjusted: units more or less; counted: units
    there are."""
    to_location_id: LocationId | None = None
    """For transferred alone, and mandatory there."""
    in_transit: Flag = False
    """For transferred alone: the units leave now, and arrive when they are received."""
    transfer_id: TransferId | None = None
    """With received: units of it arrived; with adjusted: units of it, less than 0, were lost."""
    reason: Text | None = None
    """Mandatory for adjusted."""
    reference: Text | None = None


class MovementEntry(Model):
    """A row of the ledger."""

    id: str
    sku: str
    location_id: str
    kind: MovementKind
    quantity: int
    delta: int
    """Units by which on_hand changed."""
    incoming: int
    """Units by which incoming changed."""
    transfer_id: str | None
    reason: str | None
    reference: str | None
    created_at: str
    actor: str


class MovementList(Model):
    """A page of the list."""

    items: list[MovementEntry]
    next_cursor: str | None


class TransferBody(Model):
    """Units that go, or went, from one location to another."""

    id: str
    sku: str
    location_id: str
    to_location_id: str
    status: TransferStatus
    quantity: int
    in_transit: int
    """Units that left and have neither arrived nor been written off."""
    received: int
    written_off: int
    reason: str | None
    reference: str | None
    version: int
    created_at: str
    updated_at: str


class _Rule(NamedTuple):
    breaks: Callable[[MovementBody], bool]
    pointer: str
    detail: str


_MOVES: Final = frozenset({MovementKind.RECEIVED, MovementKind.TRANSFERRED})
_OF_TRANSFERS: Final = frozenset({MovementKind.RECEIVED, MovementKind.ADJUSTED})

_RULES: Final = (
    _Rule(
        lambda body: body.kind in _MOVES and body.quantity < 1,
        "/quantity",
        "1 or more is received or transferred",
    ),
    _Rule(
        lambda body: body.kind is MovementKind.ADJUSTED and body.quantity == 0,
        "/quantity",
        "0 adjusts nothing",
    ),
    _Rule(
        lambda body: (
            body.kind is MovementKind.ADJUSTED
            and body.transfer_id is not None
            and body.quantity > 0
        ),
        "/quantity",
        "units in transit are written off with a quantity below 0",
    ),
    _Rule(
        lambda body: body.kind is MovementKind.COUNTED and body.quantity < 0,
        "/quantity",
        "0 or more is counted",
    ),
    _Rule(
        lambda body: body.kind is MovementKind.ADJUSTED and body.reason is None,
        "/reason",
        "mandatory for kind adjusted",
    ),
    _Rule(
        lambda body: body.kind is MovementKind.TRANSFERRED and body.to_location_id is None,
        "/to_location_id",
        "mandatory for kind transferred",
    ),
    _Rule(
        lambda body: body.kind is not MovementKind.TRANSFERRED and body.to_location_id is not None,
        "/to_location_id",
        "for kind transferred alone",
    ),
    _Rule(
        lambda body: body.to_location_id == body.location_id,
        "/to_location_id",
        "another location than location_id",
    ),
    _Rule(
        lambda body: body.kind is not MovementKind.TRANSFERRED and body.in_transit,
        "/in_transit",
        "for kind transferred alone",
    ),
    _Rule(
        lambda body: body.kind not in _OF_TRANSFERS and body.transfer_id is not None,
        "/transfer_id",
        "for kinds received and adjusted alone",
    ),
)
"""What no field of a movement shows by itself."""


def checked(body: MovementBody) -> MovementBody:
    """The movement, if its fields fit together; raises Unprocessable with a pointer for each."""
    wrong = [FieldError(rule.pointer, rule.detail) for rule in _RULES if rule.breaks(body)]
    if wrong:
        raise Unprocessable("the request has invalid fields", errors=wrong)
    return body


def movement_entry(movement: Movement) -> MovementEntry:
    """A movement as it is answered."""
    return MovementEntry(
        id=movement.movement_id,
        sku=movement.sku,
        location_id=movement.location_id,
        kind=movement.kind,
        quantity=movement.quantity,
        delta=movement.delta,
        incoming=movement.incoming,
        transfer_id=movement.transfer_id,
        reason=movement.reason,
        reference=movement.reference,
        created_at=movement.created_at,
        actor=movement.actor,
    )


def transfer_body(transfer: Transfer) -> TransferBody:
    """A transfer as it is answered."""
    return TransferBody(
        id=transfer.transfer_id,
        sku=transfer.sku,
        location_id=transfer.location_id,
        to_location_id=transfer.to_location_id,
        status=transfer.status,
        quantity=transfer.quantity,
        in_transit=transfer.in_transit,
        received=transfer.received,
        written_off=transfer.written_off,
        reason=transfer.reason,
        reference=transfer.reference,
        version=transfer.version,
        created_at=transfer.created_at,
        updated_at=transfer.updated_at,
    )
