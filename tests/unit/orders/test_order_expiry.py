"""A run of the schedule over unpaid orders: who ends, who was faster, and who stops nobody."""

from dataclasses import replace
from datetime import timedelta

import pytest

from orders.lifecycle import pay_by
from orders.order import EditState, OrderEdit, OrderStatus, PaymentRule, Payments, ShopRules
from orders.schedule.expiry import Expirer
from orders.schedule.overdue import Overdue
from orders.writing import OrderWriter
from tests.unit.orders.orders_builders import NOW, SHOP, FakeStore, placed
from waybill import keys
from waybill.dynamo import TransactionCancelledError

RULES = ShopRules(PaymentRule.PAID, payment_minutes=10)
LATER = NOW + timedelta(minutes=10)


class Deadlines:
    """The index over the orders of a FakeStore."""

    def __init__(self, store):
        self.store = store

    def overdue(self, bucket, now):
        mine = (o for o in self.store.by_id.values() if keys.unpaid(o.order_id)[-1] == str(bucket))
        rows = (Overdue(pay_by(o), o.shop_id, o.order_id) for o in mine if pay_by(o))
        return iter(sorted(row for row in rows if row.pay_by <= now))


@pytest.fixture
def store():
    return FakeStore()


@pytest.fixture
def expirer(store):
    return Expirer(Deadlines(store), OrderWriter(store, lambda: LATER))


def put(store, number, **changes):
    order, details = placed(RULES, NOW - timedelta(seconds=number), external_id=str(number))
    store.put_details(details, None)
    store.put_order(replace(order, **changes), None, demand_changed=True)
    return order


def statuses(store):
    return [order.status for order in store.by_id.values()]


def test_what_is_overdue_ends_and_asks_for_nothing_any_more(store, expirer):
    order = put(store, 1)
    assert expirer.run() == 1
    assert store.order(SHOP, order.order_id).status is OrderStatus.EXPIRED
    assert store.writes[-1][1].actor == "schedule"
    assert store.writes[-1][2], "inventory gives back what it held"
    assert expirer.run() == 0


def test_an_order_that_a_platform_sold_is_not_ours_to_end(store, expirer):
    order = put(store, 1, platform_version=1)
    assert pay_by(store.order(SHOP, order.order_id)) is None
    assert expirer.run() == 0


def test_a_payment_told_in_between_wins(store, expirer):
    order = put(store, 1)
    key = SHOP, order.order_id

    def pay():
        store.by_id[key] = replace(
            store.by_id[key], version=2, payments=Payments(captured=order.total)
        )

    store.before_write = pay
    assert expirer.run() == 0
    assert store.by_id[key].status is OrderStatus.PENDING


def test_who_has_time_again_by_now_is_left_until_that_is_over(store):
    order = put(store, 1)
    key = SHOP, order.order_id
    index = Deadlines(FakeStore())  # a moment behind
    index.store.by_id[key] = store.by_id[key]
    dearer = OrderEdit("edt_1", EditState.CONFIRMED, charged_at=LATER)
    store.by_id[key] = replace(store.by_id[key], version=2, edit=dearer)

    def run(at):
        return Expirer(index, OrderWriter(store, lambda: at)).run()

    again = timedelta(minutes=10)
    assert [run(LATER), run(LATER + again - timedelta(milliseconds=1))] == [0, 0]
    assert run(LATER + again) == 1


def test_a_run_is_bounded_and_the_next_goes_on_with_the_longest_overdue_first(store, expirer):
    for number in range(5):
        put(store, number)
    expirer = replace(expirer, max_expired=2)
    assert expirer.run() == 2
    ended = [o.external_id for o in store.by_id.values() if o.status is OrderStatus.EXPIRED]
    assert sorted(ended) == ["3", "4"]
    assert [expirer.run(), expirer.run(), expirer.run()] == [2, 1, 0]


class Breaking(FakeStore):
    def __init__(self, error):
        super().__init__()
        self.error = error

    def order(self, shop_id, order_id):
        found = super().order(shop_id, order_id)
        if found and found.external_id in {"7", "8", "9"}:
            raise self.error
        return found


def test_orders_that_fail_by_themselves_stop_no_other():
    store = Breaking(ValueError("unreadable"))
    for number in (9, 8, 7, 1):
        put(store, number)
    expirer = Expirer(Deadlines(store), OrderWriter(store, lambda: LATER), max_expired=1)
    with pytest.raises(ValueError, match="unreadable"):
        expirer.run()
    assert statuses(store).count(OrderStatus.EXPIRED) == 1


def test_where_aws_refuses_the_next_run_goes_on():
    store = Breaking(TransactionCancelledError(["ThrottlingError"], [None]))
    for number in (9, 1):
        put(store, number)
    with pytest.raises(TransactionCancelledError):
        Expirer(Deadlines(store), OrderWriter(store, lambda: LATER)).run()
    assert OrderStatus.EXPIRED not in statuses(store)
