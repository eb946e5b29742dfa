"""Holds through the API, with inventory's answer where stock was short."""

import json

import pytest

from orders.events import events_of
from tests.integration.orders.joint_world import Joint
from tests.integration.orders.orders_world import Shop, just_before_the_next_write
from waybill import keys
from waybill.batch import Change


@pytest.fixture
def shop(aws):
    return Joint(aws)


def hold(shop, order_id, expect=201, kind="HIGH_RISK_OF_FRAUD", headers=None, **body):
    body = {"kind": kind} | body
    answer = shop.send("POST", f"/v1/orders/{order_id}/holds", body, headers=headers)
    assert answer["statusCode"] == expect, answer["body"]
    return json.loads(answer["body"]), answer["headers"].get("Location")


def release(shop, url, expect=200):
    return shop.call("DELETE", url, expect=expect)


def names_between(shop, before, order_id):
    key = keys.order(shop.id, order_id)
    return [event.name for event in events_of(Change("1", key, before, shop.item(order_id)))]


def test_a_held_order_waits_although_its_stock_is_there(shop):
    for sku in ("TEE", "MUG"):
        shop.receive(sku, 5)
    order_id = shop.place(draft=True)["id"]
    held, url = hold(shop, order_id, note="pays from elsewhere")
    shop.call("POST", f"/v1/orders/{order_id}/confirm", expect=200)
    assert [(h["kind"], h["note"]) for h in held["holds"]] == [
        ("HIGH_RISK_OF_FRAUD", "pays from elsewhere")
    ]
    shop.settle(order_id)
    assert (shop.read(order_id)["status"], shop.levels("TEE")) == ("pending", (5, 2, 3))
    before = shop.item(order_id)
    assert release(shop, url)["status"] == "confirmed"
    assert names_between(shop, before, order_id) == ["OrderHoldReleased", "OrderConfirmed"]
    release(shop, url, expect=404)
    before = shop.item(order_id)
    hold(shop, order_id)
    assert names_between(shop, before, order_id) == ["OrderHeld"]


def test_releasing_a_lack_of_stock_asks_inventory_which_holds_again_or_not(shop):
    shop.receive("MUG", 5)
    order_id = shop.place()["id"]
    shop.settle(order_id)
    (lack,) = shop.read(order_id)["holds"]
    released = release(shop, f"/v1/orders/{order_id}/holds/{lack['id']}")
    assert (released["holds"], released["status"]) == ([], "pending")
    shop.settle(order_id)
    (again,) = shop.read(order_id)["holds"]
    assert (again["kind"], again["id"] == lack["id"]) == ("INVENTORY_OUT_OF_STOCK", False)
    shop.receive("TEE", 5)
    release(shop, f"/v1/orders/{order_id}/holds/{again['id']}")
    shop.settle(order_id)
    order = shop.read(order_id)
    assert (order["status"], order["inventory_status"]) == ("confirmed", "allocated")
    assert shop.levels("TEE") == (5, 2, 3)


GIFT = {"sku": "GIFT-WRAP", "quantity": 1, "unit_price": {"amount": 1, "currency": "EUR"}}
TEE = {"sku": "TEE", "quantity": 2, "unit_price": {"amount": 1, "currency": "EUR"}}


def of_a_platform(shop, *lines):
    """An order that a platform tells of."""
    shop.observe(request={"lines": [*lines]})
    (row,) = shop.call("GET", "/v1/orders", query={"external_id": "1001"}, expect=200)["items"]
    return row["id"]


@pytest.mark.parametrize("adds", [True, False])
def test_releasing_an_unknown_sku_asks_inventory_which_knows_it_by_now_or_not(shop, adds):
    shop.receive("TEE", 5)
    order_id = of_a_platform(shop, TEE, GIFT)
    shop.settle(order_id)
    (unknown,) = shop.read(order_id)["holds"]
    assert unknown["note"] == "unknown SKU"
    if adds:
        shop.add_item("GIFT-WRAP")
        shop.receive("GIFT-WRAP", 1)
    released = release(shop, f"/v1/orders/{order_id}/holds/{unknown['id']}")
    assert (released["holds"], released["status"]) == ([], "pending")
    shop.settle(order_id)
    order = shop.read(order_id)
    held = [hold["kind"] for hold in order["holds"]]
    if adds:
        assert (order["status"], order["inventory_status"], held) == ("confirmed", "allocated", [])
    else:
        assert (order["status"], held) == ("pending", ["INVENTORY_OUT_OF_STOCK"])


def test_a_platform_that_takes_an_unknown_sku_back_does_not_end_the_order(aws):
    shop = Joint(aws, on_shortage="cancel")
    shop.receive("TEE", 5)
    order_id = of_a_platform(shop, TEE, GIFT)
    shop.observe(2, request={"lines": [TEE]})
    shop.settle(order_id)
    order = shop.read(order_id)
    assert (order["status"], [hold["note"] for hold in order["holds"]]) == (
        "pending",
        ["unknown SKU"],
    )


def test_the_same_key_holds_once(shop):
    order_id = shop.place()["id"]
    headers = {"Idempotency-Key": "k-1"}
    first = hold(shop, order_id, headers=headers)
    assert hold(shop, order_id, headers=headers) == first
    hold(shop, order_id, headers=headers, note="other", expect=422)
    release(shop, first[1])
    again, url = hold(shop, order_id, headers=headers)
    assert (again["holds"], url) == ([], first[1])


def test_of_two_first_calls_with_one_key_one_holds(shop, monkeypatch):
    order_id = shop.place()["id"]
    headers = {"Idempotency-Key": "k-1"}
    just_before_the_next_write(monkeypatch, lambda: hold(shop, order_id, headers=headers))
    held, _ = hold(shop, order_id, headers=headers)
    assert len(held["holds"]) == 1


def test_what_cannot_be_held_or_released(shop, aws):
    order_id = shop.place()["id"]
    problem, _ = hold(shop, order_id, kind="INVENTORY_OUT_OF_STOCK", expect=422)
    assert problem["errors"][0]["pointer"] == "/kind"
    release(shop, f"/v1/orders/{order_id}/holds/hold_none", expect=404)
    hold(Shop(aws, "b"), order_id, expect=404)
    for _ in range(10):
        _, url = hold(shop, order_id, kind="OTHER")
    hold(shop, order_id, kind="OTHER", expect=409)
    shop.cancel(order_id)
    assert hold(shop, order_id, expect=409)[0]["order_status"] == "cancelled"
    assert release(shop, url, expect=409)["possible"] == []


def test_a_draft_is_held_and_waits_with_it_once_it_is_confirmed(shop):
    order_id = shop.place(draft=True)["id"]
    _, url = hold(shop, order_id)
    shop.call("POST", f"/v1/orders/{order_id}/confirm", expect=200)
    assert len(shop.read(order_id)["holds"]) == 1
    release(shop, url)
