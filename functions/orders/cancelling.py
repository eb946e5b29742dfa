"""How units of an order are cancelled, all of them or some; pure."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from orders.details import Details
from orders.lifecycle import impossible, move, settled, without_edit
from orders.order import CancelReason, HoldKind, Line, Order, OrderStatus
from orders.records import Change, Happening, Told
from orders.totals import worth
from waybill.problems import Conflict, FieldError, Unprocessable

Prices = Callable[[], Details]
"""What the order's lines were sold for; read only where it matters."""


def cancel(order: Order, reason: CancelReason, at: datetime, prices: Prices) -> Change:
    """Cancel all that is not shipped; the order itself, where nothing is.

    Raises :class:`Conflict` for an order that has ended or is shipped whole.
    """
    if order.ended:
        raise impossible(order, "cannot be cancelled")
    if not order.has_open_units:
        raise impossible(order, "was shipped")
    order = without_edit(order, "the order was cancelled")
    units = {line.line_id: line.open for line in order.lines if line.open}
    rest = replace(
        order,
        holds=tuple(h for h in order.holds if h.kind is not HoldKind.INVENTORY_OUT_OF_STOCK),
        cancel_reason=reason,
        cancelled_at=at,
    )
    told = (Told(Happening.CANCELLED, {"reason": reason.value, "lines": units}),)
    if any(line.fulfilled for line in order.lines):
        return Change(settled(without_units(rest, units, prices()), at), told)
    gone = tuple(replace(line, cancelled=line.quantity) for line in rest.lines)
    whole = replace(rest, lines=gone, holds=(), removed=order.total)
    return Change(move(whole, OrderStatus.CANCELLED), told)


def cancel_units(
    order: Order, units: Mapping[str, int], reason: CancelReason, at: datetime, prices: Prices
) -> Change:
    """Cancel some units by line id; all that is open is :func:`cancel`.

    Raises Unprocessable for an unknown line, and :class:`Conflict` for more than is open of one.
    """
    if order.ended:
        raise impossible(order, "cannot be cancelled")
    lines = {line.line_id: line for line in order.agreed_lines}
    unknown = [line_id for line_id in units if line_id not in lines]
    if unknown:
        errors = [FieldError("/lines", f"the order has no line {line_id}") for line_id in unknown]
        raise Unprocessable("no such line", errors=errors)
    for line_id, number in units.items():
        if number > lines[line_id].open:
            left = lines[line_id].open
            raise Conflict(
                f"{left} units of {line_id} can be cancelled", line_id=line_id, open=left
            )
    if all(units.get(line.line_id, 0) == line.open for line in lines.values()):
        return cancel(order, reason, at, prices)
    told = Told(Happening.UNITS_CANCELLED, {"reason": reason.value, "lines": dict(units)})
    return Change(settled(without_units(order, units, prices()), at), (told,))


def without_units(order: Order, units: Mapping[str, int], details: Details) -> Order:
    """Return the order with these units cancelled, and what they cost fallen away.

    Never more than all: what was given back as goodwill is not owed a second time.
    """
    return replace(
        order,
        lines=tuple(
            replace(line, cancelled=line.cancelled + units.get(line.line_id, 0))
            for line in order.lines
        ),
        removed=min(order.total, order.removed + sum(cost(order, details, units).values())),
    )


def cost(order: Order, details: Details, units: Mapping[str, int]) -> dict[str, int]:
    """What so many more units of each line are worth, of those that are still charged."""
    sold = {line.line_id: line for line in details.lines}
    lines: dict[str, Line] = {line.line_id: line for line in order.lines}
    taxed = details.prices_include_tax

    def of(line_id: str, number: int) -> int:
        charged = lines[line_id].charged
        before = worth(sold[line_id], charged, prices_include_tax=taxed)
        return before - worth(sold[line_id], charged - number, prices_include_tax=taxed)

    return {line_id: of(line_id, number) for line_id, number in units.items()}
