"""How a quoted edit is confirmed: reserved first where it adds, then committed or declined. Pure.

Nothing is given back before what is added is reserved. While that goes on the added lines stand in
the order, only to be reserved for; nobody else counts them. Units that the same edit takes from
another line of the SKU need no stock: they are held already, and stay so.
"""

from collections import Counter
from dataclasses import replace
from datetime import datetime
from typing import Any, Final, NamedTuple

from orders.cancelling import Prices
from orders.details import Details
from orders.edits.edit import QUOTE_TRANSITIONS, Edit, Quote, QuoteState
from orders.edits.quoting import applied, quote
from orders.lifecycle import asks_stock, is_editing, settled, without_edit
from orders.order import EditState, Line, Order, OrderEdit, OrderStatus
from orders.records import Change, Happening, Told
from orders.shipping import recounted
from waybill.problems import Conflict, Problem, Unprocessable

SHORT: Final = "there was not enough stock"
CHANGED: Final = "the order had changed meanwhile"


class Finished(NamedTuple):
    """What came of an edit that was being reserved; the order has not taken its own steps yet."""

    change: Change
    details: Details | None
    """What the order's lines are sold for from now on; None where it was declined."""


def standing(edit: Edit, order: Order, at: datetime) -> Edit:
    """Return an edit as it stands: the order knows what became of one that was being reserved.

    The order must not be read before the edit: it would not know of a confirmation in between.
    """
    if edit.state is QuoteState.OPEN and edit.expires_at <= at:
        return replace(edit, state=QuoteState.EXPIRED)
    if edit.state is not QuoteState.RESERVING:
        return edit
    known = order.edit
    if known is None or known.edit_id != edit.edit_id:
        return replace(edit, state=QuoteState.DECLINED, reason=CHANGED)
    return replace(edit, state=QuoteState(known.state.value), reason=known.reason)


def not_possible(edit: Edit, wish: str) -> Conflict:
    """Return the 409 for what an edit's state does not allow, with what may become of it."""
    return Conflict(
        f"this edit is {edit.state} and {wish}",
        edit_state=edit.state.value,
        possible=sorted(state.value for state in QUOTE_TRANSITIONS[edit.state]),
    )


def confirm(order: Order, edit: Edit, prices: Prices, at: datetime) -> Change | None:
    """Confirm an edit; None where that was done before.

    What needs no stock is applied at once. Raises :class:`Conflict` where the edit is no longer
    open, the order cannot be edited, or the quote would be another one now.
    """
    edit = standing(edit, order, at)
    if edit.state in {QuoteState.RESERVING, QuoteState.CONFIRMED}:
        return None
    if edit.state is not QuoteState.OPEN:
        raise not_possible(edit, "cannot be confirmed: quote again")
    if is_editing(order):
        raise under_way(order)
    details = prices()
    _refuse_unless_still(edit, _quoted_again(order, details, edit))
    if _reserves(order, edit.quote):
        return _reserve(order, edit, at)
    change = _commit(order, details, edit, at).change
    return replace(change, order=settled(change.order, at))


def finish(order: Order, edit: Edit | None, prices: Prices, at: datetime) -> Finished:
    """End the reserving of an order's edit, after a decision that knows what it adds.

    It is committed if all it adds is reserved or owed and it still does what was quoted; else it
    is declined, and the order is as if it had never been.
    """
    if edit is None:
        return _decline(order, edit, CHANGED, at)
    added = [line for line in order.lines if line.edit_id is not None]
    if any(line.allocated + line.backordered < line.wanted for line in added):
        return _decline(order, edit, SHORT, at)
    details = prices()
    try:
        now = quote(order, details, edit.wish)
    except Problem:  # what it takes away has been shipped, say
        return _decline(order, edit, CHANGED, at)
    if not now.does_the_same(edit.quote):
        return _decline(order, edit, CHANGED, at)
    return _commit(order, details, edit, at)


def under_way(order: Order) -> Conflict:
    """Return the 409 for an order that has an edit which is being reserved."""
    edit_id = order.edit.edit_id if order.edit else ""
    return Conflict(
        "an edit of this order is being reserved",
        edit_id=edit_id,
        edit_state=QuoteState.RESERVING.value,
        possible=sorted(state.value for state in QUOTE_TRANSITIONS[QuoteState.RESERVING]),
    )


def _quoted_again(order: Order, details: Details, edit: Edit) -> Quote:
    """Quote an edit once more; what makes no sense by now did when it was quoted first."""
    try:
        return quote(order, details, edit.wish)
    except Unprocessable:
        raise _changed(edit) from None


def _refuse_unless_still(edit: Edit, now: Quote) -> None:
    if now == edit.quote:
        return
    numbers: dict[str, Any] = {
        name: {"amount": amount, "currency": edit.currency}
        for name, amount in (
            ("charge", now.charge),
            ("refund", now.refund),
            ("previous_total", now.total_before),
            ("total", now.total_after),
        )
    }
    raise _changed(edit, **numbers)


