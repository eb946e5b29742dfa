"""HTTP: an order's whole life."""

from typing import Any

import orders.amending.routes
import orders.holds.routes
import orders.lists.routes
import orders.order_routes
import orders.timeline.routes  # noqa: F401 - the routes
from orders.edits import routes as edit_routes
from orders.endpoint import api, lists
from orders.endpoint import orders as order_service
from orders.payments import routes as payment_routes
from orders.returns import routes as return_routes
from waybill.access import authenticator
from waybill.settings import on_lambda


def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer an HTTP API event."""
    return api.lambda_handler(event, context)


if on_lambda():
    authenticator()
    order_service()
    lists()
    edit_routes.edits()
    payment_routes.payments()
    return_routes.returns()
