"""The planner: which shipments are asked about now, carrier by carrier, as messages to workers.

A sweep covers what lies between a carrier's watermark and now, sends the questions to the queue,
and then moves the watermark: one write per carrier. If the planner dies in between, the next sweep
covers the same span again, and the queue drops the messages it has already seen. The index is read
as it is sent: what is held of a hundred thousand shipments is a page of them.

A carrier that rests, or whose breaker is open, keeps its watermark, so that nothing is lost. What a
worker spared it is asked again: its usage says from when on.
"""

import hashlib
import heapq
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain, islice
from typing import Final, Protocol

from tracking.accounts.breaker import State
from tracking.accounts.budget import allowance, limits_of, stretch
from tracking.accounts.repository import Known
from tracking.accounts.settings import Watermark, instant, utc_day
from tracking.cadence import (
    FIRST_QUESTIONS,
    ROUND,
    SLOTS,
    UNLEARNED,
    Entry,
    Span,
    Tempo,
    first_question,
    is_due_in_slot,
    last_visit,
    phase_of,
    questions,
    tempo_of,
)
from tracking.carriers.base import Adapter, Limits
from tracking.sweep.tasks import Asked, Task, page_size, pages, worker_of
from waybill.clock import Clock
from waybill.observability import count, describe_error, logger

_DAY: Final = 86_400
_PROBES: Final = 100
"""Due shipments of which one is asked about to see whether a carrier answers again."""


class ActiveShipments(Protocol):
    """The index of shipments whose carriers are still asked."""

    def active(self, carrier: str, slot: int) -> Iterator[Entry]:
        """All of a carrier's active shipments in a slot, the oldest first."""

    def created_in(self, carrier: str, slot: int, span: Span) -> Iterator[Entry]:
        """Those that were created in a span."""


class Carriers(Protocol):
    """Which carriers are set up, and how each stands."""

    def configured(self, carriers: Iterable[str]) -> list[Known]:
        """Those of the carriers that have settings."""

    def advance(self, carrier: str, mark: Watermark) -> bool:
        """Move a watermark forward; False where others have been further."""

    def caught_up(self, carrier: str, missed_from: float) -> None:
        """What the carrier was spared since then is planned."""


class Questions(Protocol):
    """The queue to the workers."""

    def send(self, tasks: Iterable[Task]) -> None:
        """Send all, as they are made; raises if one was not taken."""


@dataclass(frozen=True)
class Planner:
    """Decides which shipments are asked about now."""

    shipments: ActiveShipments
    carriers: Carriers
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
        for known in self.carriers.configured(self.adapters):
            carrier = known.settings.carrier
            try:
                limits = limits_of(known.settings, self.adapters[carrier].LIMITS)
                asked += self._sweep(known, limits, now)
            except Exception as error:
                logger.error("sweep failed", carrier=carrier, **describe_error(error))
                failure = failure or error
        if failure:
            raise failure
        return asked

    def _sweep(self, known: Known, limits: Limits, now: float) -> int:
        at, mark, usage = instant(now), known.mark, known.usage
        missed = usage.missed_from
        start = mark.swept_to if missed is None else min(missed, mark.swept_to)
        span = Span(start, now)
        if now <= mark.swept_to:
            return 0
        if usage.is_paused(at):
            count("CarriersPaused")  # the watermark stays: what is due is asked after the pause
            return 0
        state = usage.state(at)
        if state is State.OPEN:
            count("CarriersOpen")
            return 0
        sweep = _Sweep(self.shipments, known, limits, span)
        if state is State.HALF_OPEN:
            probe = sweep.probe()
            self.queue.send(probe)
            return len(probe)
        self.queue.send(sweep.tasks())
        self.carriers.advance(known.settings.carrier, sweep.mark())
        if missed is not None:
            self.carriers.caught_up(known.settings.carrier, missed)
        if sweep.asked:
            count("QuestionsPlanned", sweep.asked)
        if sweep.refused:
            count("QuestionsOverBudget", sweep.refused)
        return sweep.asked


