"""Returns: a unit comes back once, is restocked once, and its money goes back once."""

from collections import Counter
from collections.abc import Iterator
from typing import Final

from tests.simulation.judge.asked import Asked
from tests.simulation.judge.derived import agreed, wanted_of
from tests.simulation.judge.payments import count
from tests.simulation.judge.steps import OPEN_RETURNS, current_total, put, settle
from tests.simulation.judge.verdict import Item, Step, Write, broken
from tests.simulation.judge.world import World
from tests.simulation.judge.worth import last_units

_MOVES: Final = frozenset(
    {"version", "state", "lines", "updated_at", "decline_note", "refunded", "requests"}
    | {"correlation_id", "actor"}
)
"""All that ever changes of a return."""
_ASKED_FOR: Final = ("line_id", "quantity", "reason", "note")


class ReturnRules:
    """Judges returns with the orders that they change."""

    def __init__(self, world: World, asked: Asked) -> None:
        self._world = world
        self._asked = asked

    def check(self, write: Write) -> None:
        """A return is written with its order, one step at a time."""
        orders = {step.key[0]: step.new for step in write.of("order")}
        for step in write.of("return"):
            ids = (step.new["order_id"], step.new["return_id"])
            order = orders.get(step.key[0])
            if order is None or step.new["version"] != order["version"]:
                broken("returns", "a return changed without its order", *ids)
            if order.get("returns", {}).get(step.new["return_id"]) != step.new["state"]:
                broken("returns", "its order knows another state of a return", *ids)

    def apply(self, order: Item, step: Step, facts: list[Step], details: Item, after: Item) -> None:
        """Change the order as a return's step must; the step itself is one that may be.

        ``after`` is the order as it was written.
        """
        new, ids = step.new, (order["order_id"], step.new["return_id"])
        order["returns"] = order.get("returns", {}) | {new["return_id"]: new["state"]}
        if step.old is None:
            self._request(order, new)
        elif any(step.old.get(n) != new.get(n) for n in (step.old.keys() | new.keys()) - _MOVES):
            broken("returns", "a return is another one than was asked for", *ids)
        elif _sum(new, "refunded") > _sum(step.old, "refunded"):
            worth = _refund(order, step.old, new, facts, details)
            self._pay_back(order, worth, facts, after, ids)
            for fact in facts:
                count(order, fact.new)
        else:
            self._move(order, step.old, new)
        if facts and _sum(new, "refunded") == _sum(step.old or {"lines": []}, "refunded"):
            broken("returns", "money went back for no unit", *ids)
        settle(order)

    def _request(self, order: Item, new: Item) -> None:
        """No more than was sent, and is neither back nor on its way back."""
        ids = (order["order_id"], new["return_id"])
        self._asked.check_made(ids[0], "POST/returns")
        awaited = Counter[str]()
        for name, state in order["returns"].items():
            if state in OPEN_RETURNS and name != new["return_id"]:
                key = (order["pk"], f"return#{name}")
                for line in (self._world.now("OrdersTable", key) or {"lines": ()})["lines"]:
                    awaited[line["line_id"]] += _due(line)
        lines = {line["line_id"]: line for line in agreed(order)}
        if new["state"] != "requested" or order["status"] == "draft":
            broken("returns", f"asked for as {new['state']} of a {order['status']}", *ids)
        for line in new["lines"]:
            known = lines.get(line["line_id"], {})
            left = known.get("fulfilled", 0) - known.get("returned", 0)
            if line["quantity"] > left - awaited[line["line_id"]] or line.keys() - set(_ASKED_FOR):
                broken("returns", f"{line} of {left}, {awaited} are awaited", *ids)

    def _move(self, order: Item, old: Item, new: Item) -> None:
        ids = (order["order_id"], new["return_id"])
        came = gone = 0
        for was, line in zip(old["lines"], new["lines"], strict=True):
            if any(was.get(name) != line.get(name) for name in (*_ASKED_FOR, "refunded")):
                broken("returns", f"{was} has become {line}", *ids)
            came += self._receive(order, was, line)
            gone += line.get("cancelled", 0) - was.get("cancelled", 0)
            if _due(line) < 0 or line.get("cancelled", 0) < was.get("cancelled", 0):
                broken("returns", f"more came or was given up than was asked for: {line}", *ids)
        if came and gone:
            broken("returns", "units came and were given up at once", *ids)
        if new["state"] not in set(_ways(old, new, came=came, gone=gone)):
            text = f"from {old['state']} to {new['state']}: {came} came, {gone} given up"
            broken("returns", text, *ids)

    def _receive(self, order: Item, was: Item, line: Item) -> int:
        """What arrived is back, and what of it is intact on a shelf, each once."""
        shelves, before = line.get("restocked", {}), was.get("restocked", {})
        more = {place: units - before.get(place, 0) for place, units in shelves.items()}
        damaged = line.get("damaged", 0) - was.get("damaged", 0)
        if before.keys() - shelves.keys() or min([damaged, *more.values()]) < 0:
            broken("returns", f"what came back is taken back: {was}, {line}", order["order_id"])
        came = damaged + sum(more.values())
        (known,) = (one for one in order["lines"] if one["line_id"] == line["line_id"])
        put(known, "returned", known.get("returned", 0) + came)
        if known.get("returned", 0) > known.get("fulfilled", 0):
            broken("returns", f"more came back than was sent: {known}", order["order_id"])
        stocked = Counter(known.get("restocked", {})) + Counter(more)
        if stocked:
            known["restocked"] = dict(stocked)
        return came

    def _pay_back(
        self, order: Item, worth: int, facts: list[Step], after: Item, ids: tuple[str, str]
    ) -> None:
        """What the units cost, as far as it was paid; or what the caller said."""
        said, amount = self._asked.refunds(ids[1]), sum(fact.new["amount"] for fact in facts)
        sums, removed = order.get("payments", {}), order.get("removed", 0)
        credit = min(worth, current_total(order))
        left = sums.get("captured", 0) - sums.get("refunded", 0) - current_total(order) + credit
        possible = []
        if None in said and amount == min(credit, max(0, left)):
            possible.append(removed + credit)
        if amount in said:
            possible.append(min(order["total"], removed + amount))
        if after.get("removed", 0) not in possible:
            text = f"{amount} went back for {worth}, asked were {said}, of {removed} "
            broken("returns", text + f"it became {after.get('removed', 0)}", *ids)
        put(order, "removed", after.get("removed", 0))


