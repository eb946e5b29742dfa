"""Policies of asking carriers, each followed through a parcel's life: the shipped one, fixed ones.

The shipped one is what planner and workers call, as a sweep each minute would.
"""

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from math import ceil
from typing import Final

from bench.parcel_worlds import Journey
from tracking.cadence import (
    PRIOR,
    ROUND,
    Entry,
    Span,
    Tempo,
    is_due,
    is_due_in_slot,
    last_visit,
    next_due,
    slot_of,
)
from tracking.parcels.shipment import Due, Parcel, Silence

_MINUTE: Final = 60


@dataclass(frozen=True)
class Seen:
    """What following a parcel brought."""

    questions: int
    delays: tuple[tuple[str, float], ...]
    """Code of a scan and the seconds until it was seen."""
    moves: int = 0
    """Times the index was written for another pace, offset or estimate."""


Follow = Callable[[Journey], Seen]


def shipped(tempo: Tempo = PRIOR, *, uses_estimate: bool = True) -> Follow:
    """The policy that planner and workers have, at this tempo."""

    def follow(journey: Journey) -> Seen:
        case = _Case(journey, journey.estimate if uses_estimate else None)
        while not case.is_delivered:
            case.ask(next_question(case.entry, case.now, tempo))
        return Seen(case.questions, tuple(case.delays), case.moves)

    return follow


def checks_after_delivery(journey: Journey, tempo: Tempo = PRIOR) -> int:
    """How many questions follow until the shipment leaves the index."""
    case = _Case(journey, None)
    while case.due is not None:
        if case.is_delivered:
            before = case.questions
            break
        case.ask(next_question(case.entry, case.now, tempo))
    while case.due is not None:
        case.ask(next_question(case.entry, case.now, tempo))
    return case.questions - before


def next_question(entry: Entry, now: float, tempo: Tempo) -> float:
    """When the shipment is next asked about, by a sweep each minute that has just been at ``now``.

    Hours in which nothing is due are skipped at one look: a span asks what its minutes ask.
    """
    at = now
    while at - entry.created_at < 2 * _MINUTE:
        at = _minute_after(at)
        if is_due(entry, Span(at - _MINUTE, at), tempo):
            return at
    visit = float(last_visit(slot_of(entry.shipment_id), at))
    stride = 4 * ROUND
    while not is_due_in_slot(entry, Span(visit, visit + stride), tempo):
        visit += stride
    while not is_due_in_slot(entry, Span(visit, visit + ROUND), tempo):
        visit += ROUND
    return visit + ROUND


class _Case:
    """A parcel that is followed as a worker would: it asks, reads, and decides how to go on."""

    def __init__(self, journey: Journey, estimate: datetime | None) -> None:
        self.journey = journey
        self.estimate = estimate
        self.now = journey.created
        self.created = datetime.fromtimestamp(journey.created, UTC)
        self.times = [scan.at.timestamp() for scan in journey.scans]
        self.known = 0
        self.questions = self.moves = 0
        self.delays: list[tuple[str, float]] = []
        self.due = self._next(Silence.NONE)

    @property
    def is_delivered(self) -> bool:
        return self.known == len(self.times)

    @property
    def entry(self) -> Entry:
        assert self.due is not None
        return Entry("shop", self.journey.id, self.journey.created, self.due)

    def ask(self, at: float) -> None:
        self.now = at
        self.questions += 1
        before = self.known
        while self.known < len(self.times) and self.times[self.known] <= at:
            if self.times[self.known] >= self.journey.created:
                delay = at - self.times[self.known]
                self.delays.append((self.journey.scans[self.known].code, delay))
            self.known += 1
        if self.known > before or not self.known or self.is_delivered:
            former = self.due
            self.due = self._next(Silence.NONE if self.known else Silence.NOT_FOUND)
            self.moves += self.due != former

    def _next(self, silence: Silence) -> Due | None:
        parcel = Parcel("EE1", "ems", self.journey.scans[: self.known], silence)
        now = datetime.fromtimestamp(self.now, UTC)
        before = self.due if self.questions else None
        estimate = self.estimate if self.known else None
        return next_due(self.journey.id, [parcel], before, self.created, now, estimate=estimate)


def fixed(seconds: float) -> Follow:
    """Asks at an interval, each parcel in a phase of its own."""

    def follow(journey: Journey) -> Seen:
        first = journey.created + seconds * _phase(journey)
        times = [scan.at.timestamp() for scan in journey.scans]

        def seen(at: float) -> float:
            return first + max(0, ceil((at - first) / seconds)) * seconds

        delays = tuple(
            (scan.code, seen(at) - at)
            for scan, at in zip(journey.scans, times, strict=True)
            if at >= journey.created
        )
        return Seen(round((seen(times[-1]) - first) / seconds) + 1, delays)

    return follow


def ladder(*rungs: float) -> Follow:
    """Waits longer after each question without news, and starts again at news."""

    def follow(journey: Journey) -> Seen:
        at, rung, known, asked = journey.created + rungs[0] * _phase(journey), 0, 0, 0
        times = [scan.at.timestamp() for scan in journey.scans]
        delays: list[tuple[str, float]] = []
        while True:
            asked, before = asked + 1, known
            while known < len(times) and times[known] <= at:
                if times[known] >= journey.created:
                    delays.append((journey.scans[known].code, at - times[known]))
                known += 1
            if known == len(times):
                return Seen(asked, tuple(delays))
            rung = 0 if known > before else min(rung + 1, len(rungs) - 1)
            at += rungs[rung]

    return follow


def _phase(journey: Journey) -> float:
    return zlib.crc32(f"phase{journey.id}".encode()) / 2**32


def _minute_after(at: float) -> float:
    return (at // _MINUTE + 1) * _MINUTE
