"""HTTP: the ledger, by order, by state or by day; and a failed message's second chance."""

import re
from datetime import date
from typing import Final

from notify.endpoint import READ, WRITE, api, messages
from notify.ledger.listing import page_of
from notify.ledger.messages import ATTENTION, State
from notify.ledger.models import Notification, NotificationList, notification_of
from notify.ledger.retrying import Retrier
from notify.policy.alerts import file_of
from waybill.clock import system_clock
from waybill.http import Call, Reply
from waybill.problems import NotFound, field_problem

_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_OF_SHOP: Final = sorted(ATTENTION)
"""States that a shop's messages are listed by: few are in them, and something is to be done."""


@api.route(
    "GET",
    "/v1/notifications",
    scope=READ,
    returns={200: NotificationList},
    failures=(400,),
    query={
        "order_id": "The order whose messages are listed; else those of the shop in a state.",
        "alerts_on": "A day (UTC), such as 2026-11-27: what was to be told to the shop that day "
        "and is not about an order.",
        "state": "Only messages in this state: "
        + ", ".join(State)
        + ". Of the whole shop: "
        + ", ".join(_OF_SHOP)
        + ".",
    },
    paged=True,
)
def list_notifications(call: Call) -> Reply:
    """List what customers and the shop were told, and what not, and why; or what is to be done."""
    order_id, state = _file(call), _state(call)
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
        raise field_problem("/order_id", f"order_id, alerts_on, or a state that lasts: {wanted}")
    items = [notification_of(message) for message in found]
    return Reply(200, NotificationList(items=items, next_cursor=page.cursor(last)))


def _state(call: Call) -> State | None:
    text = call.query.get("state")
    if text is not None and text not in set(State):
        raise field_problem("/state", "state: one of " + ", ".join(State))
    return State(text) if text is not None else None


@api.route(
    "POST",
    "/v1/notifications/<message_id>/retry",
    scope=WRITE,
    returns={200: Notification},
    failures=(404, 409),
    query={
        "order_id": "The order whose message it is.",
        "alerts_on": "Of an alert that is not about an order, its day.",
    },
)
def retry_notification(call: Call) -> Reply:
    """Send a message that failed within a minute, if it is still true; 409 for any other.

    A message that waits is tried without this, and one of which nobody knows may have been sent.
    """
    order_id = _file(call)
    if not order_id:
        raise field_problem("/order_id", "order_id, or alerts_on")
    found = Retrier(messages(), system_clock).retry(
        call.shop_id, order_id, call.path["message_id"], call.caller.actor
    )
    if found is None:
        raise NotFound("no such message")
    return Reply(200, notification_of(found))


def _file(call: Call) -> str | None:
    """What messages are kept under: their order, or the day of an alert."""
    order_id, day = call.query.get("order_id"), call.query.get("alerts_on")
    if order_id and day:
        raise field_problem("/alerts_on", "order_id or alerts_on, not both")
    if not day:
        return order_id
    if not _is_day(day):
        raise field_problem("/alerts_on", "a date: YYYY-MM-DD")
    return file_of(day)


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return _DAY.fullmatch(text) is not None  # and no week's day, nor one without hyphens
