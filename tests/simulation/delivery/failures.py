"""Failure queues: what landed where, and how an operator brings it back."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from tests.simulation.delivery.queues import Queue
from tests.simulation.delivery.shapes import function_of


class FailureQueues:
    """All queues that nothing polls; ``send`` invokes a function asynchronously."""

    def __init__(
        self,
        queues: Mapping[str, Queue],
        sources: Mapping[str, Queue],
        send: Callable[[str, Any], None],
    ) -> None:
        """``sources``: the queue whose dead letters a queue takes, by that queue's name."""
        self._queues = queues
        self._sources = sources
        self._send = send

    def landed(self) -> dict[str, list[dict[str, Any]]]:
        """The messages of every queue that has some; text that is no JSON under ``text``."""
        return {
            name: [_parsed(message.body) for message in messages]
            for name, queue in self._queues.items()
            if (messages := queue.messages())
        }

    def redrive(self, name: str) -> int:
        """Deliver again what a queue holds; how many that were.

        Dead letters go back to their queue, failed asynchronous invocations through the function
        once more. A stream's records cannot come from here: their positions are left in place.
        """
        queue = self._queues[name]
        if name in self._sources:
            return queue.redrive(self._sources[name])
        brought_back = 0
        for message in queue.drain():
            body = _parsed(message.body)
            if "requestPayload" in body:
                function = function_of(body["requestContext"]["functionArn"])
                self._send(function, body["requestPayload"])
                brought_back += 1
            else:
                queue.send(message.body)
        return brought_back


def _parsed(body: str) -> dict[str, Any]:
    try:
        value = json.loads(body)
    except ValueError:
        value = None
    return value if isinstance(value, dict) else {"text": body}
