"""What template.yaml says about what wakes which function, as plain values.

Nothing is known of particular functions, so one that is added to the template is simulated too. A
property that no model takes account of is refused: a setting nobody simulates proves nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class StreamTrigger:
    """An event source mapping of a DynamoDB stream; defaults are Lambda's."""

    table: str
    hash_key: str = "pk"
    batch_size: int = 100
    window: float = 0.0
    bisect: bool = False
    retries: int = -1
    max_age: int = -1
    partial: bool = False
    parallel: int = 1
    patterns: tuple[Mapping[str, Any], ...] = ()
    on_failure: str | None = None


@dataclass(frozen=True)
class QueueTrigger:
    """An event source mapping of a queue."""

    queue: str
    batch_size: int = 10
    window: float = 0.0
    partial: bool = False
    concurrency: int | None = None
    patterns: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True)
class RuleTrigger:
    """A rule of the bus with the function as its target."""

    name: str
    bus: str
    pattern: Mapping[str, Any]
    dead_letter: str | None = None


@dataclass(frozen=True)
class TopicTrigger:
    """A subscription of the function to a topic."""

    name: str
    topic: str
    dead_letter: str | None = None


@dataclass(frozen=True)
class MailDestination:
    """Where SES tells of the mails of a configuration set, and of which events."""

    configuration_set: str
    topic: str
    kinds: frozenset[str]


@dataclass(frozen=True)
class QueueRule:
    """A rule of the bus with a queue as its target."""

    name: str
    bus: str
    pattern: Mapping[str, Any]
    queue: str


@dataclass(frozen=True)
class ScheduleTrigger:
    """A schedule of EventBridge Scheduler at a fixed rate."""

    name: str
    seconds: int
    payload: Any


@dataclass(frozen=True)
class AsyncConfig:
    """How Lambda treats a function's asynchronous invocations; defaults are Lambda's."""

    retries: int = 2
    max_age: int = 21_600
    on_failure: str | None = None


@dataclass(frozen=True)
class FunctionConfig:
    """One function: its code, its limits, its environment, what wakes it."""

    name: str
    handler: str
    timeout: int
    environment: Mapping[str, Any]
    """A reference to a resource is its logical id, one to a parameter its default; the rest of
    CloudFormation's functions stay as they are."""
    streams: tuple[StreamTrigger, ...] = ()
    queues: tuple[QueueTrigger, ...] = ()
    rules: tuple[RuleTrigger, ...] = ()
    topics: tuple[TopicTrigger, ...] = ()
    schedules: tuple[ScheduleTrigger, ...] = ()
    asynchronous: AsyncConfig = AsyncConfig()


@dataclass(frozen=True)
class QueueConfig:
    """One queue; defaults are those of SQS."""

    name: str
    fifo: bool = False
    visibility: float = 30.0
    retention: float = 345_600.0
    dead_letter: str | None = None
    max_receive: int | None = None


@dataclass(frozen=True)
class Wiring:
    """All functions and queues of a template, by logical id, and the rules that feed queues."""

    functions: Mapping[str, FunctionConfig] = field(default_factory=dict)
    queues: Mapping[str, QueueConfig] = field(default_factory=dict)
    queue_rules: tuple[QueueRule, ...] = ()
    mail_destinations: tuple[MailDestination, ...] = ()
