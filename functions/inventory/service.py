"""Use cases of the API: locations, items, movements, and looks at stock."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol, TypeVar

from inventory.errors import (
    ChangedMeanwhileError,
    KnownRequestError,
    LevelRefusedError,
    TooManyLocationsError,
)
from inventory.models import ItemSettings, LocationSettings, MovementBody
from inventory.patience import Patience
from inventory.stock import (
    HeldReservation,
    Level,
    LevelKey,
    Location,
    Movement,
    MovementKind,
    MovementRequest,
    OrderKey,
    SkuKey,
    StockItem,
)
from waybill.auth import Caller
from waybill.clock import Clock, system_clock, to_text
from waybill.dynamo import TransactionCancelledError, is_transient
from waybill.http import etag
from waybill.ids import derived_id, sortable_id
from waybill.paging import Page
from waybill.problems import (
    Conflict,
    NotFound,
    PreconditionFailed,
    Unavailable,
    Unprocessable,
    field_problem,
)

ATTEMPTS: Final = 6

T = TypeVar("T")


class Settings(Protocol):
    """Where locations, items and levels are kept."""

    def location(self, shop_id: str, location_id: str) -> Location | None:
        """One location."""

    def put_location(self, shop_id: str, location: Location, seen: int, actor: str) -> None:
        """Write it over version ``seen``; raises ChangedMeanwhileError."""

    def item(self, shop_id: str, sku: str) -> StockItem | None:
        """One SKU's settings."""

    def put_item(self, shop_id: str, item: StockItem, before: StockItem | None, actor: str) -> None:
        """Write it and its levels over ``before``; raises ChangedMeanwhileError."""

    def level(self, key: LevelKey) -> Level | None:
        """One SKU's stock at one location."""

    def open_level(self, key: LevelKey, now: str) -> None:
        """Make an empty level; raises ChangedMeanwhileError, TooManyLocationsError."""


class Ledger(Protocol):
    """Where movements and reservation lines are kept."""

    def known_request(self, shop_id: str, request_id: str) -> tuple[str, Movement] | None:
        """Fingerprint and movement of an idempotency key that was used."""

    def record(
        self,
        shop_id: str,
        movement: Movement,
        request: MovementRequest | None,
        *,
        counted_against: int | None,
    ) -> None:
        """Write a movement; raises KnownRequestError, LevelRefusedError."""

    def reservations_of_order(self, key: OrderKey) -> list[HeldReservation]:
        """What an order has."""

    def reservations_of_sku(
        self, key: SkuKey, locations: Sequence[str], page: Page
    ) -> tuple[list[HeldReservation], str | None]:
        """A page of who has a SKU at these locations."""


