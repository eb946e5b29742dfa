"""What has happened is not refused: a parcel that left, money that came in.

Whether its order was cancelled or has expired meanwhile is no cause.
"""

import re
from typing import Any, Final

from tests.simulation.judge.answers import shop_of
from tests.simulation.judge.verdict import Call, broken
from tests.simulation.judge.world import World

_CONFLICT: Final = 409
_PAYMENTS: Final = re.compile(r"/v1/orders/(\w+)/payments")
_INCOMING: Final = frozenset({"captured", "authorized"})


class RefusedRules:
    """Judges 409s where nothing that was told before can be in the way."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._since: dict[int, tuple[int, Call]] = {}
        """Writes that there had been when a call was made; the call keeps its id."""
        self._amounts: dict[tuple[str, str, str | None], set[int]] = {}
        """What was told under a reference, by order and kind."""

    def asked(self, call: Call) -> None:
        """A client sends a call."""
        self._since[id(call)] = self._world.number, call
        paid = _PAYMENTS.fullmatch(call.path)
        if paid and call.method == "POST":
            self._told(paid[1], call).add(call.body["amount"]["amount"])

    def answered(self, call: Call, status: int) -> None:
        """A client sees an answer."""
        if status != _CONFLICT or call.method != "POST" or not isinstance(call.body, dict):
            return
        paid = _PAYMENTS.fullmatch(call.path)
        if paid and call.body["kind"] in _INCOMING and not self._is_told_otherwise(paid[1], call):
            broken("facts", f"{call.body['kind']} money is refused", paid[1])
        if call.path == "/v1/shipments" and not self._is_in_the_way(call.body, call):
            broken("facts", "the first parcel of an order is refused", call.body["order_id"])

    def _told(self, order_id: str, call: Call) -> set[int]:
        name = (order_id, call.body["kind"], call.body.get("reference"))
        return self._amounts.setdefault(name, set())

    def _is_told_otherwise(self, order_id: str, call: Call) -> bool:
        """Whether the same reference was told with another amount."""
        return "reference" in call.body and len(self._told(order_id, call)) > 1

    def _is_in_the_way(self, body: dict[str, Any], call: Call) -> bool:
        """Whether some of the order has left before, more is named than was sold, or it waits."""
        key = (f"{shop_of(call)}#{body['order_id']}", "order")
        since, _ = self._since[id(call)]
        states = self._world.since("OrdersTable", key, since)
        sold = {line["line_id"]: line["quantity"] for line in states[-1]["lines"]} if states else {}
        lines = body.get("lines") or ()
        return (
            any(state["status"] == "draft" for state in states)
            or any(line["quantity"] > sold.get(line["line_id"], 0) for line in lines)
            or any(
                kind == "shipment" and item["order_id"] == body["order_id"]
                for kind, _, item in self._world.items("ShipmentsTable")
            )
        )
