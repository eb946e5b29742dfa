"""Finished parcels teach their carrier's rhythm: one write per carrier and minute at most."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final, Protocol

from tracking.cadence import Rhythm, is_lesson, journey_of, learned, rhythm_from, rhythm_item
from tracking.carriers.registry import asked_by
from tracking.parcels.shipment import Shipment
from waybill import keys
from waybill.clock import Clock, system_clock
from waybill.dynamo import ConditionFailedError, Item, Table
from waybill.observability import count

EVERY: Final = 60.0
"""Seconds between two writes of a carrier's rhythm by one process."""
_ONE_CHANGE: Final = 30.0
"""Seconds within which lessons are one change: less than what lies between two sweeps."""
_MOST: Final = 100
"""Finished shipments that a process remembers meanwhile; the newest, should there be more."""


class Rhythms(Protocol):
    """Where rhythms are kept."""

    def read(self, carrier: str) -> tuple[Item | None, Rhythm]:
        """A carrier's rhythm, and the item that it was read from."""

    def save(self, carrier: str, before: Item | None, after: Rhythm) -> bool:
        """Replace a rhythm that is still as it was read; False where it is not."""


@dataclass
class Lessons:
    """What a process has seen end, and has not learned from yet.

    What is lost with the process, or to another one that wrote first, is a lesson fewer.
    """

    rhythms: Rhythms
    monotonic: Callable[[], float]
    clock: Clock = system_clock
    _ended: dict[str, list[Shipment]] = field(default_factory=dict, init=False)
    _next: dict[str, float] = field(default_factory=dict, init=False)

    def add(self, carrier: str, shipment: Shipment) -> None:
        """A shipment's parcels with a carrier have all arrived, or come to another end."""
        ended = [*self._ended.get(carrier, ()), shipment]
        self._ended[carrier] = ended[-_MOST:]

    def learn(self, carrier: str) -> None:
        """Learn from what has ended, if there is anything and the last time is long enough ago."""
        now = self.monotonic()
        if not self._ended.get(carrier) or now < self._next.get(carrier, now):
            return
        self._next[carrier] = now + EVERY
        before, rhythm = self.rhythms.read(carrier)
        after = rhythm
        for shipment in self._ended.pop(carrier):
            if is_lesson(after, shipment.id):
                for parcel in shipment.parcels:
                    if asked_by(parcel.carrier) == carrier:
                        after = learned(after, journey_of(parcel))
        if after != rhythm:
            now = self.clock().timestamp()
            changes_on = now - rhythm.changed_at < _ONE_CHANGE
            earlier = rhythm.earlier if changes_on else replace(rhythm, earlier=None)
            after = replace(after, changed_at=now, earlier=earlier)
            kept = self.rhythms.save(carrier, before, after)
            count("RhythmsLearned" if kept else "LessonsLost")


@dataclass(frozen=True)
class RhythmsTable:
    """Rhythms in ShipmentsTable."""

    table: Table

    def read(self, carrier: str) -> tuple[Item | None, Rhythm]:
        """A carrier's rhythm, and the item that it was read from."""
        item = self.table.get(keys.rhythm(carrier))
        return item, rhythm_from(item)

    def save(self, carrier: str, before: Item | None, after: Rhythm) -> bool:
        """Replace a rhythm that is still as it was read; False where it is not."""
        item = rhythm_item(carrier, after)
        try:
            if before is None:
                self.table.put(item, condition="attribute_not_exists(pk)")
            else:
                values = {":newest": before["newest"], ":former": before["former"]}
                condition = "newest = :newest AND former = :former"
                self.table.put(item, condition=condition, values=values)
        except ConditionFailedError:
            return False
        return True
