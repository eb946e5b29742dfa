"""A shipment changes only by what a carrier tells of it; what tells nothing, changes nothing.

An error is no news: nobody is ``not_found`` before the carrier has said so, no carrier gives way
to another before it has, and no scan is kept that nobody has told.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Final

from tests.simulation.judge.codes import asked_of
from tests.simulation.judge.identity import shipment_id
from tests.simulation.judge.shipments import scan_of
from tests.simulation.judge.verdict import Item, Write, broken

_STAMPS: Final = frozenset({"version", "updated_at", "actor", "correlation_id"})
_PUSHED: Final = "TrackingApi/"
"""Processes that carriers push to; they ask none but for a refresh."""
_TOLD: Final = ("scans", "silence", "estimate")
Told = tuple[int, str]
"""Instant in milliseconds, and code."""


class NewsRules:
    """Judges what carriers' answers and pushes make of shipments."""

    def __init__(self) -> None:
        self._told: dict[str, Counter[Told]] = {}
        self._unknown: dict[str, set[str]] = {}

    def told(self, number: str, asked: str, scans: Sequence[tuple[float, str]]) -> None:
        """A carrier says what it knows of a number; nothing: that it has no record."""
        if not scans:
            self._unknown.setdefault(number, set()).add(asked)
            return
        self._told[number] = self._told.get(number, Counter()) | Counter(map(_told, scans))

    def check(self, write: Write) -> None:
        """Judge one write."""
        for step in write.of("shipment"):
            if step.old is None:
                continue
            ids = (shipment_id(step.new), step.new["order_id"])
            if _without(step.old, _STAMPS) == _without(step.new, _STAMPS):
                broken("no news", "it was written again, and nothing has changed", *ids)
            pairs = list(zip(step.old["parcels"], step.new["parcels"], strict=True))
            for old, new in pairs:
                self._check_scans(old, new, ids)
                self._check_silence(old, new, ids)
            is_pushed = write.who.startswith(_PUSHED) and step.new.get("actor") == (
                "carrier:easypost"
            )
            if is_pushed and all(_told_of(old) == _told_of(new) for old, new in pairs):
                broken("no news", "a push that told nothing has changed it", *ids)

    def _check_scans(self, old: Item, new: Item, ids: tuple[str, str]) -> None:
        kept = Counter(_told(scan_of(text)[:2]) for text in new.get("scans", ()))
        before = Counter(_told(scan_of(text)[:2]) for text in old.get("scans", ()))
        number = new["tracking_number"]
        made_up = kept - self._told.get(number, Counter()) - before
        if made_up:
            broken("made up", f"nobody has told {dict(made_up)} of {number}", *ids)

    def _check_silence(self, old: Item, new: Item, ids: tuple[str, str]) -> None:
        """Who is said to know nothing has said so, and of a parcel that nothing is known of."""
        number, asked = old["tracking_number"], asked_of(old["carrier"])
        if new.get("silence") == "expired":
            broken("errors are no news", f"{number} is given up within days", *ids)
        is_lost = new.get("silence") == "not_found" != old.get("silence")
        has_turned = new["carrier"] != old["carrier"]
        if not (is_lost or has_turned):
            return
        what = "not_found" if is_lost else f"turned to {new['carrier']}"
        if asked not in self._unknown.get(number, ()):
            broken("errors are no news", f"{number} is {what}, {asked} never said so", *ids)
        if old.get("scans"):
            broken("errors are no news", f"{number} has scans, and is {what}", *ids)
        if has_turned and new["carrier"] not in (*old.get("others", ()), *old.get("tried", ())):
            broken("errors are no news", f"{number} never was {new['carrier']}'s", *ids)


def _told(scan: tuple[float, str]) -> Told:
    return round(scan[0] * 1000), scan[1]


def _told_of(parcel: Item) -> list[object]:
    return [parcel.get(name) for name in _TOLD]


def _without(item: Item, names: frozenset[str]) -> Item:
    return {name: value for name, value in item.items() if name not in names}
