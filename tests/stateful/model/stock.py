"""Stock: items, locations, what is where, and the ledger of how it came there."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.stateful.model.said import conflict, missing, text, unprocessable


@dataclass
class Location:
    """A place with shelves."""

    id: str
    name: str
    priority: int
    country: str
    closed: bool = False

    def view(self) -> dict[str, Any]:
        """As it is answered."""
        return vars(self) | {"closing": False}


@dataclass
class Level:
    """Units of a SKU at a location."""

    on_hand: int = 0
    reserved: int = 0
    owed: int = 0
    incoming: int = 0


@dataclass
class Item:
    """A SKU, and its levels in the order in which they were opened: the first is its home."""

    sku: str
    settings: dict[str, Any]
    levels: dict[str, Level] = field(default_factory=dict)

    @property
    def safety(self) -> int:
        """Units a location never sells."""
        return int(self.settings["safety_stock"])

    @property
    def home(self) -> str | None:
        """Where its units are owed."""
        return next(iter(self.levels), None)

    def available(self, place: str) -> int:
        """Units at a location that may be sold; below 0 where more is promised than may be."""
        level = self.levels.get(place)
        return level.on_hand - level.reserved - self.safety if level else -self.safety


DEFAULTS: dict[str, Any] = {
    "oversell_policy": "deny",
    "backorder_limit": None,
    "tracked": True,
    "safety_stock": 0,
    "reorder_point": None,
    "release_at": None,
}


@dataclass
class Transfer:
    """Units between two locations."""

    sku: str
    origin: str
    target: str
    quantity: int
    received: int = 0
    lost: int = 0
    id: str = ""

    @property
    def on_its_way(self) -> int:
        """Units that have neither arrived nor been lost."""
        return self.quantity - self.received - self.lost

    def view(self) -> dict[str, Any]:
        """As it is answered."""
        ended = "received" if self.received else "written_off"
        return {
            "sku": self.sku,
            "location_id": self.origin,
            "to_location_id": self.target,
            "status": "in_transit" if self.on_its_way else ended,
            "quantity": self.quantity,
            "in_transit": self.on_its_way,
            "received": self.received,
            "written_off": self.lost,
        }


@dataclass
class Stock:
    """What a shop has where."""

    told: Callable[[str, str, str], None]
    """Hears of a SKU at a location that it is low, out or oversold."""
    arrived: Callable[[str], None]
    """Hears of a SKU that there is more of."""
    items: dict[str, Item] = field(default_factory=dict)
    locations: dict[str, Location] = field(default_factory=dict)
    movements: list[dict[str, Any]] = field(default_factory=list)
    """Oldest first."""
    transfers: list[Transfer] = field(default_factory=list)
    known: dict[str, tuple[dict[str, Any], dict[str, Any]]] = field(default_factory=dict)
    """Requests and their answers, by Idempotency-Key."""

    # --- settings -------------------------------------------------------------------------------

    def put_location(self, name: str, settings: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Make a location, or replace its settings."""
        wanted = Location(name, **({"closed": False} | settings))
        before = self.locations.get(name)
        if before and before == wanted:
            return 200, before.view()
        if before and wanted.closed and not before.closed and self._in_use(name):
            raise conflict(skus=self._in_use(name)[:5])
        self.locations[name] = wanted
        if before and before.closed and not wanted.closed:
            for item in self.items.values():
                if name in item.levels and item.available(name) > 0:
                    self.arrived(item.sku)
        return 200 if before else 201, wanted.view()

    def _in_use(self, place: str) -> list[str]:
        return sorted(
            item.sku
            for item in self.items.values()
            if place in item.levels and any(vars(item.levels[place]).values())
        )

    def put_item(self, sku: str, settings: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Make an item, or replace its settings."""
        wanted = DEFAULTS | settings
        item = self.items.get(sku)
        if item is None:
            self.items[sku] = item = Item(sku, wanted)
            return 201, {"sku": sku} | wanted
        before = {place: self._state(item, place) for place in item.levels}
        item.settings = wanted
        for place in item.levels:
            self._changed(item, place, before[place])
        return 200, {"sku": sku} | wanted

    # --- levels ---------------------------------------------------------------------------------

    def open(self, item: Item, place: str) -> Level:
        """A SKU's level at a location, made where there is none."""
        return item.levels.setdefault(place, Level())

    def change(self, sku: str, place: str, **by: int) -> None:
        """Change a level's numbers, all at once."""
        item = self.items[sku]
        before = self._state(item, place)
        level = item.levels[place]
        for name, units in by.items():
            setattr(level, name, getattr(level, name) + units)
        self._changed(item, place, before)

    def _state(self, item: Item, place: str) -> tuple[int, bool, bool]:
        level, available = item.levels[place], item.available(place)
        point = item.settings["reorder_point"]
        low = point is not None and available <= point
        return available, low, level.reserved > level.on_hand

    def _changed(self, item: Item, place: str, before: tuple[int, bool, bool]) -> None:
        after = self._state(item, place)
        if after[0] > before[0]:
            self.arrived(item.sku)
        if after[1] and not before[1]:
            self.told("low", item.sku, place)
        if after[0] <= 0 < before[0]:
            self.told("out", item.sku, place)
        if after[2] and not before[2]:
            self.told("oversold", item.sku, place)

    def level_views(self, sku: str) -> list[dict[str, Any]]:
        """A SKU's levels as they are answered, by location."""
        item = self.items.get(sku)
        return [
            {
                "sku": sku,
                "location_id": place,
                "on_hand": level.on_hand,
                "reserved": level.reserved,
                "available": item.available(place),
                "backordered": level.owed,
                "incoming": level.incoming,
                "shortfall": max(0, level.reserved - level.on_hand),
            }
            for place, level in sorted(item.levels.items() if item else ())
        ]

    # --- the ledger -----------------------------------------------------------------------------

    def move(self, body: dict[str, Any], key: str | None, at: float) -> dict[str, Any]:
        """Record a movement; the row that is answered."""
        if wrong := _misfits(body):
            raise unprocessable(*wrong)
        if key is not None and key in self.known:
            told, row = self.known[key]
            if told != body:
                raise unprocessable()
            return row
        row = self._moved(body, at)
        if key is not None:
            self.known[key] = (body, row)
        return row

    def _moved(self, body: dict[str, Any], at: float) -> dict[str, Any]:
        item = self.items.get(body["sku"])
        if item is None:
            raise unprocessable("/sku")
        place, there = body["location_id"], body.get("to_location_id")
        for pointer, one in (("/location_id", place), ("/to_location_id", there)):
            if one is not None and one not in self.locations:
                raise unprocessable(pointer)
        transfer = self._transfer(body)
        deltas, transfer = self._deltas(item, body, transfer)
        for one in deltas:
            self.open(item, one)
        for one, (delta, incoming) in deltas.items():
            self.change(item.sku, one, on_hand=delta, incoming=incoming)
        rows = [
            {
                "sku": item.sku,
                "location_id": one,
                "kind": body["kind"],
                "quantity": body["quantity"],
                "delta": delta,
                "incoming": incoming,
                "reason": body.get("reason"),
                "reference": body.get("reference"),
                "created_at": text(at),
                "transfer": transfer,
            }
            for one, (delta, incoming) in deltas.items()
        ]
        self.movements += rows
        return rows[0]

    def _transfer(self, body: dict[str, Any]) -> Transfer | None:
        """The transfer that is named, with enough of it on its way."""
        name = body.get("transfer_id")
        if name is None:
            return None
        found = next((each for each in self.transfers if each.id == name), None)
        if found is None:
            raise unprocessable("/transfer_id")
        if found.sku != body["sku"]:
            raise unprocessable("/sku")
        if found.target != body["location_id"]:
            raise unprocessable("/location_id")
        if abs(body["quantity"]) > found.on_its_way:
            raise conflict(in_transit=found.on_its_way)
        return found

    def _deltas(
        self, item: Item, body: dict[str, Any], transfer: Transfer | None
    ) -> tuple[dict[str, tuple[int, int]], Transfer | None]:
        """By location, what on_hand and incoming change by; raises where that cannot be."""
        place, units, kind = body["location_id"], body["quantity"], body["kind"]
        level = item.levels.get(place, Level())
        if kind == "received":
            self._open_to(place)
            if transfer:
                transfer.received += units
            return {place: (units, -units if transfer else 0)}, transfer
        if kind == "adjusted" and transfer:
            transfer.lost -= units
            return {place: (0, units)}, transfer
        if kind == "adjusted":
            if units > 0:
                self._open_to(place)
            elif level.on_hand < -units:
                raise conflict(on_hand=max(0, level.on_hand))
            return {place: (units, 0)}, None
        if kind == "counted":
            if units > level.on_hand:
                self._open_to(place)
            return {place: (units - level.on_hand, 0)}, None
        if item.available(place) < units:
            raise conflict(available=max(0, item.available(place)))
        there = body["to_location_id"]
        self._open_to(there)
        later = body.get("in_transit", False)
        made = Transfer(item.sku, place, there, units, received=0 if later else units)
        self.transfers.append(made)
        return {place: (-units, 0), there: (0, units) if later else (units, 0)}, made

    def _open_to(self, place: str) -> None:
        if self.locations[place].closed:
            raise conflict()

    def transfer(self, name: str) -> dict[str, Any]:
        """A transfer as it is answered."""
        found = next((each for each in self.transfers if each.id == name), None)
        if found is None:
            raise missing()
        return found.view()


def _misfits(body: dict[str, Any]) -> list[str]:
    """Fields that do not fit together."""
    kind, units = body["kind"], body["quantity"]
    there = body.get("to_location_id")
    transferred = kind == "transferred"
    rules = {
        "/quantity": [
            kind in {"received", "transferred"} and units < 1,
            kind == "adjusted" and units == 0,
            kind == "adjusted" and "transfer_id" in body and units > 0,
            kind == "counted" and units < 0,
        ],
        "/reason": [kind == "adjusted" and body.get("reason") is None],
        "/to_location_id": [transferred is (there is None), there == body["location_id"]],
        "/in_transit": [not transferred and body.get("in_transit", False)],
        "/transfer_id": [kind not in {"received", "adjusted"} and "transfer_id" in body],
    }
    return [pointer for pointer, broken in rules.items() for each in broken if each]
