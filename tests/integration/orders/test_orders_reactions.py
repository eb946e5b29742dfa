"""The orders room's other handlers over moto: stock, shipments, platforms, and the relay."""

import json

import pytest

from orders import on_inventory_change
from orders.writing import OrderMissingError
from tests.integration.orders.orders_world import Shop, everything, order_body, relay, stream_event
from tests.support.logs import capture_logs
from waybill import keys
from waybill.dynamo import unmarshal_item


@pytest.fixture
def shop(aws):
    return Shop(aws)


logs = pytest.fixture(capture_logs)


@pytest.fixture
def bus(aws):
    """What the relay put on the bus, as (name, detail)."""
    events = aws.client("events")
    queue = aws.client("sqs").create_queue(QueueName="watch")["QueueUrl"]
    arn = aws.client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])
    events.put_rule(
        Name="all", EventBusName="waybill-test", EventPattern='{"source": [{"prefix": ""}]}'
    )
    events.put_targets(
        Rule="all",
        EventBusName="waybill-test",
        Targets=[{"Id": "q", "Arn": arn["Attributes"]["QueueArn"]}],
    )

    def drain():
        found = []
        while (
            answer := aws.client("sqs")
            .receive_message(QueueUrl=queue, MaxNumberOfMessages=10)
            .get("Messages")
        ):
            for message in answer:
                told = json.loads(message["Body"])
                found.append((told["detail-type"], told["detail"]))
                aws.client("sqs").delete_message(
                    QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"]
                )
        return found

    return drain


# --- stock ---------------------------------------------------------------------------------------


def test_allocated_stock_confirms_and_does_not_wake_inventory_again(shop):
    order_id = shop.place()["id"]
    assert shop.decide(order_id, "allocated", line_1=(2, 0), line_2=(1, 0)) == {
        "batchItemFailures": []
    }
    order = shop.read(order_id)
    assert (order["status"], order["inventory_status"]) == ("confirmed", "allocated")
    item = shop.item(order_id)
    assert (item["version"], item["demand_changed"]) == (2, False)
    assert (item["actor"], item["correlation_id"]) == ("inventory", "req-1")


def test_a_redelivered_decision_writes_nothing(shop):
    order_id = shop.place()["id"]
    for _ in range(3):
        shop.allocate(order_id)
    assert shop.item(order_id)["version"] == 2


def test_short_stock_holds_and_later_stock_confirms(shop, logs):
    order_id = shop.place()["id"]
    for _ in range(2):
        shop.decide(order_id, "out_of_stock")
    assert logs.counted("OrdersOutOfStock") == 1, "rings an alarm"
    order = shop.read(order_id)
    assert (order["status"], order["inventory_status"]) == ("pending", "out_of_stock")
    assert [hold["kind"] for hold in order["holds"]] == ["INVENTORY_OUT_OF_STOCK"]
    assert shop.item(order_id)["demand_changed"] is False
    shop.allocate(order_id, version=2)
    order = shop.read(order_id)
    assert (order["status"], order["holds"]) == ("confirmed", [])


def test_a_shop_that_prefers_it_cancels_when_stock_is_short(aws):
    shop = Shop(aws, on_shortage="cancel")
    order_id = shop.place()["id"]
    shop.decide(order_id, "out_of_stock")
    order = shop.read(order_id)
    assert (order["status"], order["cancel_reason"]) == ("cancelled", "inventory")
    assert order["inventory_status"] == "out_of_stock"
    assert shop.item(order_id)["demand_changed"] is True


def test_a_shop_that_wants_to_be_paid_first_waits(aws):
    shop = Shop(aws, payment_rule="paid")
    unpaid = shop.place()["id"]
    paid = shop.place(
        payments=[{"kind": "captured", "amount": {"amount": 4997, "currency": "EUR"}}]
    )["id"]
    for order_id in (unpaid, paid):
        shop.allocate(order_id)
    assert shop.read(unpaid)["status"] == "pending"
    assert shop.read(paid)["status"] == "confirmed"


def test_a_decision_that_makes_no_sense_is_parked_and_the_next_one_applies(shop, aws):
    order_id = shop.place()["id"]
    images = []
    for number, decided in enumerate(["ord_none", order_id]):
        images.append(
            keys.allocation(shop.id, decided)
            | {
                "shop_id": shop.id,
                "order_id": decided,
                "version": number + 1,
                "decision": "allocated",
                "lines": {
                    "line_1": {"allocated": 2, "backordered": 0},
                    "line_2": {"allocated": 1, "backordered": 0},
                },
                "correlation_id": "req-2",
            }
        )
    answer = on_inventory_change.lambda_handler(
        stream_event(*((None, image) for image in images)), None
    )
    assert answer == {"batchItemFailures": []}
    assert shop.read(order_id)["status"] == "confirmed"
    (parked,) = [item for item in everything(aws) if item["pk"].startswith("parked#")]
    assert parked["source_key"]["pk"] == f"{shop.id}#ord_none"


# --- shipments -----------------------------------------------------------------------------------


def test_parcels_fulfil_and_deliveries_complete(shop):
    order_id = shop.place()["id"]
    shop.allocate(order_id)
    shop.ship(order_id)
    order = shop.read(order_id)
    assert (order["status"], order["fulfillment_status"]) == ("confirmed", "fulfilled")
    assert order["shipments"] == [{"id": "shp_a", "delivered": False, "unmatched": False}]
    assert shop.item(order_id)["demand_changed"] is True
    for version in range(2, 6):
        shop.ship(order_id, version, status="in_transit", previous_status="info_received")
    assert shop.item(order_id)["version"] == 3
    shop.ship(order_id, 6, status="delivered", previous_status="in_transit")
    order = shop.read(order_id)
    assert (order["status"], order["fulfillment_status"]) == ("completed", "delivered")
    assert shop.item(order_id)["demand_changed"] is False
    shop.ship(order_id, 5, status="in_transit", previous_status="pending")
    shop.ship(order_id, 1)
    assert shop.read(order_id) == order


