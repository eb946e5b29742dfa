"""Edits: what was quoted is what happens, once, and nothing is given up before more is reserved."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Final

from tests.simulation.judge.asked import Asked
from tests.simulation.judge.derived import agreed, wanted_of
from tests.simulation.judge.shipping import recount
from tests.simulation.judge.steps import (
    current_total,
    drop_edit,
    has_open,
    is_editing,
    is_over,
    open_units,
    put,
)
from tests.simulation.judge.verdict import Item, Key, Step, Write, broken
from tests.simulation.judge.world import World
from tests.simulation.judge.worth import last_units, whole

_LASTS: Final = timedelta(hours=24)
_MOVES: Final = frozenset({"version", "state", "reason", "updated_at", "correlation_id", "actor"})
"""All that ever changes of an edit."""
_FOLLOWS: Final = {
    "open": {"withdrawn", "reserving", "confirmed"},
    "reserving": {"confirmed", "declined"},
}
_BY_ITSELF: Final = "withdrawn"
"""Where an edit may be led without its order."""


class EditRules:
    """Judges quotes, and what becomes of them."""

    def __init__(self, world: World, asked: Asked) -> None:
        self._world = world
        self._asked = asked

    def check(self, write: Write) -> None:
        """Judge the quotes of one write; what they do to an order is judged with the order."""
        orders = {step.key[0] for step in write.of("order")}
        newest = {step.key[0]: step for step in write.of("edit") if step.key[1] == "edit"}
        for step in write.of("edit"):
            if step.key[1] != "edit":
                _check_kept(step, newest.get(step.key[0]))
        for step in newest.values():
            if step.old is None or step.old["edit_id"] != step.new["edit_id"]:
                self._check_quoted(step, write)
            else:
                _check_moved(step, with_order=step.key[0] in orders)

    def _check_quoted(self, step: Step, write: Write) -> None:
        old, new = step.old, step.new
        ids = (new["order_id"], new["edit_id"])
        self._asked.check_made(ids[0], "POST/edits")
        lasts = _instant(new["expires_at"]) - _instant(new["created_at"])
        if new["state"] != "open" or lasts != _LASTS:
            broken("edits", f"a quote that is {new['state']} for {lasts}", *ids)
        if new["version"] != (old["version"] if old else 0) + 1:
            broken("versions", f"an edit in version {new['version']}", *ids)
        if old is None:
            return
        key: Key = (step.key[0], f"edit#{old['edit_id']}")
        if not any(one.key == key for one in write.of("edit")):
            broken("edits", f"{old['edit_id']} made room and is gone", *ids)
        if old["state"] == "open" and _instant(old["expires_at"]) > _instant(new["created_at"]):
            broken("edits", "a second quote while one is open", *ids)
        order = self._world.now("OrdersTable", (step.key[0], "order"))
        if old["state"] == "reserving" and order is not None and is_editing(order):
            broken("edits", "a quote while an edit is being reserved", *ids)

    def settle(self) -> None:
        """All is quiet: no edit waits to be decided."""
        for kind, _, order in self._world.items("OrdersTable"):
            if kind == "order" and is_editing(order):
                broken("undecided", "an edit is still being reserved", order["order_id"])


def _check_kept(step: Step, by: Step | None) -> None:
    """An edit that makes room is kept as it was, and known to be over."""
    new, before = step.new, by.old if by else None
    ids = (new["order_id"], new["edit_id"])
    if step.old is not None or before is None or before["edit_id"] != new["edit_id"]:
        broken("edits", "an earlier edit was written again", *ids)
    fixed = before.keys() - _MOVES - {"sk"}
    if any(before[name] != new.get(name) for name in fixed):
        broken("edits", "an earlier edit has changed", *ids)
    over = {"open": {"expired"}, "reserving": {"confirmed", "declined"}}
    if new["state"] not in over.get(before["state"], {before["state"]}):
        broken("edits", f"it was {before['state']} and is kept as {new['state']}", *ids)


def _check_moved(step: Step, *, with_order: bool) -> None:
    old, new = step.old or {}, step.new
    ids = (new["order_id"], new["edit_id"])
    if any(old.get(name) != new.get(name) for name in (old.keys() | new.keys()) - _MOVES):
        broken("edits", "a quote has changed", *ids)
    if new["state"] not in _FOLLOWS.get(old["state"], set()):
        broken("edits", f"from {old['state']} to {new['state']}", *ids)
    if new["version"] != old["version"] + 1:
        broken("versions", f"an edit in version {new['version']}", *ids)
    if with_order != (new["state"] != _BY_ITSELF):
        broken("edits", f"it became {new['state']} without its order", *ids)


# --- what an edit does to its order -------------------------------------------------------------


def confirm(order: Item, step: Step, details: Item, new: Item) -> None:
    """A caller confirms: what it adds is asked for first; what needs no stock is done at once."""
    made, ids = step.new, (order["order_id"], step.new["edit_id"])
    if _instant(made["expires_at"]) <= _instant(new["updated_at"]):
        broken("edits", "a quote was confirmed after its time", *ids)
    if is_editing(order):
        broken("edits", "two edits are being reserved", *ids)
    if not fits(order, made, details) or made["total_before"] != current_total(order):
        broken("edits", "another order was edited than was quoted", *ids)
    if not _reserves(order, made):
        if made["state"] != "confirmed":
            broken("edits", f"it needs no stock, and is {made['state']}", *ids)
        _commit(order, made, details, new)
        return
    if made["state"] != "reserving":
        broken("edits", "released before what it adds was reserved", *ids)
    before = order.get("edit", {})
    order["lines"] = [*order["lines"], *_asked_for(order, made)]
    order["edit"] = {"edit_id": made["edit_id"], "state": "reserving", "since": new["version"]}
    if "charged_at" in before:
        order["edit"]["charged_at"] = before["charged_at"]


def finish(order: Item, step: Step | None, details: Item, new: Item) -> bool:
    """Stock was decided for what it adds: done if all of that is there, else as if it never was."""
    if step is None or step.old is None:
        broken("edits", "an edit ended that nobody knows", order["order_id"])
    made = step.old
    short = any(
        line.get("allocated", 0) + line.get("backordered", 0) < wanted_of(line)
        for line in order["lines"]
        if "edit_id" in line
    )
    done = not short and fits(order, made, details)
    if step.new["state"] != ("confirmed" if done else "declined"):
        text = f"it is {step.new['state']}, short: {short}, fits: {done or short}"
        broken("edits", text, order["order_id"], made["edit_id"])
    if done:
        _commit(order, made, details, new)
    else:
        drop_edit(order)
    return done


def fits(order: Item, made: Item, details: Item) -> bool:
    """Whether a quote is still what its wish comes to."""
    lines = {line["line_id"]: line for line in agreed(order)}
    if order["status"] == "draft" or is_over(order) or not has_open(order):
        return False
    targets = {one["line_id"]: one["quantity"] for one in made.get("set_to", ())}
    wanted = {line_id: wanted_of(line) for line_id, line in lines.items()}
    less = {name: wanted[name] - to for name, to in targets.items() if to < wanted[name]}
    more = {name: to - wanted[name] for name, to in targets.items() if to > wanted[name]}
    added = made.get("added", [])
    raised = {one["raises"]: one["quantity"] for one in added if "raises" in one}
    numbers = [f"line_{len(lines) + place}" for place in range(1, len(added) + 1)]
    if (less, more) != (_cuts(made), raised) or numbers != [one["line_id"] for one in added]:
        return False
    if any(units > open_units(lines[name]) for name, units in less.items()):
        return False
    new = [one for one in added if "raises" not in one]
    if not new and not any(targets.get(name, units) for name, units in wanted.items()):
        return False
    if "shipping" not in made and made["shipping_after"] != _shipping(details):
        return False
    after = dict(order)
    _charge(after, made, details)
    quoted = made["total_after"] - made["total_before"]
    return bool(current_total(after) - current_total(order) == quoted)


def _commit(order: Item, made: Item, details: Item, new: Item) -> None:
    """Lines are added, units cancelled, and the order costs as much more as was quoted."""
    ids = (order["order_id"], made["edit_id"])
    charge = made["total_after"] - made["total_before"]
    reserved = {line["line_id"]: line for line in order["lines"] if "edit_id" in line}
    order["lines"] = agreed(order)
    before = current_total(order)
    _charge(order, made, details)
    if current_total(order) - before != charge:
        broken("edits", f"{charge} was quoted, {current_total(order) - before} charged", *ids)
    for line in order["lines"]:
        units = _cuts(made).get(line["line_id"], 0)
        put(line, "cancelled", line.get("cancelled", 0) + units)
    for one in made.get("added", ()):
        line = {name: one[name] for name in ("line_id", "sku", "quantity")}
        if not one.get("requires_shipping", True):
            line["requires_shipping"] = False
        for name in ("allocated", "backordered"):
            put(line, name, reserved.get(one["line_id"], {}).get(name, 0))
        order["lines"].append(line)
    known = {"edit_id": made["edit_id"], "state": "confirmed"}
    charged_at = order.get("edit", {}).get("charged_at")
    if charge > 0 or charged_at:
        known["charged_at"] = new["updated_at"] if charge > 0 else charged_at
    order["edit"] = known
    _hand_over(order, _cuts(made))
    recount(order)


def check_sold(old: Item, new: Item, made: Item) -> None:
    """What an order was placed with has the new lines and sums, and is otherwise what it was."""
    fresh = [
        {name: one[name] for name in one if name not in {"raises", "requires_shipping"}}
        for one in made.get("added", ())
    ]
    difference = sum(whole(one, old) for one in fresh) + made["shipping_after"] - _shipping(old)
    right = new["lines"] == [*old["lines"], *fresh]
    total = old["totals"]["total"] + difference if "totals" in old else None
    if not right or (total is not None and new["totals"]["total"] != total):
        broken("placed", "an edit changed what was sold otherwise than quoted", new["order_id"])


def _charge(order: Item, made: Item, details: Item) -> None:
    """The total grows by what comes, and what goes falls away; never more than there is."""
    lines = {line["line_id"]: line for line in agreed(order)}
    fallen = order.get("removed", 0) + sum(
        last_units(lines[name], units, details) for name, units in _cuts(made).items()
    )
    grown = sum(whole(one, details) for one in made.get("added", ()))
    order["total"] += grown + made["shipping_after"] - _shipping(details)
    put(order, "removed", min(order["total"], fallen))


def _cuts(made: Item) -> dict[str, int]:
    return {
        kept["line_id"]: kept["before"] - kept["after"]
        for kept in made["kept"]
        if kept["after"] < kept["before"]
    }


def _shipping(details: Item) -> int:
    return int(details.get("totals", {}).get("shipping", 0))


def _reserves(order: Item, made: Item) -> bool:
    """Whether it adds something that an order which asks for stock does not hold already."""
    more = any(map(wanted_of, _asked_for(order, made)))
    holds = any(line.get("allocated") or line.get("backordered") for line in order["lines"])
    in_vain = order["status"] == "pending" and order.get("inventory_version") and not holds
    return more and bool(order.get("asks_stock", True)) and not in_vain


def _asked_for(order: Item, made: Item) -> list[Item]:
    """The new lines: of each SKU, units to hold the greater of before and after are asked for."""
    freed = Counter[str]()
    for line in order["lines"]:
        freed[line["sku"]] += _cuts(made).get(line["line_id"], 0)
    lines = []
    for one in made.get("added", ()):
        line = {name: one[name] for name in ("line_id", "sku", "quantity")}
        if not one.get("requires_shipping", True):
            line["requires_shipping"] = False
        there = min(freed[one["sku"]], one["quantity"])
        freed[one["sku"]] -= there
        put(line, "cancelled", there)
        lines.append(line | {"edit_id": made["edit_id"]})
    return lines


def _hand_over(order: Item, cuts: dict[str, int]) -> None:
    """Of a SKU that is given up on one line, units held go to who got them, then as lines stand."""
    skus = {line["sku"] for line in order["lines"] if line["line_id"] in cuts}
    for sku in skus:
        lines = [line for line in order["lines"] if line["sku"] == sku]
        held = sum(line.get("allocated", 0) for line in lines)
        owed = sum(line.get("backordered", 0) for line in lines)
        shares = []
        for line in lines:
            shares.append(min(line.get("fulfilled", 0), held))
            held -= shares[-1]
        for line, sent in zip(lines, shares, strict=True):
            more = min(max(0, wanted_of(line) - sent), held)
            held -= more
            late = min(max(0, wanted_of(line) - sent - more), owed)
            owed -= late
            put(line, "allocated", sent + more)
            put(line, "backordered", late)


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)
