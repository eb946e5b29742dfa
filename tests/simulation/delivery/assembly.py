"""Everything that wakes functions, put together from the wiring of a template."""

import json
from typing import Any

from tests.simulation.delivery.asynchronous import Asynchronous
from tests.simulation.delivery.bus import Bus
from tests.simulation.delivery.configs import Wiring
from tests.simulation.delivery.failures import FailureQueues
from tests.simulation.delivery.polling import QueueMapping
from tests.simulation.delivery.queues import Queue
from tests.simulation.delivery.schedules import Schedule
from tests.simulation.delivery.shards import Shards
from tests.simulation.delivery.streams import StreamMapping
from tests.simulation.delivery.topics import Topics
from tests.simulation.processes.host import Host


class Deliveries:
    """The one thing a run needs: give it records, messages and events, and it wakes functions.

    ``put(table, record)`` for each record of a stream, ``queues[name].send`` for a message,
    ``bus.put(entry)`` for an event, ``topics.publish`` for a notification, ``start`` and ``stop``
    for the schedules; all by logical id.
    """

    def __init__(self, host: Host, wiring: Wiring) -> None:
        functions = wiring.functions
        self.queues = _queues(host, wiring)
        self.asynchronous = Asynchronous(
            host, {name: each.asynchronous for name, each in functions.items()}, self._discard
        )
        self.bus = Bus(host, wiring, self.asynchronous, self.queues)
        self.topics = Topics(host, wiring, self.asynchronous)
        self.mappings = [
            QueueMapping(host, function.name, trigger, self.queues[trigger.queue])
            for function in functions.values()
            for trigger in function.queues
        ]
        self.schedules = [
            Schedule(host, function.name, trigger, self.asynchronous)
            for function in functions.values()
            for trigger in function.schedules
        ]
        self.streams: dict[str, list[StreamMapping]] = {}
        shards: dict[str, Shards] = {}
        for function in functions.values():
            for trigger in function.streams:
                if trigger.table not in shards:
                    shards[trigger.table] = Shards.drawn(host.dice)
                self.streams.setdefault(trigger.table, []).append(
                    StreamMapping(
                        host, function.name, trigger, shards[trigger.table], self._discard
                    )
                )
        polled = {mapping.queue.config.name for mapping in self.mappings}
        self.failures = FailureQueues(
            {name: queue for name, queue in self.queues.items() if name not in polled},
            {
                config.dead_letter: self.queues[config.name]
                for config in wiring.queues.values()
                if config.dead_letter is not None
            },
            self.asynchronous.send,
        )

    def put(self, table: str, record: dict[str, Any], *, lost_for: str | None = None) -> None:
        """Take a record of a table's stream, in the order of the writes.

        ``lost_for``: the function that never hears of it.
        """
        for mapping in self.streams.get(table, ()):
            if mapping.function != lost_for:
                mapping.put(record)

    def fire(self, function: str) -> None:
        """Let the schedules of a function tick, now."""
        for schedule in self.schedules:
            if schedule.function == function:
                schedule.fire()

    def start(self) -> None:
        """Start the schedules."""
        for schedule in self.schedules:
            schedule.start()

    def stop(self) -> None:
        """Stop the schedules; what they started goes on."""
        for schedule in self.schedules:
            schedule.stop()

    @property
    def idle(self) -> bool:
        """Whether all is quiet: nothing runs or waits to; ticks to come do not count."""
        return (
            self.asynchronous.idle
            and self.bus.idle
            and self.topics.idle
            and all(mapping.idle for mapping in self.mappings)
            and all(each.idle for mappings in self.streams.values() for each in mappings)
        )

    def describe(self) -> list[str]:
        """What still waits, a line each."""
        lines = self.asynchronous.describe()
        for mapping in self.mappings:
            lines += mapping.describe()
        for mappings in self.streams.values():
            for each in mappings:
                lines += each.describe()
        return lines

    def _discard(self, queue: str, message: dict[str, Any]) -> None:
        self.queues[queue].send(json.dumps(message))


def _queues(host: Host, wiring: Wiring) -> dict[str, Queue]:
    """All queues, each with that of its dead letters; dead letters have none of their own."""
    graves = {config.dead_letter for config in wiring.queues.values()} - {None}
    queues = {name: Queue(host, config) for name, config in wiring.queues.items() if name in graves}
    for name, config in wiring.queues.items():
        if name not in graves:
            grave = None if config.dead_letter is None else queues[config.dead_letter]
            queues[name] = Queue(host, config, grave)
    return queues
