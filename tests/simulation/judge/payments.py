"""Payments: each fact counts once, nothing goes back that never came, and time to pay runs out."""

from collections import Counter
from datetime import datetime
from typing import Final

from tests.simulation.judge.asked import Asked
from tests.simulation.judge.steps import current_total, deadline, drop_edit, settle
from tests.simulation.judge.verdict import Item, Step, Write, broken
from tests.simulation.judge.world import World

_BOUNDS: Final = {"refunded": "captured", "voided": "authorized"}


class PaymentRules:
    """Follows the sums of every order by the facts that were told of it."""

    def __init__(self, world: World, asked: Asked) -> None:
        self._world = world
        self._asked = asked

    def check(self, write: Write) -> None:
        """Judge the facts of one write."""
        orders = {step.key[0]: step.new for step in write.of("order")}
        for step in write.of("payment"):
            ids = (step.new["order_id"], step.new["payment_id"])
            if step.old is not None:
                broken("payments", "a payment was written a second time", *ids)
            if step.key[0] not in orders:
                broken("payments", "a payment that its order does not know of", *ids)
            if "return_id" not in step.new:
                self._asked.check_made(ids[0], "POST/payments")
        for order in orders.values():
            sums = order.get("payments", {})
            for name, bound in _BOUNDS.items():
                if sums.get(name, 0) > sums.get(bound, 0):
                    broken("payments", f"more {name} than {bound}: {sums}", order["order_id"])

    def settle(self, at: float) -> None:
        """All is quiet: what was told adds up, and nobody owes beyond the time to pay."""
        told: dict[str, Counter[str]] = {}
        for kind, key, item in self._world.items("OrdersTable"):
            if kind == "payment":
                told.setdefault(key[0], Counter())[item["kind"]] += item["amount"]
        for kind, key, order in self._world.items("OrdersTable"):
            if kind != "order":
                continue
            details = self._world.details(order["shop_id"], order["order_id"]) or {}
            sums = placed_with(details) + told.get(key[0], Counter())
            if not order.get("platform_version") and order.get("payments", {}) != +sums:
                text = f"its payments are {order.get('payments', {})}, told were {dict(sums)}"
                broken("payments", text, order["order_id"])
            until = deadline(order)
            if until is not None and until.timestamp() < at:
                broken("expiry", f"unpaid since {until} and still there", order["order_id"])


def placed_with(details: Item) -> Counter[str]:
    """The sums of what an order was placed with."""
    sums = Counter[str]()
    for fact in details.get("payments", ()):
        sums[fact["kind"]] += fact["amount"]
    return sums


def count(order: Item, fact: Item) -> None:
    """Count one more fact; an order's number of them is kept beside the sums."""
    sums = order.get("payments", {})
    order["payments"] = sums | {fact["kind"]: sums.get(fact["kind"], 0) + fact["amount"]}
    order["payment_facts"] = order.get("payment_facts", 0) + 1


def pay(order: Item, step: Step) -> None:
    """A fact is told: what goes back beyond what was due makes the order cheaper."""
    fact = step.new
    sums = order.get("payments", {})
    due = sums.get("captured", 0) - sums.get("refunded", 0) - current_total(order)
    if fact["kind"] == "refunded" and (goodwill := fact["amount"] - max(0, due)) > 0:
        order["removed"] = order.get("removed", 0) + goodwill
    count(order, fact)
    settle(order)


def expire(order: Item, new: Item) -> None:
    """The time to pay is over: only who has not paid, and of whom nothing has left, is ended."""
    until, at = deadline(order), datetime.fromisoformat(new["updated_at"])
    if until is None or until > at:
        text = f"it expired at {at} as {order['status']}, it had until {until}"
        broken("expiry", text, order["order_id"])
    drop_edit(order)
    order["status"] = "expired"
    order["holds"] = []
    order["removed"] = order["total"]
