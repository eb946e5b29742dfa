"""The orders API over moto: place, replay, read, list, confirm, cancel, and what is refused."""

import json
from typing import Any

import pytest

from orders.composition import repository
from orders.waiting import Waiting
from tests.integration.orders.orders_world import Shop, everything, money, order_body
from tests.support.http import OPERATOR_KEY
from waybill import keys


@pytest.fixture
def shop(aws):
    return Shop(aws)


def test_a_placed_order_is_answered_whole_and_read_again(shop):
    answer = shop.send(
        "POST",
        "/v1/orders",
        order_body(
            external_id="1001",
            discounts=[{"code": "TEN", "amount": money(500)}],
            shipping_price=money(495),
            payments=[{"kind": "captured", "amount": money(4992), "reference": "pi_1"}],
            tags=["gift"],
            note="ring\ntwice",
            metadata={"campaign": "spring"},
        ),
    )
    assert answer["statusCode"] == 201
    order = json.loads(answer["body"])
    assert answer["headers"]["ETag"] == '"1"'
    assert answer["headers"]["Location"] == f"/v1/orders/{order['id']}"
    assert order["status"] == "pending"
    assert (order["payment_status"], order["inventory_status"]) == ("paid", "pending")
    assert (order["fulfillment_status"], order["return_status"]) == ("unfulfilled", "none")
    assert order["holds"] == []
    assert order["totals"] == {
        "subtotal": money(4997),
        "discount": money(500),
        "shipping": money(495),
        "tax": money(0),
        "total": money(4992),
    }
    assert order["lines"][0]["quantities"] == {
        "ordered": 2,
        "cancelled": 0,
        "allocated": 0,
        "backordered": 0,
        "fulfilled": 0,
        "delivered": 0,
        "returned": 0,
        "refunded": 0,
    }
    assert [line["order_discount"]["amount"] for line in order["lines"]] == [400, 100]
    assert order["customer"]["name"] == "Zoë 👩🏽‍🚀"
    assert shop.read(order["id"]) == order


def test_placing_writes_details_and_an_order_that_asks_for_stock(shop, aws):
    order = shop.place()
    stored = {item["sk"]: item for item in everything(aws)}
    assert set(stored) == {"order", "details"}
    assert stored["order"]["demand_changed"] is True
    assert stored["order"]["version"] == 1
    assert stored["order"]["actor"].startswith("key:")
    assert stored["order"]["correlation_id"] == "req-test-request"
    assert stored["order"]["order_id"] == order["id"]


def test_the_same_request_again_is_answered_with_the_same_bytes(shop, aws):
    body = order_body(metadata={"a": "1", "b": "2"})
    respelled = body | {"metadata": {"b": "2", "a": "1"}, "test": False}
    headers = {"Idempotency-Key": "k-1"}
    first = shop.send("POST", "/v1/orders", body, headers=headers)
    order_id = json.loads(first["body"])["id"]
    shop.allocate(order_id)
    again = [shop.send("POST", "/v1/orders", b, headers=headers) for b in (body, respelled)]
    for answer in again:
        assert (answer["statusCode"], answer["body"]) == (201, first["body"])
        assert answer["headers"]["ETag"] == first["headers"]["ETag"]
    assert len(everything(aws)) == 2
    assert shop.read(order_id)["status"] == "confirmed"


def test_another_body_is_422_under_a_key_and_409_under_an_external_id(shop):
    headers = {"Idempotency-Key": "k-1"}
    shop.place(headers=headers)
    problem = shop.place(headers=headers, test=True, expect=422)
    assert "Idempotency-Key" in problem["detail"]
    known = shop.place(external_id="1001")
    answer = shop.send("POST", "/v1/orders", order_body(external_id="1001", test=True))
    assert answer["statusCode"] == 409
    assert json.loads(answer["body"])["order"] == f"/v1/orders/{known['id']}"
    assert answer["headers"]["Location"] == f"/v1/orders/{known['id']}"
    assert shop.place(external_id="1001") == known


def test_keys_and_external_ids_are_a_shops_own(shop, aws):
    other = Shop(aws, "b")
    headers = {"Idempotency-Key": "k-1"}
    ids = {s.place(headers=headers)["id"] for s in (shop, other)}
    ids |= {s.place(external_id="1")["id"] for s in (shop, other)}
    assert len(ids) == 4


