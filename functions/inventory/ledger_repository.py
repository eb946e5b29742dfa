"""DynamoDB for the ledger: movements with the level they change, and who holds what.

A movement, the level's new numbers and, if the caller named one, its idempotency key are one
transaction. No code rewrites a movement.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from inventory.errors import KnownRequestError, LevelRefusedError
from inventory.stock import (
    HeldReservation,
    Movement,
    MovementRequest,
    OrderKey,
    Reservation,
    SkuKey,
)
from inventory.stored import (
    movement_attributes,
    read_allocation,
    read_movement,
    read_reservation,
)
from waybill import keys
from waybill.dynamo import Item, Table, TransactionCancelledError, put_write, update_write
from waybill.observability import correlation_id
from waybill.paging import Page
from waybill.problems import InvalidCursor

_MAX_PARTITIONS: Final = 64  # asked for one page of reservations, most of them empty
_PAGES_READ: Final = 10  # a filtered page reads at most 10 times its limit


@dataclass(frozen=True)
class LedgerRepository:
    """InventoryTable's movements and reservation lines."""

    table: Table

    def known_request(self, shop_id: str, request_id: str) -> tuple[str, Movement] | None:
        """The fingerprint and the movement an idempotency key was first used for."""
        marker = self.table.get(keys.movement_request(shop_id, request_id))
        if marker is None:
            return None
        item = self.table.get(keys.movement(shop_id, marker["sku"], marker["movement_id"]))
        if item is None:
            raise LookupError("a movement is never deleted")
        return marker["fingerprint"], read_movement(item)

    def record(
        self,
        shop_id: str,
        movement: Movement,
        request: MovementRequest | None,
        *,
        counted_against: int | None,
    ) -> None:
        """Write a movement and what it does to its level.

        ``counted_against`` is the on_hand a count was compared with. Raises
        :class:`KnownRequestError` and :class:`LevelRefusedError`.
        """
        written_by = {
            "shop_id": shop_id,
            "version": 1,
            "updated_at": movement.created_at,
            "correlation_id": correlation_id(),
        }
        writes = [
            _level_write(shop_id, movement, counted_against),
            put_write(
                keys.movement(shop_id, movement.sku, movement.movement_id)
                | movement_attributes(movement)
                | written_by,
                condition="attribute_not_exists(pk)",
            ),
        ]
        if request:
            writes.append(
                put_write(
                    keys.movement_request(shop_id, request.request_id)
                    | {
                        "sku": movement.sku,
                        "movement_id": movement.movement_id,
                        "fingerprint": request.fingerprint,
                        "actor": movement.actor,
                    }
                    | written_by,
                    condition="attribute_not_exists(pk)",
                )
            )
        try:
            self.table.transact(writes)
        except TransactionCancelledError as error:
            if request and error.reasons[2] == "ConditionalCheckFailed":
                raise KnownRequestError from error
            if error.reasons[0] == "ConditionalCheckFailed":
                raise LevelRefusedError from error
            raise

    def movements(
        self, key: SkuKey, location_id: str | None, page: Page
    ) -> tuple[list[Movement], str | None]:
        """A page of a SKU's movements, newest first."""
        partition = keys.movement(*key, "")["pk"]
        found: list[Item] = []
        start = page.start
        for _ in range(_PAGES_READ):
            items, start = self.table.query(
                "pk = :pk",
                {":pk": partition},
                newest_first=True,
                limit=page.limit,
                start=start,
            )
            found += [item for item in items if location_id in (None, item["location_id"])]
            if len(found) > page.limit:
                found = found[: page.limit]
                start = {"pk": partition, "sk": found[-1]["sk"]}
            if len(found) >= page.limit or start is None:
                break
        return [read_movement(item) for item in found], page.cursor(start)

    def reservations_of_order(self, key: OrderKey) -> list[HeldReservation]:
        """All an order holds, owes, shipped or gave back, from its allocation."""
        item = self.table.get(keys.allocation(*key))
        rows: Sequence[Reservation] = read_allocation(item).reservations if item else ()
        return [HeldReservation(key.order_id, row) for row in rows]

    def reservations_of_sku(
        self, key: SkuKey, locations: Sequence[str], page: Page
    ) -> tuple[list[HeldReservation], str | None]:
        """A page of a SKU's reservation lines, partition by partition."""
        partitions = [
            keys.reservation_bucket(*key, location_id, bucket)
            for location_id in sorted(locations)
            for bucket in range(keys.RESERVATION_BUCKETS)
        ]
        position, after = _position(page, partitions)
        found: list[Item] = []
        for asked, partition in enumerate(partitions[position:]):
            if asked == _MAX_PARTITIONS or len(found) == page.limit:
                last = {"pk": partition, "sk": ""}
                return _held(found), page.cursor(last)
            items, more = self.table.query(
                "pk = :pk",
                {":pk": partition},
                limit=page.limit - len(found),
                start={"pk": partition, "sk": after} if after else None,
            )
            found += items
            after = ""
            if more:
                return _held(found), page.cursor(more)
        return _held(found), None


def _position(page: Page, partitions: Sequence[str]) -> tuple[int, str]:
    if page.start is None:
        return 0, ""
    partition, after = page.start.get("pk"), page.start.get("sk")
    if partition not in partitions or not isinstance(after, str):
        raise InvalidCursor("this cursor is not of this list")
    return partitions.index(partition), after


def _held(items: Sequence[Item]) -> list[HeldReservation]:
    return [HeldReservation(item["order_id"], read_reservation(item)) for item in items]


def _level_write(shop_id: str, movement: Movement, counted_against: int | None) -> dict[str, Any]:
    values: dict[str, Any] = {
        ":delta": movement.delta,
        ":unchecked": keys.unchecked(movement.sku),
        ":one": 1,
        ":now": movement.created_at,
        ":correlation": correlation_id(),
        ":actor": movement.actor,
    }
    condition = "attribute_exists(pk)"
    if counted_against is not None:
        condition, values[":seen"] = "on_hand = :seen", counted_against
    elif movement.delta < 0:
        condition, values[":lost"] = "on_hand >= :lost", -movement.delta
    return update_write(
        keys.level(shop_id, movement.sku, movement.location_id),
        "SET on_hand = on_hand + :delta, available = available + :delta,"
        " unchecked_pk = :unchecked, version = version + :one, updated_at = :now,"
        " correlation_id = :correlation, actor = :actor",
        values=values,
        condition=condition,
    )
