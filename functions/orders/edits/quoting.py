"""What a wish comes to, exact to the minor unit, and the order that it makes. Pure.

One function makes the order: a quote is what that changes of the total, so that a confirmation
changes it by just as much.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, replace
from typing import Final

from orders.cancelling import cost
from orders.details import MAX_STORED_BYTES, DetailLine, Details
from orders.edits.edit import Added, Kept, NewQuantity, Quote, Wish
from orders.lifecycle import impossible
from orders.order import MAX_LINES, Line, Order, OrderStatus
from orders.totals import worth
from waybill.amounts import MAX_AMOUNT
from waybill.problems import Conflict, FieldError, Unprocessable

_WHERE_TO: Final = ("line1", "city", "country")


def refuse_unless_editable(order: Order) -> None:
    """Raise :class:`Conflict` for an order that is no order yet, or that nothing is left of."""
    if order.status is OrderStatus.DRAFT or order.ended:
        raise impossible(order, "cannot be edited")
    if not order.has_open_units:
        raise impossible(order, "was shipped")


def quote(order: Order, details: Details, wish: Wish) -> Quote:
    """Tell what the order becomes by a wish.

    An edit that is being reserved is left out. Raises :class:`Conflict` for an order that cannot be
    edited and for units that have left, and :class:`Unprocessable` for what makes no sense.
    """
    refuse_unless_editable(order)
    order = replace(order, lines=order.agreed_lines)
    if errors := list(_mistakes(order, details, wish)):
        raise Unprocessable("this cannot be quoted", errors=errors)
    targets = {line.line_id: line.quantity for line in wish.set_to}
    kept = tuple(
        Kept(line.line_id, line.wanted, min(line.wanted, targets.get(line.line_id, line.wanted)))
        for line in order.lines
    )
    _refuse_what_has_left(order, kept)
    made = Quote(
        added=tuple(_added(order, details, wish)),
        kept=kept,
        shipping_before=details.totals.shipping,
        shipping_after=details.totals.shipping if wish.shipping is None else wish.shipping,
        total_before=order.current_total,
        total_after=order.current_total,
    )
    if not made.added and not made.cuts and made.shipping_after == made.shipping_before:
        raise Unprocessable(
            "nothing would change", errors=[FieldError("/lines", "nothing would change")]
        )
    edited, sold = applied(order, details, made)
    if errors := list(_excesses(edited, sold, made)):
        raise Unprocessable("this cannot be quoted", errors=errors)
    return replace(made, total_after=edited.current_total)


def applied(order: Order, details: Details, made: Quote) -> tuple[Order, Details]:
    """Return the order and what it was sold for, as a quote makes them.

    The order has no lines that are being reserved. What falls away is never more than all of it,
    even where more was given back before than the goods that are left are worth.
    """
    taxed = details.prices_include_tax
    new = [line.sold for line in made.added]
    grown = sum(worth(line, line.quantity, prices_include_tax=taxed) for line in new)
    difference = grown + made.shipping_after - details.totals.shipping
    total = order.total + difference
    fallen = order.removed + sum(cost(order, details, made.cuts).values())
    lines = [
        replace(line, cancelled=line.cancelled + made.cuts.get(line.line_id, 0))
        for line in order.lines
    ]
    lines += [
        Line(line.sold.line_id, line.sold.sku, line.sold.quantity, line.requires_shipping)
        for line in made.added
    ]
    sums = details.totals
    sums = replace(
        sums,
        subtotal=sums.subtotal + sum(line.unit_price * line.quantity for line in new),
        discount=sums.discount + sum(line.discount for line in new),
        shipping=made.shipping_after,
        tax=sums.tax + sum(line.tax for line in new),
        total=sums.total + difference,
    )
    return (
        replace(order, lines=tuple(lines), total=total, removed=min(total, fallen)),
        replace(details, lines=(*details.lines, *new), totals=sums),
    )


def _added(order: Order, details: Details, wish: Wish) -> Iterator[Added]:
    """Yield more of the order's lines first, then the new ones, numbered on from its last."""
    lines = {line.line_id: line for line in order.lines}
    sold = {line.line_id: line for line in details.lines}
    raises = [one for one in wish.set_to if one.quantity > lines[one.line_id].wanted]
    first = len(order.lines) + 1
    for number, more in enumerate(raises, first):
        line = lines[more.line_id]
        yield Added(
            DetailLine(
                line_id=f"line_{number}",
                sku=line.sku,
                quantity=more.quantity - line.wanted,
                unit_price=sold[more.line_id].unit_price,
                tax=more.tax or 0,
                title=sold[more.line_id].title,
            ),
            line.requires_shipping,
            more.line_id,
        )
    for number, one in enumerate(wish.add, first + len(raises)):
        yield Added(
            DetailLine(
                line_id=f"line_{number}",
                sku=one.sku,
                quantity=one.quantity,
                unit_price=one.unit_price,
                discount=one.discount,
                tax=one.tax,
                title=one.title,
            ),
            one.requires_shipping,
        )


def _refuse_what_has_left(order: Order, kept: tuple[Kept, ...]) -> None:
    lines = {line.line_id: line for line in order.lines}
    for one in kept:
        line = lines[one.line_id]
        if one.before - one.after > line.open:
            raise Conflict(
                f"{line.wanted - line.open} units of {one.line_id} were shipped",
                order_status=order.status.value,
                line_id=one.line_id,
                open=line.open,
            )


def _mistakes(order: Order, details: Details, wish: Wish) -> Iterator[FieldError]:
    lines = {line.line_id: line for line in order.lines}
    for index, one in enumerate(wish.set_to):
        if one.line_id not in lines:
            yield FieldError(f"/lines/{index}/line_id", f"the order has no line {one.line_id}")
        elif one.tax is not None and one.quantity <= lines[one.line_id].wanted:
            yield FieldError(f"/lines/{index}/tax", "only of units that come to the line")
    for index, new in enumerate(wish.add):
        if new.discount > new.unit_price * new.quantity:
            yield FieldError(f"/add/{index}/discount", "more than the line's price")
    address = details.shipping_address
    complete = address is not None and all(getattr(address, part) for part in _WHERE_TO)
    if not complete:
        for index, new in enumerate(wish.add):
            if new.requires_shipping:
                yield FieldError(
                    f"/add/{index}/requires_shipping", "the order has no complete shipping address"
                )
    if not wish.add and _leaves_nothing(lines, wish.set_to):
        yield FieldError("/lines", "nothing would be left: cancel the order instead")


def _leaves_nothing(lines: dict[str, Line], set_to: tuple[NewQuantity, ...]) -> bool:
    targets = {one.line_id: one.quantity for one in set_to}
    return not any(targets.get(line_id, line.wanted) for line_id, line in lines.items())


def _excesses(order: Order, details: Details, made: Quote) -> Iterator[FieldError]:
    """Yield what is beyond the bounds that an order is placed within."""
    if len(order.lines) > MAX_LINES:
        yield FieldError("/add", f"an order has at most {MAX_LINES} lines")
    sums = details.totals
    if sums.subtotal + sums.tax + sums.shipping > MAX_AMOUNT:
        yield FieldError("/add", f"the order exceeds {MAX_AMOUNT} minor units")
    if made.added and _stored_bytes(details) > MAX_STORED_BYTES:
        yield FieldError("/add", f"the order exceeds {MAX_STORED_BYTES} bytes")


def _stored_bytes(details: Details) -> int:
    text = json.dumps(asdict(details), default=str, ensure_ascii=False, separators=(",", ":"))
    return len(text.encode())
