"""A shop with a key, its API calls, and order images as OrdersTable's stream delivers them."""

import json
from typing import Any

from inventory import api, on_order_change
from tests.support.http import http_event
from waybill import keys
from waybill.auth import format_key, hash_secret
from waybill.dynamo import marshal_item


class Shop:
    """Calls inventory's API with a key of one shop."""

    def __init__(self, aws, letter: str = "a", scopes: tuple[str, ...] = ("*",)) -> None:
        self.aws = aws
        self.id = f"shop_{letter * 26}"
        key_id = f"{letter * 26}{'0' * 10}"
        self.key = format_key(key_id, "secret")
        aws.table("ShopsTable").put(
            keys.api_key(self.id, key_id)
            | {"hash": hash_secret("secret"), "scopes": list(scopes), "shop_id": self.id}
        )

    def call(
        self, method: str, path: str, body: Any = None, *, expect: int, **options: Any
    ) -> dict[str, Any]:
        event = http_event(method, path, body, **({"key": self.key} | options))
        answer = api.lambda_handler(event, None)
        assert answer["statusCode"] == expect, answer["body"]
        return json.loads(answer["body"]) | {"_headers": answer["headers"]}

    def stocked(self, sku: str, units: int = 0, location_id: str = "hq", **settings: Any) -> None:
        """Make sure of a location, an item and units of it."""
        place = {"name": location_id, "country": "DE", "priority": 10}
        self.call("PUT", f"/v1/locations/{location_id}", place, expect=201)
        self.call("PUT", f"/v1/items/{sku}", {"title": sku} | settings, expect=201)
        if units:
            self.receive(sku, units, location_id)

    def copies_of(self, sku: str, others: list[str]) -> None:
        """Stock others as a SKU is stocked, without a hundred calls."""
        table = self.aws.table("InventoryTable")
        stored, _ = table.query("pk = :pk", {":pk": keys.item(self.id, sku)["pk"]})
        for other in others:
            for item in stored:
                table.put(item | {"pk": keys.item(self.id, other)["pk"], "sku": other})

    def receive(self, sku: str, units: int, location_id: str = "hq") -> None:
        body = {"sku": sku, "location_id": location_id, "kind": "received", "quantity": units}
        self.call("POST", "/v1/stock-movements", body, expect=201)

    def level(self, sku: str, location_id: str = "hq") -> dict[str, int]:
        found = self.call("GET", "/v1/stock-levels", query={"sku": sku}, expect=200)["items"]
        return next(level for level in found if level["location_id"] == location_id)

    def numbers(self, sku: str, location_id: str = "hq") -> tuple[int, int, int]:
        """on_hand, reserved, available."""
        level = self.level(sku, location_id)
        return level["on_hand"], level["reserved"], level["available"]

    def image(self, order_id: str, *lines: tuple[str, int], version: int = 1, **changes: Any):
        """An order's image; changes may name ``fulfilled`` per line."""
        fulfilled = changes.pop("fulfilled", [0] * len(lines))
        return {
            **keys.order(self.id, order_id),
            "shop_id": self.id,
            "order_id": order_id,
            "version": version,
            "status": "pending",
            "placed_at": f"2026-11-22T10:00:00.{int(order_id.rpartition('_')[2]):03}Z",
            "allocation": "all",
            "ship_country": "DE",
            "demand_changed": True,
            "correlation_id": f"c-{order_id}",
            "actor": "key:k",
            "lines": [
                {
                    "line_id": f"line_{number}",
                    "sku": sku,
                    "quantity": quantity,
                    "cancelled": 0,
                    "fulfilled": sent,
                    "requires_shipping": True,
                }
                for number, ((sku, quantity), sent) in enumerate(
                    zip(lines, fulfilled, strict=True), 1
                )
            ],
        } | changes

    def allocation(self, order_id: str) -> dict[str, Any] | None:
        return self.aws.table("InventoryTable").get(keys.allocation(self.id, order_id))


class Meanwhile:
    """Does something once, just before the n-th call of a method."""

    def __init__(self, monkeypatch, owner, name, act, *, number=1):
        method = getattr(owner, name)
        calls = []

        def raced(*args, **named):
            calls.append(name)
            if len(calls) == number:
                act()
            return method(*args, **named)

        monkeypatch.setattr(owner, name, raced)


def stream_event(*images: dict[str, Any]) -> dict[str, Any]:
    """A batch of new images, numbered 100, 101, …"""
    return {
        "Records": [
            {
                "eventID": str(number),
                "eventName": "MODIFY",
                "eventSource": "aws:dynamodb",
                "dynamodb": {
                    "SequenceNumber": str(number),
                    "Keys": marshal_item({"pk": image["pk"], "sk": image["sk"]}),
                    "NewImage": marshal_item(image),
                },
            }
            for number, image in enumerate(images, 100)
        ]
    }


def deliver(*images: dict[str, Any]) -> list[str]:
    """Hand images to the consumer; the sequence numbers it reports as failed."""
    answer = on_order_change.lambda_handler(stream_event(*images), None)
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]
