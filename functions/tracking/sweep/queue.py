"""The FIFO queue between the planner and the workers."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from tracking.sweep.tasks import Task

_ENTRIES: Final = 10  # SendMessageBatch's limit of messages a request


class QueueError(Exception):
    """The queue did not take a message; the sweep is planned again."""


@dataclass(frozen=True)
class SweepQueue:
    """Sends tasks in order; those it has seen within five minutes it drops."""

    client: Any
    url: str

    def send(self, tasks: Iterable[Task]) -> None:
        """Send all tasks as they are made; raises :class:`QueueError` if one was not taken."""
        remaining = iter(tasks)
        while chunk := list(islice(remaining, _ENTRIES)):
            answer = self.client.send_message_batch(
                QueueUrl=self.url,
                Entries=[
                    {
                        "Id": str(index),
                        "MessageBody": task.body(),
                        "MessageGroupId": task.group,
                        "MessageDeduplicationId": task.deduplication_id,
                    }
                    for index, task in enumerate(chunk)
                ],
            )
            if answer.get("Failed"):
                raise QueueError(f"{len(answer['Failed'])} messages were refused")
