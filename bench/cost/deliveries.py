"""What wakes functions, as template.yaml has it: read by the simulator's reader, without accidents.

Everything that waits is delivered at once, in the largest batches that a mapping takes: one order
alone makes batches of one, twenty orders make batches of twenty.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from bench.cost.account import Account, chunks
from bench.cost.tally import Use
from local.mail_feedback import events as events_of_mail
from tests.simulation.delivery.configs import FunctionConfig, StreamTrigger, Wiring
from tests.simulation.delivery.patterns import Filter, Pattern
from tests.simulation.delivery.queues import Message
from tests.simulation.delivery.shapes import bus_event, notification

_RECORD_KEYS: Final = frozenset({"dynamodb", "eventName"})
_MOST_RECORDS: Final = 1000
"""Of one GetRecords."""
_ROUNDS: Final = 100
"""More than any change takes to settle; a loop of functions would never end."""


class Host(Protocol):
    """Who runs functions."""

    def invoke(self, function: FunctionConfig, event: Any, *, traced: bool = False) -> Any:
        """Run a function; ``traced``: it begins a trace."""

    def use(self, use: Use, amount: float, room: str) -> None:
        """Count a use that no function asks for."""

    def now(self) -> float:
        """Seconds since 1970."""


class Streams:
    """The tables' streams, read from where they were read last."""

    def __init__(self, client: Any, tables: Mapping[str, str]) -> None:
        """``tables``: ARNs of streams, by table."""
        self._client = client
        self._arns = tables
        self._shards: dict[str, list[str]] = {}
        self._seen: dict[str, str] = {}
        """The last sequence number read of a shard."""

    def read(self, table: str) -> list[dict[str, Any]]:
        """What is new of a table, in the order of the writes."""
        arn = self._arns[table]
        if table not in self._shards:  # a shard lives four hours, longer than a measurement
            described = self._client.describe_stream(StreamArn=arn)["StreamDescription"]
            self._shards[table] = [shard["ShardId"] for shard in described["Shards"]]
        return [record for shard in self._shards[table] for record in self._shard(arn, shard)]

    def _shard(self, arn: str, shard: str) -> Iterator[dict[str, Any]]:
        """An iterator is asked for anew each time: DynamoDB Local loses those of empty reads."""
        start: dict[str, str] = {"ShardIteratorType": "TRIM_HORIZON"}
        if shard in self._seen:
            start = {
                "ShardIteratorType": "AFTER_SEQUENCE_NUMBER",
                "SequenceNumber": self._seen[shard],
            }
        asked = self._client.get_shard_iterator(StreamArn=arn, ShardId=shard, **start)
        iterator = asked.get("ShardIterator")
        while iterator:
            answer = self._client.get_records(ShardIterator=iterator)
            for record in answer["Records"]:
                self._seen[shard] = record["dynamodb"]["SequenceNumber"]
                yield mended(record)
            full = len(answer["Records"]) == _MOST_RECORDS
            iterator = answer.get("NextShardIterator") if full else None


def mended(record: dict[str, Any]) -> dict[str, Any]:
    """The record with its empty maps: in a stream, DynamoDB Local tells them without their type."""
    images = {
        name: {key: _typed(value) for key, value in record["dynamodb"][name].items()}
        for name in ("OldImage", "NewImage")
        if name in record["dynamodb"]
    }
    return record | {"dynamodb": record["dynamodb"] | images}


def _typed(value: Mapping[str, Any]) -> dict[str, Any]:
    if not value:
        return {"M": {}}
    ((kind, inner),) = value.items()
    if kind == "M":
        return {kind: {key: _typed(each) for key, each in inner.items()}}
    return {kind: [_typed(each) for each in inner] if kind == "L" else inner}


