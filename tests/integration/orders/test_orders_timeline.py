"""The timeline: everything that happened, once, newest first, and nothing personal."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from orders.composition import repository
from orders.order import Payment, PaymentKind
from orders.records import Change, PaymentFact
from orders.writing import OrderWriter
from tests.integration.orders.joint_world import Joint
from tests.integration.orders.orders_world import Shop, money
from waybill import keys
from waybill.clock import system_clock

NOW = datetime(2090, 1, 1, tzinfo=UTC)


@pytest.fixture
def shop(aws):
    return Joint(aws)


def read(shop, order_id, **query):
    items, pages = [], 0
    while True:
        page = shop.call("GET", f"/v1/orders/{order_id}/timeline", query=query, expect=200)
        assert len(page["items"]) <= int(query.get("limit", 50))
        items += page["items"]
        pages += 1
        if page["next_cursor"] is None:
            return items
        query["cursor"] = page["next_cursor"]


def put_shipment(shop, order_id, version, status, updated_at):
    item = keys.shipment(shop.id, "shp_" + "a" * 26)
    item |= {"version": version, "status": status, "actor": "key:clerk", "order_id": order_id}
    item |= {"created_at": "2090-01-01T00:00:00.000Z", "updated_at": updated_at}
    item |= {"parcels": [{"carrier": "ups", "number": "1Z999"}]}
    shop.aws.table("ShipmentsTable").put(item)


def live(shop):
    """An order with all that may happen to it."""
    for sku in ("TEE", "MUG"):
        shop.receive(sku, 5)
    payments = [{"kind": "captured", "amount": money(100), "reference": "pi_1"}]
    order_id = shop.place(draft=True, payments=payments)["id"]
    path = f"/v1/orders/{order_id}"
    shop.call("POST", f"{path}/confirm", expect=200)
    held = shop.call("POST", f"{path}/holds", {"kind": "OTHER", "note": "ask Zoë"}, expect=201)
    shop.call("PATCH", path, {"note": "zoe@customer.example rang"}, expect=200)
    hold_id = held["holds"][0]["id"]
    shop.allocate(order_id)
    shop.call("DELETE", f"{path}/holds/{hold_id}", expect=200)
    shipment = "shp_" + "a" * 26
    put_shipment(shop, order_id, 3, "delivered", "2090-01-02T00:00:00.000Z")
    shop.ship(order_id, shipment=shipment)
    shop.ship(order_id, 2, shipment=shipment, status="delivered")
    return order_id


NAMES = [
    "shipment_status",
    "shipment_created",
    "completed",
    "confirmed",
    "hold_released",
    "amended",
    "held",
    "draft_confirmed",
    "payment",
    "placed",
]


def test_everything_that_happened_is_told_newest_first(shop):
    order_id = live(shop)
    items = read(shop, order_id)
    assert sorted(i["event"] for i in items) == sorted(NAMES)
    assert [i["at"] for i in items] == sorted((i["at"] for i in items), reverse=True)
    told = {item["event"]: item for item in items}
    assert set(told["placed"]) == {"at", "actor", "event", "data"}
    assert told["placed"]["data"]["channel"] == "api"
    assert told["placed"]["actor"].startswith("key:")
    assert told["amended"]["data"] == {"fields": ["note"]}
    assert told["payment"]["data"] == {"kind": "captured", "amount": money(100)}
    shipment = "shp_" + "a" * 26
    assert told["shipment_created"]["data"] == {"shipment_id": shipment, "carriers": ["ups"]}
    assert told["shipment_status"]["data"] == {"shipment_id": shipment, "status": "delivered"}
    assert told["completed"]["actor"] == "orders"


def test_a_shipment_that_was_just_registered_is_its_makers_and_has_no_status_yet(shop):
    order_id, shipment = shop.place()["id"], "shp_" + "a" * 26
    put_shipment(shop, order_id, 1, "pending", "2090-01-01T00:00:00.000Z")
    shop.ship(order_id, shipment=shipment)
    told = [item for item in read(shop, order_id) if item["event"].startswith("shipment")]
    assert [(item["event"], item["actor"]) for item in told] == [("shipment_created", "key:clerk")]
    put_shipment(shop, order_id, 2, "in_transit", "2090-01-02T00:00:00.000Z")
    told = [item for item in read(shop, order_id) if item["event"].startswith("shipment")]
    assert [(item["event"], item["actor"]) for item in told] == [
        ("shipment_status", "tracking"),
        ("shipment_created", "tracking"),
    ]


@pytest.mark.parametrize("limit", ["1", "2", "3", "10"])
def test_page_by_page_it_is_the_same(shop, limit):
    order_id = live(shop)
    assert read(shop, order_id, limit=limit) == read(shop, order_id)


def test_stock_that_was_decided_is_told_as_inventory_has_it(shop):
    for sku in ("TEE", "MUG"):
        shop.receive(sku, 5)
    order_id = shop.place()["id"]
    shop.settle(order_id)
    (decided,) = [i for i in read(shop, order_id) if i["event"] == "stock_decided"]
    assert decided["actor"] == "inventory"
    assert decided["data"]["decision"] == "allocated"
    assert decided["data"]["lines"]["line_1"] == {"allocated": 2, "backordered": 0}


def test_nothing_personal_is_told(shop):
    text = json.dumps(read(shop, live(shop)), ensure_ascii=False)
    for personal in ("Zoë", "customer.example", "Mallorca", "Barcelona", "1Z999", "pi_1"):
        assert personal not in text


def test_who_placed_it_stands_whoever_amended_it(shop):
    order_id = shop.place()["id"]
    (first,) = read(shop, order_id)
    clerk = shop.add_key("orders:write")
    shop.call("PATCH", f"/v1/orders/{order_id}", {"note": "n"}, expect=200, key=clerk)
    amended, placed = read(shop, order_id)
    assert placed == first
    assert amended["actor"] != placed["actor"]


def test_cursors_of_other_orders_and_tenants_are_refused(shop, aws):
    order_id, other = live(shop), shop.place(external_id="2")["id"]
    path = f"/v1/orders/{order_id}/timeline"
    cursor = shop.call("GET", path, query={"limit": "1"}, expect=200)["next_cursor"]
    elsewhere = f"/v1/orders/{other}/timeline"
    shop.call("GET", elsewhere, query={"cursor": cursor}, expect=400)
    shop.call("GET", "/v1/orders/ord_none/timeline", expect=404)
    Shop(aws, "b").call("GET", path, expect=404)


def test_a_payment_told_of_later_is_on_it(shop):
    order_id = shop.place()["id"]
    fact = PaymentFact("pay_1", Payment(PaymentKind.CAPTURED, 100, "pi_2"), NOW, "key:till")

    def pay(order, _):
        return Change(replace(order, payment_facts=1), records=(fact,))

    OrderWriter(repository(), system_clock).change(shop.id, order_id, "key:till", pay)
    (paid,) = [item for item in read(shop, order_id) if item["event"] == "payment"]
    assert paid["actor"] == "key:till"
    assert paid["data"] == {"kind": "captured", "amount": money(100), "payment_id": "pay_1"}


def test_money_that_went_back_says_for_which_return(shop):
    order_id, return_id = shop.place()["id"], "ret_" + "a" * 38
    given = Payment(PaymentKind.REFUNDED, 100, "re_1")
    facts = (
        PaymentFact("pay_1", given, NOW, "key:till", return_id),
        PaymentFact("pay_2", given, NOW, "key:till"),
    )

    def give_back(order, _):
        return Change(replace(order, payment_facts=2), records=facts)

    OrderWriter(repository(), system_clock).change(shop.id, order_id, "key:till", give_back)
    told = [item["data"] for item in read(shop, order_id) if item["event"] == "payment"]
    assert {one["payment_id"]: one.get("return_id") for one in told} == {
        "pay_1": return_id,
        "pay_2": None,
    }
