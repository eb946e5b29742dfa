"""OrdersTable as returns need it; they are written with their order (see OrderRepository)."""

from collections.abc import Sequence
from dataclasses import dataclass

from orders.returns.items import read_return
from orders.returns.rma import OrderReturn
from waybill import keys
from waybill.dynamo import Table


@dataclass(frozen=True)
class ReturnRepository:
    """Returns in DynamoDB."""

    table: Table

    def order_return(self, shop_id: str, order_id: str, return_id: str) -> OrderReturn | None:
        """Return a return as it stands."""
        item = self.table.get(keys.order_return(shop_id, order_id, return_id))
        return read_return(item) if item else None

    def some(self, shop_id: str, order_id: str, return_ids: Sequence[str]) -> list[OrderReturn]:
        """Those of these distinct returns that exist, in no order."""
        wanted = [keys.order_return(shop_id, order_id, return_id) for return_id in return_ids]
        return [read_return(item) for item in self.table.batch_get(wanted)] if wanted else []

    def page(
        self, shop_id: str, order_id: str, *, after: str | None, limit: int
    ) -> tuple[list[OrderReturn], str | None]:
        """Read a stretch of an order's returns, newest first, and the id to go on after."""
        first = keys.order_return(shop_id, order_id, "")
        found, last = self.table.query(
            "pk = :order AND begins_with(sk, :returns)",
            {":order": first["pk"], ":returns": first["sk"]},
            consistent=True,
            newest_first=True,
            limit=limit,
            start=keys.order_return(shop_id, order_id, after) if after else None,
        )
        returns = [read_return(item) for item in found]
        return returns, returns[-1].return_id if last and returns else None