def test_a_crash_between_details_and_order_is_healed_by_the_retry(shop, aws):
    headers = {"Idempotency-Key": "k-1"}
    first = shop.send("POST", "/v1/orders", order_body(), headers=headers)
    order_id = json.loads(first["body"])["id"]
    repository().table.delete(keys.order(shop.id, order_id))
    shop.call("GET", f"/v1/orders/{order_id}", expect=404)
    again = shop.send("POST", "/v1/orders", order_body(), headers=headers)
    assert (again["statusCode"], again["body"]) == (201, first["body"])
    assert json.dumps(shop.read(order_id)) == json.dumps(json.loads(first["body"]))


def test_details_that_never_became_an_order_give_way_to_another_request(shop, aws):
    headers = {"Idempotency-Key": "k-1"}
    order_id = shop.place(headers=headers)["id"]
    repository().table.delete(keys.order(shop.id, order_id))
    taken = shop.place(headers=headers, test=True)
    assert (taken["id"], taken["test"]) == (order_id, True)
    assert shop.read(order_id) == taken
    shop.place(headers=headers, expect=422)


@pytest.mark.parametrize(
    ("changes", "pointers"),
    [
        ({"lines": [{"sku": "TEE", "quantity": 0, "unit_price": money(1)}]}, ["/lines/0/quantity"]),
        (
            {"lines": [{"sku": "TEE", "quantity": 1.5, "unit_price": money(1)}]},
            ["/lines/0/quantity"],
        ),
        (
            {"lines": [{"sku": "TEE", "quantity": 1e12, "unit_price": money(1)}]},
            ["/lines/0/quantity"],
        ),
        ({"lines": [{"sku": "NONE", "quantity": 1, "unit_price": money(1)}]}, ["/lines/0/sku"]),
        ({"shipping_price": money(1, "USD")}, ["/shipping_price/currency"]),
        ({"shipping_address": None}, ["/shipping_address"]),
        ({"colour": "red"}, ["/colour"]),
    ],
)
def test_bad_orders_are_pointed_at_and_not_stored(shop, aws, changes, pointers):
    problem = shop.place(expect=422, **changes)
    assert [error["pointer"] for error in problem["errors"]] == pointers
    assert everything(aws) == []


def test_what_is_no_json_is_400(shop):
    assert shop.send("POST", "/v1/orders", raw="{")["statusCode"] == 400
    answer = shop.send("POST", "/v1/orders", order_body(), headers={"Idempotency-Key": "a b"})
    assert answer["statusCode"] == 400


def test_scopes_and_tenants_are_apart(shop, aws):
    order_id = shop.place()["id"]
    reader, other = shop.add_key("orders:read"), Shop(aws, "b")
    paths = [
        ("GET", "/v1/orders", None),
        ("GET", f"/v1/orders/{order_id}", None),
        ("POST", "/v1/orders", order_body()),
        ("POST", f"/v1/orders/{order_id}/confirm", None),
        ("POST", f"/v1/orders/{order_id}/cancel", {"reason": "other"}),
    ]
    for method, path, body in paths:
        assert shop.send(method, path, body, key="wb_none_none")["statusCode"] == 401
        assert shop.send(method, path, body, key=OPERATOR_KEY)["statusCode"] == 403
        if method == "POST":
            assert shop.send(method, path, body, key=reader)["statusCode"] == 403
        if order_id in path:
            assert other.send(method, path, body)["statusCode"] == 404
    assert shop.send("GET", f"/v1/orders/{order_id}", key=reader)["statusCode"] == 200
    assert other.call("GET", "/v1/orders", expect=200)["items"] == []


def test_paths_and_methods_that_do_not_exist(shop):
    assert shop.send("DELETE", "/v1/orders")["statusCode"] == 405
    assert shop.send("GET", "/v1/orders/ord_1/nothing")["statusCode"] == 404
    assert shop.send("GET", "/v1/orders/ord_none")["statusCode"] == 404


def test_a_draft_asks_for_no_stock_until_it_is_confirmed(shop):
    draft = shop.place(draft=True)
    assert draft["status"] == "draft"
    assert shop.item(draft["id"])["demand_changed"] is False
    answer = shop.send("POST", f"/v1/orders/{draft['id']}/confirm")
    assert (answer["statusCode"], answer["headers"]["ETag"]) == (200, '"2"')
    assert json.loads(answer["body"])["status"] == "pending"
    assert shop.item(draft["id"])["demand_changed"] is True
    problem = shop.call("POST", f"/v1/orders/{draft['id']}/confirm", expect=409)
    assert (problem["order_status"], problem["status"]) == ("pending", 409)


