"""Levels and reservations as the API answers them."""

from inventory.stock import Level, Reservation, ReservationState
from waybill.http import Model


class LevelBody(Model):
    """Stock of a SKU at a location."""

    sku: str
    location_id: str
    on_hand: int
    reserved: int
    available: int
    backordered: int
    incoming: int
    """Units on their way here from another location."""
    shortfall: int
    """Units promised that are not there, though they should be."""


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
    returned: int
    """Units that came back from the customer to this location."""
    state: ReservationState


class ReservationList(Model):
    """A page of the list."""

    items: list[ReservationBody]
    next_cursor: str | None


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
        shortfall=level.shortfall,
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
        returned=row.returned,
        state=row.state,
    )
