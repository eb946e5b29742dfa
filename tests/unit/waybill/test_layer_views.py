"""waybill.views: what other rooms are shown is what stands there now."""

from typing import Any

import pytest

from waybill.dynamo import Table
from waybill.views import InventoryView, OrdersView, ShipmentsView, ShopsView

LOOKS = {
    "a platform's order": (ShopsView, lambda view: view.platform_order("s", "shopify", "1")),
    "an order": (OrdersView, lambda view: view.order("s", "ord_1")),
    "orders": (OrdersView, lambda view: view.orders([("s", "ord_1")])),
    "an order's details": (OrdersView, lambda view: view.details("s", "ord_1")),
    "a decision": (InventoryView, lambda view: view.decision("s", "ord_1")),
    "SKUs": (InventoryView, lambda view: view.unknown_skus("s", ["TEE"])),
    "locations": (InventoryView, lambda view: view.unknown_locations("s", ["hq"])),
    "a shipment": (ShipmentsView, lambda view: view.shipment("s", "shp_1")),
    "shipments": (ShipmentsView, lambda view: view.shipments("s", ["shp_1"])),
}


class EmptyTable:
    """A client that finds nothing, and keeps how it was asked."""

    def __init__(self) -> None:
        self.consistent: list[bool] = []

    def get_item(self, **request: Any) -> dict[str, Any]:
        self.consistent.append(request["ConsistentRead"])
        return {}

    def batch_get_item(self, **request: Any) -> dict[str, Any]:
        self.consistent += [one["ConsistentRead"] for one in request["RequestItems"].values()]
        return {"Responses": {}, "UnprocessedKeys": {}}


@pytest.mark.parametrize("name", LOOKS)
def test_no_look_sees_the_past(name):
    client = EmptyTable()
    view, look = LOOKS[name]
    look(view(Table(client, "T")))
    assert client.consistent == [True]


def test_a_shops_settings_may_be_a_moment_old():
    client = EmptyTable()
    assert ShopsView(Table(client, "T")).shop("s") is None
    assert client.consistent == [False]
