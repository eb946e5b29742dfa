"""Orders and inventory together: what each writes is what the other reads, until both agree."""

import pytest

from tests.integration.orders.joint_world import Joint
from tests.integration.orders.orders_world import money


@pytest.fixture
def shop(aws):
    return Joint(aws)


def test_an_order_takes_stock_ships_it_and_completes(shop):
    shop.receive("TEE", 5)
    shop.receive("MUG", 5)
    order_id = shop.place()["id"]
    shop.settle(order_id)
    order = shop.read(order_id)
    assert (order["status"], order["inventory_status"]) == ("confirmed", "allocated")
    assert shop.levels("TEE") == (5, 2, 3)
    shop.ship(order_id)
    shop.settle(order_id)
    assert shop.levels("TEE") == (3, 0, 3)
    shop.ship(order_id, 2, status="delivered", previous_status="in_transit")
    shop.settle(order_id)
    order = shop.read(order_id)
    assert (order["status"], order["inventory_status"]) == ("completed", "allocated")
    assert shop.levels("TEE") == (3, 0, 3)


def test_a_cancelled_order_gives_back_exactly_what_it_held(shop):
    shop.receive("TEE", 5)
    shop.receive("MUG", 5)
    order_id = shop.place()["id"]
    shop.settle(order_id)
    shop.cancel(order_id)
    shop.settle(order_id)
    assert shop.levels("TEE") == (5, 0, 5)
    quantities = shop.read(order_id)["lines"][0]["quantities"]
    assert (quantities["cancelled"], quantities["allocated"]) == (2, 0)


def test_an_order_for_more_than_there_is_holds_and_takes_nothing(shop):
    shop.receive("TEE", 1)
    shop.receive("MUG", 5)
    order_id = shop.place()["id"]
    shop.settle(order_id)
    order = shop.read(order_id)
    assert (order["status"], order["inventory_status"]) == ("pending", "out_of_stock")
    assert [hold["kind"] for hold in order["holds"]] == ["INVENTORY_OUT_OF_STOCK"]
    assert shop.levels("MUG") == (5, 0, 5)
    shop.cancel(order_id)
    shop.settle(order_id)
    assert shop.levels("TEE") == (1, 0, 1)


def test_a_part_may_be_taken_where_the_order_allows_it(shop):
    shop.receive("TEE", 1)
    shop.receive("MUG", 5)
    order_id = shop.place(allocation="partial")["id"]
    shop.settle(order_id)
    order = shop.read(order_id)
    assert (order["status"], order["inventory_status"]) == ("confirmed", "partially_allocated")
    assert [line["quantities"]["allocated"] for line in order["lines"]] == [1, 1]
    assert shop.levels("TEE") == (1, 1, 0)


def test_short_stock_ends_the_order_where_the_shop_prefers_that(aws):
    shop = Joint(aws, on_shortage="cancel")
    order_id = shop.place()["id"]
    shop.settle(order_id)
    order = shop.read(order_id)
    assert (order["status"], order["cancel_reason"]) == ("cancelled", "inventory")


def test_a_parcel_of_a_cancelled_order_leaves_the_shelf_all_the_same(shop):
    shop.receive("TEE", 5)
    shop.receive("MUG", 5)
    order_id = shop.place()["id"]
    shop.settle(order_id)
    shop.cancel(order_id)
    shop.settle(order_id)
    shop.ship(order_id)
    shop.settle(order_id)
    assert shop.levels("TEE") == (3, 0, 3)


def test_what_needs_no_shipping_is_handed_over_with_the_confirmation(shop):
    shop.receive("TEE", 5)
    line = {"sku": "TEE", "quantity": 2, "unit_price": money(1), "requires_shipping": False}
    order_id = shop.place(lines=[line], shipping_address=None)["id"]
    shop.settle(order_id)
    assert shop.read(order_id)["status"] == "completed"
    assert shop.levels("TEE") == (3, 0, 3)
