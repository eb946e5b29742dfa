"""What happens with a return, and what it does to its order. Pure."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from orders.lifecycle import settled
from orders.order import Line, Order, OrderStatus, ReturnState
from orders.records import Change, Happening, Record, Told
from orders.returns.rma import MAX_RETURNS, Arrival, Disposition, OrderReturn, ReturnLine
from orders.returns.states import Step, can, is_repeated, refused, settled_state
from waybill.problems import Conflict, FieldError, Unprocessable

Decide = Callable[[Order, OrderReturn, datetime], Change | None]
"""A step of a return: what it does to the order; None where it was taken before."""


def request(
    order: Order, one: OrderReturn, still_open: Iterable[OrderReturn], at: datetime
) -> Change:
    """Ask for units to be taken back.

    Raises :class:`Unprocessable` for lines that the order does not have, and :class:`Conflict`
    for more units than were shipped and are not back or on their way back.
    """
    if order.status is OrderStatus.DRAFT or not any(line.fulfilled for line in order.lines):
        raise Conflict(
            f"this order is {order.status} and nothing of it was shipped",
            order_status=order.status.value,
            possible=[],
        )
    lines = {line.line_id: line for line in order.agreed_lines}
    if unknown := [line.line_id for line in one.lines if line.line_id not in lines]:
        errors = [FieldError("/lines", f"the order has no line {line_id}") for line_id in unknown]
        raise Unprocessable("no such line", errors=errors)
    if len(order.returns) >= MAX_RETURNS:
        raise Conflict(f"an order has at most {MAX_RETURNS} returns", returns=len(order.returns))
    awaited = Counter[str]()
    for other in still_open:
        awaited.update({line.line_id: line.due for line in other.lines})
    for wanted in one.lines:
        line = lines[wanted.line_id]
        left = max(0, line.fulfilled - line.returned - awaited[line.line_id])
        if wanted.quantity > left:
            raise Conflict(
                f"{left} units of {line.line_id} can be returned",
                order_status=order.status.value,
                line_id=line.line_id,
                returnable=left,
            )
    return changed(order, one, at, Happening.RETURN_REQUESTED, lines=_units(one.lines))


def approve(order: Order, one: OrderReturn, at: datetime) -> Change | None:
    """Let the units be sent back; None where that was said before."""
    if is_repeated(one, Step.APPROVE):
        return None
    _require(order, one, Step.APPROVE, "cannot be approved")
    return changed(order, replace(one, state=ReturnState.APPROVED), at, Happening.RETURN_APPROVED)


def decline(order: Order, one: OrderReturn, at: datetime, note: str | None) -> Change | None:
    """Refuse to take the units back; None where that was said before."""
    if is_repeated(one, Step.DECLINE):
        return None
    _require(order, one, Step.DECLINE, "cannot be declined")
    declined = replace(one, state=ReturnState.DECLINED, decline_note=note)
    return changed(order, declined, at, Happening.RETURN_DECLINED)


def cancel(order: Order, one: OrderReturn, at: datetime) -> Change | None:
    """Give up what has not arrived; the return goes on with what has.

    None where that was done before.
    """
    if is_repeated(one, Step.CANCEL):
        return None
    _require(order, one, Step.CANCEL, "cannot be cancelled")
    gone = {line.line_id: line.due for line in one.lines if line.due}
    lines = tuple(replace(line, cancelled=line.cancelled + line.due) for line in one.lines)
    rest = replace(one, lines=lines)
    rest = replace(rest, state=settled_state(rest))
    return changed(order, rest, at, Happening.RETURN_CANCELLED, lines=gone)


def receive(
    order: Order, one: OrderReturn, arrivals: Sequence[Arrival], at: datetime
) -> Change | None:
    """Take in units, onto a shelf or as damaged; None where all have arrived before.

    Raises :class:`Unprocessable` for lines that are not of this return, and :class:`Conflict` for
    more units than are still to come.
    """
    if is_repeated(one, Step.RECEIVE):
        return None
    _require(order, one, Step.RECEIVE, "takes nothing in")
    units = Counter[str]()
    for index, arrival in enumerate(arrivals):
        line = one.line(arrival.line_id)
        if line is None:
            pointer = f"/lines/{index}/line_id"
            detail = "no line of this return"
            raise Unprocessable(detail, errors=[FieldError(pointer, detail)])
        units[arrival.line_id] += arrival.quantity
        if units[arrival.line_id] > line.due:
            raise Conflict(
                f"{line.due} units of {line.line_id} are still to come",
                return_status=one.state.value,
                line_id=line.line_id,
                due=line.due,
            )
    lines = tuple(_with_arrivals(line, arrivals) for line in one.lines)
    taken = replace(one, lines=lines)
    taken = replace(taken, state=settled_state(taken))
    back = replace(order, lines=tuple(_back(line, arrivals) for line in order.lines))
    return changed(back, taken, at, Happening.RETURN_RECEIVED, lines=dict(units))


def credited_units(order: Order, one: OrderReturn) -> dict[str, int]:
    """Tell for how many units of each line money goes back: those that were owed for.

    A unit that nobody wanted shipped was never charged, so the first ones back of its line are
    taken for it.
    """
    lines = {line.line_id: line for line in order.lines}

    def of(line: Line, unrefunded: int) -> int:
        uncharged = max(0, line.fulfilled - line.wanted)
        return min(unrefunded, max(0, line.returned - uncharged - line.refunded))

    return {
        line.line_id: of(lines[line.line_id], line.unrefunded)
        for line in one.lines
        if line.unrefunded
    }


def changed(
    order: Order,
    one: OrderReturn,
    at: datetime,
    what: Happening,
    beside: Sequence[Record] = (),
    **data: object,
) -> Change:
    """Return the change that writes a return as it now is, with its order after all it does."""
    written = replace(one, version=order.version + 1, updated_at=at)
    after = replace(order, returns={**order.returns, one.return_id: one.state})
    told = Told(what, {"return_id": one.return_id, **data})
    return Change(settled(after, at), (told,), (written, *beside))


def _require(order: Order, one: OrderReturn, step: Step, wish: str) -> None:
    if not can(one, step):
        raise refused(order, one, wish)


def _units(lines: Iterable[ReturnLine]) -> dict[str, int]:
    return {line.line_id: line.quantity for line in lines}


def _with_arrivals(line: ReturnLine, arrivals: Iterable[Arrival]) -> ReturnLine:
    here = [arrival for arrival in arrivals if arrival.line_id == line.line_id]
    damaged = sum(a.quantity for a in here if a.disposition is Disposition.DAMAGED)
    return replace(line, damaged=line.damaged + damaged, restocked=_shelved(line.restocked, here))


def _back(line: Line, arrivals: Iterable[Arrival]) -> Line:
    here = [arrival for arrival in arrivals if arrival.line_id == line.line_id]
    return replace(
        line,
        returned=line.returned + sum(arrival.quantity for arrival in here),
        restocked=_shelved(line.restocked, here),
    )


def _shelved(before: Mapping[str, int], arrivals: Iterable[Arrival]) -> dict[str, int]:
    shelves = Counter(before)
    for arrival in arrivals:
        if arrival.location_id is not None:
            shelves[arrival.location_id] += arrival.quantity
    return dict(shelves)
