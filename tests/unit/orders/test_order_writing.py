"""Placing and changing: once, whatever is repeated, raced or cut off in between."""

from dataclasses import replace
from datetime import timedelta

import pytest

from orders.order import CancelReason, OrderStatus, ShopRules
from orders.placing import Origin, place
from orders.writing import OrderMissingError, OrderWriter, OtherRequestError
from tests.unit.orders.orders_builders import NOW, SHOP, FakeStore, cancel, placed, request
from waybill.dynamo import ContentionError

LATER = NOW + timedelta(minutes=1)


@pytest.fixture
def store():
    return FakeStore()


@pytest.fixture
def writer(store):
    return OrderWriter(store, lambda: LATER + timedelta(microseconds=123))


def again(**changes):
    """The same request, sent a minute later; or, with changes, another body under its key."""
    wanted = request(**changes)
    return place(wanted, Origin.of(SHOP, wanted, "key"), ShopRules(), LATER)


def cancelled(order, at):
    return cancel(order, CancelReason.CUSTOMER, at)


def test_time_is_as_exact_as_it_is_stored(writer):
    assert writer.now() == LATER


def test_a_placed_order_asks_for_stock_and_a_draft_does_not(store, writer):
    assert writer.place(*placed(), "key:a").is_new
    assert writer.place(*placed(external_id="1", draft=True), "key:a").is_new
    assert [asked for _, _, asked in store.writes] == [True, False]


def test_a_repetition_gets_the_first_order(store, writer):
    first = writer.place(*placed(), "key:a")
    assert writer.place(*again(), "key:a") == first._replace(is_new=False)
    assert len(store.writes) == 1


def test_another_body_is_told_apart(store, writer):
    first = writer.place(*placed(), "key:a")
    with pytest.raises(OtherRequestError) as error:
        writer.place(*again(test=True), "key:a")
    assert error.value.first == first.details
    assert store.order(SHOP, first.order.order_id) == first.order


def test_a_crash_after_the_details_is_completed_by_the_retry(store, writer):
    order, details = placed()
    store.put_details(details, None)
    retried = writer.place(*again(), "key:a")
    assert retried.is_new
    assert (retried.order, retried.details) == (order, details)
    assert store.order(SHOP, order.order_id) == order


def test_details_that_never_became_an_order_give_way_to_another_request(store, writer):
    order, details = placed()
    store.put_details(details, None)
    taken = writer.place(*again(test=True), "key:a")
    assert taken.is_new
    assert store.order(SHOP, order.order_id) == taken.order
    assert store.details(SHOP, order.order_id) == taken.details
    with pytest.raises(OtherRequestError):
        writer.place(order, details, "key:a")


def test_who_lost_the_race_for_such_details_tries_again(store, writer):
    order, details = placed()
    store.put_details(details, None)
    store.before_write = lambda: store.put_order(order, None, demand_changed=True)
    with pytest.raises(ContentionError):
        writer.place(*again(test=True), "key:a")
    with pytest.raises(OtherRequestError):
        writer.place(*again(test=True), "key:a")


def test_who_was_overtaken_between_details_and_order_is_told(store, writer):
    other_order, other_details = again(test=True)

    def overtake():
        store.details_by_id[SHOP, other_order.order_id] = other_details
        store.put_order(other_order, None, demand_changed=True)

    store.before_write = overtake
    with pytest.raises(OtherRequestError):
        writer.place(*placed(), "key:a")


def test_a_twin_that_was_faster_is_the_same_order(store, writer):
    twin_order, twin_details = placed()
    store.before_write = lambda: store.put_order(twin_order, None, demand_changed=True)
    answer = writer.place(*placed(), "key:a")
    assert answer == (twin_order, twin_details, False)


def test_a_change_is_the_next_version(store, writer):
    order, _, _ = writer.place(*placed(), "key:a")
    before, after = writer.change(SHOP, order.order_id, "key:b", cancelled)
    assert before == order
    assert (after.version, after.updated_at, after.status) == (2, LATER, OrderStatus.CANCELLED)
    _, stamp, demand_changed = store.writes[-1]
    assert (stamp.actor, stamp.at, demand_changed) == ("key:b", LATER, True)


def test_a_change_of_nothing_inventory_cares_for_does_not_wake_it(store, writer):
    order, _, _ = writer.place(*placed(), "key:a")
    writer.change(SHOP, order.order_id, "x", lambda o, _: replace(o, platform_version=2))
    assert store.writes[-1][2] is False


def test_nothing_to_do_writes_nothing(store, writer):
    order, _, _ = writer.place(*placed(), "key:a")
    assert writer.change(SHOP, order.order_id, "key:b", lambda o, _: None) == (order, order)
    assert len(store.writes) == 1


def test_a_race_is_decided_on_the_newer_order(store, writer):
    order, _, _ = writer.place(*placed(), "key:a")

    def overtake():
        writer.change(SHOP, order.order_id, "key:fast", lambda o, _: replace(o, number="fast"))

    store.before_write = overtake
    before, after = writer.change(SHOP, order.order_id, "key:slow", cancelled)
    assert before.number == after.number == "fast"
    assert after.version == 3


def test_a_change_gives_up_when_others_are_always_faster(store, writer):
    order, _, _ = writer.place(*placed(), "key:a")
    key = SHOP, order.order_id

    def overtake():
        store.by_id[key] = replace(store.by_id[key], version=store.by_id[key].version + 1)
        store.before_write = overtake

    store.before_write = overtake
    with pytest.raises(ContentionError):
        writer.change(SHOP, order.order_id, "key:b", cancelled)


def test_a_missing_order_is_told(writer):
    with pytest.raises(OrderMissingError):
        writer.change(SHOP, "ord_none", "key:b", cancelled)
