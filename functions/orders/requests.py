"""How a caller's wish for an order is carried out: decided, written, answered with the whole."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from orders.details import Details
from orders.order import Order
from orders.records import Change
from orders.writing import OrderMissingError, OrderWriter
from waybill.http import etag
from waybill.problems import NotFound, PreconditionFailed


@dataclass(frozen=True)
class OrderRequests:
    """Changes orders for callers of the API."""

    writer: OrderWriter

    def change(
        self,
        shop_id: str,
        order_id: str,
        actor: str,
        decide: Callable[[Order, datetime], Change | None],
    ) -> tuple[Order, Details]:
        """Apply a decision; the order as it then stands. Raises :class:`NotFound`."""
        try:
            _, order = self.writer.change(shop_id, order_id, actor, decide)
            return order, self.writer.prices(order)()
        except OrderMissingError:
            raise NotFound("no such order") from None


def check_version(order: Order, if_match: int | None) -> None:
    """Raise :class:`PreconditionFailed` where a caller has seen another version of the order."""
    if if_match is not None and if_match != order.version:
        raise PreconditionFailed("If-Match is not the current version", headers=etag(order.version))
