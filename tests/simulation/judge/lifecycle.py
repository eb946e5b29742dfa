"""An order's life, one fact after the other: what each fact must make of the order before it."""

import json
import zlib
from collections import Counter
from collections.abc import Mapping
from copy import deepcopy
from datetime import datetime
from typing import Any, Final

from tests.simulation.judge import edits, wishes
from tests.simulation.judge.asked import Asked
from tests.simulation.judge.asking import unknown_skus
from tests.simulation.judge.payments import expire, pay, placed_with
from tests.simulation.judge.returns import ReturnRules
from tests.simulation.judge.shipping import ship
from tests.simulation.judge.steps import (
    SHORT,
    deadline,
    drop_edit,
    has_open,
    is_editing,
    is_over,
    open_units,
    put,
    settle,
)
from tests.simulation.judge.verdict import Item, Step, Write, broken
from tests.simulation.judge.world import World
from tests.simulation.judge.worth import last_units

_COMPARED: Final = (
    "status", "lines", "shipments", "payments", "payment_facts", "inventory_version",
    "platform_version", "asks_stock", "cancel_reason", "total", "removed", "returns", "tags",
    "ship_country",
)  # fmt: skip
_EDIT: Final = ("edit_id", "state", "since", "charged_at")


class LifeRules:
    """Follows every order by the facts that were applied to it, in the order of their writes."""

    def __init__(self, world: World, asked: Asked, returns: ReturnRules) -> None:
        self._world = world
        self._asked = asked
        self._returns = returns

    def check(self, write: Write) -> None:
        """Judge one write."""
        for step in write.of("order"):
            expected = self._expected(step, write)
            for name in _COMPARED:
                if step.new.get(name) != expected.get(name):
                    text = f"{name} is {step.new.get(name)}, must be {expected.get(name)}"
                    broken("order's life", text, step.new["order_id"])
            kinds = sorted(hold["kind"] for hold in step.new["holds"])
            if kinds != sorted(hold["kind"] for hold in expected["holds"]):
                broken("order's life", f"held for {kinds}", step.new["order_id"])
            known, right = step.new.get("edit", {}), expected.get("edit", {})
            if any(known.get(name) != right.get(name) for name in _EDIT):
                text = f"its edit is {known}, must be {right}"
                broken("order's life", text, step.new["order_id"])
            until, told = deadline(step.new), step.new.get("pay_by")
            if (until is None) != (told is None) or (
                until and until != datetime.fromisoformat(told)
            ):
                broken("expiry", f"to be paid until {until}, not {told}", step.new["order_id"])

    def _expected(self, step: Step, write: Write) -> Item:
        old, new = step.old, step.new
        if old is None:
            return self._placed(new)
        order = deepcopy(old)
        beside = _Beside(step, write, self._world)
        if new.get("amended"):
            wishes.amend(order, new, beside.details, beside.details_after, self._asked)
        elif old["status"] != new["status"] == "expired":
            expire(order, new)
        elif new.get("inventory_version") != old.get("inventory_version"):
            self._decide(order, new, beside)
        elif _versions(new) != _versions(old):
            ship(order, new.get("shipments", {}))
        elif new.get("platform_version") != old.get("platform_version"):
            self._observe(order, new)
        elif beside.returns:
            told, paid = beside.returns[0], beside.payments
            self._returns.apply(order, told, paid, beside.details, new)
        elif beside.payments:
            pay(order, beside.payments[0])
        elif beside.edit is not None:
            edits.confirm(order, beside.edit, beside.details, new)
            beside.check_sold()
            settle(order)
        else:
            self._wish(order, new, beside)
        return order

    def _wish(self, order: Item, new: Item, beside: "_Beside") -> None:
        """What a shop asks of an order itself; or the schedule, which changes nothing."""
        if order["status"] == "draft" and new["status"] == "pending":
            order["status"] = "pending"
        elif new.get("cancelled_at") != order.get("cancelled_at"):
            calls = self._asked.bodies(new["order_id"], "POST/cancel")
            if new["cancel_reason"] not in {(body or {}).get("reason") for body in calls}:
                broken("cancelled", f"for {new['cancel_reason']}, asked by nobody", new["order_id"])
            self._asked.check_made(new["order_id"], "POST/cancel")
            self._cancel(order, new["cancel_reason"])
        elif less := _cancelled(order, new):
            self._cancel_units(order, less)
        elif _ids(order["holds"]) != _ids(new["holds"]):
            wishes.hold(order, new, self._asked)
        elif new.get("actor") != "schedule":
            broken("order's life", "it was written and nothing had happened", new["order_id"])

    # --- facts -----------------------------------------------------------------------------------

    def _placed(self, new: Item) -> Item:
        """A new order: nothing has happened to any of its lines."""
        kept = ("line_id", "sku", "quantity", "requires_shipping")
        never = {"inventory_version", "shipments", "payment_facts", "returns", "edit"}
        order = {name: new[name] for name in new if name not in never}
        order["lines"] = [
            {name: line[name] for name in kept if name in line} for line in new["lines"]
        ]
        order["status"] = "draft" if new["status"] == "draft" else "pending"
        order.pop("cancel_reason", None)
        order.pop("removed", None)
        put_sums(order, placed_with(self._world.details(new["shop_id"], new["order_id"]) or {}))
        if new.get("platform_version"):
            seen = self._observation(new)
            if seen["cancelled_at"]:
                self._cancel(order, seen.get("cancel_reason") or "other")
        elif new["holds"]:
            broken("order's life", "placed with a hold", new["order_id"])
        return order

    def _decide(self, order: Item, new: Item, beside: "_Beside") -> None:
        version = new["inventory_version"]
        said = self._world.allocations_past(order["shop_id"], order["order_id"])[version - 1]
        order["inventory_version"] = version
        for line in order["lines"]:
            share = said["lines"].get(line["line_id"], {})
            for name in ("allocated", "backordered"):
                put(line, name, share.get(name, 0))
        if is_editing(order) and said["order_version"] >= order["edit"]["since"]:
            if not edits.finish(order, beside.edit, beside.details, new):
                settle(order)
                return
            beside.check_sold()
        if said["decision"] != "released":
            self._told(order, said["decision"])

    def _told(self, order: Item, decision: str) -> None:
        """Short stock holds an order that waits, or ends it; enough lets it go on."""
        if order["status"] != "pending" or decision != "out_of_stock":
            if order["status"] == "pending":
                order["holds"] = [hold for hold in order["holds"] if hold["kind"] != SHORT]
            settle(order)
        elif order["on_shortage"] == "cancel" and has_open(order):
            self._cancel(order, "inventory")
        elif all(hold["kind"] != SHORT for hold in order["holds"]):
            order["holds"] = [*order["holds"], {"kind": SHORT}]

    def _observation(self, order: Item) -> Mapping[str, Any]:
        key = (
            f"{order['shop_id']}#{order['channel']}#{order['external_id']}",
            "observation",
        )
        past = self._world.past("ShopsTable", key)
        if not 1 <= order["platform_version"] <= len(past):
            broken("sources", "an observation that never was", order["order_id"])
        packed = past[order["platform_version"] - 1]["order"]
        seen: Mapping[str, Any] = (
            json.loads(zlib.decompress(packed)) if isinstance(packed, bytes) else packed
        )
        return seen

    def _observe(self, order: Item, new: Item) -> None:
        seen = self._observation(new)
        order["platform_version"] = new["platform_version"]
        paid = Counter[str]()
        for fact in seen["request"].get("payments") or ():
            paid[fact["kind"]] += fact["amount"]["amount"]
        if order.get("payment_facts"):  # either side may know what the other does not
            paid |= Counter(order.get("payments", {}))
        put_sums(order, paid)
        if not order.get("asks_stock", True) and new.get("asks_stock", True):
            if unknown := [*unknown_skus(self._world, order, self._world.number)]:
                broken("asking", f"inventory, of the unknown {unknown}", order["order_id"])
            del order["asks_stock"]
            order["holds"] = [h for h in order["holds"] if h.get("note") != wishes.UNKNOWN]
        if seen["cancelled_at"] and not is_over(order) and has_open(order):
            self._cancel(order, seen.get("cancel_reason") or "other")
        settle(order)

    def _cancel(self, order: Item, reason: str) -> None:
        """All that has not left is cancelled, and its price; the order itself, if nothing has."""
        if is_over(order):
            broken("cancelled", f"an order that is {order['status']}", order["order_id"])
        drop_edit(order)
        order["cancel_reason"] = reason
        order["holds"] = [hold for hold in order["holds"] if hold["kind"] != SHORT]
        rest = {line["line_id"]: open_units(line) for line in order["lines"]}
        if any(line.get("fulfilled", 0) for line in order["lines"]):
            self._take_away(order, rest)
            settle(order)
            return
        for line in order["lines"]:
            line["cancelled"] = line["quantity"]
        put(order, "removed", order["total"])
        order["status"] = "cancelled"
        order["holds"] = []

    def _cancel_units(self, order: Item, less: dict[str, int]) -> None:
        """Some call named just these units, and all of them were there to be cancelled."""
        ids = (order["order_id"], order["shop_id"])
        calls = self._asked.bodies(order["order_id"], "POST/cancel")
        named = [
            {one["line_id"]: one["quantity"] for one in body.get("lines") or ()} for body in calls
        ]
        if less not in named:
            broken("cancelled", f"{less}, asked were {named}", *ids)
        self._asked.check_made(order["order_id"], "POST/cancel")
        lines = {line["line_id"]: line for line in order["lines"] if "edit_id" not in line}
        if any(units > open_units(lines[name]) for name, units in less.items()):
            broken("cancelled", f"more than is open: {less}", *ids)
        self._take_away(order, less)
        settle(order)

    def _take_away(self, order: Item, units: Mapping[str, int]) -> None:
        details = self._world.details(order["shop_id"], order["order_id"]) or {}
        fallen = order.get("removed", 0)
        for line in order["lines"]:
            number = units.get(line["line_id"], 0)
            fallen += last_units(line, number, details)
            put(line, "cancelled", line.get("cancelled", 0) + number)
        put(order, "removed", min(fallen, order["total"]))


