"""DynamoDB for levels: stock of a SKU at a location.

A SKU's item lists where the SKU has levels, and its version moves on when one is opened; so does
its location's, which counts them. The index that finds a location's levels is a moment behind: by
that count it is known whether it lists them all.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from inventory.errors import ChangedMeanwhileError, TooManyLocationsError
from inventory.stock import Level, LevelKey, Location, SkuKey, StockItem
from inventory.stored import read_level, read_stock_item
from waybill import keys
from waybill.dynamo import Item, Table, TransactionCancelledError, put_write, update_write
from waybill.observability import correlation_id
from waybill.paging import Page

LOCATION_INDEX: Final = "by_location"
MAX_LOCATIONS_PER_SKU: Final = 90
"""An item and all its levels change in one transaction of 100."""

_OPEN_ATTEMPTS: Final = 5


@dataclass(frozen=True)
class LevelRepository:
    """InventoryTable's levels."""

    table: Table

    def levels(self, wanted: Iterable[LevelKey]) -> list[Level]:
        """Those that exist of these levels, consistently, in the order asked for."""
        return self._read([keys.level(*key) for key in wanted])

    def levels_of_sku(self, key: SkuKey, page: Page) -> tuple[list[Level], str | None]:
        """A page of a SKU's levels, by location id."""
        items, last = self.table.query(
            "pk = :pk AND begins_with(sk, :level)",
            {":pk": keys.item(*key)["pk"], ":level": keys.level(*key, "")["sk"]},
            consistent=True,
            limit=page.limit,
            start=page.start,
        )
        return [read_level(item) for item in items], page.cursor(last)

    def levels_at(
        self, shop_id: str, location_id: str, page: Page
    ) -> tuple[list[Level], str | None]:
        """A page of a location's levels, by SKU; their numbers are consistent."""
        rows, last = self.table.query(
            "location_pk = :at",
            {":at": keys.levels_at(shop_id, location_id)},
            index=LOCATION_INDEX,
            limit=page.limit,
            start=page.start,
        )
        return self._read([_key(row) for row in rows]), page.cursor(last)

    def levels_in_use(self, shop_id: str, location: Location) -> list[Level]:
        """A location's levels where anything is, is promised or is coming; consistently.

        Raises :class:`ChangedMeanwhileError` while the index does not list all levels that were
        opened at the location, as it was read.
        """
        at = {":at": keys.levels_at(shop_id, location.location_id)}
        rows = list(self.table.query_all("location_pk = :at", at, index=LOCATION_INDEX))
        if len(rows) < location.levels:
            raise ChangedMeanwhileError
        return [level for level in self._read([_key(row) for row in rows]) if level.in_use]

    def open_level(self, key: LevelKey, now: str) -> None:
        """Make an empty level where there is none; see :func:`opened_level`."""
        opened_level(self.table, SkuKey(key.shop_id, key.sku), key.location_id, now)

    def tell_again(self, key: LevelKey, now: str, actor: str) -> None:
        """Note on a level that its location serves again: what is there may be waited for."""
        self.table.update(
            keys.level(*key),
            "SET reopened_at = :now, unchecked_pk = :unchecked, version = version + :one,"
            " updated_at = :now, correlation_id = :correlation, actor = :actor",
            values={
                ":now": now,
                ":unchecked": keys.unchecked(key.sku),
                ":one": 1,
                ":correlation": correlation_id(),
                ":actor": actor,
            },
        )

    def _read(self, wanted: list[keys.Key]) -> list[Level]:
        found = {item["pk"] + item["sk"]: item for item in self.table.batch_get(wanted)}
        names = (key["pk"] + key["sk"] for key in wanted)
        return [read_level(found[name]) for name in names if name in found]


def _key(row: Item) -> keys.Key:
    return {"pk": row["pk"], "sk": row["sk"]}


def opened_level(table: Table, key: SkuKey, location_id: str, now: str) -> StockItem:
    """Make sure a SKU has a level at a location; the item, which lists it, as it then is.

    The location counts its levels, and its version moves on: whoever closes it meanwhile looks
    again, and knows how many levels there are to look at.

    Raises :class:`ChangedMeanwhileError` when others keep changing the item, or when the item is
    gone, and :class:`TooManyLocationsError`.
    """
    for item in _attempts(table, key):
        if location_id in item.locations:
            return item
        if len(item.locations) >= MAX_LOCATIONS_PER_SKU:
            raise TooManyLocationsError
        opened = replace(item, locations=(*item.locations, location_id), version=item.version + 1)
        try:
            table.transact(
                [
                    update_write(
                        keys.item(*key),
                        "SET locations = :locations, version = :version, updated_at = :now",
                        values={
                            ":locations": list(opened.locations),
                            ":version": opened.version,
                            ":now": now,
                            ":seen": item.version,
                        },
                        condition="version = :seen",
                    ),
                    put_write(
                        _empty_level(key, location_id, item, now),
                        condition="attribute_not_exists(pk)",
                    ),
                    update_write(
                        keys.location(key.shop_id, location_id),
                        "SET levels = levels + :one, version = version + :one, updated_at = :now",
                        values={":one": 1, ":now": now},
                    ),
                ]
            )
        except TransactionCancelledError as error:
            if "ConditionalCheckFailed" not in error.reasons:
                raise
            continue
        return opened
    raise ChangedMeanwhileError


def _attempts(table: Table, key: SkuKey) -> Iterator[StockItem]:
    for _ in range(_OPEN_ATTEMPTS):
        item = table.get(keys.item(*key))
        if item is None:
            return
        yield read_stock_item(item)


def _empty_level(key: SkuKey, location_id: str, item: StockItem, now: str) -> Item:
    return (
        keys.level(*key, location_id)
        | {
            "sku": key.sku,
            "location_id": location_id,
            "location_pk": keys.levels_at(key.shop_id, location_id),
            "on_hand": 0,
            "reserved": 0,
            "available": -item.safety_stock,
            "backordered": 0,
            "incoming": 0,
            "safety_stock": item.safety_stock,
            "reorder_point": item.reorder_point,
            "version": 1,
            "updated_at": now,
        }
        | {
            "shop_id": key.shop_id,
            "correlation_id": correlation_id(),
            "actor": "inventory",
        }
    )
