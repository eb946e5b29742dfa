"""EventBridge's bus: an event goes to the target of every rule that matches it, in no order.

"Event bus concepts in Amazon EventBridge" and "Using Lambda with EventBridge": a rule's function
is invoked asynchronously, so its retries and its failure destination are Lambda's.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tests.simulation.delivery.asynchronous import Asynchronous
from tests.simulation.delivery.configs import FunctionConfig
from tests.simulation.delivery.patterns import Pattern
from tests.simulation.delivery.shapes import bus_event, moment, random_id
from tests.simulation.processes.host import Host, NotSimulatedError


class Bus:
    """All buses of the template, each with its rules."""

    def __init__(
        self, host: Host, functions: Mapping[str, FunctionConfig], asynchronous: Asynchronous
    ) -> None:
        self._host = host
        self._asynchronous = asynchronous
        self._rules = [
            (rule.bus, Pattern(rule.pattern), function.name)
            for function in functions.values()
            for rule in function.rules
        ]

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
        for bus, pattern, function in self._rules:
            if bus == name and pattern.matches(event):
                self._asynchronous.send(function, event)
        return event_id

    def _time(self, given: Any) -> str:
        """An entry's Time, as a number or a date; without one it is when it was put."""
        if given is None:
            return moment(self._host.now)
        return moment(given.timestamp() if isinstance(given, datetime) else float(given))
