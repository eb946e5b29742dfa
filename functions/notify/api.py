"""HTTP: the ledger, by order; what customers want; suppressions; the page that unsubscribes."""

from typing import Any

import notify.feedback.routes
import notify.people.preference_routes
import notify.people.unsubscribe_routes  # noqa: F401 - the routes
from notify.endpoint import api, contacts, messages, unsubscribe_secret
from notify.ledger.listing import page_of
from notify.ledger.messages import State
from notify.ledger.models import NotificationList, notification_of
from waybill.access import authenticator
from waybill.http import Call, Reply
from waybill.problems import field_problem
from waybill.settings import on_lambda


@api.route(
    "GET",
    "/v1/notifications",
    scope="notify:read",
    returns={200: NotificationList},
    failures=(400,),
    query={
        "order_id": "The order whose messages are listed.",
        "state": "Only messages in this state: " + ", ".join(State) + ".",
    },
    paged=True,
    required=("order_id",),
)
def list_notifications(call: Call) -> Reply:
    """List what an order's customer was told, and what not, and why."""
    order_id, state = _order_id(call), _state(call)
    page = call.page(order_id=order_id, state=state)
    found, last = page_of(
        messages().of_order(call.shop_id, order_id),
        state=state,
        start=page.start,
        limit=page.limit,
    )
    items = [notification_of(message) for message in found]
    return Reply(200, NotificationList(items=items, next_cursor=page.cursor(last)))


def _order_id(call: Call) -> str:
    order_id = call.query.get("order_id")
    if not order_id:
        raise field_problem("/order_id", "order_id is required")
    return order_id


def _state(call: Call) -> State | None:
    text = call.query.get("state")
    if text is not None and text not in set(State):
        raise field_problem("/state", "state: one of " + ", ".join(State))
    return State(text) if text is not None else None


def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer an HTTP API event."""
    return api.lambda_handler(event, context)


if on_lambda():
    authenticator()
    messages()
    contacts()
    unsubscribe_secret()
