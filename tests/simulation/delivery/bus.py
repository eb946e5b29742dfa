"""EventBridge's bus: an event goes to the target of every rule that matches it, in no order.

"Event bus concepts in Amazon EventBridge" and "Using Lambda with EventBridge": a rule's function
is invoked asynchronously, so its retries and its failure destination are Lambda's. A rule's queue
gets the event as a message, at least once.
"""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from tests.simulation.delivery.asynchronous import Asynchronous
from tests.simulation.delivery.configs import Wiring
from tests.simulation.delivery.patterns import Pattern
from tests.simulation.delivery.queues import Queue
from tests.simulation.delivery.shapes import bus_event, moment, random_id
from tests.simulation.processes.faults import Fault
from tests.simulation.processes.host import Host, NotSimulatedError


class Bus:
    """All buses of the template, each with its rules."""

    def __init__(
        self,
        host: Host,
        wiring: Wiring,
        asynchronous: Asynchronous,
        queues: Mapping[str, Queue],
    ) -> None:
        self._host = host
        self._asynchronous = asynchronous
        self._on_their_way = 0
        self._archive: list[tuple[float, str, Any]] = []
        self._rules: list[tuple[str, Pattern, Callable[[Any], None]]] = [
            (rule.bus, Pattern(rule.pattern), partial(asynchronous.send, function.name))
            for function in wiring.functions.values()
            for rule in function.rules
        ]
        self._rules += [
            (rule.bus, Pattern(rule.pattern), partial(self._enqueue, queues[rule.queue]))
            for rule in wiring.queue_rules
        ]

    @property
    def idle(self) -> bool:
        """Whether no event is on its way to a queue."""
        return not self._on_their_way

    def put(self, entry: Mapping[str, Any]) -> str:
        """Take one entry of PutEvents and return the event's id."""
        name = entry.get("EventBusName", "default")
        if name not in {bus for bus, _, _ in self._rules}:
            raise NotSimulatedError(f"no rule listens to the bus {name}")
        event_id = random_id(self._host.dice)
        detail = entry["Detail"]
        if isinstance(detail, str):
            detail = json.loads(detail)
        event = bus_event(dict(entry), event_id, self._time(entry.get("Time")), detail)
        self._archive.append((self._host.now, name, event))
        self._lead(name, event)
        return event_id

    def replay(self, seconds: float) -> None:
        """Let all events of the last seconds come again: "Archiving and replaying events"."""
        since = self._host.now - seconds
        for at, name, event in self._archive:
            if at >= since:
                self._lead(name, event)

    def _lead(self, name: str, event: Any) -> None:
        for bus, pattern, send in self._rules:
            if bus == name and pattern.matches(event):
                send(event)

    def _enqueue(self, queue: Queue, event: Any) -> None:
        twice = self._host.faults.strikes(Fault.DUPLICATE)
        if twice:
            self._host.faults.count(Fault.DUPLICATE)
        held = self._host.faults.strikes(Fault.REORDERED)
        for _ in range(2 if twice else 1):
            self._on_their_way += 1
            latest = self._host.dice.choice((5.0, 60.0)) if held else 0.2
            self._host.after(
                self._host.dice.uniform(0.005, latest), lambda: self._arrive(queue, event)
            )

    def _arrive(self, queue: Queue, event: Any) -> None:
        self._on_their_way -= 1
        queue.send(json.dumps(event))

    def _time(self, given: Any) -> str:
        """An entry's Time, as a number or a date; without one it is when it was put."""
        if given is None:
            return moment(self._host.now)
        return moment(given.timestamp() if isinstance(given, datetime) else float(given))
