"""The use case of payments: facts, each counted once."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from orders.order import Order, Payment
from orders.payments.facts import is_after_end, payment_id, placed_with, record, told_before
from orders.payments.models import RecordPayment
from orders.records import Change, PaymentFact
from orders.writing import OrderMissingError, OrderWriter
from waybill.observability import count
from waybill.problems import FieldError, NotFound, Unprocessable


class PaymentStore(Protocol):
    """Where facts are kept; see :class:`orders.repository.OrderRepository`."""

    def payment(self, shop_id: str, order_id: str, payment_id: str) -> PaymentFact | None:
        """Return a fact told of after the order was placed."""


@dataclass(frozen=True)
class PaymentService:
    """Records payments."""

    store: PaymentStore
    writer: OrderWriter

    def record(
        self,
        shop_id: str,
        order_id: str,
        actor: str,
        request: RecordPayment,
        idempotency_key: str | None,
    ) -> tuple[PaymentFact, str]:
        """Record a payment once: the fact, and the order's currency.

        Raises :class:`NotFound`, :class:`Unprocessable` and :class:`Conflict`.
        """
        told = Payment(request.kind, request.amount.amount, request.reference)
        fact: PaymentFact | None = None

        def decide(order: Order, at: datetime) -> Change | None:
            nonlocal fact
            _check(order, request)
            name = payment_id(order, told.kind, told.reference, idempotency_key)
            fact = self._known(order, told, name, under_key=idempotency_key is not None)
            if fact is not None:
                told_before(fact.payment, told, under_key=idempotency_key is not None)
                return None
            fact = PaymentFact(name, told, at, actor)
            return record(order, fact, at)

        try:
            before, after = self.writer.change(shop_id, order_id, actor, decide)
        except OrderMissingError:
            raise NotFound("no such order") from None
        if fact is None:  # pragma: no cover - decide has always run
            raise OrderMissingError
        if after is not before and is_after_end(before, told.kind):
            count("PaymentsAfterEnd")
        return fact, after.currency

    def _known(
        self, order: Order, told: Payment, name: str, *, under_key: bool
    ) -> PaymentFact | None:
        """Find the same fact, told earlier or with the order itself."""
        if not under_key and told.reference is None:
            return None
        known = self.store.payment(order.shop_id, order.order_id, name)
        if known is not None or under_key:
            return known
        details = self.writer.prices(order)()
        first = placed_with(details.payments, told)
        return PaymentFact(name, first, details.placed_at, "") if first else None


def _check(order: Order, request: RecordPayment) -> None:
    errors = []
    if request.amount.currency != order.currency:
        errors.append(FieldError("/amount/currency", f"the order is in {order.currency}"))
    if not request.amount.amount:
        errors.append(FieldError("/amount/amount", "at least 1"))
    if errors:
        raise Unprocessable("this cannot be a payment of this order", errors=errors)
