"""DynamoDB for the ledger of movements, with the levels and the transfer that they change.

A movement's rows, the new numbers of their levels, the transfer that they are part of, the check
that units arrive at an open location and, if the caller named one, the idempotency key are one
transaction. No code rewrites a movement.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from inventory.errors import ChangedMeanwhileError, KnownRequestError
from inventory.movements.posting import Bound, Entry, Known, Posting
from inventory.movements.transfers import Transfer
from inventory.stock import Movement, MovementRequest, StockItem
from inventory.stored import (
    movement_attributes,
    read_level,
    read_location,
    read_movement,
    read_stock_item,
    read_transfer,
    transfer_attributes,
)
from waybill import keys
from waybill.dynamo import (
    Item,
    Table,
    TransactionCancelledError,
    check_write,
    put_write,
    update_write,
)
from waybill.observability import correlation_id
from waybill.paging import Page

LEDGER_INDEX: Final = "by_shop"

_PAGES_READ: Final = 10  # a filtered page reads at most 10 times its limit

_BOUNDS: Final[Mapping[Bound, str]] = {
    Bound.ON_HAND_AT_LEAST: "on_hand >= :limit",
    Bound.ON_HAND_AT_MOST: "on_hand <= :limit",
    Bound.ON_HAND_IS: "on_hand = :limit",
    Bound.AVAILABLE_AT_LEAST: "available >= :limit",
    Bound.INCOMING_AT_LEAST: "incoming >= :limit",
    Bound.INCOMING_AT_MOST: "incoming <= :limit",
}


@dataclass(frozen=True)
class LedgerRepository:
    """InventoryTable's movements and transfers."""

    table: Table

    # --- one movement ---------------------------------------------------------------------------

    def known_request(self, shop_id: str, request_id: str) -> tuple[str, Movement] | None:
        """The fingerprint and the movement an idempotency key was first used for."""
        marker = self.table.get(keys.movement_request(shop_id, request_id))
        if marker is None:
            return None
        item = self.table.get(keys.movement(shop_id, marker["sku"], marker["movement_id"]))
        if item is None:
            raise LookupError("a movement is never deleted")
        return marker["fingerprint"], read_movement(item)

    def read(
        self, shop_id: str, sku: str, places: Collection[str], transfer_id: str | None
    ) -> tuple[StockItem | None, Known]:
        """The SKU's item, and what is stored of all that a movement names, consistently."""
        wanted = [keys.item(shop_id, sku)]
        wanted += [keys.level(shop_id, sku, place) for place in places]
        wanted += [keys.location(shop_id, place) for place in places]
        if transfer_id is not None:
            wanted.append(keys.transfer(shop_id, transfer_id))
        found = {item["pk"] + item["sk"]: item for item in self.table.batch_get(wanted)}

        def stored(key: keys.Key) -> Item | None:
            return found.get(key["pk"] + key["sk"])

        item = stored(keys.item(shop_id, sku))
        locations = [stored(keys.location(shop_id, place)) for place in places]
        levels = [stored(keys.level(shop_id, sku, place)) for place in places]
        transfer = stored(keys.transfer(shop_id, transfer_id)) if transfer_id else None
        return read_stock_item(item) if item else None, Known(
            levels={it["location_id"]: read_level(it) for it in levels if it},
            locations={it["location_id"]: read_location(it) for it in locations if it},
            transfer=read_transfer(transfer) if transfer else None,
        )

    def record(self, shop_id: str, posting: Posting, request: MovementRequest | None) -> None:
        """Write a movement and all that it changes.

        Raises :class:`KnownRequestError`, and :class:`ChangedMeanwhileError` where what it was
        decided from no longer holds.
        """
        written_by = {
            "shop_id": shop_id,
            "version": 1,
            "updated_at": posting.told.created_at,
            "correlation_id": correlation_id(),
        }
        writes = [_level_write(shop_id, entry) for entry in posting.entries]
        writes += [_row_write(shop_id, entry.row, written_by) for entry in posting.entries]
        writes += [_open_check(shop_id, entry) for entry in posting.entries if entry.arrives]
        if posting.transfer:
            by = written_by | {"actor": posting.told.actor}
            writes.append(_transfer_write(shop_id, posting.transfer, by))
        if request:
            writes.append(_marker_write(shop_id, posting.told, request, written_by))
        try:
            self.table.transact(writes)
        except TransactionCancelledError as error:
            if request and error.reasons[-1] == "ConditionalCheckFailed":
                raise KnownRequestError from error
            if "ConditionalCheckFailed" in error.reasons:
                raise ChangedMeanwhileError from error
            raise

    # --- looks ----------------------------------------------------------------------------------

    def transfer(self, shop_id: str, transfer_id: str) -> Transfer | None:
        """One transfer."""
        item = self.table.get(keys.transfer(shop_id, transfer_id))
        return read_transfer(item) if item else None

    def movements(
        self, shop_id: str, sku: str | None, location_id: str | None, page: Page
    ) -> tuple[list[Movement], str | None]:
        """A page of a SKU's movements, or of all the shop's, newest first."""
        read = self._of_shop(shop_id) if sku is None else self._of_sku(shop_id, sku)
        found: list[Item] = []
        start = page.start
        for _ in range(_PAGES_READ):
            items, start = read(page.limit, start)
            found += [item for item in items if location_id in (None, item["location_id"])]
            if len(found) > page.limit:
                found = found[: page.limit]
                start = {name: found[-1][name] for name in _start_names(sku)}
            if len(found) == page.limit or start is None:
                break
        return [read_movement(item) for item in found], page.cursor(start)

    def _of_sku(self, shop_id: str, sku: str) -> "_Read":
        partition = keys.movement(shop_id, sku, "")["pk"]
        return lambda limit, start: self.table.query(
            "pk = :pk", {":pk": partition}, newest_first=True, limit=limit, start=start
        )

    def _of_shop(self, shop_id: str) -> "_Read":
        ledger = keys.movements_of_shop(shop_id)
        return lambda limit, start: self.table.query(
            "items_of = :ledger",
            {":ledger": ledger},
            index=LEDGER_INDEX,
            newest_first=True,
            limit=limit,
            start=start,
        )


