"""A carrier's watermark never passes a new shipment that nobody was sent to ask about.

What a sweep covers is not looked at again: a question that is lost between the watermark and the
queue is asked a quarter of an hour later at best, and for a parcel that ends by then, never.
"""

import json
from datetime import datetime
from typing import Final

from tests.simulation.judge.codes import asked_of
from tests.simulation.judge.identity import shipment_id
from tests.simulation.judge.verdict import Item, Write, broken

_FIRST_QUESTION: Final = 20.0
"""Seconds after its creation by which a shipment is asked about, if the index shows it by then."""
_INDEX_LAG: Final = 10.0
"""Seconds after which an index has a write."""
_KEY: Final = 18
"""Characters of a shipment's id that questions name it by."""
Name = tuple[str, str, str]
"""Carrier, shop, shipment."""


class SweepRules:
    """Watches what is sent to those who ask carriers."""

    def __init__(self) -> None:
        self._unasked: dict[Name, float] = {}
        """New shipments, and the instant by which somebody must have been sent."""

    def sent(self, body: str) -> str | None:
        """A queue took a message; the carrier that is to be asked, if it is about one."""
        document = json.loads(body)
        for shop_id, name in document.get("shipments", ()):
            self._unasked.pop((document["carrier"], shop_id, name[:_KEY]), None)
        return document.get("carrier")

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
            for name, due in self._unasked.items():
                if name[0] == carrier and due <= swept_to:
                    broken("unasked", f"{name[2]} is passed at {swept_to}, due {due}", name[2])


def _names(shipment: Item) -> set[Name]:
    name = shipment_id(shipment)[:_KEY]
    return {
        (asked_of(parcel["carrier"]), shipment["shop_id"], name) for parcel in shipment["parcels"]
    }


def _seconds(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()
