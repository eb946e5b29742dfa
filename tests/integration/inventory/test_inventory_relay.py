"""Changes of levels become events on the bus."""

import json
from itertools import pairwise

import pytest

from inventory import on_table_change
from tests.integration.inventory.inventory_shop import Shop, deliver
from tests.support.logs import capture_logs
from tests.support.template import resources
from waybill.dynamo import marshal_item
from waybill.relay import Bus

logs = pytest.fixture(capture_logs)


def record(old, new, number="1"):
    return {
        "dynamodb": {
            "SequenceNumber": number,
            "Keys": marshal_item({"pk": new["pk"], "sk": new["sk"]}),
            "OldImage": marshal_item(old),
            "NewImage": marshal_item(new),
        }
    }


class RecordingBus:
    def __init__(self):
        self.entries = []

    def put_events(self, Entries):  # noqa: N803 (boto3's name)
        self.entries += Entries
        return {"FailedEntryCount": 0, "Entries": [{"EventId": "1"} for _ in Entries]}


def test_a_stored_level_that_runs_out_is_told_on_the_bus(aws, monkeypatch):
    shop = Shop(aws)
    shop.stocked("A", 5, reorder_point=3)
    old = aws.table("InventoryTable").get({"pk": f"{shop.id}#sku#A", "sk": "level#hq"})
    loss = {"sku": "A", "location_id": "hq", "kind": "adjusted", "quantity": -5, "reason": "fire"}
    shop.call("POST", "/v1/stock-movements", loss, expect=201)
    new = aws.table("InventoryTable").get({"pk": f"{shop.id}#sku#A", "sk": "level#hq"})
    bus = RecordingBus()
    monkeypatch.setattr(on_table_change, "_bus", lambda: Bus(bus, "waybill-test"))

    answer = on_table_change.lambda_handler({"Records": [record(old, new)]}, None)

    assert answer == {"batchItemFailures": []}
    assert [entry["DetailType"] for entry in bus.entries] == ["LowStock", "OutOfStock"]
    detail = json.loads(bus.entries[0]["Detail"])
    assert detail["data"] == {"sku": "A", "location_id": "hq", "available": 0}
    assert (detail["shop_id"], detail["actor"]) == (shop.id, new["actor"])
    assert bus.entries[0]["Source"] == "waybill.inventory"


def test_units_that_were_promised_and_are_gone_ring_an_alarm(aws, monkeypatch, logs):
    shop = Shop(aws)
    shop.stocked("A", 5)
    assert deliver(shop.image("ord_1", ("A", 4))) == []
    table, key = aws.table("InventoryTable"), {"pk": f"{shop.id}#sku#A", "sk": "level#hq"}
    images = [table.get(key)]
    loss = {"sku": "A", "location_id": "hq", "kind": "adjusted", "quantity": -2, "reason": "fire"}
    for _ in range(2):
        shop.call("POST", "/v1/stock-movements", loss, expect=201)
        images.append(table.get(key))
    bus = RecordingBus()
    monkeypatch.setattr(on_table_change, "_bus", lambda: Bus(bus, "waybill-test"))

    records = [record(*pair, str(n)) for n, pair in enumerate(pairwise(images))]
    assert on_table_change.lambda_handler({"Records": records}, None) == {"batchItemFailures": []}

    told = [entry for entry in bus.entries if entry["DetailType"] == "StockOversold"]
    data = {"sku": "A", "location_id": "hq", "available": -1, "shortfall": 1}
    assert [json.loads(entry["Detail"])["data"] for entry in told] == [data]
    assert logs.counted("StockOversold") == 1
    alarm = resources("AWS::CloudWatch::Alarm")["StockOversoldAlarm"]
    assert (alarm["Namespace"], alarm["MetricName"]) == ("Waybill", "StockOversold")
    assert alarm["AlarmActions"] == [{"Ref": "AlarmTopic"}]


def test_a_change_that_cannot_be_read_is_parked(aws):
    level = {"pk": "shop_x#sku#A", "sk": "level#hq", "version": 2, "available": 0}
    answer = on_table_change.lambda_handler(
        {"Records": [record(level | {"available": 1}, level)]}, None
    )
    assert answer == {"batchItemFailures": []}
    parked = [item for item in aws.items("InventoryTable") if "parked_at" in item]
    assert len(parked) == 1