@dataclass
class _Sweep:
    """One carrier's sweep, as it is made."""

    shipments: ActiveShipments
    known: Known
    limits: Limits
    span: Span
    asked: int = 0
    refused: int = 0
    _requests: int = 0
    _wanted: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        mark = self.known.mark
        self.carrier = self.known.settings.carrier
        self.now = instant(self.span.end)
        day = utc_day(self.now)
        planned = -(-mark.asked_on(day) // self.limits.batch)
        used = max(self.known.calls_on(day), planned)
        requests = allowance(self.limits, used, mark.swept_to, self.now)
        self.allowed = None if requests is None else requests * self.limits.batch
        self._wanted = list(mark.wanted) or [0] * SLOTS
        self.stretch = stretch(sum(self._wanted), self.limits, used, self.now, mark.stretch)
        cap = self.limits.per_shipment_daily_cap
        self.tempo = tempo_of(self.known.rhythm, stretch=self.stretch, daily_cap=cap)
        self.unhurried = tempo_of(self.known.rhythm, daily_cap=cap)
        self.former: Tempo | None = None
        if self.known.rhythm.changed_at > self.span.start:
            earlier = self.known.rhythm.earlier or UNLEARNED
            self.former = tempo_of(earlier, stretch=self.stretch, daily_cap=cap)

    def mark(self) -> Watermark:
        """The watermark after the sweep."""
        day = utc_day(self.now)
        asked = self.known.mark.asked_on(day) + self.asked
        wanted = tuple(self._wanted) if self.allowed is not None else ()
        requests = self.known.mark.requests_with(day, self._requests)
        return Watermark(self.span.end, day, asked, self.stretch, wanted, requests)

    def probe(self) -> list[Task]:
        """One question of those that are due: another one at each probe, lest it fail by itself."""
        at = self.known.usage.breaker.probe_at
        due = islice(chain(self._new(), *(entries for _, entries in self._slots())), _PROBES)
        one = min(due, key=lambda each: _turn((each[0], at)), default=None)
        asked = [] if one is None else [one]
        return list(pages(self.carrier, f"probe#{at}", asked, self.span.start, 1))

    def tasks(self) -> Iterator[Task]:
        """The sweep's messages: the new shipments' first, then slot by slot."""
        size = page_size(self.limits)
        for label, entries in self._kept():
            for task in pages(self.carrier, label, entries, self.span.start, size):
                worker = worker_of(self.asked, self.limits)
                self.asked += len(task.shipments)
                self._requests += task.planned_requests(self.limits)
                yield replace(task, worker=worker)

    def _kept(self) -> Iterator[tuple[str, Iterable[Asked]]]:
        """What the allowance lets pass; of the others, chance decides, anew at each visit."""
        new = self._new()
        if self.allowed is None:
            yield "new", new
            yield from self._slots()
            return
        yield "new", new[: self.allowed]
        left = max(0, self.allowed - len(new))
        slots = [(label, list(entries)) for label, entries in self._slots()]
        due = [each for _, entries in slots for each in entries]
        self.refused = max(0, len(new) - self.allowed) + max(0, len(due) - left)
        kept = set(heapq.nsmallest(left, map(_turn, due)))
        for label, entries in slots:
            yield label, [each for each in entries if _turn(each) in kept]

    def _new(self) -> list[Asked]:
        """New shipments of every slot whose first questions fall due."""
        recent = Span(max(0.0, self.span.start - max(FIRST_QUESTIONS)), self.span.end)
        found = (
            (entry, first)
            for slot in range(SLOTS)
            for entry in self.shipments.created_in(self.carrier, slot, recent)
            if (first := first_question(entry, self.span, self.tempo)) is not None
        )
        new = sorted(found, key=lambda each: (each[1], each[0].shipment_id))
        self._sent = {(entry.shop_id, entry.shipment_id) for entry, _ in new}
        return new

    def _slots(self) -> Iterator[tuple[str, Iterator[Asked]]]:
        """Who is due in the slots that the span visits, with the label of their messages."""
        for slot in range(SLOTS):
            # Named by its first visit in the span, a group is the same when it is planned again.
            visit = last_visit(slot, self.span.start) + ROUND
            if visit <= self.span.end:
                yield f"{slot}#{visit // 60}", self._due(slot, visit)

    def _due(self, slot: int, visit: int) -> Iterator[Asked]:
        wanted = 0
        for entry in self.shipments.active(self.carrier, slot):
            if self.allowed is not None:
                wanted += self._wants(entry)
            if (entry.shop_id, entry.shipment_id) in self._sent:
                continue
            if (
                is_due_in_slot(entry, self.span, self.tempo, self.former)
                or first_question(entry, self.span, self.tempo) is not None
            ):
                yield entry, visit
        self._wanted[slot] = wanted

    def _wants(self, entry: Entry) -> int:
        """Questions that a shipment would ask in the next 24 hours if the carrier had no limits."""
        phase, end = phase_of(entry.shipment_id), self.span.end
        before = questions(entry.due, end, phase, self.unhurried)
        many = questions(entry.due, end + _DAY, phase, self.unhurried) - before
        return min(many, self.limits.per_shipment_daily_cap or many)


def _turn(asked: Asked) -> bytes:
    """Where a shipment stands among those that are due at an instant, by lot."""
    entry, at = asked
    return hashlib.sha256(f"{at}#{entry.shop_id}#{entry.shipment_id}".encode()).digest()
