"""Answers about orders: as stored, current at some moment of the call, and kept for good."""

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

from tests.simulation.judge.derived import agreed, derived_statuses
from tests.simulation.judge.requests import check_kept
from tests.simulation.judge.rules import ENDED
from tests.simulation.judge.steps import current_total, has_open
from tests.simulation.judge.verdict import Call, Item, broken
from tests.simulation.judge.world import World

_OK: Final = 200
_CREATED: Final = 201
_NOT_FOUND: Final = 404
_CONFLICT: Final = 409
_STALE: Final = 412
_WHOLE: Final = frozenset(
    {("GET",), ("PATCH",), ("POST", "cancel"), ("POST", "confirm"), ("POST", "holds")}
    | {("DELETE", "holds"), ("POST", "edits", "confirm")}
)
"""Calls below an order that are answered with the order, without the id they may name."""
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
        order_id, below = parts[_ONE - 1], parts[_ONE:]
        action = below[0] if below else ""
        key = (f"{shop_id}#{order_id}", "order")
        named = action in {"edits", "holds"} and len(below) > 1  # that one may be gone
        if status == _NOT_FOUND and not named and self._world.existed("OrdersTable", key, since):
            broken("lost", "an order that exists was answered 404", order_id)
        seen = self._world.since("OrdersTable", key, since)
        if status in {_OK, _CREATED} and (call.method, *below[:1], *below[2:]) in _WHOLE:
            self._check_shown(order_id, seen, headers, body)
        if call.method == "PATCH":
            _check_condition(order_id, call, status, seen, headers)
        if action == "cancel" and not (call.body or {}).get("lines"):
            if status == _OK:
                self._check_cancelled(order_id, body)
            if status == _CONFLICT and not any(map(_is_closed, seen)):
                text = "a cancel was refused though there was something to cancel"
                broken("status", text, order_id)

    def _check_placed(self, shop_id: str, call: Call, body: Any) -> None:
        order_id = body["id"]
        past = self._world.orders_past(shop_id, order_id)
        details = self._world.placed_with(shop_id, order_id)
        if not past or details is None:
            broken("lost", "an order was answered 201 and is not stored", order_id)
        order = past[0]
        waited = any(name.lower() == "prefer" for name in call.headers)
        told = [(line["id"], line["sku"], line["quantity"]) for line in body["lines"]]
        # Who waits may meet an edit that was confirmed since: the same request, sent again.
        kept = [_lines(version) for version in (past if waited else past[:1])]
        if told not in kept or body["number"] != order["number"]:
            broken("lost", "an order was answered 201 and stored otherwise", order_id)
        if body["placed_at"] != details["placed_at"]:
            broken("lost", "an order's placed_at is not what was answered", order_id)
        if not waited and (body["status"] not in {"pending", "draft"} or body["holds"]):
            broken("idempotency", "an order is not answered as it was placed", order_id)
        if not waited and body["totals"]["total"]["amount"] != order["total"]:
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
        right = derived_statuses(order)
        told = {name: body[f"{name}_status"] for name in right}
        if body["status"] != order["status"] or told != right:
            broken("answer", f"told {body['status']} {told}, not {right}", order_id)
        money = {name: one["amount"] for name, one in body["balance"].items()}
        money["due"] = body["current_total"]["amount"]
        if money != _balance(order):
            broken("answer", f"told {money}, not {_balance(order)}", order_id)
        for line, kept in zip(body["lines"], agreed(order), strict=True):
            if any(line["quantities"][name] != kept.get(name, 0) for name in _QUANTITIES):
                broken("answer", f"line {line['id']}: {line['quantities']}", order_id)
        if [hold["kind"] for hold in body["holds"]] != [hold["kind"] for hold in order["holds"]]:
            broken("answer", "other holds than are stored", order_id)
        if not order.get("platform_version"):
            _check_listed(order_id, order, seen[-1], body["payments"])

    @staticmethod
    def _check_cancelled(order_id: str, body: Any) -> None:
        for line in body["lines"]:
            number = line["quantities"]
            if number["ordered"] - number["cancelled"] > number["fulfilled"]:
                broken("cancelled", f"cancelled, but line {line['id']} is wanted", order_id)
        shipped = any(line["quantities"]["fulfilled"] for line in body["lines"])
        if not shipped and body["status"] != "cancelled":
            broken("cancelled", f"a cancel left it {body['status']}", order_id)


def _check_listed(order_id: str, order: Item, newest: Item, payments: list[Any]) -> None:
    """Each payment that an order counts is listed, and none that nobody has told of.

    They are read after the order: some may have come since.
    """
    listed = Counter[str]()
    for one in payments:
        listed[one["kind"]] += one["amount"]["amount"]
    counted, at_most = (Counter(one.get("payments", {})) for one in (order, newest))
    if not counted <= listed <= at_most:
        text = f"payments of {dict(listed)}, of {dict(counted)} to {dict(at_most)}"
        broken("answer", text, order_id)


def _balance(order: Item) -> dict[str, int]:
    """What it comes to, and what is still to be moved of that."""
    due, sums = current_total(order), order.get("payments", {})
    left = due - sums.get("captured", 0) + sums.get("refunded", 0)
    return {"due": due, "to_collect": max(0, left), "to_refund": max(0, -left)}


def _check_condition(
    order_id: str, call: Call, status: int, seen: list[Item], headers: Mapping[str, str]
) -> None:
    """An amendment on condition of a version is made of that version, or refused."""
    wanted = {name.lower(): value for name, value in call.headers.items()}.get("if-match")
    if status == _STALE and (wanted is None or {_etag(one) for one in seen} == {wanted}):
        broken("status", f"refused, and {wanted} was current", order_id)
    if status == _OK and wanted is not None:
        answered = {name.lower(): value for name, value in headers.items()}["etag"]
        if int(answered.strip('"')) - int(wanted.strip('"')) not in {0, 1}:
            broken("amended", f"asked for {wanted} to be amended, {answered} was made", order_id)


def _etag(order: Item) -> str:
    return f'"{order["version"]}"'


def _lines(order: Item) -> list[tuple[str, str, int]]:
    """What of an order's lines is settled with the buyer."""
    return [(line["line_id"], line["sku"], line["quantity"]) for line in agreed(order)]


def _is_closed(order: Item) -> bool:
    """Whether there is nothing left that could be cancelled."""
    return order["status"] in ENDED or not has_open(order)
