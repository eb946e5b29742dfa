"""HTTP: the ledger, by order; suppressions, by customer."""

from functools import cache
from typing import Any, Final

from notify.feedback.models import SuppressionView
from notify.feedback.suppressing import Author, SuppressionTable
from notify.ledger.listing import page_of
from notify.ledger.messages import State
from notify.ledger.models import NotificationList, notification_of
from notify.ledger.repository import MessageTable
from notify.settings import ApiSettings
from waybill.access import authenticator
from waybill.aws import client
from waybill.dynamo import Table
from waybill.http import Api, Call, Reply
from waybill.observability import correlation_id, logger
from waybill.problems import NotFound, field_problem
from waybill.settings import load_settings, on_lambda


@cache
def _settings() -> ApiSettings:
    return load_settings(ApiSettings)


@cache
def _table() -> Table:
    return Table(client("dynamodb"), _settings().notifications_table)


@cache
def _messages() -> MessageTable:
    return MessageTable(_table())


@cache
def _suppressions() -> SuppressionTable:
    return SuppressionTable(_table())


api: Final = Api("notify", authenticator)


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
        _messages().of_order(call.shop_id, order_id),
        state=state,
        start=page.start,
        limit=page.limit,
    )
    items = [notification_of(message) for message in found]
    return Reply(200, NotificationList(items=items, next_cursor=page.cursor(last)))


@api.route(
    "GET",
    "/v1/customers/<customer_id>/suppression",
    scope="notify:read",
    returns={200: SuppressionView},
)
def read_suppression(call: Call) -> Reply:
    """Read why a customer gets no mail; 404 where nothing forbids it."""
    customer_id = call.path["customer_id"]
    suppression = _suppressions().get(call.shop_id, customer_id)
    if suppression is None:
        raise NotFound("mail to this customer is not suppressed")
    return Reply(200, SuppressionView.of(customer_id, suppression))


@api.route(
    "DELETE",
    "/v1/customers/<customer_id>/suppression",
    scope="notify:write",
    returns={204: None},
)
def lift_suppression(call: Call) -> Reply:
    """Let mail be sent to a customer again."""
    customer_id = call.path["customer_id"]
    if _suppressions().lift(call.shop_id, customer_id, Author(call.caller.actor, correlation_id())):
        logger.info("suppression lifted", customer_id=customer_id, actor=call.caller.actor)
    return Reply(204)


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
    _messages()
