"""HTTP: the ledger; what customers want; suppressions; the page that unsubscribes; wordings."""

from typing import Any, Final

import notify.feedback.routes
import notify.people.preference_routes
import notify.people.unsubscribe_routes
import notify.templates.routes  # noqa: F401 - the routes
from notify.endpoint import api, contacts, messages, unsubscribe_secret
from notify.ledger.listing import page_of
from notify.ledger.messages import ATTENTION, State
from notify.ledger.models import NotificationList, notification_of
from waybill.access import authenticator
from waybill.http import Call, Reply
from waybill.problems import field_problem
from waybill.settings import on_lambda

_OF_SHOP: Final = sorted(ATTENTION)
"""States that a shop's messages are listed by: few are in them, and something is to be done."""


@api.route(
    "GET",
    "/v1/notifications",
    scope="notify:read",
    returns={200: NotificationList},
    failures=(400,),
    query={
        "order_id": "The order whose messages are listed; else those of the whole shop in a state.",
        "state": "Only messages in this state: "
        + ", ".join(State)
        + ". Of the whole shop: "
        + ", ".join(_OF_SHOP)
        + ".",
    },
    paged=True,
)
def list_notifications(call: Call) -> Reply:
    """List what customers were told, and what not, and why; or what needs attention."""
    order_id, state = call.query.get("order_id"), _state(call)
    page = call.page(order_id=order_id, state=state)
    if order_id:
        found, last = page_of(
            messages().of_order(call.shop_id, order_id),
            state=state,
            start=page.start,
            limit=page.limit,
        )
    elif state in ATTENTION:
        found, last = messages().in_state(call.shop_id, state, page.start, page.limit)
    else:
        wanted = ", ".join(_OF_SHOP)
        raise field_problem("/order_id", f"order_id, or a state that lasts: {wanted}")
    items = [notification_of(message) for message in found]
    return Reply(200, NotificationList(items=items, next_cursor=page.cursor(last)))


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
