"""How a return stands in OrdersTable, beside its order."""

from collections.abc import Mapping
from typing import Any

from orders.attributes import present
from orders.order import Order, ReturnState, Stamp
from orders.returns.rma import OrderReturn, Remembered, ReturnLine, ReturnReason
from waybill import keys
from waybill.clock import from_text, to_text
from waybill.dynamo import Item

Values = Mapping[str, Any]


def return_item(order: Order, one: OrderReturn, stamp: Stamp) -> Item:
    """Return the item under :func:`waybill.keys.order_return`."""
    return keys.order_return(one.shop_id, one.order_id, one.return_id) | present(
        version=one.version,
        shop_id=one.shop_id,
        order_id=one.order_id,
        return_id=one.return_id,
        number=order.number,
        currency=order.currency,
        state=one.state.value,
        lines=[_line_item(line) for line in one.lines],
        requested_at=to_text(one.requested_at),
        updated_at=to_text(one.updated_at),
        note=one.note,
        decline_note=one.decline_note,
        refunded=one.refunded or None,
        made_in=one.made_in,
        made_by=list(one.made_by) if one.made_by else None,
        requests=[list(request) for request in one.requests] or None,
        correlation_id=stamp.correlation_id,
        actor=stamp.actor,
    )


def read_return(item: Values) -> OrderReturn:
    """Return the return of an item."""
    return OrderReturn(
        return_id=item["return_id"],
        shop_id=item["shop_id"],
        order_id=item["order_id"],
        version=item["version"],
        state=ReturnState(item["state"]),
        lines=tuple(_read_line(line) for line in item["lines"]),
        requested_at=from_text(item["requested_at"]),
        updated_at=from_text(item["updated_at"]),
        note=item.get("note"),
        decline_note=item.get("decline_note"),
        refunded=item.get("refunded", 0),
        made_in=item["made_in"],
        made_by=Remembered(*item["made_by"]) if "made_by" in item else None,
        requests=tuple(Remembered(key, body) for key, body in item.get("requests", ())),
    )


def _line_item(line: ReturnLine) -> Item:
    return present(
        line_id=line.line_id,
        quantity=line.quantity,
        reason=line.reason.value,
        note=line.note,
        cancelled=line.cancelled or None,
        restocked=dict(line.restocked) or None,
        damaged=line.damaged or None,
        refunded=line.refunded or None,
    )


def _read_line(item: Values) -> ReturnLine:
    return ReturnLine(
        line_id=item["line_id"],
        quantity=item["quantity"],
        reason=ReturnReason(item["reason"]),
        note=item.get("note"),
        cancelled=item.get("cancelled", 0),
        restocked=item.get("restocked", {}),
        damaged=item.get("damaged", 0),
        refunded=item.get("refunded", 0),
    )
