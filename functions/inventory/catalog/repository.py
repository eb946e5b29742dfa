"""DynamoDB for locations and items.

A level carries its SKU's safety stock and reorder point, because ``available`` is stored and the
relay sees levels alone. So a change of an item's settings and all levels of the SKU are one
transaction, and the item lists where the SKU has levels: a level that is opened meanwhile changes
the item's version, and one of the two writes is refused.
"""

from dataclasses import dataclass
from typing import Final

from inventory.errors import ChangedMeanwhileError
from inventory.stock import Location, StockItem
from inventory.stored import (
    location_attributes,
    read_location,
    read_stock_item,
    stock_item_attributes,
)
from waybill import keys
from waybill.dynamo import (
    ConditionFailedError,
    Item,
    Table,
    TransactionCancelledError,
    put_write,
    update_write,
)
from waybill.observability import correlation_id
from waybill.paging import Page

ITEMS_INDEX: Final = "by_shop"


@dataclass(frozen=True)
class SettingsRepository:
    """InventoryTable's settings."""

    table: Table

    # --- locations ------------------------------------------------------------------------------

    def location(self, shop_id: str, location_id: str) -> Location | None:
        """One location."""
        item = self.table.get(keys.location(shop_id, location_id))
        return read_location(item) if item else None

    def locations(self, shop_id: str, page: Page) -> tuple[list[Location], str | None]:
        """A page of the shop's locations, by id."""
        items, last = self.table.query(
            "pk = :pk",
            {":pk": keys.location(shop_id, "")["pk"]},
            limit=page.limit,
            start=page.start,
        )
        return [read_location(item) for item in items], page.cursor(last)

    def put_location(self, shop_id: str, location: Location, seen: int, actor: str) -> None:
        """Write a location over version ``seen`` (0: there is none).

        Raises :class:`ChangedMeanwhileError`.
        """
        item = keys.location(shop_id, location.location_id) | location_attributes(location)
        try:
            self.table.put(
                item | _written_by(shop_id, actor),
                condition="version = :seen" if seen else "attribute_not_exists(pk)",
                values={":seen": seen} if seen else None,
            )
        except ConditionFailedError as error:
            raise ChangedMeanwhileError from error

    # --- items ----------------------------------------------------------------------------------

    def item(self, shop_id: str, sku: str) -> StockItem | None:
        """One SKU's settings."""
        item = self.table.get(keys.item(shop_id, sku))
        return read_stock_item(item) if item else None

    def items(self, shop_id: str, page: Page) -> tuple[list[StockItem], str | None]:
        """A page of the shop's items, newest first; up to a second behind."""
        items, last = self.table.query(
            "items_of = :shop",
            {":shop": shop_id},
            index=ITEMS_INDEX,
            newest_first=True,
            limit=page.limit,
            start=page.start,
        )
        return [read_stock_item(item) for item in items], page.cursor(last)

    def put_item(self, shop_id: str, item: StockItem, before: StockItem | None, actor: str) -> None:
        """Write an item over ``before``, and with it what its levels hold of its settings.

        Raises :class:`ChangedMeanwhileError`.
        """
        written_by = _written_by(shop_id, actor)
        stored = keys.item(shop_id, item.sku) | stock_item_attributes(item) | written_by
        writes = [
            put_write(
                stored | {"items_of": shop_id},
                condition="version = :seen" if before else "attribute_not_exists(pk)",
                values={":seen": before.version} if before else None,
            )
        ]
        if before and _level_settings(before) != _level_settings(item):
            values = {
                ":safety": item.safety_stock,
                ":rise": before.safety_stock - item.safety_stock,
                ":reorder": item.reorder_point,
                ":unchecked": keys.unchecked(item.sku),
                ":one": 1,
                ":now": item.updated_at,
                ":correlation": written_by["correlation_id"],
                ":actor": actor,
            }
            writes += [
                update_write(
                    keys.level(shop_id, item.sku, location_id),
                    "SET safety_stock = :safety, available = available + :rise,"
                    " unchecked_pk = :unchecked, reorder_point = :reorder,"
                    " version = version + :one, updated_at = :now,"
                    " correlation_id = :correlation, actor = :actor",
                    values=values,
                )
                for location_id in item.locations
            ]
        try:
            self.table.transact(writes)
        except TransactionCancelledError as error:
            if "ConditionalCheckFailed" in error.reasons:
                raise ChangedMeanwhileError from error
            raise


def _level_settings(item: StockItem) -> tuple[int, int | None]:
    return item.safety_stock, item.reorder_point


def _written_by(shop_id: str, actor: str) -> Item:
    return {"shop_id": shop_id, "correlation_id": correlation_id(), "actor": actor}