@dataclass(frozen=True)
class InventoryService:
    """What callers can do with stock, apart from ordering it."""

    settings: Settings
    ledger: Ledger
    patience: Patience
    clock: Clock = system_clock

    # --- locations ------------------------------------------------------------------------------

    def location(self, shop_id: str, location_id: str) -> Location:
        """One location; raises NotFound."""
        location = self.settings.location(shop_id, location_id)
        if location is None:
            raise NotFound("no such location")
        return location

    def set_location(
        self, caller: Caller, location_id: str, settings: LocationSettings, if_match: int | None
    ) -> tuple[Location, bool]:
        """Make a location or replace its settings; True when it is new.

        The same settings again write nothing. Raises PreconditionFailed.
        """

        def write() -> tuple[Location, bool]:
            before = self.settings.location(caller.shop_id, location_id)
            seen = before.version if before else 0
            _check_version(seen, if_match)
            after = Location(
                location_id=location_id,
                name=settings.name,
                priority=settings.priority,
                country=settings.country,
                version=seen + 1,
                updated_at=to_text(self.clock()),
            )
            if before and before == replace(after, version=seen, updated_at=before.updated_at):
                return before, False
            self.settings.put_location(caller.shop_id, after, seen, caller.actor)
            return after, before is None

        return self._patiently(write)

    # --- items ----------------------------------------------------------------------------------

    def item(self, shop_id: str, sku: str) -> StockItem:
        """One SKU's settings; raises NotFound."""
        item = self.settings.item(shop_id, sku)
        if item is None:
            raise NotFound("no such item")
        return item

    def set_item(
        self, caller: Caller, sku: str, settings: ItemSettings, if_match: int | None
    ) -> tuple[StockItem, bool]:
        """Make an item or replace its settings, on its levels too; True when it is new.

        The same settings again write nothing. Raises PreconditionFailed.
        """

        def write() -> tuple[StockItem, bool]:
            before = self.settings.item(caller.shop_id, sku)
            seen = before.version if before else 0
            _check_version(seen, if_match)
            now = to_text(self.clock())
            after = StockItem(
                sku=sku,
                title=settings.title,
                oversell_policy=settings.oversell_policy,
                backorder_limit=settings.backorder_limit,
                tracked=settings.tracked,
                safety_stock=settings.safety_stock,
                reorder_point=settings.reorder_point,
                locations=before.locations if before else (),
                version=seen + 1,
                created_at=before.created_at if before else now,
                updated_at=now,
            )
            if before and before == replace(after, version=seen, updated_at=before.updated_at):
                return before, False
            self.settings.put_item(caller.shop_id, after, before, caller.actor)
            return after, before is None

        return self._patiently(write)

    # --- movements ------------------------------------------------------------------------------

    def record_movement(
        self, caller: Caller, body: MovementBody, idempotency_key: str | None
    ) -> Movement:
        """Move stock, once per idempotency key.

        Raises Unprocessable for an unknown SKU or location and for a key used with another body,
        Conflict where on_hand would become negative.
        """
        request = _request(caller.shop_id, body, idempotency_key)

        def write() -> Movement:
            if request and (known := self.ledger.known_request(caller.shop_id, request[0])):
                return _replayed(known, request)
            key = LevelKey(caller.shop_id, body.sku, body.location_id)
            level = self._level_to_move(key)
            movement = self._movement(body, level, caller)
            counted = body.kind is MovementKind.COUNTED
            try:
                self.ledger.record(
                    caller.shop_id,
                    movement,
                    request,
                    counted_against=level.on_hand if counted else None,
                )
            except LevelRefusedError as error:
                if counted:
                    raise ChangedMeanwhileError from error
                raise Conflict("there is not that much on hand") from error
            return movement

        return self._patiently(write)

    def _movement(self, body: MovementBody, level: Level, caller: Caller) -> Movement:
        now = self.clock()
        counted = body.kind is MovementKind.COUNTED
        return Movement(
            movement_id=sortable_id("mov", now),
            sku=body.sku,
            location_id=body.location_id,
            kind=body.kind,
            quantity=body.quantity,
            delta=body.quantity - level.on_hand if counted else body.quantity,
            reason=body.reason,
            reference=body.reference,
            created_at=to_text(now),
            actor=caller.actor,
        )

    def _level_to_move(self, key: LevelKey) -> Level:
        level = self.settings.level(key)
        if level is None:
            if self.settings.item(key.shop_id, key.sku) is None:
                raise field_problem("/sku", "no such item")
            if self.settings.location(key.shop_id, key.location_id) is None:
                raise field_problem("/location_id", "no such location")
            try:
                self.settings.open_level(key, to_text(self.clock()))
            except TooManyLocationsError as error:
                raise Conflict("this SKU is at too many locations") from error
            level = self.settings.level(key)
        if level is None:
            raise ChangedMeanwhileError
        return level

    # --- reservations ---------------------------------------------------------------------------

    def reservations_of_order(self, shop_id: str, order_id: str) -> list[HeldReservation]:
        """What an order has; empty for an order that inventory has not heard of."""
        return self.ledger.reservations_of_order(OrderKey(shop_id, order_id))

    def reservations_of_sku(
        self, shop_id: str, sku: str, location_id: str | None, page: Page
    ) -> tuple[list[HeldReservation], str | None]:
        """A page of who has a SKU, at all of its locations or one."""
        item = self.settings.item(shop_id, sku)
        locations = [
            known for known in (item.locations if item else ()) if location_id in (None, known)
        ]
        return self.ledger.reservations_of_sku(SkuKey(shop_id, sku), locations, page)

    def _patiently(self, write: Callable[[], T]) -> T:
        """Try again when somebody else wrote first, a bounded number of times."""
        for attempt in range(ATTEMPTS):
            try:
                return write()
            except (ChangedMeanwhileError, KnownRequestError):
                pass
            except TransactionCancelledError as error:
                if not is_transient(error):
                    raise
            self.patience.wait(attempt)
        raise Unavailable("others keep changing it: try again")


def _check_version(current: int, if_match: int | None) -> None:
    if if_match is not None and if_match != current:
        headers = etag(current) if current else {}
        raise PreconditionFailed("If-Match is not the current version", headers=headers)


def _request(
    shop_id: str, body: MovementBody, idempotency_key: str | None
) -> MovementRequest | None:
    if idempotency_key is None:
        return None
    return MovementRequest(
        derived_id("mrq", shop_id, idempotency_key),
        hashlib.sha256(body.model_dump_json().encode()).hexdigest(),
    )


def _replayed(known: tuple[str, Movement], request: MovementRequest) -> Movement:
    fingerprint, movement = known
    if fingerprint != request.fingerprint:
        raise Unprocessable("this Idempotency-Key was used with another request")
    return movement
