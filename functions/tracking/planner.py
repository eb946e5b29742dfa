"""The planner: which shipments are asked about now, carrier by carrier, as messages to workers.

A sweep covers what lies between a carrier's watermark and now, sends the questions to the queue,
and then moves the watermark: one write per carrier. If the planner dies in between, the next sweep
covers the same span again, and the queue drops the messages it has already seen.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final, Protocol

from tracking.cadence import (
    FIRST_QUESTIONS,
    ROUND,
    SLOTS,
    Entry,
    Span,
    first_question,
    is_due_in_slot,
    last_visit,
    tempo_of,
)
from tracking.carrier_settings import CarrierSettings, Watermark, instant, utc_day
from tracking.carriers.base import Adapter
from waybill.clock import Clock
from waybill.observability import count, describe_error, logger

PAGE: Final = 32
"""Shipments of one message."""


@dataclass(frozen=True)
class Task:
    """One message: shipments to ask one carrier about."""

    carrier: str
    shipments: tuple[tuple[str, str], ...]
    """(shop, shipment) ids."""
    deduplication_id: str = ""

    @property
    def group(self) -> str:
        """The queue's message group: one worker at a time, so that limits live in one process."""
        return f"{self.carrier}#0"

    def body(self) -> str:
        """The message's text."""
        document = {"carrier": self.carrier, "shipments": self.shipments}
        return json.dumps(document, separators=(",", ":"))

    @classmethod
    def from_body(cls, body: str) -> "Task":
        """Read :meth:`body`; raises ValueError or KeyError for anything else."""
        document = json.loads(body)
        pairs = tuple((str(shop), str(shipment)) for shop, shipment in document["shipments"])
        return cls(str(document["carrier"]), pairs)


class ActiveShipments(Protocol):
    """The index of shipments whose carriers are still asked."""

    def active(self, carrier: str, slot: int) -> Iterator[Entry]:
        """All of a carrier's active shipments in a slot, the oldest first."""

    def created_in(self, carrier: str, slot: int, span: Span) -> Iterator[Entry]:
        """Those that were created in a span."""


class Watermarks(Protocol):
    """Which carriers are set up, and how far they are swept."""

    def configured(self, carriers: Iterable[str]) -> list[tuple[CarrierSettings, Watermark]]:
        """Those of the carriers that have settings, with their watermarks."""

    def advance(self, carrier: str, mark: Watermark) -> bool:
        """Move a watermark forward; False where others have been further, or paused the carrier."""


class Questions(Protocol):
    """The queue to the workers."""

    def send(self, tasks: Sequence[Task]) -> None:
        """Send all; raises if one was not taken."""


@dataclass(frozen=True)
class Planner:
    """Decides which shipments are asked about now."""

    shipments: ActiveShipments
    carriers: Watermarks
    queue: Questions
    adapters: Mapping[str, Adapter]
    clock: Clock

    def sweep(self) -> int:
        """Cover every carrier from its watermark to now; the number of shipments to ask about.

        A carrier whose planning fails keeps its watermark and delays no other; the first error is
        raised in the end.
        """
        now = int(self.clock().timestamp() * 1000) / 1000
        asked, failure = 0, None
        for settings, mark in self.carriers.configured(self.adapters):
            try:
                asked += self._sweep(settings, mark, now)
            except Exception as error:
                logger.error("sweep failed", carrier=settings.carrier, **describe_error(error))
                failure = failure or error
        if failure:
            raise failure
        return asked

    def _sweep(self, settings: CarrierSettings, mark: Watermark, now: float) -> int:
        span = Span(mark.swept_to, now)
        if span.end <= span.start:
            return 0
        if mark.is_paused(instant(now)):
            count("CarriersPaused")  # the watermark stays: what is due is asked after the pause
            return 0
        day = utc_day(instant(now))
        due = self._due(settings, span)
        if settings.daily_budget is not None:
            due = within(due, settings.daily_budget - mark.asked_on(day))
        self.queue.send(list(pages(settings.carrier, due)))
        asked = sum(map(len, due.values()))
        self.carriers.advance(settings.carrier, Watermark(now, day, mark.asked_on(day) + asked))
        if asked:
            count("QuestionsPlanned", asked)
        return asked

    def _due(self, settings: CarrierSettings, span: Span) -> dict[str, list[tuple[Entry, float]]]:
        """Who is due, by the group of messages they travel in, with the instant it is due for."""
        due: dict[str, list[tuple[Entry, float]]] = {"new": []}
        tempo = tempo_of(daily_cap=settings.per_shipment_daily_cap)
        recent = Span(max(0.0, span.start - max(FIRST_QUESTIONS)), span.end)
        for slot in range(SLOTS):
            # Named by its first visit in the span, a group is the same when it is planned again.
            visit = last_visit(slot, span.start) + ROUND
            if visit <= span.end:
                entries = self.shipments.active(settings.carrier, slot)
            else:
                entries = self.shipments.created_in(settings.carrier, slot, recent)
            label = f"{slot}#{visit // 60}"
            for entry in entries:
                if is_due_in_slot(entry, span, tempo):
                    due.setdefault(label, []).append((entry, visit))
                elif (first := first_question(entry, span, tempo)) is not None:
                    due["new"].append((entry, first))
        due["new"].sort(key=lambda each: (each[1], each[0].shipment_id))
        return due


def within(
    due: Mapping[str, list[tuple[Entry, float]]], allowed: int
) -> dict[str, list[tuple[Entry, float]]]:
    """What a budget allows of the questions, the new shipments' first."""
    left = max(0, allowed)
    kept: dict[str, list[tuple[Entry, float]]] = {}
    for label, entries in due.items():
        kept[label] = entries[:left]
        left -= len(kept[label])
    refused = sum(len(entries) - len(kept[label]) for label, entries in due.items())
    if refused:
        count("QuestionsOverBudget", refused)
    return kept


def pages(carrier: str, due: Mapping[str, list[tuple[Entry, float]]]) -> Iterator[Task]:
    """Messages of at most 32 shipments.

    The deduplication id is carrier#slot#minute#page and a hash of who is asked for when: a sweep
    that is planned again after a crash sends the same messages under the same ids, while one that
    has anything more to ask is never taken for it.
    """
    for label, entries in due.items():
        remaining = iter(entries)
        page = 0
        while chunk := list(islice(remaining, PAGE)):
            who = [[entry.shop_id, entry.shipment_id, at] for entry, at in chunk]
            digest = hashlib.sha256(json.dumps(who).encode()).hexdigest()[:16]
            yield Task(
                carrier,
                tuple((entry.shop_id, entry.shipment_id) for entry, _ in chunk),
                f"{carrier}#{label}#{page}#{digest}",
            )
            page += 1
