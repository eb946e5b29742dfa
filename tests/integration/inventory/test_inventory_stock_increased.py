"""Stock that arrives: from the queue's message to the allocations of those who wait."""

import json

from inventory import composition, on_stock_increased
from inventory.allocation.repository import AllocationRepository
from tests.integration.inventory.inventory_shop import deliver
from waybill.events import Event, EventName

SETTINGS = {"oversell_policy": "backorder"}


def message(shop, sku, name="m1"):
    told = Event(
        name=EventName.STOCK_INCREASED,
        room="inventory",
        shop_id=shop.id,
        key=f"{sku}@hq",
        version=3,
        occurred_at="2026-11-22T10:00:00.000Z",
        correlation_id="c",
        actor="key:k",
        data={"sku": sku, "location_id": "hq", "available": 1},
    )
    body = {
        "source": "waybill.inventory",
        "detail-type": "StockIncreased",
        "detail": json.loads(told.detail()),
    }
    return {"messageId": name, "body": json.dumps(body), "attributes": {}}


def increased(*messages):
    answer = on_stock_increased.lambda_handler({"Records": list(messages)}, None)
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def placed(shop, *images):
    """Orders as they stand in OrdersTable, delivered to inventory."""
    for image in images:
        shop.aws.table("OrdersTable").put(image)
    assert deliver(*images) == []


def decisions(shop, *numbers):
    return [shop.allocation(f"ord_{n}")["decision"] for n in numbers]


def test_who_waits_gets_what_arrived_in_order_of_placement(shop):
    shop.stocked("A", 0, **SETTINGS)
    placed(shop, *(shop.image(f"ord_{n}", ("A", 1)) for n in (3, 1, 2)))
    assert decisions(shop, 1, 2, 3) == ["backordered"] * 3
    shop.receive("A", 2)
    assert increased(message(shop, "A"), message(shop, "A", "m2")) == []
    assert decisions(shop, 1, 2, 3) == ["allocated", "allocated", "backordered"]
    stored = shop.allocation("ord_1")
    assert stored["decided"] is True
    assert stored["lines"] == {"line_1": {"allocated": 1, "backordered": 0}}
    level = shop.level("A")
    assert (level["reserved"], level["available"], level["backordered"]) == (2, 0, 1)


def test_a_line_leaves_the_index_when_it_is_owed_no_more(shop):
    shop.stocked("A", 0, **SETTINGS)
    placed(shop, shop.image("ord_1", ("A", 1)))
    waiting = composition.inventory_table().query(
        "owed_pk = :sku", {":sku": f"{shop.id}#A"}, index="owed"
    )[0]
    assert [row["sk"].rpartition("#")[2] for row in waiting] == ["ord_1"]
    shop.receive("A", 1)
    increased(message(shop, "A"))
    waiting = composition.inventory_table().query(
        "owed_pk = :sku", {":sku": f"{shop.id}#A"}, index="owed"
    )[0]
    assert waiting == []


def test_a_message_about_a_sku_nobody_waits_for_changes_nothing(shop):
    shop.stocked("A", 5, **SETTINGS)
    before = shop.aws.items("InventoryTable")
    assert increased(message(shop, "A"), message(shop, "unknown", "m2")) == []
    assert shop.aws.items("InventoryTable") == before


def test_an_unreadable_message_comes_again_and_the_others_are_done(shop):
    shop.stocked("A", 0, **SETTINGS)
    placed(shop, shop.image("ord_1", ("A", 1)))
    shop.receive("A", 1)
    broken = {"messageId": "m0", "body": "{", "attributes": {}}
    assert increased(broken, message(shop, "A")) == ["m0"]
    assert decisions(shop, 1) == ["allocated"]


def test_an_order_with_an_image_from_elsewhere_keeps_waiting_and_the_message_too(shop):
    shop.stocked("A", 0, **SETTINGS)
    strange = shop.image("ord_1", ("A", 1))
    placed(shop, strange, shop.image("ord_2", ("A", 1)))
    shop.aws.table("OrdersTable").put(strange | {"status": "teleported"})
    shop.receive("A", 2)
    assert increased(message(shop, "A")) == ["m1"]
    assert decisions(shop, 1, 2) == ["backordered", "allocated"]


def test_stock_that_arrives_while_an_order_is_told_to_wait_is_given_to_it(shop, monkeypatch):
    """Who brought it may have found nobody waiting; the promise itself looks once more."""
    shop.stocked("A", 0, **SETTINGS)
    read = AllocationRepository.read

    def then_stock_arrives(repository, demands):
        found = read(repository, demands)
        monkeypatch.setattr(AllocationRepository, "read", read)
        shop.receive("A", 1)
        assert increased(message(shop, "A")) == []
        return found

    monkeypatch.setattr(AllocationRepository, "read", then_stock_arrives)
    placed(shop, shop.image("ord_1", ("A", 1)))
    assert decisions(shop, 1) == ["allocated"]


def test_a_crash_right_after_the_promise_is_made_good_by_the_next_delivery(shop, monkeypatch):
    shop.stocked("A", 0, **SETTINGS)
    image = shop.image("ord_1", ("A", 1))
    placed(shop, image)
    shop.receive("A", 1)
    assert decisions(shop, 1) == ["backordered"]  # nobody told of the arrival
    assert deliver(image) == []
    assert decisions(shop, 1) == ["allocated"]


def test_units_that_come_back_open_a_level_where_the_sku_never_was(shop):
    shop.stocked("A", 3)
    place = {"name": "returns", "country": "DE", "priority": 90}
    shop.call("PUT", "/v1/locations/returns", place, expect=201)
    image = shop.image("ord_1", ("A", 3), fulfilled=[3])
    image["lines"][0]["restocked"] = {"returns": 2}
    placed(shop, image)
    assert shop.numbers("A") == (0, 0, 0)
    assert shop.numbers("A", "returns") == (2, 0, 2)
    assert deliver(image) == []
    assert shop.numbers("A", "returns") == (2, 0, 2)


def test_what_an_order_asks_by_now_is_opened_when_what_it_waits_for_arrives(shop):
    """Its newest image may be heard of here first: with a SKU that never was in stock, and units
    that came back to where theirs never were."""
    shop.stocked("A", 0, **SETTINGS)
    shop.call("PUT", "/v1/items/B", {"title": "B", "oversell_policy": "preorder"}, expect=201)
    place = {"name": "returns", "country": "DE", "priority": 90}
    shop.call("PUT", "/v1/locations/returns", place, expect=201)
    placed(shop, shop.image("ord_1", ("A", 2)))
    newer = shop.image("ord_1", ("A", 2), ("B", 1), version=2, fulfilled=[1, 0])
    newer["lines"][0]["restocked"] = {"returns": 1}
    shop.aws.table("OrdersTable").put(newer)
    shop.receive("A", 2)
    assert increased(message(shop, "A")) == []
    assert shop.allocation("ord_1")["version"] == 2
    assert shop.level("A", "returns")["on_hand"] == 1
    assert shop.level("B")["backordered"] == 1
