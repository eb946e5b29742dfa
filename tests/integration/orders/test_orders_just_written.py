"""What was written a moment ago is seen by whoever asks next, however far a replica is behind."""

import pytest

from orders.composition import repository
from tests.integration.orders.orders_world import Shop, money
from tests.support.replicas import Behind


@pytest.fixture
def shop(aws, monkeypatch):
    table = repository().table
    monkeypatch.setattr(table, "client", Behind(table.client))
    return Shop(aws)


def test_an_order_that_was_just_paid_lists_its_payment(shop):
    order_id = shop.place()["id"]
    told = {"kind": "captured", "amount": money(4997)}
    payment = shop.call("POST", f"/v1/orders/{order_id}/payments", told, expect=201)
    order = shop.read(order_id)
    assert (order["payment_status"], order["payments"]) == ("paid", [payment])


def test_a_timeline_shows_what_was_just_done(shop):
    order_id = shop.place()["id"]
    path = f"/v1/orders/{order_id}"
    shop.call("POST", f"{path}/holds", {"kind": "OTHER"}, expect=201)
    told = {"kind": "captured", "amount": money(1)}
    shop.call("POST", f"{path}/payments", told, expect=201)
    shop.cancel(order_id)
    shown = shop.call("GET", f"{path}/timeline", expect=200)["items"]
    assert {item["event"] for item in shown} == {"placed", "held", "payment", "cancelled"}


def test_a_unit_that_is_on_its_way_back_is_listed_and_not_asked_back_again(shop):
    order_id = shop.place()["id"]
    shop.allocate(order_id)
    shop.ship(order_id)
    path = f"/v1/orders/{order_id}/returns"
    mug = {"lines": [{"line_id": "line_2", "quantity": 1, "reason": "defective"}]}
    asked = shop.call("POST", path, mug, expect=201)
    shop.call("POST", path, mug, expect=409)
    assert [one["id"] for one in shop.call("GET", path, expect=200)["items"]] == [asked["id"]]
