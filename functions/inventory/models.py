"""What the API of inventory takes and answers, and how it maps to the domain."""

from typing import Annotated, Final, Self

from pydantic import AfterValidator, Field, model_validator

from inventory.stock import (
    Level,
    Location,
    Movement,
    MovementKind,
    OversellPolicy,
    Reservation,
    ReservationState,
    StockItem,
    sku_error,
)
from waybill.http import Model

MAX_QUANTITY: Final = 1_000_000
LOCATION_ID_PATTERN: Final = r"^[A-Za-z0-9_-]{1,64}$"


def _checked_sku(sku: str) -> str:
    if (wrong := sku_error(sku)) is not None:
        raise ValueError(wrong)
    return sku


def _checked_text(text: str) -> str:
    if not text.isprintable():
        raise ValueError("printable characters only")
    return text


Sku = Annotated[str, AfterValidator(_checked_sku)]
LocationId = Annotated[str, Field(pattern=LOCATION_ID_PATTERN)]
_Text = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_checked_text)]
_Units = Annotated[int, Field(strict=True, ge=0, le=MAX_QUANTITY)]


class LocationSettings(Model):
    """A location as PUT sets it."""

    name: _Text
    priority: Annotated[int, Field(strict=True, ge=0, le=10_000)] = 100
    """Of two locations, the one with the lower number serves."""
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
    """ISO 3166-1 alpha-2."""


class LocationBody(LocationSettings):
    """A location."""

    id: str
    version: int
    updated_at: str


class LocationList(Model):
    """A page of the list."""

    items: list[LocationBody]
    next_cursor: str | None


class ItemSettings(Model):
    """A SKU's settings as PUT sets them; stock moves through movements alone."""

    title: _Text
    oversell_policy: OversellPolicy = OversellPolicy.DENY
    backorder_limit: _Units | None = None
    """Units that may be owed at once, over all locations; null is no limit."""
    tracked: Annotated[bool, Field(strict=True)] = True
    safety_stock: _Units = 0
    """Units per location that are never sold."""
    reorder_point: _Units | None = None
    """LowStock is told when a location's available falls to it; null: never."""


class ItemBody(ItemSettings):
    """A SKU."""

    sku: str
    version: int
    created_at: str
    updated_at: str


class ItemList(Model):
    """A page of the list."""

    items: list[ItemBody]
    next_cursor: str | None


class MovementBody(Model):
    """A stock movement as it is told."""

    sku: Sku
    location_id: LocationId
    kind: MovementKind
    quantity: Annotated[int, Field(strict=True, ge=-MAX_QUANTITY, le=MAX_QUANTITY)]
    """received: units, 1 or more; adjusted: units more or less; counted: units there are."""
    reason: _Text | None = None
    """Mandatory for adjusted."""
    reference: _Text | None = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        match self.kind:
            case MovementKind.RECEIVED if self.quantity < 1:
                raise ValueError("quantity: 1 or more is received")
            case MovementKind.ADJUSTED if self.quantity == 0:
                raise ValueError("quantity: 0 adjusts nothing")
            case MovementKind.ADJUSTED if self.reason is None:
                raise ValueError("reason: mandatory for kind adjusted")
            case MovementKind.COUNTED if self.quantity < 0:
                raise ValueError("quantity: 0 or more is counted")
            case _:
                return self


class MovementEntry(Model):
    """A row of the ledger."""

    id: str
    sku: str
    location_id: str
    kind: MovementKind
    quantity: int
    delta: int
    """Units by which on_hand changed."""
    reason: str | None
    reference: str | None
    created_at: str
    actor: str


class MovementList(Model):
    """A page of the list."""

    items: list[MovementEntry]
    next_cursor: str | None


class LevelBody(Model):
    """Stock of a SKU at a location."""

    sku: str
    location_id: str
    on_hand: int
    reserved: int
    available: int
    backordered: int
    incoming: int


class LevelList(Model):
    """A page of the list."""

    items: list[LevelBody]
    next_cursor: str | None


class ReservationBody(Model):
    """What an order has of a SKU at a location."""

    order_id: str
    sku: str
    location_id: str
    quantity: int
    """Units reserved and not given back, shipped ones included."""
    shipped: int
    backordered: int
    released: int
    state: ReservationState


class ReservationList(Model):
    """A page of the list."""

    items: list[ReservationBody]
    next_cursor: str | None


def location_body(location: Location) -> LocationBody:
    """A location as it is answered."""
    return LocationBody(
        id=location.location_id,
        name=location.name,
        priority=location.priority,
        country=location.country,
        version=location.version,
        updated_at=location.updated_at,
    )


def item_body(item: StockItem) -> ItemBody:
    """An item as it is answered."""
    return ItemBody(
        sku=item.sku,
        title=item.title,
        oversell_policy=item.oversell_policy,
        backorder_limit=item.backorder_limit,
        tracked=item.tracked,
        safety_stock=item.safety_stock,
        reorder_point=item.reorder_point,
        version=item.version,
        created_at=item.created_at,
        updated_at=item.updated_at,
    )


def movement_entry(movement: Movement) -> MovementEntry:
    """A movement as it is answered."""
    return MovementEntry(
        id=movement.movement_id,
        sku=movement.sku,
        location_id=movement.location_id,
        kind=movement.kind,
        quantity=movement.quantity,
        delta=movement.delta,
        reason=movement.reason,
        reference=movement.reference,
        created_at=movement.created_at,
        actor=movement.actor,
    )


def level_body(level: Level) -> LevelBody:
    """A level as it is answered."""
    return LevelBody(
        sku=level.sku,
        location_id=level.location_id,
        on_hand=level.on_hand,
        reserved=level.reserved,
        available=level.available,
        backordered=level.backordered,
        incoming=level.incoming,
    )


def reservation_body(order_id: str, row: Reservation) -> ReservationBody:
    """A reservation line as it is answered."""
    return ReservationBody(
        order_id=order_id,
        sku=row.sku,
        location_id=row.location_id,
        quantity=row.quantity,
        shipped=row.shipped,
        backordered=row.backordered,
        released=row.released,
        state=row.state,
    )
