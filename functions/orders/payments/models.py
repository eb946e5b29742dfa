"""What the API accepts of a payment."""

from orders.models import Text
from orders.order import PaymentKind
from waybill.http import Model
from waybill.money import Money


class RecordPayment(Model):
    """POST /v1/orders/{order_id}/payments: what a payment provider says has happened.

    The same kind and reference again is the same fact. With neither an Idempotency-Key nor a
    reference, each request is another one.
    """

    kind: PaymentKind
    amount: Money
    reference: Text | None = None
    """The provider's id; without an Idempotency-Key, one of a kind is one fact."""
