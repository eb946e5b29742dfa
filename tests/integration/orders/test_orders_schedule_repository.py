"""The schedule's reads and writes of OrdersTable, and the conditions that guard them."""

from dataclasses import replace
from datetime import timedelta

import pytest

from orders.order import OrderStatus, PaymentRule, ShopRules, Stamp
from orders.repository import OrderRepository
from orders.schedule.ladder import LADDER, MOMENT, Span
from orders.schedule.repository import ScheduleRepository
from tests.unit.orders.orders_builders import NOW, SHOP, placed
from waybill import keys

STAMP = Stamp(NOW, "key:a", "req-1")
RUNG = LADDER[0]
SECOND = timedelta(seconds=1)


@pytest.fixture
def table(aws):
    return aws.table("OrdersTable")


@pytest.fixture
def schedule(table):
    return ScheduleRepository(table)


@pytest.fixture
def orders(table):
    return OrderRepository(table)


def test_a_shop_is_added_once_and_all_are_listed(schedule):
    for shop_id in ("shop_b", "shop_a", "shop_b"):
        schedule.add_shop(shop_id)
    assert list(schedule.shops()) == ["shop_a", "shop_b"]


def test_a_known_shop_is_not_written_again(schedule, table):
    table.put(keys.known_shop("shop_a") | {"shop_id": "shop_a", "since": "before"})
    schedule.add_shop("shop_a")
    assert table.get(keys.known_shop("shop_a"))["since"] == "before"


class Forgetful:
    """Reads nothing: a read that is a second old, before the other process wrote."""

    def __init__(self, table):
        self._table = table

    def get(self, key, *, consistent):
        return None

    def __getattr__(self, name):
        return getattr(self._table, name)


def test_of_two_that_add_a_shop_at_once_the_second_changes_nothing(schedule, table):
    table.put(keys.known_shop("shop_a") | {"shop_id": "shop_a", "since": "before"})
    ScheduleRepository(Forgetful(table)).add_shop("shop_a")
    assert table.get(keys.known_shop("shop_a"))["since"] == "before"


def test_marks_are_kept_and_moved_by_the_one_who_read_them(schedule):
    assert schedule.marks() == (0, {})
    first = {rung.name: NOW for rung in LADDER}
    assert schedule.move_marks(0, first, NOW)
    assert schedule.marks() == (1, first)
    assert not schedule.move_marks(0, {"2m": NOW - SECOND}, NOW)
    second = {rung.name: NOW + SECOND for rung in LADDER}
    assert schedule.move_marks(1, second, NOW)
    assert not schedule.move_marks(1, first, NOW)
    assert schedule.marks() == (2, second)


def put(orders, number, at, **changes):
    order = replace(placed(external_id=str(number), at=at)[0], **changes)
    orders.put_order(order, STAMP, demand_changed=True)
    return order


def test_a_span_holds_the_orders_that_crossed_the_rung_in_it(schedule, orders):
    span = Span(RUNG, NOW, NOW + 2 * SECOND)
    asked = [NOW - RUNG.age + n * SECOND for n in range(4)]
    found = [put(orders, n, at) for n, at in enumerate(asked)]
    crossed = list(schedule.placed_in(SHOP, span))
    assert [crossing.order_id for crossing in crossed] == [o.order_id for o in found[1:3]]
    assert [crossing.at for crossing in crossed] == [NOW + SECOND, NOW + 2 * SECOND]
    assert {(c.shop_id, c.rung) for c in crossed} == {(SHOP, "2m")}
    assert list(schedule.placed_in("shop_b", span)) == []
    next_span = Span(RUNG, NOW + 2 * SECOND, NOW + 3 * SECOND)
    assert [c.order_id for c in schedule.placed_in(SHOP, next_span)] == [found[3].order_id]


def test_an_order_that_asked_late_is_found_by_when_it_asked(schedule, orders):
    late = put(orders, 1, NOW - timedelta(days=3), asked_at=NOW)
    put(orders, 2, NOW)
    bucket = int(keys.asked(late.order_id).partition("#")[2])
    span = Span(RUNG, NOW + RUNG.age - MOMENT, NOW + RUNG.age)
    (crossing,) = schedule.asked_in(bucket, span)
    assert crossing == (NOW + RUNG.age, SHOP, late.order_id, "2m")
    assert not list(schedule.asked_in((bucket + 1) % keys.ASKED_BUCKETS, span))
    assert not list(schedule.asked_in(bucket, Span(RUNG, span.end, span.end + SECOND)))


def test_the_undecided_are_told_from_the_others(schedule, orders):
    undecided = put(orders, 1, NOW)
    decided = put(orders, 2, NOW, inventory_version=1)
    draft = put(orders, 3, NOW, status=OrderStatus.DRAFT)
    silent = put(orders, 4, NOW, asks_stock=False)
    wanted = {(SHOP, order.order_id) for order in (undecided, decided, draft, silent)}
    found = schedule.undecided(wanted | {(SHOP, "ord_gone")})
    assert found == {(SHOP, undecided.order_id)}
    with pytest.raises(ValueError, match="too many"):
        schedule.undecided({(SHOP, f"ord_{n}") for n in range(101)})


def test_what_is_overdue_is_found_the_longest_first(schedule, orders):
    rules = ShopRules(PaymentRule.PAID, payment_minutes=10)
    late = [put(orders, n, NOW - n * SECOND, rules=rules) for n in range(6)]
    put(orders, 9, NOW)
    at = NOW + timedelta(minutes=10) - 2 * SECOND
    found = [o for n in range(keys.UNPAID_BUCKETS) for o in schedule.overdue(n, at)]
    wanted = [o.order_id for o in reversed(late) if o.placed_at <= NOW - 2 * SECOND]
    assert [overdue.order_id for overdue in sorted(found)] == wanted
    assert {overdue.shop_id for overdue in found} == {SHOP}