@pytest.mark.parametrize("status", ["returned", "cancelled", "expired"])
def test_a_parcel_that_will_not_be_delivered_any_more_is_known_until_it_is_after_all(shop, status):
    order_id = shop.place()["id"]
    shop.allocate(order_id)
    shop.ship(order_id)
    shop.ship(order_id, 3, status=status, previous_status="in_transit")
    assert shop.item(order_id)["shipments"]["shp_a"]["ended"] is True
    shop.ship(order_id, 4, status="in_transit", previous_status=status)
    assert "ended" not in shop.item(order_id)["shipments"]["shp_a"]
    shop.ship(order_id, 5, status="out_for_delivery", previous_status="in_transit")
    assert shop.item(order_id)["shipments"]["shp_a"]["version"] == 4
    shop.ship(order_id, 6, status="delivered", previous_status="out_for_delivery")
    assert shop.read(order_id)["status"] == "completed"


def test_a_parcel_of_a_cancelled_order_is_kept_flagged_and_counted(shop, logs):
    order_id = shop.place()["id"]
    shop.cancel(order_id)
    shop.ship(order_id)
    order = shop.read(order_id)
    assert (order["status"], order["shipments"][0]["unmatched"]) == ("cancelled", True)
    assert order["lines"][0]["quantities"]["fulfilled"] == 2
    assert shop.item(order_id)["demand_changed"] is True
    assert logs.counted("UnmatchedShipments") == 1


def test_a_shipment_of_an_order_that_is_not_there_raises_so_that_it_comes_again(shop):
    with pytest.raises(OrderMissingError):
        shop.ship("ord_none")


# --- platforms -----------------------------------------------------------------------------------


def order_of_platform(shop):
    (row,) = shop.call("GET", "/v1/orders", query={"external_id": "1001"}, expect=200)["items"]
    return shop.read(row["id"])


def test_an_observed_order_is_placed_once_and_asks_for_stock(shop, aws):
    shop.observe()
    shop.observe()
    order = order_of_platform(shop)
    assert (order["number"], order["channel"], order["status"]) == ("#1001", "shopify", "pending")
    assert order["placed_at"] == "2026-03-04T05:06:07.000Z"
    assert shop.item(order["id"])["demand_changed"] is True
    assert shop.item(order["id"])["actor"] == "platform:shopify"
    assert len(everything(aws)) == 2


def test_an_unknown_sku_from_a_platform_is_a_hold_and_no_refusal(shop):
    lines = [{"sku": "", "quantity": 1, "unit_price": {"amount": 5, "currency": "EUR"}}]
    shop.observe(request={"lines": lines})
    order = order_of_platform(shop)
    assert [(hold["kind"], hold["note"]) for hold in order["holds"]] == [("OTHER", "unknown SKU")]
    assert shop.item(order["id"])["demand_changed"] is False


def test_a_platforms_cancellation_is_applied_in_any_order(shop):
    shop.observe(2, cancelled_at="2026-03-04T06:00:00Z", cancel_reason="fraud")
    order = order_of_platform(shop)
    assert (order["status"], order["cancel_reason"]) == ("cancelled", "fraud")
    shop.observe(1)
    assert order_of_platform(shop) == order


def test_a_platforms_cancellation_of_a_known_order(shop):
    shop.observe(1)
    shop.observe(2, cancelled_at="2026-03-04T06:00:00Z", cancel_reason="customer")
    order = order_of_platform(shop)
    assert (order["status"], order["cancelled_at"]) == ("cancelled", "2026-03-04T06:00:00.000Z")
    assert shop.item(order["id"])["demand_changed"] is True


# --- the relay -----------------------------------------------------------------------------------


@pytest.mark.secrecy
def test_changes_become_events_without_anything_personal(shop, bus, logs):
    order_id = shop.place()["id"]
    placed = shop.item(order_id)
    shop.allocate(order_id)
    confirmed = shop.item(order_id)
    assert relay((None, placed), (placed, confirmed)) == {"batchItemFailures": []}
    told = bus()
    assert [name for name, _ in told] == ["OrderPlaced", "OrderConfirmed"]
    assert told[0][1]["data"]["order_id"] == order_id
    assert told[1][1]["id"] == f"orders/{shop.id}/{order_id}/2/OrderConfirmed"
    everywhere = json.dumps(told, ensure_ascii=False) + logs.text
    for personal in (order_body()["customer"]["email"], "Mallorca", "مريم"):
        assert personal not in everywhere


def test_an_image_that_cannot_be_read_is_parked(shop, bus, aws):
    order_id = shop.place()["id"]
    good = shop.item(order_id)
    bad = good | keys.order(shop.id, "ord_bad") | {"status": "lost"}
    assert relay((None, bad), (None, good)) == {"batchItemFailures": []}
    assert [name for name, _ in bus()] == ["OrderPlaced"]
    parked = [i for i in map(unmarshal_item, aws.items("OrdersTable")) if "parked_at" in i]
    assert [item["source_key"]["pk"] for item in parked] == [f"{shop.id}#ord_bad"]
