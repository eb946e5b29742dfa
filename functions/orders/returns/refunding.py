"""What goes back for the units of a return, and what the order comes to then. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime

from orders.cancelling import Prices, cost
from orders.order import Order, Payment, PaymentKind
from orders.payments.facts import balance, count_fact, refund_id
from orders.records import Change, Happening, PaymentFact
from orders.returns.deciding import changed, credited_units
from orders.returns.rma import OrderReturn
from orders.returns.states import Step, can, is_repeated, refused, settled_state


@dataclass(frozen=True)
class Refund:
    """What the caller asks for."""

    amount: int | None = None
    """Money that goes back, in minor units; None: what the units cost, as far as it was paid."""
    reference: str | None = None
    """The provider's id of it."""
    actor: str = ""


@dataclass(frozen=True)
class _Split:
    """How much less the order comes to, and how much money goes back."""

    credit: int
    money: int


def refund(
    order: Order, one: OrderReturn, wish: Refund, at: datetime, prices: Prices
) -> Change | None:
    """Give money back for all units that arrived and were not refunded yet.

    None where that was done before. Raises :class:`Conflict` where nothing has arrived, or more
    than was captured would go back.
    """
    if is_repeated(one, Step.REFUND):
        return None
    if not can(one, Step.REFUND) or not any(line.unrefunded for line in one.lines):
        raise refused(order, one, "has nothing to refund")
    units = credited_units(order, one)
    worth = sum(cost(order, prices(), units).values())
    split = _given(wish.amount) if wish.amount is not None else _usual(order, worth)
    credited = replace(
        order,
        removed=min(order.total, order.removed + split.credit),
        lines=tuple(
            replace(line, refunded=line.refunded + units.get(line.line_id, 0))
            for line in order.lines
        ),
    )
    facts: tuple[PaymentFact, ...] = ()
    if split.money:
        payment = Payment(PaymentKind.REFUNDED, split.money, wish.reference)
        name = refund_id(order, one.return_id, wish.reference)
        credited = count_fact(credited, payment)
        facts = (PaymentFact(name, payment, at, wish.actor, one.return_id),)
    lines = tuple(replace(line, refunded=line.received) for line in one.lines)
    repaid = replace(one, lines=lines, refunded=one.refunded + split.money)
    repaid = replace(repaid, state=settled_state(repaid))
    return changed(
        credited,
        repaid,
        at,
        Happening.RETURN_REFUNDED,
        facts,
        lines=units,
        amount=split.money,
        currency=order.currency,
    )


def _given(amount: int) -> _Split:
    """The order comes to less by what goes back, so that it is never collected again."""
    return _Split(amount, amount)


def _usual(order: Order, worth: int) -> _Split:
    """What the units cost is owed no more; what of it was paid goes back."""
    credit = min(worth, order.current_total)
    due = balance(replace(order, removed=order.removed + credit)).to_refund
    return _Split(credit, min(credit, due))
