"""Every condition of OrdersTable refuses what it is there to refuse."""

from dataclasses import replace
from datetime import timedelta

import pytest

from orders.key_uses import KeyUses
from orders.lists.filters import OrderFilter
from orders.lists.repository import ListRepository
from orders.lists.service import OrderLists
from orders.order import OrderStatus, Payment, PaymentKind, Stamp
from orders.records import KeyUse, PaymentFact
from orders.repository import OrderRepository
from tests.unit.orders.orders_builders import NOW, SHOP, placed

STAMP = Stamp(NOW, "key:a", "req-1")


@pytest.fixture
def repository(aws):
    return OrderRepository(aws.table("OrdersTable"))


@pytest.fixture
def first():
    return placed()


@pytest.fixture
def other():
    """Another body under the same key: the same order id."""
    return placed(test=True)


def test_details_are_put_once(repository, first, other):
    assert repository.put_details(first[1], STAMP) is None
    assert repository.put_details(other[1], STAMP) == first[1]
    assert repository.details(SHOP, first[0].order_id) == first[1]


def test_an_order_is_put_once(repository, first, other):
    assert repository.put_order(first[0], STAMP, demand_changed=True)
    assert not repository.put_order(other[0], STAMP, demand_changed=True)
    assert repository.order(SHOP, first[0].order_id) == first[0]


def test_only_the_version_that_was_read_is_replaced(repository, first):
    order = first[0]
    repository.put_order(order, STAMP, demand_changed=True)
    second = replace(order, version=2, status=OrderStatus.CONFIRMED)
    late = replace(order, version=2, status=OrderStatus.CANCELLED)
    assert repository.save(second, STAMP, instead_of=1, demand_changed=False)
    assert not repository.save(late, STAMP, instead_of=1, demand_changed=True)
    assert repository.order(SHOP, order.order_id) == second


def test_a_fact_that_is_there_is_not_written_over(repository, first):
    """Whatever version of the order it comes with."""
    order = first[0]
    repository.put_order(order, STAMP, demand_changed=True)
    captured = PaymentFact("pay_1", Payment(PaymentKind.CAPTURED, 5, None), NOW, "key:a")

    def told(version, fact):
        after = replace(order, version=version)
        return repository.save(
            after, STAMP, instead_of=version - 1, demand_changed=False, beside=[fact]
        )

    assert told(2, captured)
    other = replace(captured, payment=Payment(PaymentKind.CAPTURED, 7, None))
    assert not told(3, other)
    assert repository.payments(SHOP, order.order_id) == [captured]
    assert repository.order(SHOP, order.order_id).version == 2


def test_what_a_key_has_made_is_made_of_one_request(aws, repository, first):
    order, uses = first[0], KeyUses(aws.table("OrdersTable"))
    repository.put_order(order, STAMP, demand_changed=True)
    for version, body_hash, is_first in ((2, "one", True), (3, "other", False)):
        after, use = replace(order, version=version), KeyUse("cancel_1", body_hash)
        assert is_first is repository.save(
            after, STAMP, instead_of=version - 1, demand_changed=False, beside=[use]
        )
    assert uses.use(SHOP, order.order_id, "cancel_1") == KeyUse("cancel_1", "one")
    assert repository.order(SHOP, order.order_id).version == 2


def test_an_order_that_is_not_there_is_not_saved(repository, first):
    assert not repository.save(first[0], STAMP, instead_of=1, demand_changed=False)
    assert repository.order(SHOP, first[0].order_id) is None


def take_over(repository, other, instead_of):
    return repository.replace_unplaced(*other, STAMP, instead_of=instead_of, demand_changed=True)


def test_unplaced_details_are_taken_over_whole(repository, first, other):
    repository.put_details(first[1], STAMP)
    assert take_over(repository, other, first[1].request_hash)
    assert repository.order_with_details(SHOP, first[0].order_id) == other


def test_details_of_a_placed_order_are_not_taken_over(repository, first, other):
    repository.put_details(first[1], STAMP)
    repository.put_order(first[0], STAMP, demand_changed=True)
    assert not take_over(repository, other, first[1].request_hash)
    assert repository.order_with_details(SHOP, first[0].order_id) == first


def test_details_that_have_changed_hands_are_not_taken_over(repository, first, other):
    repository.put_details(first[1], STAMP)
    assert not take_over(repository, other, "another request's hash")
    assert repository.details(SHOP, first[0].order_id) == first[1]
    assert repository.order(SHOP, first[0].order_id) is None


def test_a_list_goes_on_where_it_stopped_within_its_bounds(aws, repository):
    lists = OrderLists(ListRepository(aws.table("OrdersTable")))
    orders = [placed(external_id=str(n), at=NOW + timedelta(seconds=n)) for n in range(9)]
    for order, details in orders:
        repository.put_details(details, STAMP)
        repository.put_order(order, STAMP, demand_changed=True)
    wanted = OrderFilter(placed_from=orders[1][0].placed_at, placed_to=orders[7][0].placed_at)
    for filters in (wanted, replace(wanted, email="Zoe@Customer.example")):
        found, after = lists.page(SHOP, filters, limit=3, after=None)
        assert [order.external_id for order in found] == ["7", "6", "5"]
        rest, end = lists.page(SHOP, filters, limit=5, after=after)
        assert [order.external_id for order in rest] == ["4", "3", "2", "1"]
        assert end is None or lists.page(SHOP, filters, limit=5, after=end) == ([], None)
        assert lists.page("shop_b", filters, limit=3, after=None) == ([], None)


def test_many_orders_are_read_in_as_many_requests_as_it_takes(aws, repository, first):
    repository.put_order(first[0], STAMP, demand_changed=True)
    wanted = [f"ord_{n}" for n in range(120)] + [first[0].order_id]
    lists = ListRepository(aws.table("OrdersTable"))
    assert lists.orders(SHOP, wanted) == [first[0]]
