"""Alerts: what concerns a shop is gathered, each fact into one mail, which goes to it alone."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any, Final

from tests.simulation.judge.budgets import spent_of
from tests.simulation.judge.folding import head_key
from tests.simulation.judge.rules import ORDER_BUDGETS
from tests.simulation.judge.verdict import Item, Key, Step, broken
from tests.simulation.judge.world import World

_MOST: Final = 100
"""Facts that one alert lists."""
_MOST_NAMED: Final = 50
"""Of these, those that its mail names."""
_LISTS: Final = frozenset({"order_held", "stock_alert", "stock_drift"})
"""Alerts that tell of several facts at once."""
_GATHERS: Final = frozenset({"waiting"})
_NOWHERE: Final = frozenset({"no_contact", "invalid_email"})
"""Why a shop is not told that has no address."""

_Fact = tuple[str, str]
"""Shop, and what an alert says of something."""


def is_alert(row: Item) -> bool:
    """Whether a row is of an alert, or of a fact that went into one."""
    return bool(row["audience"] != "customer")


class AlertRules:
    """Judges what is gathered for shops, and what goes out to them."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._went_into: set[tuple[Key, str]] = set()
        """Alerts and the subjects of facts that went into them, even if they were closed."""
        self._told_in: dict[_Fact, set[Key]] = {}
        """The alerts that say something."""
        self.entries = 0
        """Facts that are told, or wait to be."""

    # --- the ledger ------------------------------------------------------------------------------

    def check(self, step: Step) -> None:
        """Judge a step of an alert's row, or of a fact's."""
        if step.new["state"] == "folded":
            self._check_note(step)
        elif step.new["state"] == "skipped":
            self._check_skipped(step.new)
        elif "entries" not in step.new:
            broken("alerts", "an alert that tells of nothing", *_ids(step.new))
        else:
            self._check_alert(step)

    def _check_note(self, step: Step) -> None:
        """A fact names its alert, which may be closed by then: in the end some alert has it."""
        new = step.new
        if "entries" in new or "folded_into" not in new or "file" not in new:
            broken("alerts", "folded, and it is no fact of an alert", *_ids(new))
        self._went_into.add((head_key(new), new["subject_id"]))

    def _check_skipped(self, row: Item) -> None:
        if row.get("reason") in _NOWHERE and self._address(row):
            broken("lost message", "a shop with an address has none to be told at", *_ids(row))
        if row.get("reason") not in _NOWHERE:
            broken("lost message", f"an alert is not sent: {row.get('reason')}", *_ids(row))

    def _check_alert(self, step: Step) -> None:
        old, new = step.old, step.new
        before, now = set(old["entries"] if old else ()), set(new["entries"])
        if before - now:
            broken("alerts", "what was gathered is forgotten", *_ids(new))
        if now - before and (new["state"] not in _GATHERS or (old or new)["state"] not in _GATHERS):
            broken("alerts", "a fact is added when an alert is closed", *_ids(new))
        if len(now) != new["gathered"] or len(now) > _MOST:
            broken("alerts", f"{len(now)} facts, counted {new['gathered']}", *_ids(new))
        for text in sorted(now - before):
            self.entries += 1
            self._check_entry(text, step)

    def _check_entry(self, text: str, step: Step) -> None:
        """It came to be, as often as alerts say so, and a row says that it went into this one."""
        row, entry = step.new, json.loads(text)
        alerts = self._told_in.setdefault((row["shop_id"], text), set())
        alerts.add(step.key)
        times = self._times(row, entry)
        if not times:
            broken("groundless message", f"{row['event']} of {entry}: it never was so", *_ids(row))
        if len(alerts) > times:
            broken("told twice", f"{entry} in {len(alerts)} alerts", *_ids(row))
        if (step.key, _subject(row, entry)) not in self._went_into:
            broken("alerts", f"{entry} is told, and no row says so", *_ids(row))

    # --- what an entry rests on ------------------------------------------------------------------

    def _times(self, row: Item, entry: Item) -> int:
        """How often what an entry says came to be."""
        if row["event"] == "order_held":
            return sum(said == entry for said in self._held(row["shop_id"], entry["order_id"]))
        if row["event"] == "stock_alert":
            key = (f"{row['shop_id']}#sku#{entry['sku']}", f"level#{entry['location_id']}")
            return sum(said == entry for said in crossings(self._past("InventoryTable", key)))
        if row["event"] == "stock_drift":
            key = (f"{row['shop_id']}#sku#{entry['sku']}", f"check#{entry['location_id']}")
            return drifts(self._past("InventoryTable", key)).count(entry["drift"])
        if row["event"] == "budget_spent":
            return int(self._is_spent(row, entry))
        return int(row["event"] == "carrier_down")

    def _past(self, table: str, key: Key) -> Sequence[Item]:
        return self._world.past(table, key)

    def _held(self, shop_id: str, order_id: str) -> Iterator[Item]:
        """What was to be told, whenever an order was held."""
        before: set[str] = set()
        for order in self._world.orders_past(shop_id, order_id):
            if order["status"] == "draft":
                continue
            now = {hold["id"] for hold in order["holds"]}
            if now - before:
                kinds = sorted({hold["kind"] for hold in order["holds"]})
                yield {"order_id": order_id, "number": order["number"], "holds": kinds}
            before = now

    def _is_spent(self, row: Item, entry: Item) -> bool:
        spender, channel, day = row["subject_id"].split("#")
        if (channel, day) != (entry["channel"], entry["day"]):
            return False
        order = self._world.order(row["shop_id"], spender) or {}
        spent = spent_of(self._world, row["shop_id"], spender, row | {"channel": channel})
        return order.get("number") == entry.get("number") and spent >= ORDER_BUDGETS[channel]

    # --- the provider ----------------------------------------------------------------------------

    def mailed(self, to: str, text: str, row: Item) -> None:
        """SES accepted an alert."""
        if to != self._address(row):
            broken("recipient", "an alert went to another address than its shop's", *_ids(row))
        entries = [json.loads(one) for one in row["entries"]]
        named = [entry.get("number") or entry.get("sku") for entry in entries]
        if len(named) <= _MOST_NAMED and not all(name in text for name in named if name):
            broken("wording", f"an alert does not name all of {named}", *_ids(row))
        for entry in entries:
            details = self._world.details(row["shop_id"], entry.get("order_id", "")) or {}
            if any(word in text for word in _personal(details)):
                broken("secrecy", "an alert names a customer", *_ids(row))

    def _address(self, row: Item) -> str:
        shop = self._world.now("ShopsTable", (row["shop_id"], "shop")) or {}
        return str(shop.get("alert_email") or "")

    # --- the end ---------------------------------------------------------------------------------

    def settle(self) -> None:
        """All is quiet: every fact has a row, and went into an alert that has it, or is full."""
        noted: Counter[tuple[str, str, str]] = Counter()
        for kind, _, row in self._world.items("NotificationsTable"):
            if kind != "message" or not is_alert(row):
                continue
            if "entries" not in row:
                noted[row["shop_id"], row["event"], row["subject_id"]] += 1
            if row["state"] == "folded":
                self._check_gathered(row)
        for shop_id, event, subject, times in self._facts():
            if noted[shop_id, event, subject] != times:
                text = f"{event} came to be {times} times, {noted[shop_id, event, subject]} rows"
                broken("lost message", text, subject)

    def _check_gathered(self, note: Item) -> None:
        alert = self._world.now("NotificationsTable", head_key(note))
        if alert is None:
            broken("lost message", f"{note['event']} went into no alert", *_ids(note))
        told = {_subject(alert, json.loads(text)) for text in alert["entries"]}
        if note["subject_id"] not in told and len(alert["entries"]) < _MOST:
            broken("lost message", f"{note['event']} is not in its alert", *_ids(note))

    def _facts(self) -> Iterator[tuple[str, str, str, int]]:
        """What shops are to be told of: shop, event, subject, and how often it came to be."""
        for kind, _, order in self._world.items("OrdersTable"):
            if kind == "order":
                shop_id, order_id = order["shop_id"], order["order_id"]
                times = sum(1 for _ in self._held(shop_id, order_id))
                yield shop_id, "order_held", order_id, times
        for kind, key, level in self._world.items("InventoryTable"):
            if kind == "level":
                pairs = pairwise(self._past("InventoryTable", key))
                times = sum(len(list(_crossed(old, new))) for old, new in pairs)
                yield level["shop_id"], "stock_alert", _level(level), times
            if kind == "check":
                times = len(drifts(self._past("InventoryTable", key)))
                yield level["shop_id"], "stock_drift", f"check#{_level(level)}", times


