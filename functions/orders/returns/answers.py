"""What the API answers of a return, and how a return becomes that."""

from collections.abc import Iterable

from orders.order import ReturnState
from orders.returns.rma import OrderReturn, ReturnLine, ReturnReason
from waybill.http import Instant, Model
from waybill.money import Money


class RestockedBody(Model):
    """Units that stand on a location's shelf again."""

    location_id: str
    quantity: int


class ReturnLineBody(Model):
    """Units of a line of the order."""

    line_id: str
    quantity: int
    reason: ReturnReason
    note: str | None
    cancelled: int
    """What will not come after all."""
    received: int
    """What arrived: restocked and damaged together."""
    restocked: list[RestockedBody]
    damaged: int
    refunded: int


class ReturnBody(Model):
    """A return."""

    id: str
    order_id: str
    status: ReturnState
    lines: list[ReturnLineBody]
    note: str | None
    decline_note: str | None
    refunded: Money
    """What went back so far."""
    requested_at: Instant
    updated_at: Instant


class ReturnList(Model):
    """A page of an order's returns."""

    items: list[ReturnBody]
    next_cursor: str | None


def present_return(one: OrderReturn, currency: str) -> ReturnBody:
    """Return a return as it is answered."""
    return ReturnBody(
        id=one.return_id,
        order_id=one.order_id,
        status=one.state,
        lines=_lines(one.lines),
        note=one.note,
        decline_note=one.decline_note,
        refunded=Money(amount=one.refunded, currency=currency),
        requested_at=one.requested_at,
        updated_at=one.updated_at,
    )


def _lines(lines: Iterable[ReturnLine]) -> list[ReturnLineBody]:
    return [
        ReturnLineBody(
            line_id=line.line_id,
            quantity=line.quantity,
            reason=line.reason,
            note=line.note,
            cancelled=line.cancelled,
            received=line.received,
            restocked=[
                RestockedBody(location_id=place, quantity=units)
                for place, units in sorted(line.restocked.items())
            ],
            damaged=line.damaged,
            refunded=line.refunded,
        )
        for line in lines
    ]
