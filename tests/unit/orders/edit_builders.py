"""Edits of orders for the tests: quoted, confirmed and decided as the room does it."""

from datetime import datetime
from typing import Any

from orders import stock
from orders.details import Details
from orders.edits.confirming import confirm
from orders.edits.edit import QUOTE_LASTS, Edit, NewLine, NewQuantity, Wish
from orders.edits.quoting import quote
from orders.news import StockDecision
from orders.order import Order
from orders.records import Change
from tests.unit.orders.orders_builders import NOW

EDIT_ID = "edit_" + "0" * 26


def wish(*add: NewLine, shipping: int | None = None, **quantities: int) -> Wish:
    """What an order is to become: ``line_1=3`` sets a line's units."""
    set_to = tuple(NewQuantity(line_id, units) for line_id, units in quantities.items())
    return Wish(add, set_to, shipping)


def quoted(order: Order, details: Details, wanted: Wish, **changes: Any) -> Edit:
    fields: dict[str, Any] = {
        "shop_id": order.shop_id,
        "order_id": order.order_id,
        "edit_id": EDIT_ID,
        "version": 1,
        "request_hash": "0" * 32,
        "wish": wanted,
        "quote": quote(order, details, wanted),
        "currency": order.currency,
        "created_at": NOW,
        "expires_at": NOW + QUOTE_LASTS,
        "updated_at": NOW,
    }
    return Edit(**(fields | changes))


def confirmed(order: Order, details: Details, edit: Edit, at: datetime = NOW) -> Change:
    change = confirm(order, edit, lambda: details, at)
    assert change
    return change


def decided(
    order: Order,
    details: Details,
    edit: Edit | None,
    decision: str = "allocated",
    version: int = 9,
    order_version: int = 99,
    **lines: tuple[int, int],
) -> Change:
    """What becomes of an order by a decision; ``line_1=(allocated, owed)``, else all is there."""
    shares = lines or {line.line_id: (line.wanted, 0) for line in order.lines}
    told = StockDecision(
        version,
        decision,
        {key: {"allocated": got, "backordered": owed} for key, (got, owed) in shares.items()},
        order_version,
    )
    change = stock.decide_stock(order, told, NOW, lambda: details, lambda: edit)
    assert change
    return change


def edit_of(change: Change) -> Edit:
    """The edit that a change writes."""
    (found,) = (record for record in change.records if isinstance(record, Edit))
    return found


def details_of_change(change: Change, before: Details) -> Details:
    """What the lines are sold for after a change."""
    found = [record for record in change.records if isinstance(record, Details)]
    return found[0] if found else before
