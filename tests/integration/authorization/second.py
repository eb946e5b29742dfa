"""The second tenant: a little of everything, under names of its own."""

from typing import Final

from orders import api as orders_api
from shops import api as shops_api
from tests.integration.conftest import Aws
from tests.integration.described.seeded import BODIES, ask, forget_key, units
from tests.integration.orders.joint_world import Joint
from tests.integration.orders.orders_world import money, order_body
from tracking import api as tracking_api
from waybill.customers import customer_id

_SKUS: Final = {"TEE": "CUP", "MUG": "PAN"}
_EMAIL: Final = "otto@customer.example"
_ADDRESS: Final = order_body()["shipping_address"] | {"name": "Otto", "line1": "Rossio 1"}
_PAID: Final = [{"kind": "captured", "amount": money(4997)}]


class Second(Joint):
    """A shop with an order that is held and edited, and one that came and is sent back."""

    def __init__(self, aws: Aws) -> None:
        then = "2026-03-04T05:06:07.000Z"
        settings = {"name": "Coffee", "currency": "EUR", "version": 1}
        super().__init__(aws, "b", **settings, created_at=then, updated_at=then)
        path, asked = f"/v1/shops/{self.id}/api-keys", BODIES["shops.create_api_key"]
        key = ask(shops_api, "POST", path, asked | {"scopes": ["*"]})["key"]
        forget_key(aws, self.key)
        self.key = key
        transfer = self._stock()
        order_id, sent = self._placed(), self._placed()
        order = f"/v1/orders/{order_id}"
        held = self.call("POST", f"{order}/holds", BODIES["orders.hold_order"], expect=201)
        edit = self.call("POST", f"{order}/edits", BODIES["orders.quote_edit"], expect=201)
        parcels = {"order_id": sent, "parcels": [{"tracking_number": "RR473124829DE"}]}
        shipment = ask(tracking_api, "POST", "/v1/shipments", parcels, key=key)["id"]
        self.ship(sent, shipment=shipment)
        self.ship(sent, 2, shipment, status="delivered", previous_status="in_transit")
        back = ask(orders_api, "POST", f"/v1/orders/{sent}/returns", {"lines": units()}, key=key)
        self.call("POST", f"/v1/returns/{back['id']}/approve", expect=200)
        self.own = {
            "shop_id": self.id,
            "key_id": ask(shops_api, "POST", path, asked)["id"],
            "order_id": order_id,
            "hold_id": held["holds"][0]["id"],
            "edit_id": edit["id"],
            "return_id": back["id"],
            "sku": "CUP",
            "location_id": "depot",
            "to_location_id": "annex",
            "transfer_id": transfer,
            "shipment_id": shipment,
            "parcel_id": "1",
            "customer_id": customer_id(self.id, _EMAIL),
        }

    def add_item(self, sku: str) -> None:
        """Its own instead."""
        for priority, location_id in enumerate(("depot", "annex"), 1):
            shelf = {"name": "Shelf", "priority": priority, "country": "PT"}
            self.inventory("PUT", f"/v1/locations/{location_id}", shelf)
        self.inventory("PUT", f"/v1/items/{_SKUS[sku]}", {"title": "Cup"})

    def _stock(self) -> str:
        received = {"location_id": "depot", "kind": "received", "quantity": 100}
        for sku in _SKUS.values():
            self.inventory("POST", "/v1/stock-movements", received | {"sku": sku})
        moved = {"sku": "CUP", "location_id": "depot", "to_location_id": "annex", "quantity": 5}
        how = {"kind": "transferred", "in_transit": True}
        transfer: str = self.inventory("POST", "/v1/stock-movements", moved | how)["transfer_id"]
        return transfer

    def _placed(self) -> str:
        lines = [line | {"sku": _SKUS[line["sku"]]} for line in order_body()["lines"]]
        order_id: str = self.place(
            payments=_PAID, lines=lines, customer={"email": _EMAIL}, shipping_address=_ADDRESS
        )["id"]
        self.settle(order_id)
        return order_id
