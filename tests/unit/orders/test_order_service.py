"""Use cases of the API over fakes."""

from datetime import timedelta
from functools import partial

import pytest

from orders.models import CancelOrder
from orders.order import CancelReason, OrderStatus, PaymentRule, ShopRules
from orders.requests import OrderRequests
from orders.service import OrderService
from orders.writing import OrderWriter
from tests.unit.orders.orders_builders import (
    NOW,
    SHOP,
    FakeRules,
    FakeSkus,
    FakeStore,
    FakeUses,
    money,
    request,
)
from waybill.problems import Conflict, NotFound, Unprocessable


class Clock:
    def __init__(self):
        self.now = NOW

    def __call__(self):
        self.now += timedelta(seconds=1)
        return self.now


@pytest.fixture
def store():
    return FakeStore()


@pytest.fixture
def skus():
    return FakeSkus()


@pytest.fixture
def service(store, skus):
    rules = FakeRules(ShopRules(payment=PaymentRule.PAID))
    writer = OrderWriter(store, Clock())
    return OrderService(store, writer, rules, skus, OrderRequests(writer, FakeUses(store)))


def test_an_order_keeps_the_rules_it_was_placed_under(service, store):
    order, _ = service.place(SHOP, "key:a", request(), None)
    assert store.order(SHOP, order.order_id).rules.payment is PaymentRule.PAID


def test_without_any_id_each_request_is_an_order(service):
    ids = {service.place(SHOP, "key:a", request(), None)[0].order_id for _ in range(3)}
    assert len(ids) == 3


def test_contradictions_and_shortcomings_are_refused_together(service, store):
    wrong = request(
        shipping_price=money(1, "USD"), discounts=[{"amount": money(9999)}], shipping_address=None
    )
    with pytest.raises(Unprocessable) as error:
        service.place(SHOP, "key:a", wrong, None)
    assert [e.pointer for e in error.value.errors] == [
        "/shipping_price/currency",
        "/discounts",
        "/shipping_address",
    ]
    assert not store.details_by_id


def test_more_cannot_be_voided_than_was_authorized(service):
    payments = [{"kind": "authorized", "amount": money(5)}, {"kind": "voided", "amount": money(6)}]
    with pytest.raises(Unprocessable) as error:
        service.place(SHOP, "key:a", request(payments=payments), None)
    assert [e.pointer for e in error.value.errors] == ["/payments"]
    payments[1]["amount"] = money(5)
    assert service.place(SHOP, "key:a", request(payments=payments), None)


def test_unknown_skus_are_pointed_at_and_nothing_is_stored(service, skus, store):
    skus.unknown = {"MUG"}
    with pytest.raises(Unprocessable) as error:
        service.place(SHOP, "key:a", request(), "key")
    assert [e.pointer for e in error.value.errors] == ["/lines/1/sku"]
    assert not store.details_by_id


def test_a_repetition_stands_although_its_sku_is_gone(service, skus):
    first = service.place(SHOP, "key:a", request(), "key")
    skus.unknown = {"MUG"}
    assert service.place(SHOP, "key:a", request(), "key") == first
    with pytest.raises(Unprocessable):
        service.place(SHOP, "key:a", request(test=True), "key")


@pytest.mark.parametrize("gone", [(), ("MUG",)])
def test_another_body_under_a_key_is_422_and_under_an_external_id_409(service, skus, gone):
    by_key = {"idempotency_key": "k1"}
    service.place(SHOP, "key:a", request(), **by_key)
    by_id, _ = service.place(SHOP, "key:a", request(external_id="1"), idempotency_key="k2")
    skus.unknown = set(gone)
    with pytest.raises(Unprocessable, match="Idempotency-Key"):
        service.place(SHOP, "key:a", request(test=True), **by_key)
    with pytest.raises(Conflict) as error:
        service.place(SHOP, "key:a", request(external_id="1", test=True), None)
    assert error.value.extensions == {"order": f"/v1/orders/{by_id.order_id}"}
    assert error.value.headers["Location"] == f"/v1/orders/{by_id.order_id}"
    with pytest.raises(Unprocessable, match="Idempotency-Key"):
        service.place(SHOP, "key:a", request(external_id="1", test=True), "k2")
    with pytest.raises(Conflict):
        service.place(SHOP, "key:a", request(external_id="1", test=True), "k3")


def test_what_does_not_exist_or_belongs_to_another_shop_is_not_found(service):
    order, _ = service.place(SHOP, "key:a", request(), None)
    for shop, order_id in [(SHOP, "ord_none"), ("shop_other", order.order_id)]:
        with pytest.raises(NotFound):
            service.order(shop, order_id)
        with pytest.raises(NotFound):
            service.confirm(shop, order_id, "key:a", None)
        with pytest.raises(NotFound):
            service.cancel(shop, order_id, "key:a", CancelOrder(reason=CancelReason.OTHER), None)


def test_a_draft_is_confirmed_once(service):
    draft, _ = service.place(SHOP, "key:a", request(draft=True), None)
    order, _ = service.confirm(SHOP, draft.order_id, "key:a", "k1")
    assert (order.status, order.version) == (OrderStatus.PENDING, 2)
    assert order.placed_at > draft.placed_at
    for key in (None, "k2"):
        with pytest.raises(Conflict):
            service.confirm(SHOP, draft.order_id, "key:a", key)
    assert service.confirm(SHOP, draft.order_id, "key:a", "k1")[0] == order


def cancellation(units=None):
    lines = [{"line_id": "line_1", "quantity": units}] if units else None
    return CancelOrder.model_validate({"reason": "customer", "lines": lines})


def test_who_names_an_order_by_one_key_confirms_and_cancels_it_under_that(service):
    draft, _ = service.place(SHOP, "key:a", request(draft=True), "order-7")
    order, _ = service.confirm(SHOP, draft.order_id, "key:a", "order-7")
    assert order.status is OrderStatus.PENDING
    gone, _ = service.cancel(SHOP, draft.order_id, "key:a", cancellation(), "order-7")
    assert gone.status is OrderStatus.CANCELLED


def test_a_key_cancels_units_once_even_after_others_and_the_whole_once(service):
    one, _ = service.place(SHOP, "key:a", request(), None)
    cancel = partial(service.cancel, SHOP, one.order_id, "key:a")
    assert cancel(cancellation(1), "k1")[0].lines[0].cancelled == 1
    again, _ = cancel(cancellation(1), "k1")
    assert (again.lines[0].cancelled, again.version) == (1, 2)
    for other in (cancellation(2), cancellation()):
        with pytest.raises(Unprocessable, match="Idempotency-Key"):
            cancel(other, "k1")
    gone, _ = cancel(cancellation(), "k2")
    assert gone.status is OrderStatus.CANCELLED
    assert cancel(cancellation(), "k2")[0] == gone
    assert cancel(cancellation(1), "k1")[0] == gone
    with pytest.raises(Conflict):
        cancel(cancellation(), "k3")
    with pytest.raises(Conflict):
        cancel(cancellation(), None)


def test_a_cancellation_that_was_refused_leaves_its_key_unused(service):
    one, _ = service.place(SHOP, "key:a", request(), None)
    cancel = partial(service.cancel, SHOP, one.order_id, "key:a")
    with pytest.raises(Conflict):
        cancel(cancellation(3), "k1")
    assert cancel(cancellation(1), "k1")[0].lines[0].cancelled == 1
