"""A stand-in for the orders room: edits, payments, expiry and returns, written as it will.

Simulated as a function of its own, so that everything may befall it. It reads the order, decides,
and writes its next version only if nobody was faster; each fact is marked by its actor. What an
edit costs is nobody's business here: the order's total stays.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any, Final

from orders.composition import repository
from orders.details import DetailLine
from orders.items import details_item, order_item
from orders.lifecycle import move, settled
from orders.order import Line, Order, OrderStatus, PaymentRule, Stamp
from orders.records import Record
from orders.repository import OrderRepository
from orders.writing import OrderWriter
from waybill.clock import system_clock
from waybill.dynamo import TransactionCancelledError, is_transient, put_write
from waybill.observability import start_work

_MOST_LINES: Final = 6
Asked = dict[str, Any]


@dataclass(frozen=True)
class _Desk(OrderRepository):
    """OrdersTable; a line that an edit adds has its price from then on."""

    def save(
        self,
        order: Order,
        stamp: Stamp,
        *,
        instead_of: int,
        demand_changed: bool,
        beside: Sequence[Record] = (),
    ) -> bool:
        details = self.details(order.shop_id, order.order_id) if stamp.actor == "edit" else None
        known = {line.line_id for line in details.lines} if details else set()
        new = [line for line in order.lines if details and line.line_id not in known]
        if details is None or not new:
            return super().save(
                order, stamp, instead_of=instead_of, demand_changed=demand_changed, beside=beside
            )
        priced = (DetailLine(line.line_id, line.sku, line.quantity, 0, 0, 0, 0) for line in new)
        details = replace(details, lines=(*details.lines, *priced))
        try:
            self.table.transact(
                [
                    put_write(details_item(details, stamp)),
                    put_write(
                        order_item(order, stamp, demand_changed=demand_changed),
                        condition="version = :seen",
                        values={":seen": instead_of},
                    ),
                ]
            )
        except TransactionCancelledError as error:
            if is_transient(error):
                raise
            return False
        return True


@cache
def _writer() -> OrderWriter:
    return OrderWriter(_Desk(repository().table), system_clock)


def lambda_handler(event: Asked, _context: Any) -> bool:
    """Apply a fact to an order; False where it changes nothing."""
    start_work("orders", event["id"])
    decide = _FACTS[event["fact"]]

    def decided(order: Order, at: datetime) -> Order | None:
        after = decide(order, event, random.Random(event["seed"]))
        return settled(after, at) if after else None

    before, after = _writer().change(event["shop_id"], event["order_id"], event["fact"], decided)
    return after is not before


def _edited(order: Order, event: Asked, dice: random.Random) -> Order | None:
    """Raise a line, lower one as far as nothing of it has left, or add one."""
    if order.ended or order.status is OrderStatus.DRAFT:
        return None
    lines = list(order.lines)
    how = dice.choice(("raise", "lower", "lower", "add"))
    place = dice.randrange(len(lines))
    line = lines[place]
    if how == "add" and len(lines) < _MOST_LINES:
        sku = dice.choice(event["skus"])
        lines.append(Line(f"line_{len(lines) + 1}", sku, dice.choice((1, 1, 2))))
    elif how == "lower":
        least = max(1, line.cancelled + line.fulfilled)
        lines[place] = replace(
            line, quantity=dice.randint(min(least, line.quantity), line.quantity)
        )
    else:
        lines[place] = replace(line, quantity=line.quantity + dice.choice((1, 1, 2)))
    return replace(order, lines=tuple(lines)) if lines != list(order.lines) else None


def _paid(order: Order, _event: Asked, _dice: random.Random) -> Order | None:
    """The whole of it is captured; of an order that is gone, too: that is a fact."""
    if order.payments.captured >= order.total:
        return None
    return replace(order, payments=replace(order.payments, captured=order.total))


def _expired(order: Order, _event: Asked, _dice: random.Random) -> Order | None:
    """The time to pay is up."""
    unpaid = order.payments.captured < order.total
    waits = order.status is OrderStatus.PENDING and order.rules.payment is not PaymentRule.NONE
    return replace(move(order, OrderStatus.EXPIRED), holds=()) if waits and unpaid else None


def _returned(order: Order, event: Asked, dice: random.Random) -> Order | None:
    """Some of what was delivered comes back, and most of that can be sold again."""
    lines = tuple(_line_back(line, event["locations"], dice) for line in order.lines)
    return replace(order, lines=lines) if lines != order.lines else None


def _line_back(line: Line, locations: list[str], dice: random.Random) -> Line:
    units = dice.randint(0, max(0, line.delivered - line.returned))
    place, intact = dice.choice(locations), dice.randint(min(1, units), units)
    back = dict(line.restocked)
    if intact:
        back[place] = back.get(place, 0) + intact
    return replace(line, returned=line.returned + units, restocked=back)


_FACTS: Final[dict[str, Callable[[Order, Asked, random.Random], Order | None]]] = {
    "edit": _edited,
    "payment": _paid,
    "expiry": _expired,
    "return": _returned,
}
"""By the actor that they are marked with."""
