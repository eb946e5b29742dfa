"""The relay: turns changes of a table into events on the bus. The table is the outbox.

There is no dual write: a room changes its table, and what happened is read off the stream. A room
gives the pure function that names the events of a change; everything else is here.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from waybill.batch import BatchResponse, Change, Parking, finish
from waybill.dynamo import is_transient
from waybill.events import SOURCE_PREFIX, Event
from waybill.observability import count, describe_error, logger, start_work

_ENTRIES: Final = 10  # PutEvents' limit of entries a request

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
    that comes twice, or after a newer one, changes nothing.
    """
    outbox: list[tuple[Change, Event]] = []
    for change in changes:
        start_work(room, change.correlation_id)
        try:
            outbox += [(change, event) for event in events_of(change)]
        except Exception as error:
            parking.park(change, error)
    remaining = iter(outbox)
    while chunk := list(islice(remaining, _ENTRIES)):
        try:
            taken = bus.put([event for _, event in chunk])
        except Exception as error:
            if not is_transient(error):
                raise
            logger.warning("bus refused", **describe_error(error))
            taken = [False] * len(chunk)
        failed = [change.record_id for (change, _), ok in zip(chunk, taken, strict=True) if not ok]
        if failed:
            count("RelayFailures", len(failed))
            return finish(failed[:1], local=local)
    return finish([], local=local)
