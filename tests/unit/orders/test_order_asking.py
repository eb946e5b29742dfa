"""When an order asked for stock is noted where its placement does not tell; who is undecided."""

from dataclasses import replace
from datetime import timedelta

import pytest

from orders.items import may_be_undecided, order_item, read_order
from orders.order import OrderStatus, Stamp
from orders.records import Change
from orders.schedule.asking import AT_ONCE, is_undecided, noting_when_asked
from orders.writing import OrderWriter
from tests.unit.orders.orders_builders import NOW, SHOP, FakeStore, order, placed
from waybill import keys

LATER = NOW + timedelta(days=3)
MOMENT = timedelta(milliseconds=1)


@pytest.mark.parametrize("delay", [timedelta(0), AT_ONCE, -AT_ONCE])
def test_an_order_that_asks_at_its_placement_is_found_by_that(delay):
    assert noting_when_asked(None, order(), NOW + delay).asked_at is None


@pytest.mark.parametrize("delay", [AT_ONCE + MOMENT, -AT_ONCE - MOMENT, timedelta(days=3)])
def test_an_order_that_asks_at_another_time_tells_when(delay):
    assert noting_when_asked(None, order(), NOW + delay).asked_at == NOW + delay


def test_an_order_asks_once_its_last_unknown_sku_is_known():
    silent = order(asks_stock=False)
    assert noting_when_asked(None, silent, LATER).asked_at is None
    assert noting_when_asked(silent, replace(silent, asks_stock=True), LATER).asked_at == LATER


def test_a_draft_asks_when_it_is_confirmed():
    draft = order(OrderStatus.DRAFT)
    assert noting_when_asked(None, draft, LATER).asked_at is None
    confirmed = order(placed_at=LATER)
    assert noting_when_asked(draft, confirmed, LATER).asked_at is None


def test_an_order_that_has_asked_keeps_its_instant():
    asked = order(asked_at=LATER)
    assert noting_when_asked(asked, asked, LATER + AT_ONCE).asked_at == LATER
    assert noting_when_asked(order(), order(), LATER).asked_at is None


UNDECIDED = [
    (order(), True),
    (order(asks_stock=False), False),
    (order(inventory_version=1), False),
    *[(order(status), False) for status in OrderStatus if status is not OrderStatus.PENDING],
]


@pytest.mark.parametrize(("which", "expected"), UNDECIDED)
def test_undecided_is_who_waits_for_stock_and_never_had_an_answer(which, expected):
    assert is_undecided(which) is expected
    item = order_item(which, Stamp(NOW, "key:a", "req-1"), demand_changed=True)
    assert may_be_undecided(item) is expected


def test_only_an_order_that_tells_when_it_asked_stands_in_that_index():
    stamp = Stamp(NOW, "key:a", "req-1")
    plain = order_item(order(), stamp, demand_changed=True)
    assert {"asked_pk", "asked_at"}.isdisjoint(plain)
    late = order(asked_at=LATER)
    item = order_item(late, stamp, demand_changed=True)
    assert item["asked_pk"] == keys.asked(late.order_id)
    assert read_order(item) == late


@pytest.fixture
def store():
    return FakeStore()


def writer(store, now=LATER):
    return OrderWriter(store, lambda: now)


def stored(store, order_id):
    found = store.order(SHOP, order_id)
    assert found
    return found


def test_what_a_platform_placed_days_ago_tells_when_it_came(store):
    first, details = placed()
    late = replace(first, updated_at=LATER)
    writer(store).place(late, details, "platform:shopify")
    assert stored(store, first.order_id).asked_at == LATER


def test_a_request_completed_days_after_its_crash_tells_when_it_was(store):
    _, details = placed()
    store.put_details(details, Stamp(NOW, "key:a", "req-1"))
    again, its_details = placed(at=LATER)
    writer(store).place(again, its_details, "key:a")
    found = stored(store, again.order_id)
    assert (found.placed_at, found.asked_at) == (NOW, LATER)


def test_an_order_placed_over_another_requests_details_tells_when_it_asked(store):
    _, details = placed()
    store.put_details(details, Stamp(NOW, "key:a", "req-1"))
    other, its_details = placed(test=True)
    writer(store).place(replace(other, updated_at=LATER), its_details, "platform:shopify")
    assert stored(store, other.order_id).asked_at == LATER


def test_a_change_that_makes_an_order_ask_tells_when(store):
    silent, details = placed()
    silent = replace(silent, asks_stock=False)
    writer(store, NOW).place(silent, details, "platform:shopify")
    writer(store).change(SHOP, silent.order_id, "x", lambda o, _: replace(o, asks_stock=True))
    assert stored(store, silent.order_id).asked_at == LATER


def test_inventory_is_asked_again_only_where_that_is_wanted(store):
    first, details = placed()
    writer(store).place(first, details, "key:a")
    for again in (False, True):
        writer(store).change(
            SHOP, first.order_id, "x", lambda o, _, again=again: Change(o, asks_again=again)
        )
        assert store.writes[-1][2] is again
