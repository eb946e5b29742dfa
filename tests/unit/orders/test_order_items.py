"""Stored items: what is written is read back, small enough, and readable by other versions."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from orders.detail_items import details_item, read_details
from orders.items import order_item, read_order
from orders.order import (
    CancelReason,
    Hold,
    HoldKind,
    Line,
    PaymentRule,
    Payments,
    Shipment,
    ShopRules,
    ShortageRule,
    Stamp,
)
from tests.unit.orders.orders_builders import ADDRESS, NOW, money, placed
from waybill import keys
from waybill.dynamo import marshal_item, unmarshal_item

STAMP = Stamp(NOW, "key:00000000000000000000000000abcdefgh", "req-" + "c" * 36)


def through_the_wire(item):
    return unmarshal_item(marshal_item(item))


def stored_bytes(item: dict[str, Any]) -> int:
    """The size DynamoDB bills, by its documented rules for names, values and containers."""

    def size(value: Any) -> int:
        match value:
            case str():
                return len(value.encode())
            case bool() | None:
                return 1
            case int():
                return (len(str(abs(value)).rstrip("0")) + 1) // 2 + 1 + (value < 0)
            case dict():
                return 3 + sum(len(k.encode()) + size(v) + 1 for k, v in value.items())
            case _:
                return 3 + sum(size(v) + 1 for v in value)

    return sum(len(name.encode()) + size(value) for name, value in item.items())


def typical(**changes):
    return placed(
        external_id="100000045",
        billing_address=ADDRESS,
        payments=[{"kind": "captured", "amount": money(4997), "reference": "pi_3MtwBwLkdIwHu7ix"}],
        lines=[
            {"sku": "TSHIRT-RED-L", "quantity": 2, "unit_price": money(1999), "title": "T-shirt"},
            {"sku": "MUG-BLUE-01", "quantity": 1, "unit_price": money(999), "title": "Mug, blue"},
        ],
        **changes,
    )


def test_a_fresh_order_is_read_back_whole():
    order, details = typical()
    assert read_order(through_the_wire(order_item(order, STAMP, demand_changed=True))) == order
    assert read_details(through_the_wire(details_item(details, STAMP))) == details


def test_an_order_with_everything_is_read_back_whole():
    order, details = typical(
        discounts=[{"code": "TEN", "amount": money(10)}],
        prices_include_tax=True,
        allocation="partial",
        tags=["gift", "vip"],
        note="ring twice",
        metadata={"campaign": "spring"},
        test=True,
    )
    order = replace(
        order,
        version=9,
        rules=ShopRules(PaymentRule.PAID, ShortageRule.CANCEL),
        lines=(
            replace(
                Line("line_1", "TEE", 9, False),
                cancelled=1,
                allocated=2,
                backordered=3,
                fulfilled=4,
                delivered=3,
                returned=2,
                refunded=1,
                restocked={"hq": 1, "outlet": 1},
            ),
        ),
        holds=(
            Hold("hold_1", HoldKind.OTHER, NOW, "unknown SKU"),
            Hold("hold_2", HoldKind.INVENTORY_OUT_OF_STOCK, NOW),
        ),
        payments=Payments(1, 2, 3, 4),
        shipments={
            "shp_a": Shipment(3, {"line_1": 4}, delivered=True),
            "shp_b": Shipment(1, {"line_9": 1}, ended=True, unmatched=True),
        },
        asks_stock=False,
        inventory_version=7,
        platform_version=3,
        cancel_reason=CancelReason.STAFF,
        cancelled_at=NOW,
        updated_at=NOW + timedelta(seconds=1),
    )
    assert read_order(through_the_wire(order_item(order, STAMP, demand_changed=False))) == order
    assert read_details(through_the_wire(details_item(details, STAMP))) == details


def test_what_other_rooms_rely_on_is_there():
    order, details = typical()
    item = order_item(order, STAMP, demand_changed=True)
    assert item["demand_changed"] is True
    assert item["correlation_id"] == STAMP.correlation_id
    assert item["actor"] == STAMP.actor
    assert (item["list_pk"], item["list_sk"]) == (
        keys.orders_of_shop(order.shop_id, order.order_id),
        f"2026-03-04T05:06:07.089Z#{order.order_id}",
    )
    assert {"version", "shop_id", "order_id", "number", "status", "placed_at", "updated_at"} < set(
        item
    )
    assert {"currency", "channel", "allocation", "ship_country", "on_shortage", "test"} < set(item)
    assert item["lines"][0] == {
        "line_id": "line_1",
        "sku": "TSHIRT-RED-L",
        "quantity": 2,
    }
    stored = details_item(details, STAMP)
    assert stored["customer"]["email"] == "zoe@customer.example"
    assert stored["lines"][0] == {
        "line_id": "line_1",
        "sku": "TSHIRT-RED-L",
        "title": "T-shirt",
        "quantity": 2,
        "unit_price": 1999,
    }


def test_an_order_of_two_lines_costs_one_write_unit_all_its_life():
    order, details = typical()
    order = replace(
        order,
        version=5,
        inventory_version=2,
        lines=tuple(replace(line, allocated=2, fulfilled=2, delivered=2) for line in order.lines),
        shipments={"shp_" + "0" * 26: Shipment(12, {"line_1": 2, "line_2": 1}, delivered=True)},
    )
    assert stored_bytes(order_item(order, STAMP, demand_changed=True)) <= 1024
    assert stored_bytes(details_item(details, STAMP)) <= 2048


def test_items_of_another_version_of_the_code_are_read():
    order, details = typical()
    item = order_item(order, STAMP, demand_changed=True) | {"gift_wrap": True}
    item["lines"][0]["weight"] = 12
    stored = details_item(details, STAMP)
    stored["customer"]["title"] = "Dr"
    stored["lines"][0]["image"] = "tee.png"
    assert read_order(item) == order
    assert read_details(stored) == details
