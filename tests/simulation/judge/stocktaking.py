"""Whenever all is quiet: levels are what their rows come to, and nobody waits beside free units."""

from collections import Counter
from collections.abc import Sequence

from tests.simulation.judge.shelf import amounts
from tests.simulation.judge.verdict import Item, broken
from tests.simulation.judge.world import World


def check_ledger(world: World) -> None:
    """The whole ledger once more, from nothing; and nobody waits beside what is there."""
    on_hand, reserved, owed, coming = (Counter[tuple[str, str, str]]() for _ in range(4))
    levels: list[Item] = []
    for kind, _, item in world.items("InventoryTable"):
        level = (item.get("shop_id", ""), item.get("sku", ""), item.get("location_id", ""))
        if kind == "movement":
            on_hand[level] += item["delta"]
            coming[level] += item.get("incoming", 0)
        elif kind == "reservation":
            row = amounts(item)
            on_hand[level] += row["returned"] - row["shipped"]
            reserved[level] += row["quantity"] - row["shipped"]
            owed[level] += row["backordered"]
        elif kind == "level":
            levels.append(item)
    for item in levels:
        level = (item["shop_id"], item["sku"], item["location_id"])
        numbers = (item["on_hand"], item["reserved"], item["backordered"], item["incoming"])
        if numbers != (on_hand[level], reserved[level], owed[level], coming[level]):
            broken("levels", f"{level[1]} at {level[2]} ended at {numbers}", *level)
    _check_nobody_waits_beside(world, levels)


def _check_nobody_waits_beside(world: World, levels: Sequence[Item]) -> None:
    """Nobody waits for a SKU of which units are there that nobody has."""
    free, owed = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    for level in levels:
        sku = (level["shop_id"], level["sku"])
        key = (f"{sku[0]}#locations", level["location_id"])
        place = world.now("InventoryTable", key)
        if place is not None and not place["closed"]:
            free[sku] += max(0, level["available"])
        owed[sku] += level["backordered"]
    for sku, units in owed.items():
        if units and free[sku]:
            broken("left waiting", f"{units} owed, {free[sku]} are there", sku[1])
