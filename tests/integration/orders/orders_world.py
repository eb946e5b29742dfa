"""A shop with keys and items, the orders room's handlers, and events as they reach them."""

import json
from threading import Lock
from typing import Any

from orders import api, on_inventory_change, on_platform_order, on_shipment_event, on_table_change
from orders.repository import OrderRepository
from tests.support.http import http_event
from waybill import keys
from waybill.auth import format_key, hash_secret
from waybill.dynamo import Item, Table, marshal_item, unmarshal_item
from waybill.packing import pack

SKUS = ("TEE", "MUG")


def money(amount: int, currency: str = "EUR") -> dict[str, Any]:
    return {"amount": amount, "currency": currency}


def order_body(**changes: Any) -> dict[str, Any]:
    """A body of POST /v1/orders; None takes a field away."""
    document = {
        "currency": "EUR",
        "customer": {"email": "zoe@customer.example", "name": "Zoë 👩🏽‍🚀"},
        "shipping_address": {
            "name": "مريم",
            "line1": "Carrer de Mallorca 401",
            "city": "Barcelona",
            "postal_code": "08013",
            "country": "ES",
        },
        "lines": [
            {"sku": "TEE", "quantity": 2, "unit_price": money(1999)},
            {"sku": "MUG", "quantity": 1, "unit_price": money(999)},
        ],
    } | changes
    return {name: value for name, value in document.items() if value is not None}


class Shop:
    """One tenant, through the room's own handlers."""

    def __init__(self, aws: Any, letter: str = "a", **settings: Any) -> None:
        self.aws = aws
        self.id = f"shop_{letter * 26}"
        self.table = aws.table("OrdersTable")
        self.key = self.add_key("*")
        aws.table("ShopsTable").put(
            keys.shop(self.id)
            | {"shop_id": self.id, "payment_rule": "none", "on_shortage": "hold"}
            | settings
        )
        for sku in SKUS:
            self.add_item(sku)

    def add_key(self, *scopes: str) -> str:
        key_id = f"{self.id.removeprefix('shop_')}{sum(map(len, scopes)):08}"
        self.aws.table("ShopsTable").put(
            keys.api_key(self.id, key_id)
            | {"hash": hash_secret("secret"), "scopes": list(scopes), "shop_id": self.id}
        )
        return format_key(key_id, "secret")

    def add_item(self, sku: str) -> None:
        self.aws.table("InventoryTable").put(keys.item(self.id, sku) | {"sku": sku})

    def send(self, method: str, path: str, body: Any = None, **options: Any) -> dict[str, Any]:
        """The raw answer of the API."""
        return api.lambda_handler(
            http_event(method, path, body, **({"key": self.key} | options)), None
        )

    def call(
        self, method: str, path: str, body: Any = None, *, expect: int, **options: Any
    ) -> dict[str, Any]:
        """The answer's document."""
        answer = self.send(method, path, body, **options)
        assert answer["statusCode"] == expect, answer["body"]
        return json.loads(answer["body"])

    def place(self, expect: int = 201, headers: Any = None, **changes: Any) -> dict[str, Any]:
        return self.call(
            "POST", "/v1/orders", order_body(**changes), expect=expect, headers=headers
        )

    def read(self, order_id: str) -> dict[str, Any]:
        return self.call("GET", f"/v1/orders/{order_id}", expect=200)

    def cancel(self, order_id: str, expect: int = 200, reason: str = "customer") -> dict[str, Any]:
        return self.call("POST", f"/v1/orders/{order_id}/cancel", {"reason": reason}, expect=expect)

    def item(self, order_id: str) -> Item:
        item = self.table.get(keys.order(self.id, order_id))
        assert item
        return item

    def decide(
        self, order_id: str, decision: str, version: int = 1, **lines: Any
    ) -> dict[str, Any]:
        """Inventory's decision, as its stream brings it; ``line_1=(allocated, backordered)``."""
        image = keys.allocation(self.id, order_id) | {
            "shop_id": self.id,
            "order_id": order_id,
            "version": version,
            "order_version": 1,
            "decision": decision,
            "decided": True,
            "lines": {
                line_id: {"allocated": allocated, "backordered": backordered}
                for line_id, (allocated, backordered) in lines.items()
            },
            "correlation_id": "req-1",
            "actor": "key:a",
        }
        return on_inventory_change.lambda_handler(stream_event((None, image)), None)

    def allocate(self, order_id: str, version: int = 1) -> None:
        self.decide(order_id, "allocated", version, line_1=(2, 0), line_2=(1, 0))

    def ship(self, order_id: str, version: int = 1, shipment: str = "shp_a", **data: Any) -> None:
        """A shipment's event, as the bus brings it."""
        told = {
            "shipment_id": shipment,
            "order_id": order_id,
            "lines": [
                {"line_id": "line_1", "quantity": 2},
                {"line_id": "line_2", "quantity": 1},
            ],
        } | data
        name = "ShipmentStatusChanged" if "status" in told else "ShipmentCreated"
        on_shipment_event.lambda_handler(
            bus_event(name, "tracking", self.id, shipment, version, told), None
        )

    def observe(self, version: int = 1, **changes: Any) -> None:
        """A platform's order, stored and told of as the shops room does."""
        told = {
            "platform": "shopify",
            "external_id": "1001",
            "number": "#1001",
            "observed_at": "2026-03-04T05:06:08.000Z",
            "placed_at": "2026-03-04T05:06:07.000Z",
            "cancelled_at": None,
            "cancel_reason": None,
            "test": False,
            "request": order_body(**changes.pop("request", {})),
        } | changes
        self.aws.table("ShopsTable").put(
            keys.platform_order(self.id, "shopify", "1001")
            | {"version": version, "order": pack(told), "observed_at": told["observed_at"]}
        )
        data = {name: told[name] for name in ("platform", "external_id", "observed_at")}
        on_platform_order.lambda_handler(
            bus_event("PlatformOrderObserved", "shops", self.id, "shopify#1001", version, data),
            None,
        )


