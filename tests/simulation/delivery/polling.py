"""How Lambda polls a queue: one mapping of a queue to a function.

"Using Lambda with Amazon SQS" and "Handling errors for an SQS event source in Lambda": what
succeeded is deleted; what failed is left, and comes again when its visibility has run out.
"""

import json
from collections.abc import Sequence
from typing import Any, Final

from tests.simulation.delivery.configs import QueueTrigger
from tests.simulation.delivery.patterns import Filter
from tests.simulation.delivery.queues import Message, Queue
from tests.simulation.delivery.responses import failed_items
from tests.simulation.processes.faults import Fault
from tests.simulation.processes.host import Host, Result

# "Using Lambda with Amazon SQS": five batches at first for a standard queue. For a FIFO queue as
# many as there are groups in flight, which the queue itself sees to.
_POLLERS: Final = 5
_MANY: Final = 1_000
_HIDDEN: Final = 5.0


class QueueMapping:
    """One event source mapping of a queue."""

    def __init__(self, host: Host, function: str, config: QueueTrigger, queue: Queue) -> None:
        self.function = function
        self.queue = queue
        self._host = host
        self._config = config
        self._filter = Filter(config.patterns, frozenset({"body"}))
        self._most = config.concurrency or (_MANY if queue.config.fifo else _POLLERS)
        self._running = 0
        self._wake_at: float | None = None
        queue.listen(self._wake)

    @property
    def idle(self) -> bool:
        """Whether nothing runs, and no message is left, visible or not."""
        return not self._running and not self.queue.messages()

    def describe(self) -> list[str]:
        """What still waits."""
        if self.idle:
            return []
        left = len(self.queue.messages())
        name = self.queue.config.name
        return [f"{self.function}: {left} messages in {name}, {self._running} batches run"]

    def _wake(self) -> None:
        at = self._host.now + max(self._host.dice.uniform(0.01, 0.2), self._window())
        if self._wake_at is not None and self._wake_at <= at:
            return
        self._wake_at = at

        def poll() -> None:
            if self._wake_at == at:
                self._wake_at = None
                self._poll()

        self._host.after(at - self._host.now, poll)

    def _window(self) -> float:
        """How long to wait for a batch to fill."""
        if not self._config.window or self.queue.waiting >= self._config.batch_size:
            return 0.0
        return self._config.window

    def _poll(self) -> None:
        while self._running < self._most:
            size = self._host.dice.choice((1, self._config.batch_size, self._config.batch_size))
            received = self.queue.receive(size)
            if not received:
                return
            if wanted := [message for message in received if self._wants(message)]:
                self._start(wanted)

    def _wants(self, message: Message) -> bool:
        """Lambda deletes what its filter does not accept ("Using event filtering with SQS")."""
        if not self._filter or self._filter.accepts({"body": _parsed(message.body)}):
            return True
        self.queue.delete(message, message.receipt)
        return False

    def _start(self, messages: Sequence[Message]) -> None:
        lost = self._mishap(messages)
        receipts = [message.receipt for message in messages]
        event = {"Records": [message.as_record(self.queue.config.name) for message in messages]}
        self._running += 1

        def done(result: Result) -> None:
            self._running -= 1
            failed = failed_items(
                result, [message.id for message in messages], partial=self._config.partial
            )
            if failed != []:
                self._host.tell(self.function, f"messages failed: {failed or result}")
            for message, receipt in zip(messages, receipts, strict=True):
                if failed is not None and message.id not in failed and not lost:
                    self.queue.delete(message, receipt)
            self._wake()

        self._host.invoke(self.function, event, done)

    def _mishap(self, messages: Sequence[Message]) -> bool:
        """A batch that will come again although it is worked; whether its deletion gets lost.

        Either that, or it waited so long for its function that its visibility runs out first.
        """
        if any(message.doubled for message in messages):
            return False
        if not self._host.faults.strikes(Fault.DUPLICATE):
            return False
        lost = self._host.dice.random() < 0.5
        hidden = self._host.dice.uniform(0.05, _HIDDEN)
        for message in messages:
            message.doubled = message.repeats = True
            if not lost:
                self.queue.hide(message, hidden)
        return lost


def _parsed(body: str) -> Any:
    """Lambda filters a body that is JSON as JSON, and any other as text."""
    try:
        return json.loads(body)
    except ValueError:
        return body