class _Beside:
    """What is written in one transaction with an order."""

    def __init__(self, step: Step, write: Write, world: World) -> None:
        own = [one for one in write.steps if one.key[0] == step.key[0]]
        self.returns = [one for one in own if one.kind == "return"]
        self.payments = [one for one in own if one.kind == "payment"]
        self.edit = next((one for one in own if one.kind == "edit" and one.key[1] == "edit"), None)
        sold = next((one for one in own if one.kind == "details"), None)
        now = world.details(step.new["shop_id"], step.new["order_id"]) or {}
        self.details = sold.old or {} if sold else now
        """What it was sold for before this write."""
        self.details_after = now

    def check_sold(self) -> None:
        """After an edit was committed."""
        if self.edit is not None and self.edit.new["state"] == "confirmed":
            edits.check_sold(self.details, self.details_after, self.edit.new)


def put_sums(order: Item, sums: Mapping[str, int]) -> None:
    """Store sums of money as they are stored."""
    order["payments"] = {kind: sums[kind] for kind in sorted(sums) if sums[kind]}
    if not order["payments"]:
        del order["payments"]


def _versions(order: Item) -> dict[str, int]:
    return {name: one["version"] for name, one in order.get("shipments", {}).items()}


def _cancelled(old: Item, new: Item) -> dict[str, int]:
    """Units that are cancelled in the new version only, by line."""
    before = {line["line_id"]: line.get("cancelled", 0) for line in old["lines"]}
    return {
        line["line_id"]: line.get("cancelled", 0) - before[line["line_id"]]
        for line in new["lines"]
        if line.get("cancelled", 0) > before.get(line["line_id"], line.get("cancelled", 0))
    }


def _ids(holds: list[Item]) -> list[str]:
    return [one["id"] for one in holds]
