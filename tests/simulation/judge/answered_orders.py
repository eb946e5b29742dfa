"""Answers about orders: as stored, current at some moment of the call, and kept for good."""

from collections.abc import Mapping
from typing import Any, Final

from tests.simulation.judge.derived import derived_statuses
from tests.simulation.judge.requests import check_kept
from tests.simulation.judge.rules import ENDED
from tests.simulation.judge.verdict import Call, Item, broken
from tests.simulation.judge.world import World

_OK: Final = 200
_CREATED: Final = 201
_NOT_FOUND: Final = 404
_CONFLICT: Final = 409
_ONE: Final = 4
"""Parts of a path that names one order: "", v1, orders, its id."""
_QUANTITIES: Final = [
    "cancelled",
    "allocated",
    "backordered",
    "fulfilled",
    "delivered",
    "returned",
    "refunded",
]


class OrderAnswers:
    """Judges what clients are told of orders."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._placed: dict[tuple[str, str], Any] = {}

    def placed(self) -> list[tuple[str, str]]:
        """Shop and id of every order that was answered 201."""
        return list(self._placed)

    def check(
        self, shop_id: str, call: Call, status: int, headers: Mapping[str, str],
        body: Any, since: int,
    ) -> None:  # fmt: skip
        """Judge one answer to a call below /v1/orders."""
        parts = call.path.split("/")
        if call.path == "/v1/orders":
            if call.method == "POST" and status == _CREATED:
                self._check_placed(shop_id, call, body)
            elif call.method == "POST" and status == _CONFLICT:
                self._check_taken(shop_id, call)
            return
        order_id = parts[_ONE - 1]
        key = (f"{shop_id}#{order_id}", "order")
        if status == _NOT_FOUND and self._world.existed("OrdersTable", key, since):
            broken("lost", "an order that exists was answered 404", order_id)
        seen = self._world.since("OrdersTable", key, since)
        if status == _OK:
            self._check_shown(order_id, seen, headers, body)
        action = parts[_ONE] if len(parts) > _ONE else ""
        if action == "cancel" and status == _OK:
            self._check_cancelled(order_id, body)
        if action == "cancel" and status == _CONFLICT and not any(map(_is_closed, seen)):
            broken("status", "a cancel was refused though there was something to cancel", order_id)

    def _check_placed(self, shop_id: str, call: Call, body: Any) -> None:
        order_id = body["id"]
        past = self._world.orders_past(shop_id, order_id)
        details = self._world.details(shop_id, order_id)
        if not past or details is None:
            broken("lost", "an order was answered 201 and is not stored", order_id)
        order = past[0]
        told = [(line["id"], line["sku"], line["quantity"]) for line in body["lines"]]
        kept = [(line["line_id"], line["sku"], line["quantity"]) for line in order["lines"]]
        if told != kept or body["number"] != order["number"]:
            broken("lost", "an order was answered 201 and stored otherwise", order_id)
        if body["placed_at"] != details["placed_at"]:
            broken("lost", "an order's placed_at is not what was answered", order_id)
        if body["status"] not in {"pending", "draft"} or body["holds"]:
            broken("idempotency", "an order is not answered as it was placed", order_id)
        if body["totals"]["total"]["amount"] != order["total"]:
            broken("lost", "an order's total is not what was answered", order_id)
        email = body["customer"]["email"]
        if email != details["customer"].get("email"):
            broken("lost", "an order's customer is not who was answered", order_id)
        check_kept(call.body, order, details)
        self._placed.setdefault((shop_id, order_id), body)

    def _check_taken(self, shop_id: str, call: Call) -> None:
        external_id = call.body.get("external_id") if isinstance(call.body, dict) else None
        for kind, _, item in self._world.items("OrdersTable"):
            if (
                kind == "order"
                and item["shop_id"] == shop_id
                and item.get("external_id") == external_id is not None
            ):
                return
        broken("status", f"409 for external id {external_id}, which no order has")

    def _check_shown(
        self, order_id: str, seen: list[Item], headers: Mapping[str, str], body: Any
    ) -> None:
        etag = {name.lower(): value for name, value in headers.items()}.get("etag", "")
        shown = [item for item in seen if f'"{item["version"]}"' == etag]
        if not shown:
            versions = [item["version"] for item in seen]
            broken("stale answer", f"ETag {etag}, where {versions} were current", order_id)
        order = shown[0]
        told = {name: body[f"{name}_status"] for name in ("inventory", "fulfillment", "payment")}
        if body["status"] != order["status"] or told != derived_statuses(order):
            text = f"told {body['status']} {told}, not {derived_statuses(order)}"
            broken("answer", text, order_id)
        for line, kept in zip(body["lines"], order["lines"], strict=True):
            if any(line["quantities"][name] != kept.get(name, 0) for name in _QUANTITIES):
                broken("answer", f"line {line['id']}: {line['quantities']}", order_id)
        if [hold["kind"] for hold in body["holds"]] != [hold["kind"] for hold in order["holds"]]:
            broken("answer", "other holds than are stored", order_id)

    @staticmethod
    def _check_cancelled(order_id: str, body: Any) -> None:
        for line in body["lines"]:
            number = line["quantities"]
            if number["ordered"] - number["cancelled"] > number["fulfilled"]:
                broken("cancelled", f"cancelled, but line {line['id']} is wanted", order_id)
        shipped = any(line["quantities"]["fulfilled"] for line in body["lines"])
        if not shipped and body["status"] != "cancelled":
            broken("cancelled", f"a cancel left it {body['status']}", order_id)


def _is_closed(order: Item) -> bool:
    """Whether there is nothing left that could be cancelled."""
    return order["status"] in ENDED or not any(
        line["quantity"] - line.get("cancelled", 0) > line.get("fulfilled", 0)
        for line in order["lines"]
    )
