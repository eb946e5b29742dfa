"""Whatever wakes functions, in order and once: streams, queues, the bus, topics and schedules.

Who is woken by what is read from template.yaml. Nothing runs beside anything else: what waits is
delivered one by one, oldest first, until all is quiet.
"""

import json
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from tests.simulation.delivery.configs import Wiring
from tests.simulation.delivery.shapes import bus_event, moment, notification

Event = dict[str, Any]
Invoke = Callable[[str, Event], Any]


class NotHandledError(AssertionError):
    """A function reported a record as failed, though nothing went wrong."""


def matches(pattern: Mapping[str, Any], event: Any) -> bool:
    """Whether an event is one that a pattern describes; tests hold this to the simulator's."""
    if not isinstance(event, Mapping):
        return False
    for name, wanted in pattern.items():
        if isinstance(wanted, Mapping):
            if not matches(wanted, event.get(name)):
                return False
        elif not any(_leaf(each, name, event) for each in wanted):
            return False
    return True


def _leaf(wanted: Any, name: str, event: Mapping[str, Any]) -> bool:
    if not isinstance(wanted, Mapping):
        return name in event and event[name] == wanted
    ((operator, operand),) = wanted.items()
    if operator == "exists":
        return (name in event) is operand
    value = event.get(name)
    return isinstance(value, str) and getattr(value, f"{operator}with")(operand)


class Delivery:
    """Wakes functions."""

    def __init__(self, wiring: Wiring, invoke: Invoke, clock: Callable[[], float]) -> None:
        self._invoke = invoke
        self._clock = clock
        self._waiting: deque[Callable[[], None]] = deque()
        self._count = 0
        self.lost: set[str] = set()
        """Functions that do not hear of the records that come now."""
        functions = wiring.functions.values()
        self._streams = [
            (trigger.table, function.name, [_startswith(each) for each in trigger.patterns])
            for function in functions
            for trigger in function.streams
        ]
        self._rules = [
            (_startswith(rule.pattern), partial(self._asynchronous, function.name))
            for function in functions
            for rule in function.rules
        ] + [
            (_startswith(rule.pattern), partial(self._from_bus, rule.queue))
            for rule in wiring.queue_rules
        ]
        self._queues = {
            trigger.queue: function.name for function in functions for trigger in function.queues
        }
        self._topics = [
            (trigger.topic, function.name) for function in functions for trigger in function.topics
        ]
        self._mails = wiring.mail_destinations
        self.schedules = [
            (function.name, trigger.payload)
            for function in functions
            for trigger in function.schedules
        ]

    def clear(self) -> None:
        """Forget what waits."""
        self._waiting.clear()
        self.lost.clear()
        self._count = 0

    def deliver(self) -> bool:
        """Deliver what waits longest; False where nothing does."""
        if not self._waiting:
            return False
        self._waiting.popleft()()
        return True

    # --- what happened --------------------------------------------------------------------------

    def record(self, table: str, record: Event) -> None:
        """A table has changed."""
        for source, function, patterns in self._streams:
            heard = source == table and function not in self.lost
            if heard and (not patterns or any(matches(each, record) for each in patterns)):
                batch = {"Records": [record | {"eventSource": "aws:dynamodb"}]}
                self._waiting.append(partial(self._batch, function, batch))

    def put(self, entry: Mapping[str, Any]) -> None:
        """Somebody told something on the bus."""
        detail = json.loads(entry["Detail"])
        event = bus_event(dict(entry), self._id("event"), moment(self._clock()), detail)
        for pattern, send in self._rules:
            if matches(pattern, event):
                send(event)

    def send(self, queue: str, body: str, group: str | None = None) -> None:
        """Somebody sent a message."""
        message = {
            "messageId": self._id("message"),
            "body": body,
            "attributes": {"MessageGroupId": group} if group else {},
            "eventSource": "aws:sqs",
        }
        batch = {"Records": [message]}
        self._waiting.append(partial(self._batch, self._queues[queue], batch))

    def mailed(self, configuration_set: str, kind: str, event: Event) -> None:
        """Something happened to a mail; ``kind`` is its name in a template, such as ``send``."""
        for destination in self._mails:
            if destination.configuration_set == configuration_set and kind in destination.kinds:
                self.publish(destination.topic, json.dumps(event))

    def publish(self, topic: str, message: str) -> None:
        """A topic has a message."""
        event = notification(topic, self._id("sns"), message, self._clock())
        for name, function in self._topics:
            if name == topic:
                self._asynchronous(function, event)

    def tick(self, function: str) -> None:
        """A schedule's time has come."""
        for name, payload in self.schedules:
            if name == function:
                self._asynchronous(name, payload)

    # --- who is woken ---------------------------------------------------------------------------

    def _asynchronous(self, function: str, event: Event) -> None:
        self._waiting.append(partial(self._invoke, function, event))

    def _from_bus(self, queue: str, event: Event) -> None:
        self.send(queue, json.dumps(event))

    def _batch(self, function: str, batch: Event) -> None:
        if failed := self._invoke(function, batch)["batchItemFailures"]:
            raise NotHandledError(f"{function} cannot apply {failed}: {batch['Records']}")

    def _id(self, kind: str) -> str:
        self._count += 1
        return f"{kind}-{self._count}"


def _startswith(pattern: Mapping[str, Any]) -> dict[str, Any]:
    """A pattern with the names of Python's own methods for its operators."""
    return {
        name: _startswith(inner) if isinstance(inner, Mapping) else [_named(each) for each in inner]
        for name, inner in pattern.items()
    }


def _named(leaf: Any) -> Any:
    if not isinstance(leaf, Mapping):
        return leaf
    names: Sequence[tuple[str, str]] = (("prefix", "starts"), ("suffix", "ends"))
    return {dict(names).get(name, name): operand for name, operand in leaf.items()}
