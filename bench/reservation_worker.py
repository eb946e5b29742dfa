"""One consumer of orders as a process of its own: hands batches of images to the real handler.

Told what to do by one JSON line on standard input; answers "ready" when it could begin, begins at
the next line, and ends with one JSON line of counts. Records that the handler reports as failed
come again, as Lambda would deliver them.
"""

import json
import random
import sys
import time
from collections import Counter
from http import HTTPStatus
from typing import Any

from botocore.awsrequest import AWSResponse

from bench.capacity import transaction_units
from inventory import on_order_change
from tests.simulation.aws import answers
from waybill import keys
from waybill.aws import client
from waybill.dynamo import marshal_item


def image(shop_id: str, number: int, sku: str) -> dict[str, Any]:
    """An order of one unit, as OrdersTable's stream has it."""
    order_id = f"ord_{number:026}"
    return {
        **keys.order(shop_id, order_id),
        "shop_id": shop_id,
        "order_id": order_id,
        "version": 1,
        "status": "pending",
        "placed_at": f"2026-11-22T10:{number // 60000 % 60:02}:{number // 1000 % 60:02}"
        f".{number % 1000:03}Z",
        "allocation": "all",
        "ship_country": "DE",
        "demand_changed": True,
        "correlation_id": "018f3b0e-7d5c-7a41-9c39-0c6f4c2c8f11",
        "actor": "key:key_01",
        "lines": [{"line_id": "line_1", "sku": sku, "quantity": 1}],
    }


def records(images: list[dict[str, Any]]) -> dict[str, Any]:
    """A batch as Lambda hands it to the function."""
    return {
        "Records": [
            {
                "eventName": "INSERT",
                "dynamodb": {
                    "SequenceNumber": str(number),
                    "Keys": marshal_item({"pk": one["pk"], "sk": one["sk"]}),
                    "NewImage": marshal_item(one),
                },
            }
            for number, one in enumerate(images)
        ]
    }


class Meter:
    """Counts the process's requests and what they consumed; injects conflicts."""

    def __init__(self, conflicts: float, seed: int) -> None:
        self.counts: Counter[str] = Counter()
        self.units = 0
        self._asked = 0
        self._conflicts = conflicts
        self._dice = random.Random(seed)
        events = client("dynamodb").meta.events
        events.register("before-send.dynamodb", self._send)
        events.register("after-call.dynamodb", self._answered)

    def _send(self, request: Any, event_name: str, **_: Any) -> AWSResponse | None:
        operation = event_name.rpartition(".")[2]
        self.counts[operation] += 1
        self._asked = 0
        if operation == "TransactWriteItems":
            self._asked = transaction_units(request.body)
        if operation == "TransactWriteItems" and self._dice.random() < self._conflicts:
            self.counts["conflicts"] += 1
            return answers.conflict(request, operation, self._dice.randrange(100))
        return None

    def _answered(self, parsed: dict[str, Any], **_: Any) -> None:
        if parsed["ResponseMetadata"]["HTTPStatusCode"] == HTTPStatus.OK:
            self.units += self._asked


def main() -> None:
    """Work through the orders told of."""
    told = json.loads(sys.stdin.readline())
    images = [image(told["shop_id"], number, sku) for number, sku in told["orders"]]
    meter = Meter(told["conflicts"], told["seed"])
    on_order_change.lambda_handler({"Records": []}, None)
    meter.counts.clear()
    print("ready", flush=True)
    sys.stdin.readline()
    began = time.perf_counter()
    for start in range(0, len(images), told["batch"]):
        batch = images[start : start + told["batch"]]
        while batch:
            failed = on_order_change.lambda_handler(records(batch), None)["batchItemFailures"]
            if failed:
                meter.counts["redeliveries"] += 1
            batch = batch[int(failed[0]["itemIdentifier"]) :] if failed else []
    seconds = time.perf_counter() - began
    ended = {"seconds": seconds, "units": meter.units, "counts": meter.counts}
    print(json.dumps(ended), flush=True)


if __name__ == "__main__":
    main()
