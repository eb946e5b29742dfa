"""What a shop corrects of an order, or makes it wait for: what it names, and nothing else."""

from collections import Counter
from typing import Any, Final

from tests.simulation.judge.asked import Asked
from tests.simulation.judge.steps import SHORT, has_open, is_over, settle
from tests.simulation.judge.verdict import Item, broken

_OF_DETAILS: Final = ("shipping_address", "billing_address", "customer", "note", "metadata")
_WRONG_ADDRESS: Final = "INCORRECT_ADDRESS"
UNKNOWN: Final = "unknown SKU"
_LISTED: Final = frozenset({"customer_pk", "customer_sk", "placed_by"})
_STAMP: Final = frozenset({"version", "updated_at", "correlation_id", "actor"})


def amend(order: Item, new: Item, before: Item, after: Item, asked: Asked) -> None:
    """Some call asked for just this: what it names is as it says, all else as it was."""
    ids = (order["order_id"], order["shop_id"])
    names = before.keys() | after.keys()
    changed = {name for name in names if before.get(name) != after.get(name)} - _STAMP - _LISTED
    if changed - set(_OF_DETAILS):
        broken("amended", f"{sorted(changed)} of an order have changed", *ids)
    tags = new.get("tags") != order.get("tags")
    told = sorted([*changed, *(["tags"] if tags else [])])
    if list(new.get("amended", ())) != told:
        broken("amended", f"{told} have changed, told is {new.get('amended')}", *ids)
    calls = asked.bodies(order["order_id"], "PATCH")
    if not any(_fits(body, order, new, before, after) for body in calls):
        broken("amended", f"nobody asked for {told} as they are", *ids)
    if tags:
        order["tags"] = new.get("tags", [])
        if not order["tags"]:
            del order["tags"]
    if "shipping_address" in changed:
        order["ship_country"] = after["shipping_address"]["country"]
    if "shipping_address" in changed or len(new["holds"]) < len(order["holds"]):
        order["holds"] = [one for one in order["holds"] if one["kind"] != _WRONG_ADDRESS]
    if "shipping_address" in changed and (is_over(order) or not _goes_out(order)):
        broken("amended", "an address that nothing goes to any more", *ids)
    settle(order)


def _goes_out(order: Item) -> bool:
    sent = [line for line in order["lines"] if line.get("requires_shipping", True)]
    return not sent or has_open(order)


def _fits(body: Any, order: Item, new: Item, before: Item, after: Item) -> bool:
    """Whether a merge patch makes what is there of what was there."""
    if not isinstance(body, dict):
        return False
    wanted = {name: before.get(name) for name in _OF_DETAILS}
    for name in body.keys() & set(_OF_DETAILS):
        wanted[name] = _merged(name, before.get(name) or {}, body[name])
    tags = body.get("tags", order.get("tags", []))
    return (tags or []) == new.get("tags", []) and all(
        (wanted[name] or None) == (after.get(name) or None) for name in _OF_DETAILS
    )


def _merged(name: str, before: Any, patch: Any) -> Any:
    if name in {"customer", "metadata"}:
        both = {**before, **(patch or {})} if patch is not None else {}
        return {key: value for key, value in both.items() if value is not None}
    return patch


def hold(order: Item, new: Item, asked: Asked) -> None:
    """A hold is put on, or taken off; no other comes or goes with it."""
    ids = (order["order_id"], order["shop_id"])
    before = {one["id"]: one for one in order["holds"]}
    after = {one["id"]: one for one in new["holds"]}
    came = [after[name] for name in after if name not in before]
    gone = [before[name] for name in before if name not in after]
    if is_over(order) or any(before[name] != after[name] for name in before.keys() & after.keys()):
        broken("holds", f"of an order that is {order['status']}: {gone}, {came}", *ids)
    if len(came) + len(gone) != 1 and not _corrected(gone, came, asked, order):
        broken("holds", f"{len(came)} holds came, {len(gone)} went", *ids)
    wanted = Counter(body["kind"] for body in asked.bodies(order["order_id"], "POST/holds"))
    for one in came:
        if not wanted[one["kind"]]:
            broken("holds", f"nobody asked for {one}", *ids)
        asked.check_made(order["order_id"], "POST/holds")
    if gone and any(one["kind"] == SHORT for one in gone) and not new["demand_changed"]:
        broken("demand", "let go, and inventory is not asked again", *ids)
    if any(one.get("note") == UNKNOWN for one in gone):
        order.pop("asks_stock", None)  # from now on inventory is asked, whatever it knows
    order["holds"] = new["holds"]
    settle(order)


def _corrected(gone: list[Item], came: list[Item], asked: Asked, order: Item) -> bool:
    """A right address takes all holds of a wrong one."""
    calls = asked.bodies(order["order_id"], "PATCH")
    told = any(isinstance(body, dict) and body.get("shipping_address") for body in calls)
    return told and not came and {one["kind"] for one in gone} == {_WRONG_ADDRESS}
