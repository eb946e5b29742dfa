"""The hourly check finds what does not add up, and nothing else; it proves what it has looked at.

And what is told of stock: that more is promised than there is, once whenever it comes to be.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from tests.simulation.judge.shelf import amounts
from tests.simulation.judge.stock import Level, level_of, was_proven
from tests.simulation.judge.verdict import Change, Item, Key, Write, broken
from tests.simulation.judge.world import World

_NUMBERS: Final = ("on_hand", "reserved", "backordered", "incoming", "available")
_KEPT: Final = 20_000
_DAY: Final = len("2026-11-02")
_NEVER: Final = "0"
_OLDER: Final = "older"
_DIGITS: Final = "0123456789abcdefghjkmnpqrstvwxyz"
_TIME: Final = 10
"""Characters of a movement's id that are its milliseconds, after ``mov_``."""


class CheckRules:
    """Judges what checks write and what is told."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._seen: dict[tuple[int, Key], int] = {}
        self._short: set[tuple[Level, int]] = set()
        """Levels and the versions at which more came to be promised than is there."""
        self._told: set[tuple[Level, int]] = set()
        self._drift: dict[Level, dict[str, int]] = {}
        """Levels that somebody has changed by hand: by how much, until that is mended."""
        self._found: dict[Level, list[Mapping[str, int]]] = {}
        """Levels that ever were so, and what checks have found of it."""
        self._told_of: set[Level] = set()
        """Levels that were told of."""
        self.proven = 0
        """Levels that were taken off the list of those that changed."""
        self.openings = 0
        """Opening balances that were added up a second time, at the end."""

    def read(self, invocation: int, keys: Sequence[Key]) -> None:
        """An invocation has read these keys of InventoryTable consistently."""
        for key in keys:
            if key[1].startswith("level#"):
                level = self._world.now("InventoryTable", key)
                if level is not None:
                    self._seen[invocation, key] = level["version"]
        while len(self._seen) > _KEPT:
            del self._seen[next(iter(self._seen))]

    def check(self, write: Write) -> None:
        """Judge one write."""
        for step in write.of("check"):
            level, found = level_of(step.new), step.new["drift"]
            if found:
                self._check_drift(level, found)
                self._found[level].append(found)
        for step in write.of("level"):
            new = step.new
            if was_proven(step):
                self._check_proven(step.key, new, write)
            elif step.old is not None:
                if "unchecked_pk" not in new:
                    text = f"{new['sku']} at {new['location_id']} changed, and no check will look"
                    broken("unchecked", text, new["sku"])
                if _shortfall(new) and not _shortfall(step.old):
                    self._short.add((level_of(new), new["version"]))

    def tampered(self, change: Change, *, is_mended: bool) -> None:
        """Somebody changes a level by hand, or mends it."""
        old, new = change.old or {}, change.new or {}
        level = level_of(new)
        self._found.setdefault(level, [])
        by = {name: new[name] - old[name] for name in _NUMBERS if new[name] != old[name]}
        self._drift |= {level: by}
        if is_mended:
            del self._drift[level]

    def _check_drift(self, level: Level, found: Mapping[str, int]) -> None:
        known = self._drift.get(level, {})
        if dict(found) != known:
            broken("drift", f"drift {found} where there is {known or 'none'}", *level[1:])

    def _check_proven(self, key: Key, level: Item, write: Write) -> None:
        """It was read as it still was when it was taken off the list."""
        seen = [
            self._seen.get((invocation, key))
            for invocation in self._world.may_be(write.who, write.invocation)
        ]
        if level["version"] not in seen:
            text = f"version {level['version']} of {level['sku']} is proven, seen were {seen}"
            broken("unchecked", text, level["sku"])
        self.proven += "unchecked_pk" not in level

    def told(self, name: str, detail: Mapping[str, Any]) -> None:
        """An event was put on the bus."""
        if name == "StockDriftFound":
            data = detail["data"]
            level = (detail["shop_id"], data["sku"], data["location_id"])
            if data["drift"] not in self._found.get(level, ()):
                broken("drift", f"{name} of what no check has found: {data}", *level[1:])
            self._told_of.add(level)
        if name == "StockOversold":
            data = detail["data"]
            level = (detail["shop_id"], data["sku"], data["location_id"])
            if (level, detail["version"]) not in self._short:
                broken("told", f"{name} of {level}, version {detail['version']}", data["sku"])
            self._told.add((level, detail["version"]))

    @property
    def crossings(self) -> int:
        """How often more came to be promised at a level than is there."""
        return len(self._short)

    # --- the end ---------------------------------------------------------------------------------

    def settle(self) -> None:
        """All is quiet and a check has run: it has proven everything, and adds up as it should."""
        for level, version in sorted(self._short - self._told):
            broken("told", f"{level} fell short at version {version}, untold", level[1])
        for level, found in self._found.items():
            if not found or level not in self._told_of:
                how = "told of" if found else "found"
                broken("drift", f"{level[1]} did not add up, and was not {how}", *level[1:])
        checks: list[Item] = []
        rows: dict[Level, list[Item]] = {}
        for kind, _, item in self._world.items("InventoryTable"):
            if kind == "level" and "unchecked_pk" in item:
                text = f"{item['sku']} at {item['location_id']} waits to be checked"
                broken("unchecked", text, item["sku"])
            if kind == "check":
                checks.append(item)
                self._check_drift(level_of(item), item["drift"] or {})
            if kind in {"movement", "reservation"}:
                rows.setdefault(level_of(item), []).append(item)
        for check in checks:
            if check["until"] != _NEVER:
                self.openings += 1
                _check_opening(check, rows.get(level_of(check), []))


def _check_opening(check: Item, rows: Sequence[Item]) -> None:
    """An opening balance is the sum of the rows that it stands for."""
    until, named = check["until"], set(check["open_lines"])
    movements = incoming = 0
    left: Counter[tuple[str, str]] = Counter()
    for row in rows:
        if "movement_id" in row:
            if _day_of(row["movement_id"]) < until:
                movements += row["delta"]
                incoming += row.get("incoming", 0)
            continue
        day, units = row["sk"][:_DAY], amounts(row)
        is_open = units["quantity"] > units["shipped"] or units["backordered"]
        if day >= until or row["sk"] in named:
            continue
        if is_open:
            broken("opening", f"an open line is added up: {row['sk']}", check["sku"])
        for name in ("shipped", "returned"):
            left[day if day >= check["kept_from"] else _OLDER, name] += units[name]
    kept: Counter[tuple[str, str]] = Counter()
    for day, (shipped, returned) in [*check["days"].items(), (_OLDER, check["older"])]:
        kept[day, "shipped"], kept[day, "returned"] = shipped, returned
    sums = (movements, incoming, +left)
    if (check["movements"], check["incoming"], +kept) != sums:
        text = f"{check['sku']} at {check['location_id']} opens with {check}, not with {sums}"
        broken("opening", text, check["sku"])


def _day_of(movement_id: str) -> str:
    milliseconds = 0
    for letter in movement_id.removeprefix("mov_")[:_TIME]:
        milliseconds = milliseconds * len(_DIGITS) + _DIGITS.index(letter)
    return datetime.fromtimestamp(milliseconds / 1000, tz=UTC).strftime("%Y-%m-%d")


def _shortfall(level: Item) -> int:
    return max(0, level["reserved"] - level["on_hand"])
