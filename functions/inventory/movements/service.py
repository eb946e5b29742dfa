"""Use cases of the ledger: stock is received, adjusted, counted and transferred."""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Protocol

from inventory.attempts import patiently
from inventory.errors import TooManyLocationsError
from inventory.movements.models import MovementBody, checked
from inventory.movements.posting import Known, Posting, Stamp, post
from inventory.patience import Patience
from inventory.stock import Level, LevelKey, Movement, MovementRequest, StockItem
from waybill.auth import Caller
from waybill.clock import Clock, system_clock, to_text
from waybill.ids import derived_id, sortable_id
from waybill.problems import Conflict, Unprocessable, field_problem


class Ledger(Protocol):
    """Where movements are kept, and what they are decided from."""

    def known_request(self, shop_id: str, request_id: str) -> tuple[str, Movement] | None:
        """Fingerprint and movement of an idempotency key that was used."""

    def read(
        self, shop_id: str, sku: str, places: Collection[str], transfer_id: str | None
    ) -> tuple[StockItem | None, Known]:
        """The SKU's item, and what is stored of all that a movement names."""

    def record(self, shop_id: str, posting: Posting, request: MovementRequest | None) -> None:
        """Write a movement; raises KnownRequestError, ChangedMeanwhileError."""


class Levels(Protocol):
    """Where levels are opened."""

    def open_level(self, key: LevelKey, now: str) -> None:
        """Make an empty level; raises ChangedMeanwhileError, TooManyLocationsError."""


@dataclass(frozen=True)
class MovementService:
    """Moves stock."""

    ledger: Ledger
    levels: Levels
    patience: Patience
    clock: Clock = system_clock

    def record_movement(
        self, caller: Caller, body: MovementBody, idempotency_key: str | None
    ) -> Movement:
        """Move stock, once per idempotency key; the row at the location that was named.

        Raises Unprocessable for fields that do not fit together or name what is unknown, and for a
        key used with another body; Conflict where what is stored does not allow the movement.
        """
        request = _request(caller.shop_id, checked(body), idempotency_key)

        def write() -> Movement:
            if request and (told := self.ledger.known_request(caller.shop_id, request.request_id)):
                return _replayed(told, request)
            known, missing = self._known(caller.shop_id, body)
            posting = post(body, known, self._stamp(caller))
            for key in missing:
                self._open(key)
            self.ledger.record(caller.shop_id, posting, request)
            return posting.told

        return patiently(self.patience, write)

    def _known(self, shop_id: str, body: MovementBody) -> tuple[Known, list[LevelKey]]:
        """What is stored of all that is named, and which of its levels are yet to be opened."""
        named = {"/location_id": body.location_id, "/to_location_id": body.to_location_id}
        places = {pointer: place for pointer, place in named.items() if place is not None}
        item, known = self.ledger.read(shop_id, body.sku, list(places.values()), body.transfer_id)
        if item is None:
            raise field_problem("/sku", "no such item")
        for pointer, place in places.items():
            if place not in known.locations:
                raise field_problem(pointer, "no such location")
        missing = [place for place in places.values() if place not in known.levels]
        empty = {place: Level(body.sku, place, available=-item.safety_stock) for place in missing}
        keys = [LevelKey(shop_id, body.sku, place) for place in missing]
        return replace(known, levels={**known.levels, **empty}), keys

    def _open(self, key: LevelKey) -> None:
        try:
            self.levels.open_level(key, to_text(self.clock()))
        except TooManyLocationsError as error:
            raise Conflict("this SKU is at too many locations") from error

    def _stamp(self, caller: Caller) -> Stamp:
        now = self.clock()
        return Stamp(
            created_at=to_text(now),
            actor=caller.actor,
            movement_ids=(sortable_id("mov", now), sortable_id("mov", now)),
            transfer_id=sortable_id("trf", now),
        )


def _request(
    shop_id: str, body: MovementBody, idempotency_key: str | None
) -> MovementRequest | None:
    if idempotency_key is None:
        return None
    return MovementRequest(
        derived_id("mrq", shop_id, idempotency_key),
        hashlib.sha256(body.model_dump_json(exclude_defaults=True).encode()).hexdigest(),
    )


def _replayed(known: tuple[str, Movement], request: MovementRequest) -> Movement:
    fingerprint, movement = known
    if fingerprint != request.fingerprint:
        raise Unprocessable("this Idempotency-Key was used with another request")
    return movement
