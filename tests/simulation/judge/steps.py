"""What an order does by itself, what is open of it, and when it must be paid."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from tests.simulation.judge.derived import agreed, inventory_status, wanted_of
from tests.simulation.judge.rules import ENDED, SHIPPABLE
from tests.simulation.judge.verdict import Item

OPEN_RETURNS: Final = frozenset({"requested", "approved"})
SHORT: Final = "INVENTORY_OUT_OF_STOCK"


def settle(order: Item) -> None:
    """Let an order take the steps that follow from what it is."""
    decided = inventory_status(order) in SHIPPABLE
    lost = Counter[str]()
    for one in order.get("shipments", {}).values():
        lost.update(one["lines"] if one.get("ended") else {})
    if order["status"] == "pending" and decided and not order["holds"] and is_secured(order):
        order["status"] = "confirmed"
    if order["status"] == "confirmed" and not _is_under_way(order) and all(
        _arrived(line, lost) >= wanted_of(line)
        for line in order["lines"]
        if line.get("requires_shipping", True)
    ):  # fmt: skip
        order["status"] = "completed"
        order["holds"] = []


def _arrived(line: Item, lost: Mapping[str, int]) -> int:
    """Units that nobody waits for: delivered or back; those of an ended parcel are never both."""
    delivered, returned = line.get("delivered", 0), line.get("returned", 0)
    return int(max(returned, delivered + min(returned, lost[line["line_id"]])))


def _is_under_way(order: Item) -> bool:
    return is_editing(order) or not OPEN_RETURNS.isdisjoint(order.get("returns", {}).values())


def is_editing(order: Item) -> bool:
    """Whether stock is being reserved for what an edit adds."""
    return bool(order.get("edit", {}).get("state") == "reserving")


def drop_edit(order: Item) -> None:
    """Leave an edit that is being reserved: the order is as if it had never been."""
    if is_editing(order):
        order["lines"] = agreed(order)
        order["edit"] = {
            name: value for name, value in order["edit"].items() if name != "since"
        } | {"state": "declined"}


def current_total(order: Item) -> int:
    """What it comes to, in minor units."""
    return int(order["total"] - order.get("removed", 0))


def is_secured(order: Item) -> bool:
    """Whether what its shop wants to see of money is there."""
    money = order.get("payments", {})
    paid = money.get("captured", 0) - money.get("refunded", 0)
    rule = order.get("payment_rule", "none")
    if rule == "authorized":
        paid = max(paid, money.get("authorized", 0) - money.get("voided", 0))
    return bool(rule == "none" or paid >= current_total(order))


def deadline(order: Item) -> datetime | None:
    """Until when it must be paid; None for one that does not end by itself."""
    minutes = order.get("payment_minutes")
    waits = order["status"] == "pending" and not is_secured(order)
    if order.get("platform_version"):  # it was sold elsewhere, and is not ours to end
        return None
    if minutes is None or not waits or any(line.get("fulfilled") for line in order["lines"]):
        return None
    since = order.get("edit", {}).get("charged_at") or order["placed_at"]
    return datetime.fromisoformat(since) + timedelta(minutes=minutes)


def open_units(line: Item) -> int:
    """Units that are still to be sent."""
    return max(0, wanted_of(line) - int(line.get("fulfilled", 0)))


def has_open(order: Item) -> bool:
    """Whether anything is still to be sent."""
    return any(map(open_units, agreed(order)))


def is_over(order: Item) -> bool:
    """Whether nobody can wish anything of it any more."""
    return order["status"] in ENDED


def put(line: Item, name: str, units: int) -> None:
    """Store a number as it is stored."""
    if units:
        line[name] = units
    else:
        line.pop(name, None)
