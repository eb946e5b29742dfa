"""The rules of allocation, worked out a second time, one order after the other.

Deliberately simple: no groups, no repository, plain dictionaries. A shelf is what one invocation
saw of stock; deciding for an order changes the shelf for the next one.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from tests.simulation.judge.rules import GONE
from tests.simulation.judge.shelf import AMOUNTS, Outcome, Place, Shelf, amounts, wishes
from tests.simulation.judge.verdict import Item


class Decider:
    """Decides for one order; ``filled`` is the SKU that arrived, where that is why."""

    def __init__(
        self, order: Item, stored: Item | None, shelf: Shelf, filled: str | None = None
    ) -> None:
        self._order = order
        self._stored = stored
        self._shelf = shelf
        self._wishes = wishes(order)
        self._rows: dict[Place, dict[str, int]] = {
            (row["sku"], row["location_id"]): amounts(row)
            for row in (stored["reservations"] if stored else ())
        }
        self._filled = filled if filled and self._sum(filled, "backordered") else None
        self._known = stored is not None and stored["order_version"] == order["version"]
        """Whether stock was decided for this very version before."""
        self._wanted: dict[str, int] = {}
        self._gone: dict[str, int] = {}
        for wish in self._wishes:
            self._wanted[wish.sku] = self._wanted.get(wish.sku, 0) + wish.wanted
            self._gone[wish.sku] = self._gone.get(wish.sku, 0) + wish.gone
        for sku in {sku: None for sku, _ in self._rows}:  # of one that left the order, what went
            self._wanted.setdefault(sku, self._sum(sku, "shipped"))
            self._gone.setdefault(sku, self._sum(sku, "shipped"))

    def turn(self) -> tuple[bool, str, str, str]:
        """When it is this order's turn: who wants nothing more first, then first come."""
        order = self._order
        more = self._filled is not None or any(self._lacks().values())
        return more, order["placed_at"], order["order_id"], order["shop_id"]

    def decide(self) -> Outcome:
        """Bring what is stored to what the order asks; the shelf is what is left after it."""
        for sku in self._wanted:
            self._follow_parcels(sku)
        for sku in self._wanted:
            surplus = self._sum(sku, "quantity") - self._sum(sku, "shipped")
            surplus += self._sum(sku, "backordered")
            self._give_back(sku, surplus - (self._wanted[sku] - self._gone[sku]))
        self._put_back()
        if self._filled is not None:
            self._fill(self._filled)
        short = sum(self._lacks().values()) if self._known else self._take()
        lines = self._share()
        decision = self._name(short, lines)
        if decision == "pending":
            news = False
        elif self._stored is None or not self._was_decided():
            news = decision != "released"
        else:
            before = {line_id: dict(share) for line_id, share in self._stored["lines"].items()}
            again = decision == "out_of_stock" and not self._known
            news = again or (decision, lines) != (self._stored["decision"], before)
        return Outcome(decision, lines, self._rows, news)

    def _was_decided(self) -> bool:
        """Whether more than a part of it, or what left before it asked, was ever written."""
        return self._stored is not None and self._stored["decision"] != "pending"

    # --- small steps -----------------------------------------------------------------------------

    def _sum(self, sku: str, name: str) -> int:
        return sum(row[name] for (of, _), row in self._rows.items() if of == sku)

    def _places(self, sku: str, *, last_first: bool = False) -> list[str]:
        found = [place for of, place in self._rows if of == sku]
        return found[::-1] if last_first else found

    def _add(self, sku: str, place: str, **more: int) -> None:
        row = self._rows.setdefault((sku, place), dict.fromkeys(AMOUNTS, 0))
        for name, units in more.items():
            row[name] += units
        shelf, level = self._shelf, (sku, place)
        taken = more.get("quantity", 0) - more.get("returned", 0)
        shelf.available[level] = shelf.available.get(level, 0) - taken
        shelf.owed[level] = shelf.owed.get(level, 0) + more.get("backordered", 0)

    def _is_stock(self, sku: str) -> bool:
        item = self._shelf.item(sku)
        return item is None or bool(item["tracked"])

    def _lacks(self) -> dict[str, int]:
        """Units to get of each SKU, beside what it ever got, or was sent without getting it."""
        lacking = {
            sku: wanted - max(self._gone[sku], self._sum(sku, "quantity")
                              + self._sum(sku, "backordered"))
            for sku, wanted in self._wanted.items()
        }  # fmt: skip
        return {sku: units for sku, units in lacking.items() if units > 0 and self._is_stock(sku)}

    def _ranking(self) -> list[str]:
        used = {place for (_, place), row in self._rows.items() if row["quantity"]}
        country = self._order.get("ship_country", "")

        def rank(name: str) -> tuple[Any, ...]:
            place = self._shelf.places[name]
            return name not in used, place["priority"], place["country"] != country, name

        return sorted(self._shelf.open_places(), key=rank)

    # --- parcels ---------------------------------------------------------------------------------

    def _follow_parcels(self, sku: str) -> None:
        left = self._gone[sku] - self._sum(sku, "shipped")
        for place in self._places(sku, last_first=True):
            back = min(self._rows[sku, place]["shipped"], max(0, -left))
            left += back
            self._add(sku, place, shipped=-back)
        for place in self._places(sku):
            row = self._rows[sku, place]
            units = min(max(0, left), row["quantity"] - row["shipped"])
            left -= units
            self._add(sku, place, shipped=units)
        waited = max(0, left)
        for place in self._places(sku):
            units = min(waited, self._rows[sku, place]["backordered"])
            waited -= units
            self._add(sku, place, backordered=-units)
        if left > 0 and self._is_stock(sku):
            self._send_unreserved(sku, left)

    def _send_unreserved(self, sku: str, left: int) -> None:
        for place in self._ranking():
            units = min(left, self._shelf.there(sku, place))
            if units:
                left -= units
                self._add(sku, place, quantity=units, shipped=units)
        home = self._shelf.home(sku)
        if left and home is not None:
            self._add(sku, home, quantity=left, shipped=left)

    def _give_back(self, sku: str, surplus: int) -> None:
        for place in self._places(sku, last_first=True):
            units = min(max(0, surplus), self._rows[sku, place]["backordered"])
            surplus -= units
            self._add(sku, place, backordered=-units)
        for place in self._places(sku, last_first=True):
            row = self._rows[sku, place]
            units = min(max(0, surplus), row["quantity"] - row["shipped"])
            surplus -= units
            self._add(sku, place, quantity=-units, released=units)

    # --- what came back, and what arrived --------------------------------------------------------

    def _put_back(self) -> None:
        back: dict[Place, int] = {}
        for wish in self._wishes:
            for name, units in wish.back.items():
                known = (wish.sku, name) in self._shelf.available
                place = name if known else self._shelf.home(wish.sku)
                if place is not None and self._is_stock(wish.sku):
                    back[wish.sku, place] = back.get((wish.sku, place), 0) + units
        for (sku, place), units in back.items():
            before = self._rows.get((sku, place), {}).get("returned", 0)
            if units > before:
                self._add(sku, place, returned=units - before)

    def _fill(self, sku: str) -> None:
        for home in self._places(sku):
            waiting = self._rows[sku, home]["backordered"]
            ranking = self._ranking() if waiting else []
            free = {place: self._shelf.there(sku, place) for place in ranking}
            for place, units in _divided(waiting, ranking, free).items():
                self._add(sku, home, backordered=-units)
                self._add(sku, place, quantity=units)

    # --- stock -----------------------------------------------------------------------------------

    def _take(self) -> int:
        """Get what is lacking, or nothing; the units that could not be got."""
        lacks = {sku: units for sku, units in self._lacks().items() if units}
        found = self._find(lacks)
        owed: dict[str, int] = {}
        short = 0
        for sku, units in lacks.items():
            rest = units - sum(some for (of, _), some in found.items() if of == sku)
            owed[sku] = self._shelf.may_owe(sku, rest, self._order["placed_at"])
            short += rest - owed[sku]
        if short and self._order["allocation"] == "all":
            if not self._was_decided():
                for sku in self._wanted:
                    self._give_back(sku, self._sum(sku, "quantity") + self._sum(sku, "backordered"))
            return short
        for (sku, place), units in found.items():
            self._add(sku, place, quantity=units)
        for sku, units in owed.items():
            home = self._shelf.home(sku)
            if units and home is not None:
                self._add(sku, home, backordered=units)
        return short

    def _find(self, lacks: Mapping[str, int]) -> dict[Place, int]:
        ranking = self._ranking()
        most = {sku: self._shelf.free(sku) for sku in lacks}
        free = {
            sku: {place: min(most[sku], self._shelf.there(sku, place)) for place in ranking}
            for sku in lacks
        }
        for place in ranking:
            if all(free[sku][place] >= units for sku, units in lacks.items()):
                return {(sku, place): units for sku, units in lacks.items()}
        found: dict[Place, int] = {}
        for sku, units in lacks.items():
            some = _divided(min(units, most[sku]), ranking, free[sku])
            found |= {(sku, place): number for place, number in some.items()}
        return found

    # --- the answer ------------------------------------------------------------------------------

    def _share(self) -> dict[str, dict[str, int]]:
        """Lines get what was got of their SKU in their order; what was sent, who it was sent to."""
        got = {
            sku: self._sum(sku, "quantity") if self._is_stock(sku) else self._wanted[sku]
            for sku in {wish.sku: None for wish in self._wishes}
        }
        owed = {sku: self._sum(sku, "backordered") for sku in self._wanted}
        lines: dict[str, dict[str, int]] = {}
        for wish in self._wishes:
            units = min(wish.gone, got[wish.sku])
            got[wish.sku] -= units
            lines[wish.line_id] = {"allocated": units, "backordered": 0}
        for wish in self._wishes:
            line = lines[wish.line_id]
            units = min(wish.wanted - line["allocated"], got[wish.sku])
            got[wish.sku] -= units
            line["allocated"] += units
            later = min(wish.wanted - line["allocated"], owed[wish.sku])
            owed[wish.sku] -= later
            line["backordered"] = later
        return lines

    def _name(self, short: int, lines: Mapping[str, Mapping[str, int]]) -> str:
        if self._order["status"] in GONE:
            return "released"
        if not self._order.get("asks_stock", True):
            return "pending"
        if short:
            some = any(any(share.values()) for share in lines.values())
            partial = self._order["allocation"] == "partial"
            return "partially_allocated" if some and partial else "out_of_stock"
        late = any(share["backordered"] for share in lines.values())
        return "backordered" if late else "allocated"


def _divided(units: int, ranking: Sequence[str], free: Mapping[str, int]) -> dict[str, int]:
    """Units of a SKU by location: from one that has them all, else from as many as it takes."""
    for place in ranking:
        if free[place] >= units:
            return {place: units} if units else {}
    found: dict[str, int] = {}
    for place in ranking:
        some = min(units - sum(found.values()), free[place])
        if some:
            found[place] = some
    return found
