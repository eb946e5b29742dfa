"""Amendments through the API: who wins, who is told, and what nobody overwrites."""

import json

import pytest

from orders.events import events_of
from tests.integration.orders.orders_world import Shop, just_before_the_next_write
from waybill import keys
from waybill.batch import Change

PARIS = {
    "name": "Zoë",
    "line1": "Rue de Rivoli 1",
    "city": "Paris",
    "postal_code": "75001",
    "country": "FR",
}


@pytest.fixture
def shop(aws):
    return Shop(aws)


def amend(shop, order_id, body, expect=200, if_match=None):
    headers = {"If-Match": if_match} if if_match else None
    answer = shop.send("PATCH", f"/v1/orders/{order_id}", body, headers=headers)
    assert answer["statusCode"] == expect, answer["body"]
    return json.loads(answer["body"]), answer["headers"].get("ETag")


def test_an_order_is_amended_in_what_is_named(shop):
    first = shop.place(tags=["gift"], note="ring", metadata={"a": "1"})
    body = {"shipping_address": PARIS, "note": None, "tags": ["vip"], "metadata": {"b": "2"}}
    amended, etag = amend(shop, first["id"], body)
    assert etag == '"2"'
    assert amended["shipping_address"]["city"] == "Paris"
    assert (amended["note"], amended["tags"]) == (None, ["vip"])
    assert amended["metadata"] == {"a": "1", "b": "2"}
    same = ("customer", "billing_address", "lines", "totals", "status", "placed_at")
    assert {name: amended[name] for name in same} == {name: first[name] for name in same}
    assert shop.read(first["id"]) == amended
    assert shop.item(first["id"])["ship_country"] == "FR"
    assert shop.item(first["id"])["demand_changed"] is False


def test_a_stale_etag_is_412_with_the_current_one(shop):
    order_id = shop.place()["id"]
    _, etag = amend(shop, order_id, {"note": "first"}, if_match='"1"')
    problem, current = amend(shop, order_id, {"note": "second"}, expect=412, if_match='"1"')
    assert (problem["status"], current) == (412, etag)
    assert shop.read(order_id)["note"] == "first"
    amend(shop, order_id, {"note": "second"}, if_match=current)
    amend(shop, order_id, {"note": "third"}, if_match="*")
    amend(shop, order_id, {"note": "no"}, expect=400, if_match="W/x")


def test_of_two_amendments_at_once_with_if_match_one_wins(shop, monkeypatch):
    order_id = shop.place()["id"]
    just_before_the_next_write(
        monkeypatch, lambda: amend(shop, order_id, {"note": "faster"}, if_match='"1"')
    )
    _, current = amend(shop, order_id, {"note": "slower"}, expect=412, if_match='"1"')
    assert current == '"2"'
    assert shop.read(order_id)["note"] == "faster"


def test_two_amendments_of_different_fields_at_once_both_hold(shop, monkeypatch):
    order_id = shop.place()["id"]
    just_before_the_next_write(monkeypatch, lambda: amend(shop, order_id, {"note": "faster"}))
    amended, etag = amend(shop, order_id, {"shipping_address": PARIS})
    assert etag == '"3"'
    assert (amended["note"], amended["shipping_address"]["city"]) == ("faster", "Paris")


def test_a_decision_on_stock_and_an_amendment_at_once_both_hold(shop, monkeypatch):
    order_id = shop.place()["id"]
    just_before_the_next_write(monkeypatch, lambda: shop.allocate(order_id))
    amended, _ = amend(shop, order_id, {"tags": ["vip"]})
    assert (amended["status"], amended["tags"]) == ("confirmed", ["vip"])
    other = shop.place(external_id="2")["id"]
    just_before_the_next_write(monkeypatch, lambda: amend(shop, other, {"note": "n"}))
    shop.allocate(other)
    read = shop.read(other)
    assert (read["status"], read["note"]) == ("confirmed", "n")


def test_what_a_platform_says_later_leaves_the_amendment(shop):
    shop.observe()
    (order_id,) = [row["id"] for row in shop.call("GET", "/v1/orders", expect=200)["items"]]
    amend(shop, order_id, {"shipping_address": PARIS, "note": "ours"})
    shop.observe(2, request={"note": "theirs"})
    read = shop.read(order_id)
    assert (read["note"], read["shipping_address"]["city"]) == ("ours", "Paris")


def test_a_platforms_order_with_a_wrong_address_goes_on_once_it_is_right(shop):
    shop.observe(request={"shipping_address": None})
    (order_id,) = [row["id"] for row in shop.call("GET", "/v1/orders", expect=200)["items"]]
    shop.allocate(order_id)
    assert [h["kind"] for h in shop.read(order_id)["holds"]] == ["INCORRECT_ADDRESS"]
    amended, _ = amend(shop, order_id, {"shipping_address": PARIS})
    assert (amended["holds"], amended["status"]) == ([], "confirmed")


def test_an_ended_orders_address_is_409_with_its_state(shop):
    order_id = shop.place()["id"]
    shop.cancel(order_id)
    problem, _ = amend(shop, order_id, {"shipping_address": PARIS}, expect=409)
    assert (problem["order_status"], problem["possible"]) == ("cancelled", [])


def test_an_amended_address_lists_the_order_under_its_new_customer(shop):
    order_id = shop.place()["id"]
    amended, _ = amend(shop, order_id, {"customer": {"email": "ana@customer.example"}})

    def listed(email):
        found = shop.call("GET", "/v1/orders", query={"email": email}, expect=200)
        return [row["id"] for row in found["items"]]

    assert listed("ana@customer.example") == [order_id]
    assert listed("zoe@customer.example") == []
    assert amended["customer"]["name"] == "Zoë 👩🏽‍🚀"


@pytest.mark.secrecy
def test_the_event_names_the_fields_and_nothing_of_them(shop):
    order_id = shop.place()["id"]
    before = shop.item(order_id)
    amend(shop, order_id, {"note": "Ana rang", "customer": {"email": "ana@customer.example"}})
    after = shop.item(order_id)
    key = keys.order(shop.id, order_id)
    (event,) = events_of(Change("1", key, before, after))
    number = after["number"]
    assert (event.name, event.data) == (
        "OrderAmended",
        {"order_id": order_id, "number": number, "fields": ["customer", "note"]},
    )
    shop.allocate(order_id)
    names = [e.name for e in events_of(Change("2", key, after, shop.item(order_id)))]
    assert names == ["OrderConfirmed"]


def test_another_tenants_order_is_not_there_to_amend(shop, aws):
    order_id = shop.place()["id"]
    amend(Shop(aws, "b"), order_id, {"note": "x"}, expect=404)
    amend(shop, order_id, {"status": "completed"}, expect=422)
