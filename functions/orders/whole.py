"""Answers an order as it stands, with all its payments."""

from collections.abc import Mapping

from orders.composition import repository
from orders.details import Details
from orders.order import Order
from orders.presenting import present
from orders.service import later_payments
from waybill.http import Reply, etag


def whole(
    order: Order, details: Details, status: int = 200, headers: Mapping[str, str] | None = None
) -> Reply:
    """Answer an order under a status, with its ETag beside other headers."""
    body = present(order, details, later_payments(repository(), order))
    return Reply(status, body, etag(order.version) | dict(headers or {}))
