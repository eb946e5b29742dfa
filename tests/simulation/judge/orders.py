"""Invariants of orders: what was placed stays, what happened is never taken back."""

from datetime import datetime
from typing import Final

from tests.simulation.judge.rules import ENDED, FOLLOWS
from tests.simulation.judge.stock import check_versions
from tests.simulation.judge.verdict import Item, Step, Write, broken
from tests.simulation.judge.world import World

_FIXED: Final = [
    "shop_id",
    "order_id",
    "number",
    "list_pk",
    "channel",
    "external_id",
    "currency",
    "total",
    "ship_country",
    "allocation",
    "on_shortage",
    "payment_rule",
    "test",
]
_LINE_FIXED: Final = ("line_id", "sku", "quantity", "requires_shipping")
_GROWS: Final = ("inventory_version", "platform_version")
_QUANTITIES: Final = ["cancelled", "allocated", "backordered", "fulfilled", "delivered", "returned"]
_WAITING: Final = frozenset({"pending", "confirmed", "completed"})
_PATIENCE: Final = 60
"""Seconds that an order is given to be decided before it may be driven again, at the least."""
_DRIVEN: Final = frozenset({"version", "updated_at", "demand_changed", "correlation_id", "actor"})
"""All that driving an order again may change of it."""


_NOTED: Final = frozenset({"placed_by", "lines", "updated_at", "correlation_id", "actor"})
"""All of an order's details that an edit may change."""


class OrderRules:
    """Judges writes of OrdersTable."""

    def __init__(self, world: World) -> None:
        self._world = world

    def check(self, write: Write) -> None:
        """Judge one write."""
        check_versions(write, ("order", "marks"))
        for step in write.of("marks"):
            _check_marks(step)
        for step in write.of("known shop"):
            self._check_known(step)
        for step in write.of("details"):
            self._check_details(step, write)
        for step in write.of("order"):
            self._check_placed(step)
            _check_quantities(step.new)
            _check_progress(step.old, step.new)
            _check_shipments(step.old, step.new)
            self._check_sources(step.new)
            changed = demand(step.old) != demand(step.new)
            if step.old is None:
                self._check_looked_after(step.new)
            if step.new.get("actor") == "schedule":
                _check_driven(step)
            elif step.new["demand_changed"] != changed:
                text = f"demand_changed is {not changed} where it must be {changed}"
                broken("demand", text, *_ids(step.new))

    def _check_details(self, step: Step, write: Write) -> None:
        """Details change only in the write that first places their order, or adds lines to it."""
        if step.old is None:
            return
        orders = [s for s in write.of("order") if s.key[0] == step.key[0]]
        placed = any(s.old is None for s in orders)
        edited = any(s.new.get("actor") == "edit" for s in orders) and _only_adds(step)
        if not placed and not edited:
            broken("placed", "what an order was placed with has changed", *_ids(step.new))

    def _check_known(self, step: Step) -> None:
        shop_id = step.new["shop_id"]
        if step.old is not None or self._world.now("ShopsTable", (shop_id, "shop")) is None:
            broken("directory", "a shop was noted twice, or does not exist", shop_id)

    def _check_looked_after(self, order: Item) -> None:
        """The schedule must find every order there is, so its shop is noted before it."""
        if self._world.now("OrdersTable", ("shops", order["shop_id"])) is None:
            broken("directory", "an order of a shop that the schedule does not know", *_ids(order))

    def _check_placed(self, step: Step) -> None:
        old, new = step.old, step.new
        details = self._world.details(new["shop_id"], new["order_id"])
        if details is None:
            broken("placed", "an order without details", *_ids(new))
        if old is None:
            sold = [_sold(line) for line in details["lines"]]
            if sold != [_sold(line) for line in new["lines"]]:
                broken("placed", f"the lines are not those it was placed with: {sold}", *_ids(new))
            return
        for name in _FIXED:
            if old.get(name) != new.get(name):
                broken("placed", f"{name} has changed", *_ids(new))
        drafted = old["status"] == "draft" and new["status"] == "pending"
        if old["placed_at"] != new["placed_at"] and not drafted:
            broken("placed", "placed_at has changed", *_ids(new))
        edited = new.get("actor") == "edit"
        if len(new["lines"]) < len(old["lines"]) or (
            len(new["lines"]) > len(old["lines"]) and not edited
        ):
            broken("placed", f"{len(old['lines'])} lines became {len(new['lines'])}", *_ids(new))
        fixed = [name for name in _LINE_FIXED if not (edited and name == "quantity")]
        for before, after in zip(old["lines"], new["lines"], strict=False):
            if any(before.get(name) != after.get(name) for name in fixed):
                broken("placed", f"line {before['line_id']} has changed", *_ids(new))

    def _check_sources(self, order: Item) -> None:
        """An order holds nothing that inventory or tracking never said."""
        shop_id, order_id = order["shop_id"], order["order_id"]
        version = order.get("inventory_version", 0)
        past = self._world.allocations_past(shop_id, order_id)
        if version > len(past):
            broken("sources", f"stock decision {version} was never made", *_ids(order))
        if version:
            said = past[version - 1]["lines"]
            for line in order["lines"]:
                told = said.get(line["line_id"], {"allocated": 0, "backordered": 0})
                if any(line.get(name, 0) != told[name] for name in ("allocated", "backordered")):
                    text = f"line {line['line_id']} is not as decision {version} has it"
                    broken("sources", text, *_ids(order))
        for shipment_id, known in order.get("shipments", {}).items():
            states = self._world.shipments_past(shop_id, shipment_id)
            if not 1 <= known["version"] <= len(states):
                broken("sources", f"shipment {shipment_id} never said that", *_ids(order))
            state = states[known["version"] - 1]
            if (state["status"] == "delivered") != known["delivered"]:
                broken("sources", "delivered is not what its shipment said", *_ids(order))
            if state["order_id"] != order_id or _units(state) != known["lines"]:
                broken("sources", "a shipment's lines are not its own", *_ids(order))


