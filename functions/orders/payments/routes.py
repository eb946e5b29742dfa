"""HTTP: payments of an order."""

from functools import cache

from orders.answers import PaymentBody
from orders.composition import repository, writer
from orders.endpoint import WRITE, api
from orders.payments.models import RecordPayment
from orders.payments.service import PaymentService
from orders.presenting import present_fact
from waybill.http import Call, Reply


@cache
def payments() -> PaymentService:
    """Return what records payments."""
    return PaymentService(repository(), writer())


@api.route(
    "POST",
    "/v1/orders/<order_id>/payments",
    scope=WRITE,
    body=RecordPayment,
    returns={201: PaymentBody},
    failures=(409,),
    idempotency="optional",
)
def record_payment(call: Call) -> Reply:
    """Record what a payment provider says has happened; the same fact again is one fact."""
    fact, currency = payments().record(
        call.shop_id,
        call.path["order_id"],
        call.caller.actor,
        call.parse(RecordPayment),
        call.idempotency_key,
    )
    return Reply(201, present_fact(fact, currency))
