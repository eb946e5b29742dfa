"""An order's life, one fact after the other: what each fact must make of the order before it."""

import json
import zlib
from collections import Counter
from collections.abc import Mapping
from copy import deepcopy
from typing import Any, Final

from tests.simulation.judge.derived import inventory_status, wanted_of
from tests.simulation.judge.facts import FACTS
from tests.simulation.judge.rules import ENDED, SHIPPABLE
from tests.simulation.judge.verdict import Item, Step, Write, broken
from tests.simulation.judge.world import World

_SHORT: Final = "INVENTORY_OUT_OF_STOCK"
_COMPARED: Final = (
    "status", "lines", "shipments", "payments", "inventory_version", "platform_version",
    "asks_stock", "cancel_reason", "removed",
)  # fmt: skip


class LifeRules:
    """Follows every order by the facts that were applied to it, in the order of their writes."""

    def __init__(self, world: World) -> None:
        self._world = world

    def check(self, write: Write) -> None:
        """Judge one write."""
        for step in write.of("order"):
            expected = self._expected(step)
            for name in _COMPARED:
                if step.new.get(name) != expected.get(name):
                    text = f"{name} is {step.new.get(name)}, must be {expected.get(name)}"
                    broken("order's life", text, step.new["order_id"])
            kinds = sorted(hold["kind"] for hold in step.new["holds"])
            if kinds != sorted(hold["kind"] for hold in expected["holds"]):
                broken("order's life", f"held for {kinds}", step.new["order_id"])

    def _expected(self, step: Step) -> Item:
        old, new = step.old, step.new
        if old is None:
            return self._placed(new)
        order = deepcopy(old)
        if new.get("actor") in FACTS:
            FACTS[new["actor"]](order, new)
            _settle(order)
        elif new.get("inventory_version") != old.get("inventory_version"):
            self._decide(order, new["inventory_version"])
        elif new.get("shipments") != old.get("shipments"):
            _ship(order, new.get("shipments", {}))
        elif new.get("platform_version") != old.get("platform_version"):
            self._observe(order, new)
        elif old["status"] == "draft" and new["status"] == "pending":
            order["status"] = "pending"
        elif "cancel_reason" in new and "cancel_reason" not in old:
            self._cancel(order, new["cancel_reason"])
        elif new.get("actor") == "schedule":
            pass  # it was driven again: nothing happened to it
        else:
            broken("order's life", "it was written and nothing had happened", new["order_id"])
        return order

    # --- facts -----------------------------------------------------------------------------------

    def _placed(self, new: Item) -> Item:
        """A new order: nothing has happened to any of its lines."""
        kept = ("line_id", "sku", "quantity", "requires_shipping")
        order = {name: new[name] for name in new if name not in {"inventory_version", "shipments"}}
        order["lines"] = [
            {name: line[name] for name in kept if name in line} for line in new["lines"]
        ]
        order["status"] = "draft" if new["status"] == "draft" else "pending"
        order.pop("cancel_reason", None)
        order.pop("removed", None)
        if new.get("platform_version"):
            seen = self._observation(new)
            if seen["cancelled_at"]:
                self._cancel(order, seen.get("cancel_reason") or "other")
        elif new["holds"]:
            broken("order's life", "placed with a hold", new["order_id"])
        return order

    def _decide(self, order: Item, version: int) -> None:
        said = self._world.allocations_past(order["shop_id"], order["order_id"])[version - 1]
        order["inventory_version"] = version
        for line in order["lines"]:
            share = said["lines"].get(line["line_id"], {})
            for name in ("allocated", "backordered"):
                _set(line, name, share.get(name, 0))
        if order["status"] != "pending" or said["decision"] == "released":
            return
        if said["decision"] != "out_of_stock":
            order["holds"] = [hold for hold in order["holds"] if hold["kind"] != _SHORT]
            _settle(order)
        elif order["on_shortage"] == "cancel" and _has_open(order):
            self._cancel(order, "inventory")
        elif all(hold["kind"] != _SHORT for hold in order["holds"]):
            order["holds"] = [*order["holds"], {"kind": _SHORT}]

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
        order["payments"] = {kind: paid[kind] for kind in sorted(paid) if paid[kind]}
        if not order["payments"]:
            del order["payments"]
        if not order.get("asks_stock", True) and new.get("asks_stock", True):
            del order["asks_stock"]
            order["holds"] = [h for h in order["holds"] if h.get("note") != "unknown SKU"]
        if seen["cancelled_at"] and order["status"] not in ENDED and _has_open(order):
            self._cancel(order, seen.get("cancel_reason") or "other")
        _settle(order)

    def _cancel(self, order: Item, reason: str) -> None:
        """All that has not left is cancelled, and its price; the order itself, if nothing has."""
        details = self._world.details(order["shop_id"], order["order_id"]) or {}
        sold = {one["line_id"]: one for one in details.get("lines", ())}
        order["cancel_reason"] = reason
        fallen = order.get("removed", 0)
        for line in order["lines"]:
            rest = max(0, wanted_of(line) - line.get("fulfilled", 0))
            kept = wanted_of(line) - rest
            if line["line_id"] in sold:
                fallen += sum(
                    _price(sold[line["line_id"]], unit, details)
                    for unit in range(kept, kept + rest)
                )
            _set(line, "cancelled", line.get("cancelled", 0) + rest)
        order["holds"] = [hold for hold in order["holds"] if hold["kind"] != _SHORT]
        if any(line.get("fulfilled", 0) for line in order["lines"]):
            _set(order, "removed", min(fallen, order["total"]))
            _settle(order)
        else:
            _set(order, "removed", order["total"])
            order["status"] = "cancelled"
            order["holds"] = []


