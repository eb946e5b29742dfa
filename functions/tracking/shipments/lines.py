"""Which of an order's lines a shipment carries: a pure function of what was asked and shipped."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tracking.parcels.shipment import Line
from waybill.problems import Conflict, FieldError, Unprocessable


def resolve_lines(
    ordered: Sequence[Mapping[str, Any]],
    shipped_before: Iterable[Line],
    asked: Sequence[Line] | None,
) -> tuple[Line, ...]:
    """The lines of a new shipment; those still open, where none are named.

    ``ordered`` are the order's lines as OrdersTable shows them, ``shipped_before`` the lines of
    all its other shipments. A cancelled line may be shipped: that it happened is a fact, and what
    it means is for the order to say. Raises 422 for a line the order does not have or that is
    named twice, and 409 for more than was ordered and is not shipped yet.
    """
    shipped = Counter[str]()
    for line in shipped_before:
        shipped[line.line_id] += line.quantity
    unshipped = {
        line["line_id"]: line["quantity"] - max(shipped[line["line_id"]], line.get("fulfilled", 0))
        for line in ordered
    }
    if asked is None:
        return _open_lines(ordered, unshipped)
    _refuse_unknown(asked, unshipped)
    _refuse_excess(asked, unshipped)
    return tuple(asked)


def _open_lines(
    ordered: Sequence[Mapping[str, Any]], unshipped: Mapping[str, int]
) -> tuple[Line, ...]:
    """What is still to ship; if all of that was cancelled, what was ordered and not shipped."""
    physical = [line for line in ordered if line.get("requires_shipping", True)]
    wanted = [
        Line(line["line_id"], unshipped[line["line_id"]] - line.get("cancelled", 0))
        for line in physical
    ]
    if not any(line.quantity > 0 for line in wanted):
        wanted = [Line(line["line_id"], unshipped[line["line_id"]]) for line in physical]
    lines = tuple(line for line in wanted if line.quantity > 0)
    if not lines:
        raise Conflict("every line of this order is in a shipment already")
    return lines


def _refuse_unknown(asked: Sequence[Line], unshipped: Mapping[str, int]) -> None:
    times = Counter(line.line_id for line in asked)
    errors = [
        FieldError(
            f"/lines/{index}/line_id",
            "the order has no such line" if line.line_id not in unshipped else "named twice",
        )
        for index, line in enumerate(asked)
        if line.line_id not in unshipped or times[line.line_id] > 1
    ]
    if errors:
        raise Unprocessable("lines that this order does not have", errors=errors)


def _refuse_excess(asked: Sequence[Line], unshipped: Mapping[str, int]) -> None:
    errors = [
        FieldError(f"/lines/{index}/quantity", f"{max(0, unshipped[line.line_id])} left to ship")
        for index, line in enumerate(asked)
        if line.quantity > unshipped[line.line_id]
    ]
    if errors:
        raise Conflict("more than the order has left to ship", errors=errors)
