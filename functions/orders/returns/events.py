"""Which events a change of a return is: a pure function of its images before and after."""

from collections.abc import Iterator
from typing import Any

from orders.order import ReturnState
from orders.returns.items import read_return
from orders.returns.rma import OrderReturn
from waybill.batch import Change
from waybill.dynamo import Item
from waybill.events import EventName

_BECAME = {
    ReturnState.APPROVED: EventName.RETURN_APPROVED,
    ReturnState.DECLINED: EventName.RETURN_DECLINED,
}


def facts_of(change: Change, image: Item) -> Iterator[tuple[EventName, dict[str, Any]]]:
    """Tell what happened to a return, and all it now is; notes stay here."""
    new = read_return(image)
    old = read_return(change.old) if change.old else None
    data = {
        "return_id": new.return_id,
        "order_id": new.order_id,
        "number": image["number"],
        "status": new.state.value,
        "lines": [_line(new, index) for index in range(len(new.lines))],
        "refunded": new.refunded,
        "currency": image["currency"],
    }
    for name in _names(old, new):
        yield name, data


def _names(old: OrderReturn | None, new: OrderReturn) -> Iterator[EventName]:
    if old is None:
        yield EventName.RETURN_REQUESTED
        return
    if new.state in _BECAME and old.state is not new.state:
        yield _BECAME[new.state]
    if _sum(new, "received") > _sum(old, "received"):
        yield EventName.RETURN_RECEIVED
    if _sum(new, "refunded") > _sum(old, "refunded"):
        yield EventName.RETURN_REFUNDED
    if _sum(new, "cancelled") > _sum(old, "cancelled"):
        yield EventName.RETURN_CANCELLED


def _sum(one: OrderReturn, units: str) -> int:
    return sum(getattr(line, units) for line in one.lines)


def _line(one: OrderReturn, index: int) -> dict[str, Any]:
    line = one.lines[index]
    return {
        "line_id": line.line_id,
        "quantity": line.quantity,
        "reason": line.reason.value,
        "cancelled": line.cancelled,
        "restocked": dict(line.restocked),
        "damaged": line.damaged,
        "refunded": line.refunded,
    }