def _price(sold: Item, unit: int, details: Item) -> int:
    """What a line's unit, counted from 0, costs: its own part of what is said of the whole line."""

    def part(amount: int) -> int:
        upto, before = amount * (unit + 1), amount * unit
        return int(upto // sold["quantity"] - before // sold["quantity"])

    price = sold.get("unit_price", 0) - part(sold.get("discount", 0) + sold.get("share", 0))
    return int(price + (0 if details.get("prices_include_tax") else part(sold.get("tax", 0))))


def _ship(order: Item, shipments: Mapping[str, Item]) -> None:
    """Fulfilled and delivered are sums over all shipments; what is too much is flagged."""
    before = order.get("shipments", {})
    news = [
        name
        for name in shipments
        if shipments[name].get("version") != before.get(name, {}).get("version")
    ]
    if len(news) != 1:
        broken("order's life", f"news of {len(news)} shipments at once", order["order_id"])
    sent, there = Counter[str](), Counter[str]()
    for one in shipments.values():
        sent.update(one["lines"])
        if one["delivered"]:
            there.update(one["lines"])
    excess = set(sent)
    for line in order["lines"]:
        _set(line, "fulfilled", sent[line["line_id"]])
        _set(line, "delivered", there[line["line_id"]])
        if sent[line["line_id"]] <= wanted_of(line):
            excess.discard(line["line_id"])
    order["shipments"] = {
        name: {key: value for key, value in one.items() if key != "unmatched"}
        | ({"unmatched": True} if excess & set(one["lines"]) else {})
        for name, one in shipments.items()
    }
    _settle(order)


def _settle(order: Item) -> None:
    """Steps an order takes by itself."""
    decided = inventory_status(order) in SHIPPABLE
    if order["status"] == "pending" and decided and not order["holds"] and _is_secured(order):
        order["status"] = "confirmed"
    if order["status"] == "confirmed" and all(
        max(line.get("delivered", 0), line.get("returned", 0)) >= wanted_of(line)
        for line in order["lines"]
        if line.get("requires_shipping", True)
    ):
        order["status"] = "completed"


def _is_secured(order: Item) -> bool:
    money = order.get("payments", {})
    paid = money.get("captured", 0) - money.get("refunded", 0)
    rule = order.get("payment_rule", "none")
    if rule == "authorized":
        paid = max(paid, money.get("authorized", 0) - money.get("voided", 0))
    return bool(rule == "none" or paid >= order["total"] - order.get("removed", 0))


def _has_open(order: Item) -> bool:
    return any(wanted_of(line) > line.get("fulfilled", 0) for line in order["lines"])


def _set(line: Item, name: str, units: int) -> None:
    """Zeros are not stored."""
    if units:
        line[name] = units
    else:
        line.pop(name, None)
