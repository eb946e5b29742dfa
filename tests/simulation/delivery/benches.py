"""Test benches: a stream, a queue or a bus, with a fake host and functions that are scripted."""

import json
from typing import Any

from tests.simulation.delivery.assembly import Deliveries
from tests.simulation.delivery.configs import (
    AsyncConfig,
    FunctionConfig,
    QueueConfig,
    QueueTrigger,
    RuleTrigger,
    StreamTrigger,
    Wiring,
)
from tests.simulation.delivery.fake_host import Call, FakeHost, record
from tests.simulation.delivery.polling import QueueMapping
from tests.simulation.delivery.queues import Queue
from tests.simulation.delivery.shards import Shards
from tests.simulation.delivery.streams import StreamMapping

ONE = Shards(1)
VISIBILITY = 60.0
PLACED = RuleTrigger("Placed", "Bus", {"source": ["shop"], "detail-type": ["Placed", "Paid"]})
SHIPPED = RuleTrigger("Shipped", "Bus", {"source": ["depot"]})


class Stream:
    """A mapping, its host, and what it discarded."""

    def __init__(self, host: FakeHost, shards: Shards = ONE, **config: Any) -> None:
        self.host = host
        self.discarded: list[tuple[str, dict[str, Any]]] = []
        settings = {"partial": True, "on_failure": "FailureQueue", **config}
        self.mapping = StreamMapping(
            host,
            "Function",
            StreamTrigger("Table", **settings),
            shards,
            lambda queue, message: self.discarded.append((queue, message)),
        )

    def put(self, *records: dict[str, Any]) -> None:
        for each in records:
            self.mapping.put(each)

    def run(self, *records: dict[str, Any]) -> list[Call]:
        self.put(*records)
        self.host.run()
        assert self.mapping.idle
        assert self.mapping.describe() == []
        return self.host.calls


def batch(size: int) -> list[dict[str, Any]]:
    return [record(number) for number in range(size)]


class Polled:
    """A queue with its dead letters and the mapping that polls it."""

    def __init__(self, host: FakeHost, *, fifo: bool = False, **trigger: Any) -> None:
        self.host = host
        self.dead = Queue(host, QueueConfig("DeadLetters", fifo=fifo))
        config = QueueConfig(
            "Queue", fifo, VISIBILITY, 3600.0, dead_letter="DeadLetters", max_receive=3
        )
        self.queue = Queue(host, config, self.dead)
        settings = {"batch_size": 1, "partial": True, **trigger}
        self.mapping = QueueMapping(host, "Function", QueueTrigger("Queue", **settings), self.queue)

    def send(self, *bodies: str, group: str | None = None) -> None:
        for body in bodies:
            self.queue.send(body, group, body if self.queue.config.fifo else None)

    def run(self) -> list[list[str]]:
        """All batches, as their messages' bodies."""
        self.host.run()
        assert self.mapping.idle
        assert self.mapping.describe() == []
        return [call.bodies for call in self.host.calls]


def function(name: str, **settings: Any) -> FunctionConfig:
    return FunctionConfig(name, "module.handler", 20, {}, **settings)


def world(host: FakeHost, *functions: FunctionConfig) -> Deliveries:
    queues = {name: QueueConfig(name) for name in ("Failed", "Other")}
    return Deliveries(host, Wiring({each.name: each for each in functions}, queues))


def listener(**settings: Any) -> FunctionConfig:
    config = AsyncConfig(on_failure="Failed", **settings)
    return function("Listener", rules=(PLACED,), asynchronous=config)


def entry(number: int = 0, kind: str = "Placed") -> dict[str, Any]:
    detail = json.dumps({"number": number})
    return {"Source": "shop", "DetailType": kind, "Detail": detail, "EventBusName": "Bus"}


def run(host: FakeHost, deliveries: Deliveries) -> list[int]:
    """The numbers of all events in the order in which they were delivered."""
    host.run()
    assert deliveries.idle
    assert deliveries.describe() == []
    return [call.event["detail"]["number"] for call in host.calls]
