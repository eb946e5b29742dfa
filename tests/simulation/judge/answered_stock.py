"""Answers about stock and shipments: as stored, current at some moment of the call."""

from typing import Any, Final

from tests.simulation.judge.verdict import Call, Item, broken
from tests.simulation.judge.world import World

_OK: Final = 200
_CREATED: Final = 201
_CONFLICT: Final = 409
_USED: Final = ("on_hand", "reserved", "backordered", "incoming")
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
        if call.path.startswith("/v1/transfers/") and status == _OK:
            self._check_transfer(shop_id, body, since)
        if call.path.startswith("/v1/locations/") and status == _CONFLICT:
            self._check_kept_open(shop_id, call.path.rpartition("/")[2], since)
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
        """A movement is refused only where its rule did not hold at some moment of the call."""
        if not self._may_be_refused(shop_id, asked, since):
            broken("status", f"a movement was refused that was possible: {asked}", asked["sku"])

    def _may_be_refused(self, shop_id: str, asked: Any, since: int) -> bool:
        kind, place, units = asked["kind"], asked["location_id"], asked["quantity"]
        if "transfer_id" in asked:
            key = (f"{shop_id}#{asked['transfer_id']}", "transfer")
            states = self._world.since("InventoryTable", key, since)
            too_many = any(_in_transit(state) < abs(units) for state in states)
            return too_many or (kind == "received" and self._was_closed(shop_id, place, since))
        there = self._numbers(shop_id, asked, "on_hand", since)
        if kind == "transferred":
            free = self._numbers(shop_id, asked, "available", since)
            closed = self._was_closed(shop_id, asked["to_location_id"], since)
            return min(free) < units or closed
        if kind == "adjusted" and units < 0:
            return min(there) + units < 0
        rises = kind != "counted" or min(there) < units
        return rises and self._was_closed(shop_id, place, since)

    def _numbers(self, shop_id: str, asked: Any, name: str, since: int) -> list[int]:
        """What a level's number was during a call; 0 while there was no level."""
        place = (shop_id, asked["sku"], asked["location_id"])
        key = (f"{shop_id}#sku#{asked['sku']}", f"level#{asked['location_id']}")
        found = [state[name] for state in self._levels(*place, since)]
        return found if self._world.existed("InventoryTable", key, since) else [*found, 0]

    def _was_closed(self, shop_id: str, location_id: str, since: int) -> bool:
        states = self._world.since("InventoryTable", (f"{shop_id}#locations", location_id), since)
        return any(state["closed"] or state.get("closing") for state in states)

    def _check_transfer(self, shop_id: str, body: Any, since: int) -> None:
        key = (f"{shop_id}#{body['id']}", "transfer")
        told = [body[name] for name in ("quantity", "in_transit", "received", "written_off")]
        states = self._world.since("InventoryTable", key, since)
        if told not in [
            [state["quantity"], _in_transit(state), state["received"], state["written_off"]]
            for state in states
        ]:
            broken("stale answer", f"transfer {body['id']} was told as {told}", body["id"])

    def _check_kept_open(self, shop_id: str, location_id: str, since: int) -> None:
        """Closing is refused only where something was there, promised, or on its way."""
        for kind, key, level in self._world.items("InventoryTable"):
            if (
                kind == "level"
                and key[0].startswith(f"{shop_id}#")
                and (level["location_id"] == location_id)
            ):
                states = self._world.since("InventoryTable", key, since)
                if any(state[name] for state in states for name in _USED):
                    return
        broken("status", f"{location_id} is empty and could not be closed", location_id)

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


def _in_transit(transfer: Item) -> int:
    return int(transfer["quantity"] - transfer["received"] - transfer["written_off"])
