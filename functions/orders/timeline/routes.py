"""HTTP: what happened to an order."""

from typing import Any

from orders.endpoint import ORDER, READ, api, timelines
from orders.timeline.service import Reached
from waybill.http import Call, Instant, Model, Reply
from waybill.paging import Page
from waybill.problems import InvalidCursor


class TimelineEntry(Model):
    """One thing that happened to an order, and who did it: a key, a platform, or a room."""

    at: Instant
    actor: str
    event: str
    data: dict[str, Any]


class Timeline(Model):
    """A page of an order's timeline."""

    items: list[TimelineEntry]
    next_cursor: str | None


@api.route(
    "GET",
    f"{ORDER}/timeline",
    scope=READ,
    returns={200: Timeline},
    failures=(400,),
    paged=True,
)
def read_timeline(call: Call) -> Reply:
    """List what happened to an order, newest first."""
    page = call.page()
    found, reached = timelines().page(
        call.shop_id, call.path["order_id"], limit=page.limit, after=_reached(page)
    )
    items = [
        TimelineEntry(at=one.at, actor=one.actor, event=one.event, data=dict(one.data))
        for one in found
    ]
    cursor = page.cursor(
        {name: text for name, text in reached._asdict().items() if text} if reached else None
    )
    return Reply(200, Timeline(items=items, next_cursor=cursor))


def _reached(page: Page) -> Reached:
    start = page.start or {}
    if not set(start) <= set(Reached._fields) or not all(
        isinstance(v, str) for v in start.values()
    ):
        raise InvalidCursor("this cursor is not of this list")
    return Reached(**start)
