"""Invariants of movements, transfers, closed locations: both ends in one write, of free units."""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Final

from tests.simulation.judge.shelf import amounts
from tests.simulation.judge.stock import StockRules, check_versions, level_of
from tests.simulation.judge.verdict import Item, Step, Write, broken
from tests.simulation.judge.world import World

_FIXED: Final = ("sku", "location_id", "to_location_id", "quantity", "created_at")
_IN_USE: Final = ("on_hand", "reserved", "incoming")


class MovementRules:
    """Judges movements, and what they are parts of; ``stock`` has the sums of the ledger."""

    def __init__(self, world: World, stock: StockRules) -> None:
        self._world = world
        self._stock = stock
        self._on_their_way: Counter[tuple[str, str]] = Counter()
        """Units that rows say are in transit, by shop and transfer."""

    def check(self, write: Write) -> None:
        """Judge one write."""
        check_versions(write, ("transfer",))
        rows = [step.new for step in write.of("movement")]
        for row in rows:
            self._check_row(row, write)
        moved = {(row["shop_id"], row["transfer_id"]) for row in rows if "transfer_id" in row}
        told = {(step.new["shop_id"], step.new["transfer_id"]) for step in write.of("transfer")}
        if moved != told:
            broken("transfers", f"rows of {moved}, transfers {told}", *map(str, moved | told))
        for step in write.of("transfer"):
            own = [row for row in rows if row.get("transfer_id") == step.new["transfer_id"]]
            self._check_transfer(step, own, write)
        self._check_closed(write)

    # --- rows ------------------------------------------------------------------------------------

    def _check_row(self, row: Item, write: Write) -> None:
        case = (row["kind"], "transfer_id" in row)
        fits = _CASES.get(case)
        if fits is None or not fits(row["quantity"], row["delta"], row.get("incoming", 0)):
            text = f"{case[0]} of {row['quantity']} moved {row['delta']}, {row.get('incoming', 0)}"
            broken("ledger", text, row["sku"], row["movement_id"])
        if row["kind"] == "counted":
            level = self._level(row)
            if level is not None and level["on_hand"] != row["quantity"]:
                text = f"{row['quantity']} of {row['sku']} counted, {level['on_hand']} stored"
                broken("ledger", text, row["sku"])
        place = self._place(row["shop_id"], row["location_id"])
        arrives = row["delta"] > 0 or row.get("incoming", 0) > 0
        if arrives and place is not None and (place["closed"] or place.get("closing")):
            broken("closed", f"{row['sku']} arrives at {row['location_id']}", row["location_id"])

    def _level(self, row: Item) -> Item | None:
        key = (f"{row['shop_id']}#sku#{row['sku']}", f"level#{row['location_id']}")
        return self._world.now("InventoryTable", key)

    def _place(self, shop_id: str, location_id: str) -> Item | None:
        return self._world.now("InventoryTable", (f"{shop_id}#locations", location_id))

    # --- transfers -------------------------------------------------------------------------------

    def _check_transfer(self, step: Step, rows: list[Item], write: Write) -> None:
        old, new = step.old, step.new
        ids = (new["transfer_id"], new["sku"])
        if old is None:
            self._check_sent(new, rows, write)
        elif any(old[name] != new[name] for name in _FIXED):
            broken("transfers", f"another transfer than it was: {new}", *ids)
        elif len(rows) != 1 or rows[0]["location_id"] != new["to_location_id"]:
            broken("transfers", f"{len(rows)} rows of what arrives", *ids)
        else:
            before = (old["received"], old["written_off"])
            delta, gone = rows[0]["delta"], -rows[0].get("incoming", 0) - rows[0]["delta"]
            if (new["received"], new["written_off"]) != (before[0] + delta, before[1] + gone):
                broken("transfers", f"{delta} arrived and {gone} did not: {new}", *ids)
        on_their_way = self._on_their_way
        name = (new["shop_id"], new["transfer_id"])
        on_their_way[name] += sum(row.get("incoming", 0) for row in rows)
        left = new["quantity"] - new["received"] - new["written_off"]
        if left < 0 or left != on_their_way[name]:
            broken("transfers", f"{left} in transit, by its rows {on_their_way[name]}", *ids)

    def _check_sent(self, new: Item, rows: list[Item], write: Write) -> None:
        """One row at each end, and nobody's units."""
        ids = (new["transfer_id"], new["sku"])
        ends = {row["location_id"]: (row["delta"], row.get("incoming", 0)) for row in rows}
        units, at_once = new["quantity"], new["received"]
        wanted = {
            new["location_id"]: (-units, 0),
            new["to_location_id"]: (at_once, units - at_once),
        }
        if ends != wanted or len(rows) != len(wanted) or at_once not in (0, units):
            broken("transfers", f"its rows are {ends}, must be {wanted}", *ids)
        for step in write.of("level"):
            level = step.new
            if (level["sku"], level["location_id"]) != (new["sku"], new["location_id"]):
                continue
            free = step.old["available"] if step.old else 0
            if free < units:
                broken("transfers", f"{units} left, {free} were free", *ids)

    # --- closed locations ------------------------------------------------------------------------

    def _check_closed(self, write: Write) -> None:
        for step in write.of("location"):
            if step.new["closed"] and not (step.old or {"closed": True})["closed"]:
                self._check_empty(step.new)
        for step in write.of("reservation"):
            old, new = amounts(step.old or {}), amounts(step.new)
            place = self._place(step.new["shop_id"], step.new["location_id"])
            sent = max(0, new["shipped"] - old["shipped"])
            if place is not None and place["closed"] and new["quantity"] - old["quantity"] > sent:
                text = f"units of {step.new['sku']} promised at {step.new['location_id']}"
                broken("closed", text, step.new["order_id"], step.new["location_id"])

    def _check_empty(self, place: Item) -> None:
        """Nothing is there, promised, or on its way; but for what customers sent back."""
        shop_id, location_id = place["shop_id"], place["location_id"]
        for kind, _, level in self._world.items("InventoryTable"):
            if kind != "level" or level_of(level)[::2] != (shop_id, location_id):
                continue
            back = self._stock.returned[level_of(level)]
            used = {name: level[name] for name in _IN_USE}
            if used["reserved"] or used["incoming"] or not 0 <= used["on_hand"] <= back:
                broken("closed", f"{location_id} with {used} of {level['sku']}", level["sku"])


_CASES: Final[Mapping[tuple[str, bool], Callable[[int, int, int], bool]]] = {
    ("received", False): lambda units, delta, coming: units == delta > 0 and not coming,
    ("received", True): lambda units, delta, coming: units == delta == -coming > 0,
    ("adjusted", False): lambda units, delta, coming: units == delta != 0 and not coming,
    ("adjusted", True): lambda units, delta, coming: units == coming < 0 and not delta,
    ("counted", False): lambda units, _delta, coming: units >= 0 and not coming,
    ("transferred", True): lambda units, delta, coming: (
        units > 0 and (delta, coming) in {(-units, 0), (units, 0), (0, units)}
    ),
}
"""Units told, moved and on their way, by kind and whether a transfer is named."""
