"""Invariants of orders: what was placed stays, what happened is never taken back."""

from collections import Counter
from datetime import datetime
from typing import Final

from tests.simulation.judge.derived import agreed
from tests.simulation.judge.rules import ENDED, ENDED_UNDELIVERED, FOLLOWS
from tests.simulation.judge.steps import is_editing
from tests.simulation.judge.stock import check_versions
from tests.simulation.judge.verdict import Item, Step, Write, broken
from tests.simulation.judge.world import World

_RULES: Final = ("on_shortage", "payment_rule", "payment_minutes")
"""What a shop decides for its orders, as it is when each is placed."""
_FIXED: Final = [
    "shop_id",
    "order_id",
    "number",
    "list_pk",
    "channel",
    "external_id",
    "currency",
    "allocation",
    *_RULES,
    "test",
]
_LINE_FIXED: Final = ("line_id", "sku", "quantity", "requires_shipping")
_GROWS: Final = ("inventory_version", "platform_version")
_QUANTITIES: Final = ["cancelled", "allocated", "backordered", "fulfilled", "delivered", "returned"]
_WAITING: Final = frozenset({"pending", "confirmed", "completed"})
_PATIENCE: Final = 60
"""Seconds that an order is given to be decided before it may be driven again, at the least."""
_STAMP: Final = frozenset({"version", "updated_at", "correlation_id", "actor", "placed_by"})
_DRIVEN: Final = _STAMP | {"demand_changed", "amended"}
"""All that driving an order again may change of it; whatever was amended is news only once."""
_EDITED: Final = _STAMP | {"lines", "totals"}
"""All that an edit may change of what an order was placed with."""
_LISTED: Final = _STAMP | {"listed_at", "customer_sk"}
"""All that changes of it when a draft is confirmed."""
_AMENDED: Final = _LISTED | {"customer_pk", "customer", "note", "metadata"} | {
    "shipping_address", "billing_address",
}  # fmt: skip
_SHORT: Final = "INVENTORY_OUT_OF_STOCK"


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
            changed = demand(step.old) != demand(step.new) or _asks_again(step)
            if step.old is None:
                self._check_looked_after(step.new)
                self._check_rules(step.new)
            if step.new.get("actor") == "schedule" and step.new["status"] != "expired":
                _check_driven(step)
            elif step.new["demand_changed"] != changed:
                text = f"demand_changed is {not changed} where it must be {changed}"
                broken("demand", text, *_ids(step.new))

    def _check_details(self, step: Step, write: Write) -> None:
        """Details change only in the write that first places their order, or amends or edits it."""
        if step.old is None:
            return
        for order in [one for one in write.of("order") if one.key[0] == step.key[0]]:
            names = step.old.keys() | step.new.keys()
            changed = {name for name in names if step.old.get(name) != step.new.get(name)}
            if order.old is None or changed <= _may_change(order, write):
                return
        broken("placed", "what an order was placed with has changed", *_ids(step.new))

    def _check_known(self, step: Step) -> None:
        shop_id = step.new["shop_id"]
        if step.old is not None or self._world.now("ShopsTable", (shop_id, "shop")) is None:
            broken("directory", "a shop was noted twice, or does not exist", shop_id)

    def _check_rules(self, order: Item) -> None:
        """It goes by its shop's rules; no shop changes them while orders come."""
        shop = self._world.now("ShopsTable", (order["shop_id"], "shop")) or {}
        usual = {"on_shortage": "hold", "payment_rule": "none", "payment_minutes": None}
        for name in _RULES:
            own, shops = (one.get(name, usual[name]) for one in (order, shop))
            if own != shops:
                broken("placed", f"{name} is {own}, its shop's is {shops}", *_ids(order))

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
        placed_at = new["updated_at"] if drafted else old["placed_at"]
        if new["placed_at"] != placed_at:
            broken("placed", f"placed at {new['placed_at']}, not {placed_at}", *_ids(new))
        before, after = agreed(old), agreed(new)
        if len(after) < len(before):
            broken("placed", f"{len(before)} lines became {len(after)}", *_ids(new))
        for was, line in zip(before, after, strict=False):
            if any(was.get(name) != line.get(name) for name in _LINE_FIXED):
                broken("placed", f"line {was['line_id']} has changed", *_ids(new))

    def _check_sources(self, order: Item) -> None:
        """An order holds nothing that inventory or tracking never said."""
        shop_id, order_id = order["shop_id"], order["order_id"]
        version = order.get("inventory_version", 0)
        past = self._world.allocations_past(shop_id, order_id)
        if version > len(past):
            broken("sources", f"stock decision {version} was never made", *_ids(order))
        if version:
            _check_shares(order, past[version - 1], version)
        for shipment_id, known in order.get("shipments", {}).items():
            states = self._world.shipments_past(shop_id, shipment_id)
            if not 1 <= known["version"] <= len(states):
                broken("sources", f"shipment {shipment_id} never said that", *_ids(order))
            state = states[known["version"] - 1]
            if (state["status"] == "delivered") != known["delivered"]:
                broken("sources", "delivered is not what its shipment said", *_ids(order))
            if (state["status"] in ENDED_UNDELIVERED) != known.get("ended", False):
                broken("sources", "ended is not what its shipment said", *_ids(order))
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
    """It waits for stock, or an edit of it does, and inventory has never decided for it."""
    if is_editing(order):
        return True
    asks = order["status"] == "pending" and order.get("asks_stock", True)
    return bool(asks and not order.get("inventory_version"))


