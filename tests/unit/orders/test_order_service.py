"""Use cases of the API over fakes."""

from dataclasses import replace
from datetime import timedelta

import pytest

from orders.models import CancelOrder
from orders.order import CancelReason, OrderStatus, PaymentRule, ShopRules
from orders.service import OrderFilter, OrderService
from orders.writing import OrderWriter
from tests.unit.orders.orders_builders import (
    NOW,
    SHOP,
    FakeRules,
    FakeSkus,
    FakeStore,
    money,
    placed,
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
    return OrderService(store, OrderWriter(store, Clock()), rules, skus)


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
            service.confirm(shop, order_id, "key:a")
        with pytest.raises(NotFound):
            service.cancel(shop, order_id, "key:a", CancelOrder(reason=CancelReason.OTHER))


def test_a_draft_is_confirmed_once(service):
    draft, _ = service.place(SHOP, "key:a", request(draft=True), None)
    order, _ = service.confirm(SHOP, draft.order_id, "key:a")
    assert (order.status, order.version) == (OrderStatus.PENDING, 2)
    assert order.placed_at > draft.placed_at
    with pytest.raises(Conflict):
        service.confirm(SHOP, draft.order_id, "key:a")


# --- lists ---------------------------------------------------------------------------------------


def fill(store, count, *, every=1):
    """Orders a second apart; one in ``every`` is a draft."""
    for number in range(count):
        order, details = placed(external_id=str(number), at=NOW + timedelta(seconds=number))
        if number % every == 0:
            order = replace(order, status=OrderStatus.DRAFT)
        store.put_details(details, None)
        store.put_order(order, None, demand_changed=False)


ALL = OrderFilter()


def pages(service, limit, wanted=ALL):
    after = None
    while True:
        found, after = service.orders(SHOP, wanted, limit=limit, after=after)
        yield [order.external_id for order in found]
        if after is None:
            return


@pytest.mark.parametrize("limit", [1, 3, 4, 7, 12, 50])
def test_pages_show_every_order_once_newest_first(service, store, limit):
    fill(store, 12)
    shown = list(pages(service, limit))
    assert [i for page in shown for i in page] == [str(n) for n in reversed(range(12))]
    assert all(len(page) == limit for page in shown[:-1])
    assert shown[-1]


def test_an_empty_list_is_one_empty_page(service):
    assert list(pages(service, 5)) == [[]]


@pytest.mark.parametrize("limit", [1, 2, 5, 50])
def test_filtered_pages_lose_nothing(service, store, limit):
    fill(store, 30, every=7)
    shown = [i for page in pages(service, limit, OrderFilter(OrderStatus.DRAFT)) for i in page]
    assert shown == ["28", "21", "14", "7", "0"]


def test_a_page_reads_at_most_ten_rows_for_each_it_may_show(service, store):
    fill(store, 50, every=50)
    found, after = service.orders(SHOP, OrderFilter(OrderStatus.DRAFT), limit=3, after=None)
    assert found == []
    assert after is not None
    assert store.reads == 30


def test_lists_are_bounded_by_time(service, store):
    fill(store, 9)
    wanted = OrderFilter(
        placed_from=NOW + timedelta(seconds=2), placed_to=NOW + timedelta(seconds=5)
    )
    assert list(pages(service, 50, wanted)) == [["5", "4", "3", "2"]]


def test_an_external_id_is_looked_for_in_every_known_channel(service, store):
    for channel in ("api", "shopify", "pos"):
        order, details = placed(external_id="7", channel=channel)
        store.put_details(details, None)
        store.put_order(order, None, demand_changed=False)

    def channels(**wanted):
        found, after = service.orders(
            SHOP, OrderFilter(external_id="7", **wanted), limit=50, after=None
        )
        assert after is None
        return sorted(order.channel for order in found)

    assert channels() == ["api", "shopify"]
    assert channels(channel="pos") == ["pos"]
    assert channels(status=OrderStatus.DRAFT) == []
    assert channels(placed_from=NOW + timedelta(seconds=1)) == []