def _changed(edit: Edit, **numbers: Any) -> Conflict:
    return Conflict(
        "the order has changed since: quote again",
        edit_state=edit.state.value,
        possible=sorted(state.value for state in QUOTE_TRANSITIONS[edit.state]),
        **numbers,
    )


def _reserves(order: Order, made: Quote) -> bool:
    """Whether stock is to be reserved first.

    Not for an order that inventory is not asked about, nor for one that waits in vain and holds
    nothing that could be lost: it simply waits for other things from now on.
    """
    if not any(line.wanted for line in _to_reserve(order, made, "")):
        return False
    holds = any(line.allocated or line.backordered for line in order.lines)
    waits_in_vain = order.status is OrderStatus.PENDING and order.inventory_version and not holds
    return asks_stock(order) and not waits_in_vain


def _to_reserve(order: Order, made: Quote, edit_id: str) -> list[Line]:
    """Return the added lines; what the edit takes from the same SKU counts as cancelled so far."""
    freed = Counter[str]()
    for line in order.lines:
        freed[line.sku] += made.cuts.get(line.line_id, 0)
    lines = []
    for one in made.added:
        sold = one.sold
        covered = min(freed[sold.sku], sold.quantity)
        freed[sold.sku] -= covered
        new = Line(sold.line_id, sold.sku, sold.quantity, one.requires_shipping, covered)
        lines.append(replace(new, edit_id=edit_id))
    return lines


def _reserve(order: Order, edit: Edit, at: datetime) -> Change:
    asking = OrderEdit(
        edit.edit_id,
        EditState.RESERVING,
        since=order.version + 1,
        charged_at=order.edit.charged_at if order.edit else None,
    )
    lines = (*order.lines, *_to_reserve(order, edit.quote, edit.edit_id))
    told = Told(Happening.EDIT_RESERVING, _money(edit))
    return Change(
        replace(order, lines=lines, edit=asking),
        (told,),
        (_moved(edit, QuoteState.RESERVING, at),),
    )


def _commit(order: Order, details: Details, edit: Edit, at: datetime) -> Finished:
    reserved = {line.line_id: line for line in order.lines if line.edit_id is not None}
    edited, sold = applied(replace(order, lines=order.agreed_lines), details, edit.quote)
    lines = tuple(
        replace(reserved[line.line_id], edit_id=None, cancelled=0)
        if line.line_id in reserved
        else line
        for line in edited.lines
    )
    charged_at = order.edit.charged_at if order.edit else None
    if edit.quote.charge:
        charged_at = at
    known = OrderEdit(edit.edit_id, EditState.CONFIRMED, charged_at=charged_at)
    edited = recounted(replace(edited, lines=_handed_over(lines, edit.quote), edit=known))
    data = _money(edit) | {
        "added": {line.sold.line_id: line.sold.quantity for line in edit.quote.added},
        "removed": edit.quote.cuts,
    }
    confirmed = _moved(edit, QuoteState.CONFIRMED, at)
    beside = (confirmed,) if sold == details else (confirmed, sold)
    return Finished(Change(edited, (Told(Happening.EDIT_CONFIRMED, data),), beside), sold)


def _decline(order: Order, edit: Edit | None, reason: str, at: datetime) -> Finished:
    edit_id = order.edit.edit_id if order.edit else ""
    told = Told(Happening.EDIT_DECLINED, {"edit_id": edit_id, "reason": reason})
    declined = [_moved(edit, QuoteState.DECLINED, at, reason)] if edit else []
    return Finished(Change(without_edit(order, reason), (told,), tuple(declined)), None)


def _moved(edit: Edit, state: QuoteState, at: datetime, reason: str | None = None) -> Edit:
    return replace(edit, version=edit.version + 1, state=state, reason=reason, updated_at=at)


def _money(edit: Edit) -> dict[str, str | int]:
    return {
        "edit_id": edit.edit_id,
        "charge": edit.quote.charge,
        "refund": edit.quote.refund,
    }


def _handed_over(lines: tuple[Line, ...], made: Quote) -> tuple[Line, ...]:
    """Let added lines have what is held for units of the SKU that the edit takes elsewhere.

    Inventory will tell the same once it has read the edit: units go to who got them shipped, and
    then to the lines in their order.
    """
    cut = {line.sku for line in lines if line.line_id in made.cuts}
    held, owed = Counter[str](), Counter[str]()
    for line in lines:
        held[line.sku] += line.allocated
        owed[line.sku] += line.backordered
    shares: dict[str, tuple[int, int]] = {}
    for line in lines:
        sent = min(line.fulfilled, held[line.sku])
        held[line.sku] -= sent
        shares[line.line_id] = sent, 0
    for line in lines:
        sent, _ = shares[line.line_id]
        has = sent + min(max(0, line.wanted - sent), held[line.sku])
        held[line.sku] -= has - sent
        late = min(max(0, line.wanted - has), owed[line.sku])
        owed[line.sku] -= late
        shares[line.line_id] = has, late
    return tuple(
        replace(line, allocated=shares[line.line_id][0], backordered=shares[line.line_id][1])
        if line.sku in cut
        else line
        for line in lines
    )
