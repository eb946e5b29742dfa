"""A carrier's watermark never passes a new shipment that nobody was sent to ask about.

What a sweep covers is not looked at again: a question that is lost between the watermark and the
queue is asked a quarter of an hour later at best, and for a parcel that ends by then, never.
"""

import math
from datetime import UTC, datetime
from typing import Final

from tests.simulation.judge.codes import BUDGETS, SPACING, asked_of
from tests.simulation.judge.identity import shipment_id
from tests.simulation.judge.verdict import Item, Step, Write, broken
from tests.simulation.judge.world import World

_FIRST_QUESTION: Final = 20.0
"""Seconds after its creation by which a shipment is asked about, if the index shows it by then."""
_INDEX_LAG: Final = 10.0
"""Seconds after which an index has a write."""
_KEY: Final = 18
"""Characters of a shipment's id that questions name it by."""
_UTILISED: Final = 0.7
_MOST_BEHIND: Final = 600.0
_DAY: Final = 86_400
_AHEAD: Final = 1 / 12
"""Of the requests that its pause allows, and of its budget, what a carrier may be asked at once."""
Name = tuple[str, str, str]
"""Carrier, shop, shipment."""


class SweepRules:
    """Watches what is sent to those who ask carriers."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._unasked: dict[Name, float] = {}
        """New shipments, and the instant by which somebody must have been sent."""

    def sent(self, document: Item) -> None:
        """A queue took a message."""
        for shop_id, name in document.get("shipments", ()):
            self._unasked.pop((document["carrier"], shop_id, name[:_KEY]), None)

    def check(self, write: Write) -> None:
        """Judge one write."""
        for step in write.of("shipment"):
            created = _seconds(step.new["created_at"])
            late = write.at + _INDEX_LAG > created + _FIRST_QUESTION
            if step.old is None and not late:
                for name in _names(step.new):
                    self._unasked[name] = created + _FIRST_QUESTION
        for step in write.of("watermark"):
            swept_to = step.new.get("swept_to_ms", 0) / 1000
            carrier = step.key[0].rpartition("#")[2]
            passed = {n: due for n, due in self._unasked.items() if n[0] == carrier}
            passed = {name: due for name, due in passed.items() if due <= swept_to}
            if passed and len(passed) <= self._room(carrier, step):
                name, due = next(iter(passed.items()))
                broken("unasked", f"{name[2]} is passed at {swept_to}, due {due}", name[2])
            for name in passed:  # the carrier may not be asked so much at once
                del self._unasked[name]

    def _room(self, carrier: str, step: Step) -> float:
        """How many more questions a sweep might have sent, if it has sent those of its item."""
        old, new = step.old or {}, step.new
        to = new["swept_to_ms"] / 1000
        room, sent = math.inf, new.get("asked", 0)
        if carrier in SPACING:
            elapsed = min(_MOST_BEHIND, to - old.get("swept_to_ms", 0) / 1000)
            asked_now = sent - (old.get("asked", 0) if old.get("day") == new.get("day") else 0)
            room = math.ceil(elapsed * _UTILISED / SPACING[carrier]) - asked_now
        settings = self._world.now("ShipmentsTable", (step.key[0], "settings")) or {}
        budget = settings.get("daily_budget") or BUDGETS.get(carrier)
        if budget is not None:
            at = datetime.fromtimestamp(to, UTC)
            into = (at - at.replace(hour=0, minute=0, second=0, microsecond=0)).total_seconds()
            usage = self._world.now("ShipmentsTable", (step.key[0], "usage")) or {}
            calls = usage.get("days", {}).get(at.date().isoformat(), [0])[0]
            share = math.ceil(budget * min(1.0, into / _DAY + _AHEAD))
            room = min(room, share - max(calls + sent - old.get("asked", 0), sent))
        return room


def _names(shipment: Item) -> set[Name]:
    name = shipment_id(shipment)[:_KEY]
    return {
        (asked_of(parcel["carrier"]), shipment["shop_id"], name) for parcel in shipment["parcels"]
    }


def _seconds(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()
