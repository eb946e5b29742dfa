"""A queue of SQS, standard or FIFO: visibility, groups, deduplication, dead letters.

"Amazon SQS visibility timeout", "Using dead-letter queues in Amazon SQS", "Exactly-once
processing in Amazon SQS" and "FIFO queue and message group ID" (SQS developer guide).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from tests.simulation.delivery.configs import QueueConfig
from tests.simulation.delivery.shapes import REGION, md5, queue_arn, random_id
from tests.simulation.processes.faults import Fault
from tests.simulation.processes.host import Host

DEDUPLICATION: Final = 300.0
"""Seconds in which a FIFO queue accepts a deduplication id once."""


@dataclass(eq=False)
class Message:
    """One message of a queue, and what the queue knows of its deliveries."""

    id: str
    body: str
    group: str | None
    deduplication_id: str | None
    sequence: int
    sent_at: float
    received: int = 0
    first_received_at: float = 0.0
    visible_at: float = 0.0
    receipt: str | None = None
    doubled: bool = False  # a fault lets it come again, once in its life
    repeats: bool = False  # and its next delivery is that repetition

    def as_record(self, queue: str) -> dict[str, Any]:
        """The message as Lambda gives it to a function ("Using Lambda with Amazon SQS")."""
        attributes = {
            "ApproximateReceiveCount": str(self.received),
            "SentTimestamp": str(int(self.sent_at * 1000)),
            "SenderId": "AIDAEXAMPLE",
            "ApproximateFirstReceiveTimestamp": str(int(self.first_received_at * 1000)),
        }
        if self.group is not None:
            attributes["MessageGroupId"] = self.group
        if self.deduplication_id is not None:
            attributes["MessageDeduplicationId"] = self.deduplication_id
            attributes["SequenceNumber"] = f"{self.sequence:020d}"
        return {
            "messageId": self.id,
            "receiptHandle": self.receipt,
            "body": self.body,
            "attributes": attributes,
            "messageAttributes": {},
            "md5OfBody": md5(self.body),
            "eventSource": "aws:sqs",
            "eventSourceARN": queue_arn(queue),
            "awsRegion": REGION,
        }


class Queue:
    """One queue; ``dead_letter`` takes what was received too often."""

    def __init__(self, host: Host, config: QueueConfig, dead_letter: "Queue | None" = None) -> None:
        self.config = config
        self._host = host
        self._dead_letter = dead_letter
        self._messages: list[Message] = []  # in the order of sending
        self._accepted: dict[str, tuple[float, str]] = {}  # deduplication id → until, message id
        self._sequence = 0
        self._listeners: list[Callable[[], None]] = []
        self.on_sent: Callable[[str, str | None], None] = lambda body, group: None
        """Hears of every message, also of one that is dropped as it was accepted before."""
        self.on_taken: Callable[[str, str, str | None, str | None], None] = lambda *message: None
        """Hears of the same, with the queue's name and the deduplication id."""

    def send(self, body: str, group: str | None = None, deduplication_id: str | None = None) -> str:
        """Take a message and return its id; a FIFO queue drops what it has just accepted."""
        self.on_sent(body, group)
        self.on_taken(self.config.name, body, group, deduplication_id)
        if self.config.fifo:
            if group is None or deduplication_id is None:
                raise ValueError("a FIFO queue needs a group and a deduplication id")
            until, message_id = self._accepted.get(deduplication_id, (0.0, ""))
            if self._host.now < until:
                return message_id
        message_id = random_id(self._host.dice)
        if deduplication_id is not None:
            self._accepted[deduplication_id] = (self._host.now + DEDUPLICATION, message_id)
        self._add(message_id, body, group, deduplication_id, self._host.now)
        return message_id

    def receive(self, limit: int) -> list[Message]:
        """Take up to ``limit`` messages, hidden from others until their visibility runs out."""
        taken: list[Message] = []
        for message in self._mixed(self._available()):
            if len(taken) == limit:
                break
            if self._dead_letter is not None and message.received >= (self.config.max_receive or 0):
                self._bury(message, self._dead_letter)
                continue
            self._hand_out(message)
            taken.append(message)
        return taken

    def delete(self, message: Message, receipt: str | None) -> None:
        """Remove a message that was worked.

        A receipt is no longer good once the message was received again; in a FIFO queue not even
        once its visibility has run out.
        """
        hidden = message.visible_at > self._host.now
        if message.receipt != receipt or (self.config.fifo and not hidden):
            return
        if message in self._messages:
            self._messages.remove(message)

    def hide(self, message: Message, seconds: float) -> None:
        """Let the visibility of a message that was just received run out in so many seconds."""
        message.visible_at = self._host.now + seconds
        self._host.after(seconds, self._announce)

    def drain(self) -> list[Message]:
        """Take all messages out, hidden ones as well; as an operator does who redrives."""
        drained = self.messages()
        self._messages.clear()
        return drained

    def redrive(self, source: "Queue") -> int:
        """Move all messages back to the queue they came from, as new ones; how many there were.

        "Moves to the source queue are new messages": neither deduplicated, nor received before.
        """
        moved = self.drain()
        for message in moved:
            message_id = random_id(self._host.dice)
            source._add(
                message_id, message.body, message.group, message.deduplication_id, self._host.now
            )
        return len(moved)

    def listen(self, listener: Callable[[], None]) -> None:
        """Call ``listener`` whenever a message may have become available."""
        self._listeners.append(listener)

    def messages(self) -> list[Message]:
        """All messages that the queue still keeps, in the order of sending."""
        oldest = self._host.now - self.config.retention
        self._messages = [message for message in self._messages if message.sent_at >= oldest]
        return list(self._messages)

    @property
    def waiting(self) -> int:
        """How many could be received now."""
        return len(self._available())

    # ------------------------------------------------------------------------------ details

    def _add(
        self,
        message_id: str,
        body: str,
        group: str | None,
        deduplication_id: str | None,
        sent_at: float,
    ) -> None:
        self._sequence += 1
        self._messages.append(
            Message(message_id, body, group, deduplication_id, self._sequence, sent_at)
        )
        self._announce()

    def _available(self) -> list[Message]:
        now = self._host.now
        messages = self.messages()
        # While a message of a group is in flight, no other of that group is given out.
        blocked = {message.group for message in messages if message.visible_at > now}
        return [
            message
            for message in messages
            if message.visible_at <= now and not (self.config.fifo and message.group in blocked)
        ]

    def _mixed(self, available: list[Message]) -> list[Message]:
        """A standard queue keeps to the order of sending as well as it can, which is not always."""
        if self.config.fifo or len(available) == 1:
            return available
        if not available or not self._host.faults.strikes(Fault.REORDERED):
            return available
        mixed = self._host.dice.sample(available, len(available))
        if mixed != available:
            self._host.faults.count(Fault.REORDERED)
        return mixed

    def _hand_out(self, message: Message) -> None:
        message.received += 1
        message.first_received_at = message.first_received_at or self._host.now
        message.receipt = random_id(self._host.dice)
        if message.repeats:
            message.repeats = False
            self._host.faults.count(Fault.DUPLICATE)
            self._host.tell(self.config.name, f"message {message.id} is delivered once more")
        self.hide(message, self.config.visibility)

    def _bury(self, message: Message, grave: "Queue") -> None:
        self._messages.remove(message)
        self._host.tell(self.config.name, f"message {message.id} goes to {grave.config.name}")
        # "The enqueue timestamp": kept where a standard queue's message goes to its dead letters.
        sent_at = self._host.now if self.config.fifo else message.sent_at
        grave._add(message.id, message.body, message.group, message.deduplication_id, sent_at)

    def _announce(self) -> None:
        for listener in self._listeners:
            listener()