def bus_event(
    name: str, room: str, shop_id: str, key: str, version: int, data: dict[str, Any]
) -> dict[str, Any]:
    """An event as EventBridge hands it to a function."""
    return {
        "detail-type": name,
        "source": f"waybill.{room}",
        "detail": {
            "id": f"{room}/{shop_id}/{key}/{version}/{name}",
            "shop_id": shop_id,
            "key": key,
            "version": version,
            "occurred_at": "2026-03-04T05:06:08.000Z",
            "correlation_id": "req-bus",
            "actor": "somebody",
            "data": data,
        },
    }


def stream_event(*changes: tuple[Item | None, Item]) -> dict[str, Any]:
    """A batch of (old, new) images, numbered 100, 101, …"""
    records = []
    for number, (old, new) in enumerate(changes, 100):
        body = {
            "SequenceNumber": str(number),
            "Keys": marshal_item({"pk": new["pk"], "sk": new["sk"]}),
            "NewImage": marshal_item(new),
        }
        if old:
            body["OldImage"] = marshal_item(old)
        records.append({"eventID": str(number), "eventName": "MODIFY", "dynamodb": body})
    return {"Records": records}


def relay(*changes: tuple[Item | None, Item]) -> dict[str, Any]:
    """Hand changes of OrdersTable to the relay."""
    return on_table_change.lambda_handler(stream_event(*changes), None)


def everything(aws: Any) -> list[Item]:
    """All that OrdersTable holds but the directory of shops."""
    items = [unmarshal_item(item) for item in aws.items("OrdersTable")]
    return [item for item in items if item["pk"] != keys.known_shops()]


def one_call_at_a_time(monkeypatch: Any, *names: str) -> None:
    """Let moto, which decides conditions in this process, be as atomic as DynamoDB is."""
    lock = Lock()
    for name in names:
        whole = getattr(Table, name)

        def atomic(*args: Any, _whole: Any = whole, **named: Any) -> Any:
            with lock:
                return _whole(*args, **named)

        monkeypatch.setattr(Table, name, atomic)


def just_before_the_next_write(monkeypatch: Any, interfere: Any) -> None:
    """Let something happen once between what a change has read and what it writes."""
    save, todo = OrderRepository.save, [interfere]

    def interfered(self: OrderRepository, *given: Any, **named: Any) -> bool:
        if todo:
            todo.pop()()
        return save(self, *given, **named)

    monkeypatch.setattr(OrderRepository, "save", interfered)
