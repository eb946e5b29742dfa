"""What a payment fact does to an order, and what is left to collect and to refund. Pure."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, Final

from orders.lifecycle import settled
from orders.order import Order, OrderStatus, Payment, PaymentKind, Payments
from orders.records import Change, PaymentFact
from waybill.amounts import MAX_AMOUNT
from waybill.ids import derived_id, random_id
from waybill.problems import Conflict, Unprocessable, field_problem

MAX_FACTS: Final = 500
"""Facts that an order may be told of after its placement: its answer lists them all."""

_INCOMING: Final = frozenset({PaymentKind.AUTHORIZED, PaymentKind.CAPTURED})
_GONE: Final = frozenset({OrderStatus.CANCELLED, OrderStatus.EXPIRED})


@dataclass(frozen=True)
class Balance:
    """What is still to be moved, in minor units; one of the two is 0."""

    to_collect: int
    to_refund: int


def balance(order: Order) -> Balance:
    """Compare what an order comes to with what was paid and not given back."""
    paid = order.payments.captured - order.payments.refunded
    return Balance(
        to_collect=max(0, order.current_total - paid), to_refund=max(0, paid - order.current_total)
    )


@dataclass(frozen=True)
class _Limit:
    """A sum that another one bounds: only what was captured can be refunded."""

    of: Callable[[Payments], int]
    left: str
    """The name that a problem gives what is left."""
    detail: str


_LIMITS: Final[Mapping[PaymentKind, _Limit]] = {
    PaymentKind.REFUNDED: _Limit(
        lambda sums: sums.captured - sums.refunded, "refundable", "more refunded than captured"
    ),
    PaymentKind.VOIDED: _Limit(
        lambda sums: sums.authorized - sums.voided, "voidable", "more voided than authorized"
    ),
}


def payment_id(
    order: Order, kind: PaymentKind, reference: str | None, idempotency_key: str | None
) -> str:
    """Name a fact: by the Idempotency-Key it came with, else by its reference, else a new one."""
    if idempotency_key is not None:
        return derived_id("pay", order.shop_id, order.order_id, "key", idempotency_key)
    if reference is not None:
        return derived_id("pay", order.shop_id, order.order_id, kind.value, reference)
    return random_id("pay")


def refund_id(order: Order, return_id: str, reference: str | None) -> str:
    """Name what goes back for a return, at the order's version.

    By its reference, where its provider may tell of it as well: then it is that fact. Else by the
    return, where no Idempotency-Key of a caller's reaches.
    """
    if reference is not None:
        return payment_id(order, PaymentKind.REFUNDED, reference, None)
    return derived_id("pay", order.shop_id, order.order_id, "return", return_id, str(order.version))


def record(order: Order, fact: PaymentFact, at: datetime) -> Change:
    """Count one more fact; an order whose payment rule it meets is confirmed.

    Raises :class:`Unprocessable` for an amount that cannot be counted, and :class:`Conflict`
    where more would be refunded than captured, or voided than authorized.
    """
    before = balance(order)
    counted = count_fact(order, fact.payment)
    if fact.payment.kind is PaymentKind.REFUNDED:
        # Beyond what was due it is goodwill: the order comes to less, so that nobody collects it.
        goodwill = max(0, fact.payment.amount - before.to_refund)
        counted = replace(counted, removed=counted.removed + goodwill)
    return Change(settled(counted, at), records=(fact,))


def count_fact(order: Order, payment: Payment) -> Order:
    """Return the order with the sums that a payment makes; raises as :func:`record` does."""
    sums = replace(
        order.payments,
        **{payment.kind.value: getattr(order.payments, payment.kind.value) + payment.amount},
    )
    if getattr(sums, payment.kind.value) > MAX_AMOUNT:
        raise field_problem("/amount/amount", f"the sum exceeds {MAX_AMOUNT} minor units")
    if order.payment_facts >= MAX_FACTS:
        raise Conflict(f"an order has at most {MAX_FACTS} payments after its placement")
    limit = _LIMITS.get(payment.kind)
    if limit is not None and limit.of(sums) < 0:
        left: dict[str, Any] = {
            limit.left: {"amount": max(0, limit.of(order.payments)), "currency": order.currency}
        }
        raise Conflict(
            limit.detail,
            order_status=order.status.value,
            payments=asdict(order.payments),
            **left,
        )
    return replace(order, payments=sums, payment_facts=order.payment_facts + 1)


def told_before(known: Payment, told: Payment, *, under_key: bool) -> None:
    """Accept a fact that is there already as told again.

    Raises :class:`Unprocessable` for another body under the same Idempotency-Key, and
    :class:`Conflict` for another amount under the same reference.
    """
    if known == told:
        return
    if under_key:
        raise Unprocessable("this Idempotency-Key came with another body before")
    raise Conflict(
        "this reference was told with another amount; a further payment under it needs an "
        "Idempotency-Key",
        amount=known.amount,
    )


def placed_with(payments: Iterable[Payment], told: Payment) -> Payment | None:
    """Find the payment with this kind and reference among those an order was placed with."""
    alike = (p for p in payments if (p.kind, p.reference) == (told.kind, told.reference))
    return next(alike, None) if told.reference is not None else None


def is_after_end(order: Order, kind: PaymentKind) -> bool:
    """Whether money came in for an order that is gone: somebody has to send it back."""
    return order.status in _GONE and kind in _INCOMING


def merged(seen: Payments, known: Payments) -> Payments:
    """Return the sums of an order whose facts come from its platform and from here.

    Either side may know what the other does not, and both may know the same fact: each sum is the
    larger one, so that a refund told here outlives an older view of the platform.
    """
    known_sums = asdict(known)
    return Payments(**{kind: max(sum_, known_sums[kind]) for kind, sum_ in asdict(seen).items()})
