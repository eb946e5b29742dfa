"""Messages to workers: which shipments one carrier is asked about, 32 at a time."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from tracking.accounts.usage import DRAWN
from tracking.cadence import Entry
from tracking.carriers.base import Limits

PAGE: Final = 32
"""Shipments of one message."""
_BUSY: Final = 30.0
"""Seconds that a message's questions may have to wait for one another."""
MAX_GROUPS: Final = 8
"""Workers that ask one carrier at once, at most."""
OF_WORKER: Final = 4 * PAGE
"""Questions of a sweep that one worker gets before another one is given some."""

Asked = tuple[Entry, float]
"""Who is due, and the instant it is due for."""


@dataclass(frozen=True)
class Task:
    """One message: shipments to ask one carrier about."""

    carrier: str
    shipments: tuple[tuple[str, str], ...]
    """(shop, shipment) ids."""
    since: float = 0.0
    """Where the span of the sweep begins that asks, in seconds since 1970."""
    deduplication_id: str = ""
    worker: int = 0

    @property
    def group(self) -> str:
        """The queue's message group: one worker at a time, so that limits live in one process."""
        return f"{self.carrier}#{self.worker}"

    def planned_requests(self, limits: Limits) -> int:
        """Requests that are counted with the sweep: none of a carrier that has a daily budget."""
        return 0 if limits.daily_budget is not None else -(-len(self.shipments) // limits.batch)

    def body(self) -> str:
        """The message's text."""
        document = {
            "carrier": self.carrier,
            "shipments": self.shipments,
            "since_ms": int(self.since * 1000),
        }
        return json.dumps(document, separators=(",", ":"))

    @classmethod
    def from_body(cls, body: str) -> "Task":
        """Read :meth:`body`; raises ValueError or KeyError for anything else."""
        document = json.loads(body)
        pairs = tuple((str(shop), str(shipment)) for shop, shipment in document["shipments"])
        return cls(str(document["carrier"]), pairs, int(document.get("since_ms", 0)) / 1000)


def is_drawn(task: Task) -> bool:
    """Whether a task is one of those drawn by lot to tell how they went: the same each time."""
    return hashlib.sha256(task.body().encode()).digest()[0] % DRAWN == 0


def page_size(limits: Limits) -> int:
    """Shipments of a message: fewer where the carrier wants long pauses between requests."""
    if not limits.seconds_between:
        return PAGE
    requests = max(1, int(_BUSY / limits.seconds_between))
    return min(PAGE, requests * limits.batch)


def worker_of(before: int, limits: Limits) -> int:
    """Which of a carrier's workers gets a message, after so many shipments of the sweep.

    One alone where requests are counted, by the second or by the day: only so is the count kept.
    """
    if limits.seconds_between or limits.daily_budget is not None:
        return 0
    return before // OF_WORKER % MAX_GROUPS


def pages(
    carrier: str, label: str, asked: Iterable[Asked], since: float, size: int
) -> Iterator[Task]:
    """Messages of at most ``size`` shipments, made as they are taken.

    The deduplication id is carrier#slot#minute#page and a hash of who is asked for when: a sweep
    that is planned again after a crash sends the same messages under the same ids, while one that
    has anything more to ask is never taken for it.
    """
    remaining = iter(asked)
    page = 0
    while chunk := list(islice(remaining, size)):
        who = [[entry.shop_id, entry.shipment_id, at] for entry, at in chunk]
        digest = hashlib.sha256(json.dumps(who).encode()).hexdigest()[:16]
        yield Task(
            carrier,
            tuple((entry.shop_id, entry.shipment_id) for entry, _ in chunk),
            since,
            f"{carrier}#{label}#{page}#{digest}",
        )
        page += 1
