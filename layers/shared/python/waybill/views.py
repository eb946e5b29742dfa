"""Read-only looks into other rooms' tables, by key alone: GetItem and BatchGetItem.

Each method names the attributes it promises; the owning room keeps them. Nothing here writes.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from waybill import keys
from waybill.dynamo import Item, Table
from waybill.packing import unpack

_UNDECIDED: Final = "pending"


@dataclass(frozen=True)
class ShopsView:
    """ShopsTable as other rooms may see it."""

    table: Table

    def shop(self, shop_id: str) -> Item | None:
        """name, currency, country, time_zone, payment_rule, payment_minutes, on_shortage.

        Also quiet_hours, alert_email (personal data), locale and message_budgets, each None where
        the shop has none, and absent from a shop that is older than they are.
        """
        return self.table.get(keys.shop(shop_id), consistent=False)

    def platform_order(self, shop_id: str, platform: str, external_id: str) -> Item | None:
        """observed_at, topic, version and ``order``: the platform-neutral order, a dict."""
        item = self.table.get(keys.platform_order(shop_id, platform, external_id))
        return item | {"order": unpack(item["order"])} if item else None


@dataclass(frozen=True)
class OrdersView:
    """OrdersTable as other rooms may see it."""

    table: Table

    def order(self, shop_id: str, order_id: str) -> Item | None:
        """status, number, lines with quantities, version: what changes of an order.

        Lines that an edit would add, and that are only being reserved, are left out.
        """
        item = self.table.get(keys.order(shop_id, order_id))
        if item is None:
            return None
        return item | {"lines": [line for line in item["lines"] if "edit_id" not in line]}

    def orders(self, order_keys: Iterable[tuple[str, str]]) -> list[Item]:
        """The same of many, given by shop and order id, consistently; in no order, all lines."""
        return self.table.batch_get([keys.order(*key) for key in order_keys])

    def details(self, shop_id: str, order_id: str) -> Item | None:
        """customer, addresses, titles, prices: what an order was placed with."""
        return self.table.get(keys.order_details(shop_id, order_id))


@dataclass(frozen=True)
class InventoryView:
    """InventoryTable as other rooms may see it."""

    table: Table

    def decision(self, shop_id: str, order_id: str) -> Item | None:
        """version, order_version, decision, lines, updated_at: what inventory decided, if so."""
        item = self.table.get(keys.allocation(shop_id, order_id))
        return item if item and item["decision"] != _UNDECIDED else None

    def unknown_skus(self, shop_id: str, skus: Iterable[str]) -> list[str]:
        """Those of ``skus`` that the shop has no item for, in the order given."""
        wanted = list(dict.fromkeys(skus))
        found = self.table.batch_get([keys.item(shop_id, sku) for sku in wanted])
        known = {item["pk"] for item in found}
        return [sku for sku in wanted if keys.item(shop_id, sku)["pk"] not in known]

    def unknown_locations(self, shop_id: str, location_ids: Iterable[str]) -> list[str]:
        """Those of ``location_ids`` that the shop does not have, in the order given."""
        wanted = list(dict.fromkeys(location_ids))
        found = self.table.batch_get([keys.location(shop_id, place) for place in wanted])
        known = {item["sk"] for item in found}
        return [place for place in wanted if place not in known]


@dataclass(frozen=True)
class ShipmentsView:
    """ShipmentsTable as other rooms may see it."""

    table: Table

    def shipment(self, shop_id: str, shipment_id: str) -> Item | None:
        """order_id, status, token of the tracking page, parcels with number and carrier."""
        return self.table.get(keys.shipment(shop_id, shipment_id))

    def shipments(self, shop_id: str, shipment_ids: Iterable[str]) -> list[Item]:
        """The same of those that exist, with id, created_at, updated_at, version and actor."""
        wanted = {keys.shipment(shop_id, one)["sk"]: one for one in shipment_ids}
        found = self.table.batch_get([keys.shipment(shop_id, one) for one in wanted.values()])
        return [item | {"id": wanted[item["sk"]]} for item in found]