_Read = Callable[[int, Item | None], tuple[list[Item], Item | None]]


def _start_names(sku: str | None) -> tuple[str, ...]:
    return ("pk", "sk") if sku is not None else ("items_of", "created_at", "pk", "sk")


def _level_write(shop_id: str, entry: Entry) -> dict[str, Any]:
    row = entry.row
    return update_write(
        keys.level(shop_id, row.sku, row.location_id),
        "SET on_hand = on_hand + :delta, available = available + :delta,"
        " incoming = incoming + :incoming, unchecked_pk = :unchecked,"
        " version = version + :one, updated_at = :now,"
        " correlation_id = :correlation, actor = :actor",
        values={
            ":delta": row.delta,
            ":incoming": row.incoming,
            ":limit": entry.limit,
            ":unchecked": keys.unchecked(row.sku),
            ":one": 1,
            ":now": row.created_at,
            ":correlation": correlation_id(),
            ":actor": row.actor,
        },
        condition=_BOUNDS[entry.bound],
    )


def _row_write(shop_id: str, row: Movement, written_by: Item) -> dict[str, Any]:
    return put_write(
        keys.movement(shop_id, row.sku, row.movement_id)
        | movement_attributes(row)
        | {"items_of": keys.movements_of_shop(shop_id)}
        | written_by,
        condition="attribute_not_exists(pk)",
    )


def _open_check(shop_id: str, entry: Entry) -> dict[str, Any]:
    """Whoever closes the location looks at its levels after this, or this is refused."""
    return check_write(
        keys.location(shop_id, entry.row.location_id),
        "closed = :no AND attribute_not_exists(closing)",
        values={":no": False},
    )


def _transfer_write(shop_id: str, transfer: Transfer, written_by: Item) -> dict[str, Any]:
    seen = transfer.version - 1
    return put_write(
        keys.transfer(shop_id, transfer.transfer_id) | written_by | transfer_attributes(transfer),
        condition="version = :seen" if seen else "attribute_not_exists(pk)",
        values={":seen": seen} if seen else None,
    )


def _marker_write(
    shop_id: str, told: Movement, request: MovementRequest, written_by: Item
) -> dict[str, Any]:
    return put_write(
        keys.movement_request(shop_id, request.request_id)
        | {
            "sku": told.sku,
            "movement_id": told.movement_id,
            "fingerprint": request.fingerprint,
            "actor": told.actor,
        }
        | written_by,
        condition="attribute_not_exists(pk)",
    )
