"""How holds are put on orders and taken off, and how often."""

from dataclasses import replace

import pytest
from pydantic import ValidationError

from orders.holds.holding import MAX_HOLDS, hold, release
from orders.holds.models import PlaceHold
from orders.holds.service import Holds
from orders.lifecycle import demand, unknown_sku_hold, with_hold
from orders.order import HoldKind, OrderStatus
from orders.records import Happening
from orders.requests import OrderRequests
from orders.writing import OrderWriter
from tests.unit.orders.orders_builders import NOW, SHOP, FakeStore, FakeUses, order, placed
from waybill.problems import Conflict, NotFound, Unprocessable

FRAUD = HoldKind.HIGH_RISK_OF_FRAUD
ENDED = [OrderStatus.COMPLETED, OrderStatus.CANCELLED, OrderStatus.EXPIRED]


def allocated(one):
    lines = tuple(replace(line, allocated=line.quantity) for line in one.lines)
    return replace(one, lines=lines, inventory_version=1)


def test_a_held_order_waits_and_goes_on_when_it_is_released():
    made = hold(allocated(order()), FRAUD, "odd", NOW, hold_id="hold_1")
    (told,) = made.told
    assert (told.what, dict(told.data)) == (
        Happening.HELD,
        {"kind": "HIGH_RISK_OF_FRAUD", "hold_id": "hold_1"},
    )
    assert made.order.status is OrderStatus.PENDING
    freed = release(made.order, "hold_1", NOW)
    assert freed.order.status is OrderStatus.CONFIRMED
    assert not freed.asks_again
    assert freed.told[0].what is Happening.HOLD_RELEASED


def test_an_order_waits_for_its_last_hold():
    one = with_hold(allocated(order()), FRAUD, NOW, hold_id="hold_1")
    one = with_hold(one, HoldKind.OTHER, NOW, hold_id="hold_2")
    assert release(one, "hold_1", NOW).order.status is OrderStatus.PENDING


def test_a_confirmed_order_stays_confirmed_while_it_is_held():
    one = order(OrderStatus.CONFIRMED)
    assert hold(one, FRAUD, None, NOW, hold_id="h").order.status is OrderStatus.CONFIRMED


def test_releasing_a_lack_of_stock_asks_for_it_again():
    short = with_hold(order(), HoldKind.INVENTORY_OUT_OF_STOCK, NOW, hold_id="hold_1")
    made = release(short, "hold_1", NOW)
    assert made.asks_again
    assert made.order.status is OrderStatus.PENDING


def test_releasing_an_unknown_sku_asks_for_stock_and_releasing_another_hold_does_not():
    one = order(asks_stock=False)
    unknown = unknown_sku_hold(one.order_id)
    one = with_hold(one, HoldKind.OTHER, NOW, hold_id=unknown)
    one = with_hold(one, FRAUD, NOW, hold_id="hold_1")
    assert not release(one, "hold_1", NOW).order.asks_stock
    freed = release(one, unknown, NOW).order
    assert freed.asks_stock
    assert [hold.id for hold in freed.holds] == ["hold_1"]
    assert demand(freed) != demand(one)


@pytest.mark.parametrize("status", ENDED)
def test_an_ended_order_is_neither_held_nor_released(status):
    ended = with_hold(order(status), FRAUD, NOW, hold_id="hold_1")
    for act in (
        lambda: hold(ended, FRAUD, None, NOW, hold_id="hold_2"),
        lambda: release(ended, "hold_1", NOW),
        lambda: release(ended, "hold_9", NOW),
    ):
        with pytest.raises(Conflict) as error:
            act()
        assert error.value.extensions["order_status"] == status.value


def test_a_hold_that_does_not_exist_is_not_found():
    with pytest.raises(NotFound):
        release(order(), "hold_9", NOW)


def test_an_order_has_at_most_ten_holds():
    one = order()
    for number in range(MAX_HOLDS):
        one = hold(one, HoldKind.OTHER, None, NOW, hold_id=f"hold_{number}").order
    with pytest.raises(Conflict):
        hold(one, HoldKind.OTHER, None, NOW, hold_id="hold_x")


@pytest.mark.parametrize("body", [{}, {"kind": "INVENTORY_OUT_OF_STOCK"}, {"kind": "BORED"}])
def test_kinds_that_a_caller_cannot_place(body):
    with pytest.raises(ValidationError):
        PlaceHold.model_validate(body)


def test_a_key_holds_an_order_once_even_after_the_release():
    store = FakeStore()
    one, details = placed()
    writer = OrderWriter(store, lambda: NOW)
    writer.place(one, details, "key:a")
    holds = Holds(OrderRequests(writer, FakeUses(store)))
    wish = PlaceHold(kind=FRAUD)
    hold_id, held, _ = holds.place(SHOP, one.order_id, "key:a", wish, "k-1")
    assert holds.place(SHOP, one.order_id, "key:a", wish, "k-1")[:2] == (hold_id, held)
    released, _ = holds.release(SHOP, one.order_id, "key:a", hold_id)
    assert holds.place(SHOP, one.order_id, "key:a", wish, "k-1")[:2] == (hold_id, released)
    with pytest.raises(Unprocessable):
        holds.place(SHOP, one.order_id, "key:a", PlaceHold(kind=FRAUD, note="x"), "k-1")
    other, _, _ = holds.place(SHOP, one.order_id, "key:a", wish, "k-2")
    assert other != hold_id
    twice = {holds.place(SHOP, one.order_id, "key:a", wish, None)[0] for _ in range(2)}
    assert len(twice) == 2
    with pytest.raises(NotFound):
        holds.place(SHOP, "ord_none", "key:a", wish, None)