def drifts(past: Sequence[Item]) -> list[Item]:
    """What is to be told of a level whose check has this past: each difference that is another."""
    found = [{}, *(check["drift"] for check in past)]
    return [new for old, new in pairwise(found) if new and new != old]


def crossings(past: Sequence[Item]) -> Iterator[Item]:
    """What is to be told of a level with this past, in the order in which it came to be."""
    for old, new in pairwise(past):
        yield from _crossed(old, new)


def _crossed(old: Item, new: Item) -> Iterator[Item]:
    """What is to be told of a change of a level."""
    for kind in sorted(_wants(new) - _wants(old)):
        said: dict[str, Any] = {"kind": kind, "sku": new["sku"]}
        said |= {"location_id": new["location_id"], "available": new["available"]}
        short = {"shortfall": new["reserved"] - new["on_hand"]} if kind == "oversold" else {}
        yield said | short


def _wants(level: Item) -> set[str]:
    """What is wrong with a level."""
    point, available = level["reorder_point"], level["available"]
    holds = {
        "low": point is not None and available <= point,
        "out": available <= 0,
        "oversold": level["reserved"] > level["on_hand"],
    }
    return {kind for kind, is_so in holds.items() if is_so}


def _level(item: Item) -> str:
    return f"{item['sku']}@{item['location_id']}"


def _subject(alert: Item, entry: Item) -> str:
    """What an entry is about, as the row of its fact names it."""
    if alert["event"] not in _LISTS:
        return str(alert["subject_id"])
    if alert["event"] == "stock_drift":
        return f"check#{_level(entry)}"
    return str(entry["order_id"]) if "order_id" in entry else _level(entry)


def _personal(details: Item) -> list[str]:
    """What would tell who a customer is."""
    customer, address = details.get("customer") or {}, details.get("shipping_address") or {}
    words = [customer.get(name) for name in ("email", "phone", "name")]
    words += [address.get(name) for name in ("name", "line1")]
    return [str(word) for word in words if word]


def _ids(row: Item) -> tuple[str, str, str]:
    return row["order_id"], row["message_id"], row["subject_id"]
