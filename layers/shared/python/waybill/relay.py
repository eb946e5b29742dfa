"""The relay: turns changes of a table into events on the bus. The table is the outbox.

There is no dual write: a room changes its table, and what happened is read off the stream. A room
gives the pure function that names the events of a change; everything else is here.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from waybill.batch import BatchResponse, Change, Parking, finish, park
from waybill.dynamo import is_transient
from waybill.events import SOURCE_PREFIX, Event
from waybill.observability import count, describe_error, logger, start_work

_ENTRIES: Final = 10  # PutEvents' limit of entries a request
_BYTES: Final = 256 * 1024  # and of their size together (EventBridge user guide, "PutEvents")

EventsOf = Callable[[Change], Iterable[Event]]


@dataclass(frozen=True)
class Bus:
    """The deployment's event bus."""

    client: Any
    name: str

    def put(self, events: Sequence[Event]) -> list[bool]:
        """Put at most ten events; True for each that the bus took."""
        answer = self.client.put_events(
            Entries=[
                {
                    "EventBusName": self.name,
                    "Source": SOURCE_PREFIX + event.room,
                    "DetailType": event.name.value,
                    "Detail": event.detail(),
                }
                for event in events
            ]
        )
        if answer["FailedEntryCount"]:
            return ["EventId" in entry for entry in answer["Entries"]]
        return [True] * len(events)


class EventTooLargeError(Exception):
    """An event that no request of PutEvents can carry."""


def relay_changes(
    changes: Sequence[Change],
    events_of: EventsOf,
    bus: Bus,
    *,
    room: str,
    parking: Parking,
    local: bool = False,
) -> BatchResponse:
    """Put the events of every change; stop at the first change with an entry that failed.

    Lambda delivers again from that change on. Consumers know an event's id and version, so one
    that comes twice, or after a newer one, changes nothing. A change whose events cannot be made,
    or are too large for the bus, is parked.
    """
    outbox: list[_Entry] = []
    unparked: list[str] = []
    for change in changes:
        start_work(room, change.correlation_id)
        try:
            outbox += [_entry(change, event) for event in events_of(change)]
        except Exception as error:
            if not park(parking, change, error):
                unparked = [change.record_id]
                break
    for chunk in _chunks(outbox):
        if failed := _put(bus, chunk):
            count("RelayFailures", len(failed))
            return finish(failed[:1], local=local)
    return finish(unparked, local=local)


@dataclass(frozen=True)
class _Entry:
    change: Change
    event: Event
    size: int


def _entry(change: Change, event: Event) -> _Entry:
    parts = (event.detail(), SOURCE_PREFIX + event.room, event.name)
    size = sum(len(part.encode()) for part in parts)
    if size > _BYTES:
        raise EventTooLargeError
    return _Entry(change, event, size)


def _chunks(entries: Iterable[_Entry]) -> Iterator[list[_Entry]]:
    chunk: list[_Entry] = []
    for entry in entries:
        if len(chunk) == _ENTRIES or sum(e.size for e in chunk) + entry.size > _BYTES:
            yield chunk
            chunk = []
        chunk.append(entry)
    if chunk:
        yield chunk


def _put(bus: Bus, chunk: Sequence[_Entry]) -> list[str]:
    """The records of entries that the bus did not take; raises what no retry can mend."""
    try:
        taken = bus.put([entry.event for entry in chunk])
    except Exception as error:
        if not is_transient(error):
            raise
        logger.warning("bus refused", **describe_error(error))
        taken = [False] * len(chunk)
    return [entry.change.record_id for entry, ok in zip(chunk, taken, strict=True) if not ok]
