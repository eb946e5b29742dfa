"""OrdersTable as repeated requests need it: what Idempotency-Keys have made of orders."""

from dataclasses import dataclass

from orders.record_items import read_key_use
from orders.records import KeyUse
from waybill import keys
from waybill.dynamo import Table


@dataclass(frozen=True)
class KeyUses:
    """What keys were used for."""

    table: Table

    def use(self, shop_id: str, order_id: str, made: str) -> KeyUse | None:
        """Return what made something of an order; None where it is new."""
        item = self.table.get(keys.order_key_use(shop_id, order_id, made))
        return read_key_use(item) if item else None
