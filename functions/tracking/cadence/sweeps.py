"""Who is asked about in a sweep: the whole part of an integral grew since the slot's last visit."""

from dataclasses import dataclass
from typing import Final

from tracking.cadence.counting import progress, questions
from tracking.cadence.slots import last_visit, phase_of, slot_of
from tracking.cadence.tempo import PRIOR, Tempo
from tracking.parcels.shipment import Due
from tracking.parcels.states import Pace

FIRST_QUESTIONS: Final = (5.0, 20.0)
"""Seconds after its creation at which a new shipment is asked about, in whichever slot it is: the
index may lag a second or two behind the table, and the second question makes up for it. One
sweep a minute asks both at once more often than not. A carrier with a cap is asked the second."""


@dataclass(frozen=True)
class Span:
    """What a sweep covers: after ``start``, up to and including ``end``; seconds since 1970."""

    start: float
    end: float


@dataclass(frozen=True)
class Entry:
    """A shipment as the index of active ones shows it."""

    shop_id: str
    shipment_id: str
    """As much of the id as the key needs; the keys-only index has no more."""
    created_at: float
    due: Due


def is_due(entry: Entry, span: Span, tempo: Tempo = PRIOR) -> bool:
    """Whether the shipment is asked about in a sweep of this span."""
    return first_question(entry, span, tempo) is not None or is_due_in_slot(entry, span, tempo)


def first_question(entry: Entry, span: Span, tempo: Tempo = PRIOR) -> float | None:
    """When in the span a new shipment's first questions fall due, the last of them; or None."""
    if entry.due.pace is not Pace.NEW:
        return None
    delays = FIRST_QUESTIONS[-1:] if tempo.shortest else FIRST_QUESTIONS
    instants = (entry.created_at + delay for delay in delays)
    return max((i for i in instants if span.start < i <= span.end), default=None)


def is_due_in_slot(
    entry: Entry, span: Span, tempo: Tempo = PRIOR, former: Tempo | None = None
) -> bool:
    """Whether one of its pace's questions falls due at a visit of its slot within the span.

    ``former``: the tempo of the sweep before, where a lesson has changed it since. What would
    have been asked in the step from the one to the other is asked now.
    """
    slot = slot_of(entry.shipment_id)
    last: float = last_visit(slot, span.end)
    before: float = last_visit(slot, span.start)  # visited by the sweep that ended there
    if last <= before:
        return False
    if tempo.shortest:
        last = _mark(entry, last, tempo.shortest)
        before = _mark(entry, before, tempo.shortest)
        if last <= before:
            return False
    phase = phase_of(entry.shipment_id)
    asked = progress(entry.due, before, phase, tempo)
    if former is not None:
        stepped_from = progress(entry.due, before, phase, former)
        # A step of more than a question is another rhythm: it begins where it stands.
        asked = stepped_from if abs(asked - stepped_from) < 1 else asked
    return questions(entry.due, last, phase, tempo) > int(asked)


def _mark(entry: Entry, instant: float, apart: float) -> float:
    """The last of a shipment's marks up to an instant; they begin with its first question.

    Asked only where one was passed, no pace, nor a change of pace or rhythm, exceeds the cap.
    """
    first = entry.created_at + FIRST_QUESTIONS[-1]
    return first + max(0.0, (instant - first) // apart) * apart