def test_a_cancelled_order_says_so_and_gives_its_stock_back(shop):
    order_id = shop.place()["id"]
    shop.allocate(order_id)
    cancelled = shop.cancel(order_id, reason="fraud")
    assert (cancelled["status"], cancelled["cancel_reason"]) == ("cancelled", "fraud")
    assert shop.item(order_id)["demand_changed"] is True
    problem = shop.cancel(order_id, expect=409)
    assert (problem["order_status"], problem["possible"]) == ("cancelled", [])


def test_a_repeated_confirmation_or_cancellation_under_its_key_is_answered_as_the_order_stands(
    shop,
):
    order_id = shop.place(draft=True)["id"]
    key = {"Idempotency-Key": "k-1"}

    def post(step, body=None, expect=200):
        return shop.call("POST", f"/v1/orders/{order_id}/{step}", body, expect=expect, headers=key)

    confirmed = post("confirm")
    assert confirmed["status"] == "pending"
    assert post("confirm") == confirmed
    one = {"reason": "customer", "lines": [{"line_id": "line_1", "quantity": 1}]}
    fewer = post("cancel", one)
    assert fewer["lines"][0]["quantities"]["cancelled"] == 1
    assert post("cancel", one) == fewer
    post("cancel", {"reason": "customer"}, expect=422)
    assert shop.read(order_id) == fewer


def test_a_shipped_order_cannot_be_cancelled(shop):
    order_id = shop.place()["id"]
    shop.allocate(order_id)
    shop.ship(order_id)
    problem = shop.cancel(order_id, expect=409)
    assert (problem["order_status"], problem["possible"]) == ("confirmed", ["completed"])


@pytest.mark.parametrize("body", [{}, {"reason": "boredom"}, {"reason": "other", "lines": []}])
def test_a_cancellation_needs_a_reason_and_nothing_else(shop, body):
    order_id = shop.place()["id"]
    shop.call("POST", f"/v1/orders/{order_id}/cancel", body, expect=422)


# --- Prefer: wait ------------------------------------------------------------------------------


@pytest.fixture
def no_sleep(monkeypatch, shop):
    """What sleeps calls instead what the test has it do meanwhile, by a clock of its own."""
    now, todo = [0.0], []

    def sleep(seconds):
        now[0] += seconds
        if todo:
            todo.pop()()

    waiting = Waiting(repository(), lambda: now[0], sleep)
    monkeypatch.setattr("orders.endpoint.waiting", lambda: waiting)
    return todo, now


def test_an_answer_waits_for_the_decision_where_it_is_preferred(shop, no_sleep):
    todo, now = no_sleep

    def decide():
        (row,) = shop.call("GET", "/v1/orders", expect=200)["items"]
        shop.allocate(row["id"])

    todo.append(decide)
    answer = shop.send("POST", "/v1/orders", order_body(), headers={"Prefer": "wait=2"})
    body = json.loads(answer["body"])
    assert (answer["statusCode"], body["status"]) == (201, "confirmed")
    assert answer["headers"]["Preference-Applied"] == "wait=2"
    assert answer["headers"]["ETag"] == '"2"'
    assert body["lines"][0]["quantities"]["allocated"] == 2
    assert now[0] < 1


def test_an_answer_waits_no_longer_than_preferred_and_never_longer_than_ten(shop, no_sleep):
    _, now = no_sleep
    draft = shop.place(draft=True)
    answer = shop.send(
        "POST", f"/v1/orders/{draft['id']}/confirm", headers={"Prefer": 'x, WAIT="99"; a'}
    )
    assert json.loads(answer["body"])["status"] == "pending"
    assert answer["headers"]["Preference-Applied"] == "wait=10"
    assert now[0] == pytest.approx(10)


@pytest.mark.parametrize("prefer", [None, "wait=soon", "wait=-1", "respond-async"])
def test_without_a_readable_preference_nothing_waits(shop, no_sleep, prefer):
    _, now = no_sleep
    headers = {"Prefer": prefer} if prefer else None
    answer = shop.send("POST", "/v1/orders", order_body(), headers=headers)
    assert "Preference-Applied" not in answer["headers"]
    assert now[0] == 0


# --- lists ---------------------------------------------------------------------------------------


def listed(shop: Shop, **query: Any) -> list[str]:
    """The ids of all pages."""
    ids: list[str] = []
    while True:
        page = shop.call("GET", "/v1/orders", query=query, expect=200)
        ids += [row["id"] for row in page["items"]]
        if page["next_cursor"] is None:
            return ids
        query["cursor"] = page["next_cursor"]


