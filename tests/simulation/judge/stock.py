"""Invariants of stock: every number is explained by the ledger, and no unit is promised twice."""

from collections import Counter
from collections.abc import Mapping
from typing import Final

from tests.simulation.judge.shelf import AMOUNTS, amounts
from tests.simulation.judge.verdict import Item, Step, Write, broken
from tests.simulation.judge.world import World

Level = tuple[str, str, str]
"""Shop, SKU, location."""

_VERSIONED: Final = ("level", "item", "location", "allocation", "check")
_UNTIL_CHECKED: Final = frozenset({"unchecked_pk", "stale_days"})
"""What a check takes off a level that it has proven; nothing else changes, nor the version."""


class StockRules:
    """Sums over the ledger, kept up with every write, and what they must be equal to."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.moved: Counter[Level] = Counter()
        self.shipped: Counter[Level] = Counter()
        self.incoming: Counter[Level] = Counter()
        self.returned: Counter[Level] = Counter()
        """Units that customers sent back to a level."""
        self.held: Counter[Level] = Counter()
        self.owed: Counter[Level] = Counter()
        self.owed_of_sku: Counter[tuple[str, str]] = Counter()
        self.rows: dict[tuple[str, str], dict[tuple[str, str], Item]] = {}
        """Reservation lines by order, and then by SKU and location."""
        self.last_moved: dict[tuple[str, str], int] = {}
        """The write that last moved a SKU."""
        self.uneven: set[tuple[str, str]] = set()
        """SKUs of which something was given back, or left without being reserved."""

    def check(self, write: Write, limits: dict[tuple[str, str], int | None]) -> None:
        """Judge one write; ``limits`` bound what may be owed of the SKUs it touches."""
        check_versions(write, _VERSIONED)
        owed_before = {sku: self.owed_of_sku[sku] for sku in limits}
        for step in write.of("movement"):
            self._moved(step)
            self.last_moved[level_of(step.new)[:2]] = write.number
        for step in write.of("reservation"):
            self._reserved(step, write)
        self._check_markers(write)
        self._check_allocations(write)
        self._check_settings(write)
        for level in self._touched(write):
            self._check_level(level)
        self._check_promises(write)
        for sku, limit in limits.items():
            self._check_limit(sku, limit, owed_before[sku])

    # --- the ledger's rows -----------------------------------------------------------------------

    def _moved(self, step: Step) -> None:
        new = step.new
        if step.old is not None:
            broken("ledger", f"movement {new['movement_id']} was rewritten", new["movement_id"])
        self.moved[level_of(new)] += new["delta"]
        self.incoming[level_of(new)] += new.get("incoming", 0)

    def _reserved(self, step: Step, write: Write) -> None:
        old, new = amounts(step.old or {}), amounts(step.new)
        level, order = level_of(step.new), (step.new["shop_id"], step.new["order_id"])
        if min(new.values()) < 0 or new["shipped"] > new["quantity"]:
            broken("ledger", f"a reservation of {new}", *order, level[1])
        if new["released"] < old["released"] or new["returned"] < old["returned"]:
            broken("ledger", "a reservation takes back what it gave back", *order, level[1])
        gates = (s.new for s in write.of("allocation") if s.key[0] == f"{order[0]}#{order[1]}")
        if not any(gate["version"] == step.new["version"] for gate in gates):
            broken("gate", "a reservation changed without its allocation", *order, level[1])
        waits = {"owed_pk": f"{order[0]}#{level[1]}"} if new["backordered"] else {}
        if {name: step.new[name] for name in ("owed_pk",) if name in step.new} != waits:
            broken("index", "a line waits, and is not among those that do", *order, level[1])
        self.shipped[level] += new["shipped"] - new["returned"] - old["shipped"] + old["returned"]
        self.returned[level] += new["returned"] - old["returned"]
        self.held[level] += _open(new) - _open(old)
        self.owed[level] += new["backordered"] - old["backordered"]
        self.owed_of_sku[level[:2]] += new["backordered"] - old["backordered"]
        self.rows.setdefault(order, {})[level[1:]] = step.new

    def _check_markers(self, write: Write) -> None:
        made = {step.new["movement_id"] for step in write.of("movement")}
        for step in write.of("marker"):
            if step.old is not None or step.new["movement_id"] not in made:
                broken("idempotency", "an Idempotency-Key made a second movement", step.key[0])

    # --- levels ----------------------------------------------------------------------------------

    def _touched(self, write: Write) -> list[Level]:
        kinds = ("level", "movement", "reservation")
        return list(dict.fromkeys(level_of(s.new) for kind in kinds for s in write.of(kind)))

    def _check_level(self, level: Level) -> None:
        shop_id, sku, location_id = level
        item = self._world.now("InventoryTable", (f"{shop_id}#sku#{sku}", f"level#{location_id}"))
        if item is None:
            broken("levels", f"{sku} moved at {location_id} without a level", sku, shop_id)
        for name, sums in (
            ("on_hand", self.moved[level] - self.shipped[level]),
            ("reserved", self.held[level]),
            ("backordered", self.owed[level]),
            ("incoming", self.incoming[level]),
            ("available", item["on_hand"] - item["reserved"] - item["safety_stock"]),
        ):
            if item[name] != sums:
                broken("levels", f"{name} of {sku} is {item[name]}, not {sums}", sku, shop_id)
        if item["incoming"] < 0:
            broken("levels", f"{item['incoming']} of {sku} are on their way", sku, shop_id)

    def _check_promises(self, write: Write) -> None:
        taken: Counter[Level] = Counter()
        for step in write.of("reservation"):
            old, new = amounts(step.old or {}), amounts(step.new)
            more, left = new["quantity"] - old["quantity"], new["shipped"] - old["shipped"]
            unreserved = min(max(0, more), max(0, left))  # a parcel that left is a fact
            if unreserved or new["released"] or new["returned"]:
                self.uneven.add(level_of(step.new)[:2])
            taken[level_of(step.new)] += more - unreserved
        moved = {level_of(step.new) for step in write.of("movement")}
        for step in write.of("level"):
            level, available = level_of(step.new), step.new["available"]
            if taken[level] > 0 and available < 0:
                text = f"{taken[level]} units of {level[1]} promised, available {available}"
                orders = (s.new["order_id"] for s in write.of("reservation"))
                broken("oversold", text, level[1], level[0], *dict.fromkeys(orders))
            lost = (step.old or {"on_hand": 0})["on_hand"] > step.new["on_hand"]
            if level in moved and lost and step.new["on_hand"] < 0:
                broken(
                    "levels", f"a movement leaves {step.new['on_hand']} on hand", level[1], level[0]
                )

    def _check_limit(self, sku: tuple[str, str], limit: int | None, before: int) -> None:
        owed = self.owed_of_sku[sku]
        if limit is not None and owed > limit and owed > before:
            broken("backorder limit", f"{owed} of {sku[1]} owed, at most {limit}", sku[1], sku[0])

    # --- settings --------------------------------------------------------------------------------

    def _check_settings(self, write: Write) -> None:
        """An item, its list of levels and what they hold of its settings change together."""
        for pk, item in ((step.key[0], step.new) for step in write.of("item")):
            for location_id in item["locations"]:
                level = self._world.now("InventoryTable", (pk, f"level#{location_id}"))
                if level is None or any(
                    level[name] != item[name] for name in ("safety_stock", "reorder_point")
                ):
                    text = f"the level of {item['sku']} at {location_id} is not its item's"
                    broken("settings", text, item["sku"], pk)
        for step in write.of("level"):
            known = self._world.now("InventoryTable", (step.key[0], "item"))
            if known is None or step.new["location_id"] not in known["locations"]:
                broken("settings", "a level its item does not list", step.new["sku"], step.key[0])

    # --- allocations -----------------------------------------------------------------------------

    def _check_allocations(self, write: Write) -> None:
        for step in write.of("allocation"):
            old, new = step.old, step.new
            order = (new["shop_id"], new["order_id"])
            told = {(row["sku"], row["location_id"]): amounts(row) for row in new["reservations"]}
            rows = {place: amounts(row) for place, row in self.rows.get(order, {}).items()}
            if told != rows or len(told) != len(new["reservations"]):
                broken("gate", f"the allocation says {told}, the ledger {rows}", *order)
            if old is not None and not _moves_on(old, new):
                text = f"from order version {old['order_version']} to {new['order_version']}"
                broken("gate", f"an allocation was applied again: {text}", *order)
            if new["decision"] == "released" and any(
                _open(row) + row["backordered"] for row in told.values()
            ):
                broken("tombstone", "an order that is gone holds stock", *order)
            if old is not None and old["decision"] == "released" != new["decision"]:
                broken("tombstone", "an order that is gone was decided again", *order)


def check_versions(write: Write, kinds: tuple[str, ...]) -> None:
    """Every version is one more than the last."""
    for step in write.steps:
        if step.kind in kinds and not was_proven(step):
            before = step.old["version"] if step.old else 0
            if step.new["version"] != before + 1:
                text = f"{step.kind} {step.key} went from version {before} to "
                broken("versions", text + str(step.new["version"]), *step.key)


def was_proven(step: Step) -> bool:
    """Whether a check took a level off its list, and changed nothing else."""
    if step.kind != "level" or step.old is None:
        return False
    gone = step.old.keys() - step.new.keys()
    return bool(gone) and gone <= _UNTIL_CHECKED and step.new.items() <= step.old.items()


def level_of(item: Item) -> Level:
    """The level that a row of the ledger is about."""
    return (item["shop_id"], item["sku"], item["location_id"])


def _moves_on(old: Item, new: Item) -> bool:
    """A newer version of the order; the next part of one too large for one transaction; a fill."""
    if new["order_version"] != old["order_version"]:
        return bool(new["order_version"] > old["order_version"])
    if not new["decided"]:
        return bool(new["decision"] == old["decision"])
    more = {name: _sum(new, name) - _sum(old, name) for name in AMOUNTS}
    filled = more.pop("quantity")
    return filled > 0 and more.pop("backordered") == -filled and not any(more.values())


def _open(row: Mapping[str, int]) -> int:
    return row["quantity"] - row["shipped"]


def _sum(allocation: Item, name: str) -> int:
    return sum(amounts(row)[name] for row in allocation["reservations"])
