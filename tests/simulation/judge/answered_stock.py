"""Answers about stock and shipments: as stored, current at some moment of the call."""

from typing import Any, Final

from tests.simulation.judge.verdict import Call, Item, broken
from tests.simulation.judge.world import World

_OK: Final = 200
_CREATED: Final = 201
_CONFLICT: Final = 409
_NUMBERS: Final = ("on_hand", "reserved", "available", "backordered", "incoming")


class StockAnswers:
    """Judges what clients are told of levels, movements and shipments."""

    def __init__(self, world: World) -> None:
        self._world = world

    def check(self, shop_id: str, call: Call, status: int, body: Any, since: int) -> None:
        """Judge one answer."""
        if call.path == "/v1/stock-levels" and status == _OK:
            for row in body["items"]:
                self._check_level(shop_id, row, since)
        if (call.method, call.path) == ("POST", "/v1/stock-movements"):
            if status == _CONFLICT:
                self._check_refusal(shop_id, call.body, since)
            if status == _CREATED:
                self._check_movement(shop_id, call.body, body)
        if (call.method, call.path, status) == ("POST", "/v1/shipments", _CREATED):
            self._check_shipment(shop_id, call.body, body)

    def _levels(self, shop_id: str, sku: str, location_id: str, since: int) -> list[Item]:
        key = (f"{shop_id}#sku#{sku}", f"level#{location_id}")
        return self._world.since("InventoryTable", key, since)

    def _check_level(self, shop_id: str, row: Item, since: int) -> None:
        """A level's five numbers are of one moment, and of one of this call's."""
        states = self._levels(shop_id, row["sku"], row["location_id"], since)
        told = [row[name] for name in _NUMBERS]
        if told not in [[state[name] for name in _NUMBERS] for state in states]:
            broken("stale answer", f"{row['sku']} was told as {told}", row["sku"])

    def _check_refusal(self, shop_id: str, asked: Any, since: int) -> None:
        """Only more than there is on hand is refused; without a level there is nothing."""
        states = self._levels(shop_id, asked["sku"], asked["location_id"], since)
        there = [state["on_hand"] for state in states] or [0]
        if not any(on_hand + asked["quantity"] < 0 for on_hand in there):
            broken("status", "a movement was refused that was possible", asked["sku"])

    def _check_movement(self, shop_id: str, asked: Any, body: Any) -> None:
        key = (f"{shop_id}#movements#{asked['sku']}", body["id"])
        stored = self._world.now("InventoryTable", key)
        names = ("sku", "location_id", "kind", "quantity")
        if stored is None or any(stored[name] != asked[name] for name in names):
            broken("lost", f"a movement was answered 201 and is stored as {stored}", body["id"])

    def _check_shipment(self, shop_id: str, asked: Any, body: Any) -> None:
        stored = self._world.shipment(shop_id, body["id"])
        if stored is None or stored["order_id"] != asked["order_id"]:
            broken("lost", "a shipment was answered 201 and is not stored", body["id"])
        if body["status"] != "pending":
            broken("idempotency", "a shipment is not answered as it was created", body["id"])
