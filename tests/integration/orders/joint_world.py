"""A shop whose orders and stock hear of each other, through both rooms' handlers."""

import json

from inventory import api as inventory_api
from inventory import on_order_change
from orders import on_inventory_change
from tests.integration.orders.orders_world import Shop, stream_event
from tests.support.http import http_event
from waybill import keys


class Joint(Shop):
    """A shop whose orders and stock hear of each other, as the tables' streams have it."""

    def __init__(self, aws, letter="a", **settings):
        super().__init__(aws, letter, **settings)
        self._heard: set[tuple[str, str, int]] = set()

    def add_item(self, sku):
        self.inventory("PUT", "/v1/locations/hq", {"name": "HQ", "priority": 1, "country": "ES"})
        self.inventory("PUT", f"/v1/items/{sku}", {"title": sku})

    def receive(self, sku, quantity):
        body = {"sku": sku, "location_id": "hq", "kind": "received", "quantity": quantity}
        self.inventory("POST", "/v1/stock-movements", body)

    def inventory(self, method, path, body):
        """What the inventory room answers; a refusal fails the test."""
        event = http_event(method, path, body, key=self.key)
        answer = inventory_api.lambda_handler(event, None)
        assert answer["statusCode"] < 300, answer["body"]
        return json.loads(answer["body"])

    def settle(self, order_id):
        """Deliver both streams' filtered changes until nothing is new."""
        order = self.item(order_id)
        version = "order", order_id, order["version"]
        if order["demand_changed"] and version not in self._heard:
            self._heard.add(version)
            on_order_change.lambda_handler(stream_event((None, order)), None)
        allocation = self.aws.table("InventoryTable").get(keys.allocation(self.id, order_id))
        if allocation and allocation["decided"]:
            version = "allocation", order_id, allocation["version"]
            if version not in self._heard:
                self._heard.add(version)
                on_inventory_change.lambda_handler(stream_event((None, allocation)), None)
                self.settle(order_id)

    def levels(self, sku):
        level = self.aws.table("InventoryTable").get(keys.level(self.id, sku, "hq"))
        return level["on_hand"], level["reserved"], level["available"]
