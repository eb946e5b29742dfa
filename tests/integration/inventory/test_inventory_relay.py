"""Changes of levels become events on the bus."""

import json

from inventory import on_table_change
from tests.integration.inventory.inventory_shop import Shop
from waybill.dynamo import marshal_item
from waybill.relay import Bus


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


def test_a_change_that_cannot_be_read_is_parked(aws):
    level = {"pk": "shop_x#sku#A", "sk": "level#hq", "version": 2, "available": 0}
    answer = on_table_change.lambda_handler(
        {"Records": [record(level | {"available": 1}, level)]}, None
    )
    assert answer == {"batchItemFailures": []}
    parked = [item for item in aws.items("InventoryTable") if "parked_at" in item]
    assert len(parked) == 1