def _check_shares(order: Item, said: Item, version: int) -> None:
    """Lines have what was decided; an edit may have handed units to another line of the SKU.

    A line of an edit that came after the decision has nothing, whatever an earlier edit called so.
    """
    lines, since = said["lines"], order.get("edit", {}).get("since", 0)
    if said["order_version"] < since:
        own = {line["line_id"] for line in agreed(order)}
        lines = {line_id: lines[line_id] for line_id in lines if line_id in own}
    edited = {line["sku"] for line in order["lines"] if order.get("edit") and "cancelled" in line}
    told, has = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    for line in order["lines"]:
        for name in ("allocated", "backordered"):
            place = line["sku"] if line["sku"] in edited else line["line_id"]
            told[place, name] += lines.get(line["line_id"], {name: 0})[name]
            has[place, name] += line.get(name, 0)
    for place, units in has.items():
        if units > told[place] or (units < told[place] and place[0] not in edited):
            text = f"{place[0]} is not as decision {version} has it: {units} {place[1]}"
            broken("sources", text, *_ids(order))


def _asks_again(step: Step) -> bool:
    """Whether an order that was short of stock is let go, so that there may be some by now."""
    before = {hold["id"] for hold in (step.old or {"holds": []})["holds"] if hold["kind"] == _SHORT}
    names = ("inventory_version", "cancel_reason")
    same = all(step.new.get(name) == (step.old or {}).get(name) for name in names)
    return (
        same
        and step.new["status"] not in ENDED
        and bool(before - {hold["id"] for hold in step.new["holds"]})
    )


def _may_change(order: Step, write: Write) -> frozenset[str]:
    """What a write of an order may change of what it was placed with."""
    old, new = order.old or {}, order.new
    if new.get("amended"):
        return _AMENDED
    if old["status"] == "draft" and new["status"] == "pending":
        return _LISTED
    edits = [one.new["state"] for one in write.of("edit") if one.key == (order.key[0], "edit")]
    return _EDITED if "confirmed" in edits else frozenset()


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
        stocked, refunded = sum(line.get("restocked", {}).values()), line.get("refunded", 0)
        if number["returned"] > number["fulfilled"] or max(stocked, refunded) > number["returned"]:
            text = f"{number}, {stocked} restocked, {refunded} refunded"
            broken("quantities", f"more came back than was sent: {text}", *_ids(order))
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
    if order["status"] in ENDED and order["holds"]:
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
    check_cancelled(old, new)
    for was, line in zip(agreed(old), agreed(new), strict=False):  # an edit may have added some
        if line.get("cancelled", 0) < was.get("cancelled", 0):
            broken("cancelled", f"line {line['line_id']} is wanted again", *_ids(new))


def check_cancelled(old: Item, new: Item) -> None:
    """What was left of it is cancelled for a reason; again only if there was something left."""
    if all(old.get(name) == new.get(name) for name in ("cancel_reason", "cancelled_at")):
        return
    if "cancelled_at" not in old and "cancel_reason" in new:
        return
    before = sum(line.get("cancelled", 0) for line in agreed(old))
    more = sum(line.get("cancelled", 0) for line in agreed(new)) > before
    if not more or new.get("cancelled_at", "") <= old["cancelled_at"]:
        broken("cancelled", "why or when it was cancelled has changed", *_ids(new))


def _check_shipments(old: Item | None, new: Item) -> None:
    known = new.get("shipments", {})
    for shipment_id, before in (old or {}).get("shipments", {}).items():
        if shipment_id not in known:
            broken("shipments", f"{shipment_id} is gone from its order", *_ids(new))
        if known[shipment_id]["version"] < before["version"]:
            broken("versions", f"news of {shipment_id} went back", *_ids(new), shipment_id)


def _sold(line: Item) -> tuple[str, str, int]:
    return line["line_id"], line["sku"], line["quantity"]


def _units(shipment: Item) -> dict[str, int]:
    return {line["line_id"]: line["quantity"] for line in shipment["lines"]}


def _ids(order: Item) -> tuple[str, str]:
    return order["order_id"], order["shop_id"]