def _refund(order: Item, old: Item, new: Item, facts: list[Step], details: Item) -> int:
    """All that came and was not refunded is; what those units cost that were owed for."""
    ids = (order["order_id"], new["return_id"])
    if old["state"] not in {"approved", "received"} or len(facts) > 1:
        broken("returns", f"refunded when {old['state']}, by {len(facts)} payments", *ids)
    worth = 0
    lines = {line["line_id"]: line for line in order["lines"]}
    for was, line in zip(old["lines"], new["lines"], strict=True):
        back = _received(was) - was.get("refunded", 0)
        if line != was | ({"refunded": _received(was)} if _received(was) else {}):
            broken("returns", f"refunded otherwise than it came: {was}, {line}", *ids)
        known = lines[line["line_id"]]
        unwanted = max(0, known.get("fulfilled", 0) - wanted_of(known))
        owed = known.get("returned", 0) - unwanted - known.get("refunded", 0)
        units = min(back, max(0, owed))
        worth += last_units(known, units, details)
        put(known, "refunded", known.get("refunded", 0) + units)
    amount = sum(fact.new["amount"] for fact in facts)
    if new.get("refunded", 0) - old.get("refunded", 0) != amount:
        broken("returns", f"{amount} paid, the return says {new.get('refunded', 0)}", *ids)
    if any(
        (fact.new["kind"], fact.new["return_id"]) != ("refunded", new["return_id"])
        for fact in facts
    ):
        broken("returns", "another payment than its refund", *ids)
    if new["state"] != _stands(new):
        broken("returns", f"refunded, it is {new['state']}", *ids)
    return worth


def _ways(old: Item, new: Item, *, came: int, gone: int) -> Iterator[str]:
    """The states that a return may be in after such a step."""
    if not came and not gone:
        if old["state"] == "requested":
            yield from ("approved", "declined")
        return
    if old["state"] == "requested" and gone and not any(map(_due, new["lines"])):
        yield "cancelled"
    if old["state"] == "approved":
        yield _stands(new)


def _stands(new: Item) -> str:
    """Where an approved return stands, by its units."""
    if any(map(_due, new["lines"])):
        return "approved"
    if not any(map(_received, new["lines"])):
        return "cancelled"
    open_ = any(_received(line) > line.get("refunded", 0) for line in new["lines"])
    return "received" if open_ else "refunded"


def _received(line: Item) -> int:
    return int(sum(line.get("restocked", {}).values()) + line.get("damaged", 0))


def _due(line: Item) -> int:
    return int(line["quantity"] - line.get("cancelled", 0) - _received(line))


def _sum(one: Item, name: str) -> int:
    return sum(line.get(name, 0) for line in one["lines"])