Want = tuple[str, str, int, int, tuple[tuple[str, int], ...]]


def demand(order: Item | None) -> set[Want]:
    """What inventory must hold, write off or get back: line, SKU, units wanted, gone, returned."""
    if order is None:
        return set()
    waits = order["status"] in _WAITING and order.get("asks_stock", True)
    wants: set[Want] = set()
    for line in order["lines"]:
        wanted = line["quantity"] - line.get("cancelled", 0)
        handed_over = order["status"] == "completed" and not line.get("requires_shipping", True)
        gone = wanted if handed_over else line.get("fulfilled", 0)
        back = tuple(sorted(line.get("restocked", {}).items()))
        if (waits and wanted) or gone or back:
            wants.add((line["line_id"], line["sku"], wanted if waits else 0, gone, back))
    return wants


def is_undecided(order: Item) -> bool:
    """It waits for stock, and inventory has never decided for it."""
    asks = order["status"] == "pending" and order.get("asks_stock", True)
    return bool(asks and not order.get("inventory_version"))


def _check_driven(step: Step) -> None:
    """Only who has waited in vain is driven again, and nothing else happens to it."""
    old, new = step.old, step.new
    if old is None or not is_undecided(old):
        broken("driven", "an order that waits for no decision", *_ids(new))
    if not new["demand_changed"]:
        broken("demand", "inventory does not hear of an order driven again", *_ids(new))
    for name in sorted((old.keys() | new.keys()) - _DRIVEN):
        if old.get(name) != new.get(name):
            broken("driven", f"{name} has changed", *_ids(new))
    since = max(_instant(new["placed_at"]), _instant(new.get("asked_at", new["placed_at"])))
    if _instant(new["updated_at"]) < since + _PATIENCE:
        broken("driven", f"it has waited only since {since}", *_ids(new))


def _instant(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def _check_marks(step: Step) -> None:
    """What was looked at is not taken back."""
    for name, mark in (step.old or {"marks": {}})["marks"].items():
        if step.new["marks"].get(name, "") < mark:
            broken("marks", f"{name} went back from {mark}", *step.key)


def _check_quantities(order: Item) -> None:
    shipments = order.get("shipments", {}).values()
    for line in order["lines"]:
        number = {name: line.get(name, 0) for name in _QUANTITIES}
        wanted = line["quantity"] - number["cancelled"]
        carrying = [one for one in shipments if line["line_id"] in one["lines"]]
        if min(number.values()) < 0 or wanted < 0:
            broken("quantities", f"line {line['line_id']}: {number}", *_ids(order))
        if number["delivered"] > number["fulfilled"]:
            broken("quantities", f"more delivered than fulfilled: {number}", *_ids(order))
        if number["fulfilled"] > wanted and not all(one.get("unmatched") for one in carrying):
            broken("quantities", f"more fulfilled than wanted ({wanted})", *_ids(order))
        for name, units in (
            ("fulfilled", sum(one["lines"][line["line_id"]] for one in carrying)),
            (
                "delivered",
                sum(one["lines"][line["line_id"]] for one in carrying if one["delivered"]),
            ),
        ):
            if number[name] != units:
                text = f"{name} is {number[name]}, its shipments carry {units}"
                broken("quantities", text, *_ids(order))
    if order["status"] in {"confirmed", *ENDED} and order["holds"]:
        broken("holds", f"an order that is {order['status']} is held", *_ids(order))


def _check_progress(old: Item | None, new: Item) -> None:
    before = old["status"] if old else None
    if before != new["status"] and new["status"] not in FOLLOWS[before]:
        broken("transitions", f"from {before} to {new['status']}", *_ids(new))
    if old is None:
        if new["status"] == "cancelled" and not new.get("platform_version"):
            broken("transitions", "placed as cancelled", *_ids(new))
        return
    for name in _GROWS:
        if new.get(name, 0) < old.get(name, 0):
            broken("versions", f"{name} went back to {new.get(name, 0)}", *_ids(new))
    for name in ("cancel_reason", "cancelled_at"):
        if name in old and old[name] != new.get(name):
            broken("cancelled", f"{name} has changed", *_ids(new))
    for was, line in zip(old["lines"], new["lines"], strict=False):  # an edit may have added some
        if line.get("cancelled", 0) < was.get("cancelled", 0):
            broken("cancelled", f"line {line['line_id']} is wanted again", *_ids(new))


def _check_shipments(old: Item | None, new: Item) -> None:
    known = new.get("shipments", {})
    for shipment_id, before in (old or {}).get("shipments", {}).items():
        if shipment_id not in known:
            broken("shipments", f"{shipment_id} is gone from its order", *_ids(new))
        if known[shipment_id]["version"] < before["version"]:
            broken("versions", f"news of {shipment_id} went back", *_ids(new), shipment_id)


def _sold(line: Item) -> tuple[str, str, int]:
    return line["line_id"], line["sku"], line["quantity"]


def _only_adds(step: Step) -> bool:
    """Whether details have more lines than before, and are what they were but for that."""
    old, new = step.old or {}, step.new
    same = all(old.get(name) == new.get(name) for name in (old.keys() | new.keys()) - _NOTED)
    return same and new["lines"][: len(old["lines"])] == old["lines"]


def _units(shipment: Item) -> dict[str, int]:
    return {line["line_id"]: line["quantity"] for line in shipment["lines"]}


def _ids(order: Item) -> tuple[str, str]:
    return order["order_id"], order["shop_id"]
