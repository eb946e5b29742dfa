"""Facts that are told to an order by nobody's API yet: what each must make of it, and when it may.

They are marked by their actor; all that is not said here of an order stays as it was.
"""

from collections.abc import Callable
from typing import Final

from tests.simulation.judge.derived import wanted_of
from tests.simulation.judge.rules import ENDED
from tests.simulation.judge.verdict import Item, broken

_NEW_LINE: Final = {"line_id", "sku", "quantity"}


def _edit(order: Item, new: Item) -> None:
    """Lines have other quantities, never less than left with parcels, and there may be more."""
    if order["status"] == "draft" or order["status"] in ENDED:
        broken("edits", f"an order was edited that is {order['status']}", order["order_id"])
    before = [dict(line) for line in order["lines"]]
    for line, after in zip(order["lines"], new["lines"], strict=False):
        lowered = after["quantity"] < line["quantity"]
        line["quantity"] = after["quantity"]
        if lowered and wanted_of(line) < line.get("fulfilled", 0):
            broken("edits", f"less of {line['line_id']} than was sent", order["order_id"])
    for added in new["lines"][len(before) :]:
        if added.keys() != _NEW_LINE or added["line_id"] in {one["line_id"] for one in before}:
            broken("edits", f"a line was added as {added}", order["order_id"])
        order["lines"].append(dict(added))
    if min(line["quantity"] for line in order["lines"]) < 1 or order["lines"] == before:
        broken("edits", "a line of nothing, or an edit of nothing", order["order_id"])


def _payment(order: Item, _new: Item) -> None:
    """All of it is paid; that happens to orders which are gone, too."""
    if order.get("payments", {}).get("captured", 0) >= order["total"]:
        broken("payments", "it was paid twice", order["order_id"])
    order["payments"] = order.get("payments", {}) | {"captured": order["total"]}


def _expiry(order: Item, _new: Item) -> None:
    """Only who is to pay before anything is sent, and has not."""
    paid = order.get("payments", {}).get("captured", 0) >= order["total"]
    if order["status"] != "pending" or paid or order.get("payment_rule", "none") == "none":
        text = f"an order expired that was {order['status']}, paid: {paid}"
        broken("expiry", text, order["order_id"])
    order["status"] = "expired"
    order["holds"] = []


def _return(order: Item, new: Item) -> None:
    """What was delivered comes back, once; of it, no more is restocked than came."""
    came = 0
    for line, after in zip(order["lines"], new["lines"], strict=True):
        more = after.get("returned", 0) - line.get("returned", 0)
        shelves, before = after.get("restocked", {}), line.get("restocked", {})
        restocked = sum(shelves.values()) - sum(before.values())
        if any(shelves.get(place, 0) < units for place, units in before.items()):
            broken("returns", "what was restocked is taken back", order["order_id"])
        if not 0 <= restocked <= more or after.get("returned", 0) > line.get("delivered", 0):
            text = f"{more} more returned, {restocked} of it restocked: {after}"
            broken("returns", text, order["order_id"])
        if more:
            line["returned"] = after["returned"]
        if restocked:
            line["restocked"] = shelves
        came += more
    if not came:
        broken("returns", "nothing came back", order["order_id"])


FACTS: Final[dict[str, Callable[[Item, Item], None]]] = {
    "edit": _edit,
    "payment": _payment,
    "expiry": _expiry,
    "return": _return,
}
"""By the actor they are marked with: changes the order as it was into what it must be now."""
