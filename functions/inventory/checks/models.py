"""What POST /v1/stock-checks takes and answers: a statement of account for each level of a SKU."""

from typing import Annotated, Final

from pydantic import Field

from inventory.checks.sku_check import LevelCheck
from inventory.checks.statement import NEVER, LedgerLine, LedgerMovement, Verdict
from inventory.shapes import LocationId, Sku
from inventory.stock import ReservationState
from waybill.http import Model

_MIDNIGHT: Final = "T00:00:00.000Z"


class StockCheckBody(Model):
    """Which levels are to be checked."""

    sku: Sku
    location_id: LocationId | None = None
    """Only this one; null: the SKU's levels at all locations."""
    from_start: Annotated[bool, Field(strict=True)] = False
    """True: add up every row there is, and prove the opening balance as well."""


class ComparedNumber(Model):
    """A number as it is stored, and as the rows give it."""

    stored: int
    computed: int | None
    """Null where the check was postponed."""


class OpeningBody(Model):
    """What the rows before an instant come to; they are listed no more."""

    until: str | None
    """Null: nothing is added up yet, and all rows are below."""
    movements: int
    """Units that movements brought, less those they took."""
    incoming: int
    shipped: int
    """Units that left with lines that are closed."""
    returned: int


class StatementMovement(Model):
    """A movement since."""

    id: str
    kind: str
    delta: int
    """Units by which on_hand changed."""
    incoming: int
    """Units by which incoming changed."""
    reason: str | None
    reference: str | None
    created_at: str


class StatementLine(Model):
    """A reservation line since, or an older one that is open."""

    order_id: str
    placed_at: str
    quantity: int
    """Units reserved and not given back, shipped ones included."""
    shipped: int
    returned: int
    backordered: int
    state: ReservationState


class StatementBody(Model):
    """A level's statement: opening and rows come to what is computed.

    on_hand = opening.movements - opening.shipped + opening.returned + each movement's delta - each
    line's shipped + each line's returned; reserved = each line's quantity - shipped; available =
    on_hand - reserved - safety_stock.
    """

    location_id: str
    verdict: Verdict
    on_hand: ComparedNumber
    reserved: ComparedNumber
    backordered: ComparedNumber
    incoming: ComparedNumber
    available: ComparedNumber
    safety_stock: int
    opening: OpeningBody | None
    movements: list[StatementMovement]
    lines: list[StatementLine]
    truncated: bool
    """True where rows are left out here: GET /v1/stock-movements and /v1/reservations list all."""


class StockCheck(Model):
    """The outcome for a SKU."""

    sku: str
    checked_at: str
    levels: list[StatementBody]


def statement_body(check: LevelCheck) -> StatementBody:
    """A level's check as it is answered."""
    statement, computed = check.statement, check.computed
    return StatementBody(
        location_id=check.state.key.location_id,
        verdict=check.verdict,
        **{
            name: ComparedNumber(
                stored=getattr(check.state.level, name),
                computed=computed[name] if computed else None,
            )
            for name in ("on_hand", "reserved", "backordered", "incoming", "available")
        },
        safety_stock=check.state.safety_stock,
        opening=OpeningBody(
            until=None if statement.opening.until == NEVER else statement.opening.until + _MIDNIGHT,
            movements=statement.opening.movements,
            incoming=statement.opening.incoming,
            shipped=statement.opening.left.shipped,
            returned=statement.opening.left.returned,
        )
        if statement
        else None,
        movements=[_movement(row) for row in statement.movements] if statement else [],
        lines=[_line(row) for row in statement.lines] if statement else [],
        truncated=statement.truncated if statement else False,
    )


def _movement(row: LedgerMovement) -> StatementMovement:
    return StatementMovement(
        id=row.movement_id,
        kind=row.kind,
        delta=row.delta,
        incoming=row.incoming,
        reason=row.reason,
        reference=row.reference,
        created_at=row.created_at,
    )


def _line(row: LedgerLine) -> StatementLine:
    return StatementLine(
        order_id=row.order_id,
        placed_at=row.placed_at,
        quantity=row.reservation.quantity,
        shipped=row.reservation.shipped,
        returned=row.reservation.returned,
        backordered=row.reservation.backordered,
        state=row.reservation.state,
    )