@dataclass
class Deliveries:
    """Hands what waits to whom it wakes."""

    wiring: Wiring
    account: Account
    streams: Streams
    host: Host
    _waiting: dict[str, list[Message]] = field(default_factory=lambda: defaultdict(list))
    _number: int = 0

    def settle(self) -> None:
        """Deliver until nothing waits; raises RuntimeError for a function that fails a record."""
        for _ in range(_ROUNDS):
            if not any([self._streams(), self._bus(), self._queues(), self._mail()]):
                return
        raise RuntimeError("nothing comes to rest")

    def tick(self, function: str) -> None:
        """Let a function's schedule fire once, now."""
        config = self.wiring.functions[function]
        for schedule in config.schedules:
            self.host.invoke(config, schedule.payload, traced=True)

    # --- each kind of wake-up -------------------------------------------------------------------

    def _streams(self) -> bool:
        changed, self.account.changed = self.account.changed, set()
        woken = False
        for table in sorted(changed):
            records = self.streams.read(table)
            for config, trigger in self._readers(table):
                accepts = Filter(trigger.patterns, _RECORD_KEYS).accepts
                batch = [record for record in records if accepts(record)]
                for part in parts(batch, trigger.batch_size):
                    woken = True
                    answer = self.host.invoke(config, {"Records": part}, traced=True)
                    _refuse_failures(config.name, answer)
        return woken or bool(self.account.changed)

    def _readers(self, table: str) -> Iterator[tuple[FunctionConfig, StreamTrigger]]:
        for config in self.wiring.functions.values():
            for trigger in config.streams:
                if trigger.table == table:
                    yield config, trigger

    def _bus(self) -> bool:
        entries, self.account.events = self.account.events, []
        for entry in entries:
            self._number += 1
            event = bus_event(
                entry, f"event-{self._number}", "2026-11-23T10:00:00Z", json.loads(entry["Detail"])
            )
            for config in self.wiring.functions.values():
                for rule in config.rules:
                    if Pattern(rule.pattern).matches(event):
                        self.host.invoke(config, event)
            for queue_rule in self.wiring.queue_rules:
                if Pattern(queue_rule.pattern).matches(event):
                    self._send(queue_rule.queue, json.dumps(event))
        return bool(entries)

    def _queues(self) -> bool:
        sent, self.account.messages = self.account.messages, []
        for url, entry in sent:
            queue = url.rsplit("/", 1)[1].removesuffix(".fifo")
            group = entry.get("MessageGroupId")
            self._send(queue, entry["MessageBody"], group, entry.get("MessageDeduplicationId"))
        woken = False
        for config in self.wiring.functions.values():
            for trigger in config.queues:
                waiting, self._waiting[trigger.queue] = self._waiting[trigger.queue], []
                for part in parts(waiting, trigger.batch_size):
                    woken = True
                    self._receive(config, trigger.queue, part)
        return woken

    def _receive(self, config: FunctionConfig, queue: str, part: Sequence[Message]) -> None:
        """Lambda receives and deletes; both are requests of the account's, of up to 64 KB each."""
        use = Use.FIFO if self.wiring.queues[queue].fifo else Use.QUEUE
        received = chunks("".join(message.body for message in part))
        self.host.use(use, received + 1, room_of(config))
        event = {"Records": [message.as_record(queue) for message in part]}
        _refuse_failures(config.name, self.host.invoke(config, event))

    def _send(
        self, queue: str, body: str, group: str | None = None, deduplication: str | None = None
    ) -> None:
        self._number += 1
        message = Message(
            f"message-{self._number}", body, group, deduplication, self._number, self.host.now()
        )
        message.received, message.first_received_at, message.receipt = 1, self.host.now(), "receipt"
        self._waiting[queue].append(message)

    def _mail(self) -> bool:
        mails, self.account.mails = self.account.mails, []
        for message_id, mail in mails:
            for event in events_of_mail(mail, message_id, "2026-11-23T10:00:00.000Z"):
                self._tell(mail["ConfigurationSetName"], event)
        return bool(mails)

    def _tell(self, configuration_set: str, event: dict[str, Any]) -> None:
        """SES publishes what the configuration set asks for; each subscriber is invoked."""
        text = json.dumps(event)
        for destination in self.wiring.mail_destinations:
            if destination.configuration_set != configuration_set:
                continue
            if event["eventType"].lower() not in destination.kinds:
                continue
            for config in self.wiring.functions.values():
                for trigger in config.topics:
                    if trigger.topic == destination.topic:
                        self._number += 1
                        self.host.use(Use.NOTIFICATION, chunks(text), room_of(config))
                        told = notification(
                            trigger.topic, f"sns-{self._number}", text, self.host.now()
                        )
                        self.host.invoke(config, told)


def room_of(config: FunctionConfig) -> str:
    """The room whose function it is: the first part of its handler."""
    return config.handler.partition(".")[0]


def parts(batch: list[Any], size: int) -> Iterator[list[Any]]:
    """A batch cut to the size that a mapping takes."""
    for start in range(0, len(batch), size):
        yield batch[start : start + size]


def _refuse_failures(function: str, answer: Any) -> None:
    if answer and answer.get("batchItemFailures"):
        raise RuntimeError(f"{function} failed {answer['batchItemFailures']}")