def test_orders_are_listed_newest_first_page_by_page(shop, aws):
    placed = [shop.place(external_id=str(n), draft=n % 2 == 0)["id"] for n in range(7)]
    Shop(aws, "b").place()
    by_time = sorted(placed, key=lambda i: shop.item(i)["list_sk"], reverse=True)
    for limit in ("1", "3", "7", "100"):
        assert listed(shop, limit=limit) == by_time
    drafts = {placed[n] for n in (0, 2, 4, 6)}
    for limit in ("1", "2", "50"):
        assert listed(shop, limit=limit, status="draft") == [i for i in by_time if i in drafts]


def test_a_row_says_what_a_list_needs(shop):
    order = shop.place(external_id="1001", test=True)
    (row,) = shop.call("GET", "/v1/orders", expect=200)["items"]
    assert row["total"] == order["totals"]["total"]
    for name in ("id", "number", "status", "channel", "external_id", "placed_at", "test"):
        assert row[name] == order[name]
    assert "customer" not in row


def test_orders_are_found_by_external_id_and_by_time(shop):
    api = shop.place(external_id="7")["id"]
    shop.place(external_id="8")
    shopify = shop.place(external_id="7", channel="shopify")["id"]
    pos = shop.place(external_id="7", channel="pos")["id"]
    assert set(listed(shop, external_id="7")) == {api, shopify}
    assert listed(shop, external_id="7", channel="pos") == [pos]
    assert listed(shop, external_id="9") == []
    placed_at = shop.read(api)["placed_at"]
    assert api in listed(shop, placed_from=placed_at, placed_to=placed_at)
    assert listed(shop, placed_to="2020-01-01T00:00:00Z") == []
    assert listed(shop, placed_from="9999-12-31T23:59:59Z") == []
    assert len(listed(shop, placed_from="1900-01-01T00:00:00-01:00")) == 4


def test_orders_are_found_by_customer_and_by_tag(shop, aws):
    first = shop.place(external_id="1", tags=["gift"])
    draft = shop.place(external_id="2", draft=True)
    third = shop.place(external_id="3", tags=["gift"], customer={"email": "Zoe@Customer.example"})
    other = shop.place(external_id="4", customer={"email": "ana@customer.example"})
    shop.call("POST", f"/v1/orders/{draft['id']}/confirm", expect=200)
    hers = [draft["id"], third["id"], first["id"]]
    for limit in ("1", "2", "50"):
        assert listed(shop, limit=limit, email="ZOE@customer.example") == hers
    assert listed(shop, email="zoe@customer.example", tag="gift") == [third["id"], first["id"]]
    assert listed(shop, tag="gift", limit="1") == [third["id"], first["id"]]
    assert listed(Shop(aws, "b"), email="zoe@customer.example") == []
    assert first["customer_id"] == third["customer_id"] != other["customer_id"]
    assert first["customer_id"].startswith("cus_")


@pytest.mark.parametrize(
    "query",
    [
        {"status": "lost"},
        {"limit": "0"},
        {"limit": "101"},
        {"placed_from": "yesterday"},
        {"placed_from": "2026-01-01T00:00:00"},
        {"placed_from": "2026-01-02T00:00:00Z", "placed_to": "2026-01-01T00:00:00Z"},
        {"colour": "red"},
    ],
)
def test_filters_that_make_no_sense_are_422(shop, query):
    shop.call("GET", "/v1/orders", query=query, expect=422)


def test_cursors_of_other_lists_and_tenants_are_400(shop, aws):
    for number in range(3):
        shop.place(external_id=str(number))
    cursor = shop.call("GET", "/v1/orders", query={"limit": "1"}, expect=200)["next_cursor"]
    other = Shop(aws, "b")
    for who, query in [
        (other, {"cursor": cursor}),
        (shop, {"cursor": cursor, "status": "draft"}),
        (shop, {"cursor": cursor, "email": "zoe@customer.example"}),
        (shop, {"cursor": cursor, "tag": "gift"}),
        (shop, {"cursor": "nonsense"}),
    ]:
        assert who.send("GET", "/v1/orders", query=query)["statusCode"] == 400


def test_an_answer_carries_its_correlation_id(shop):
    assert shop.send("GET", "/v1/orders")["headers"]["X-Correlation-Id"] == "req-test-request"
