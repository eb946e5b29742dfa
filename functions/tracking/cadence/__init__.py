"""When a carrier is asked about a shipment: pure functions of what the index holds and a span.

Nothing is written when a carrier has no news, so no next instant is kept anywhere. Instead each
shipment has a slot, one of 15 minutes of every quarter of an hour, and a phase, both from its id.
How many questions have been asked up to an instant is an integral of a rate; a shipment is due in
a sweep if the whole part of it grew since the slot's visit before. A sweep that comes late, twice,
or covers an outage asks once.

paces     which pace a status has, and how a pace slows down with age
slots     a shipment's minute of the quarter hour, and its phase
rhythm    what finished parcels teach: how many scans come when, by pace, hour and weekday
tempo     the rates that follow from a rhythm
counting  the number of questions up to an instant
sweeps    who is due in a sweep
following how a carrier goes on being asked after its answer
stored    a rhythm as an item
"""

from tracking.cadence.counting import questions
from tracking.cadence.following import is_silent_too_long, next_due
from tracking.cadence.paces import CHECKS_AFTER_END, PACE_OF
from tracking.cadence.rhythm import (
    UNLEARNED,
    Passage,
    Rhythm,
    is_lesson,
    journey_of,
    learned,
)
from tracking.cadence.slots import ROUND, SLOTS, last_visit, phase_of, slot_of
from tracking.cadence.stored import rhythm_from, rhythm_item
from tracking.cadence.sweeps import (
    FIRST_QUESTIONS,
    Entry,
    Span,
    first_question,
    is_due,
    is_due_in_slot,
)
from tracking.cadence.tempo import PRIOR, Tempo, tempo_of

__all__ = [
    "CHECKS_AFTER_END",
    "FIRST_QUESTIONS",
    "PACE_OF",
    "PRIOR",
    "ROUND",
    "SLOTS",
    "UNLEARNED",
    "Entry",
    "Passage",
    "Rhythm",
    "Span",
    "Tempo",
    "first_question",
    "is_due",
    "is_due_in_slot",
    "is_lesson",
    "is_silent_too_long",
    "journey_of",
    "last_visit",
    "learned",
    "next_due",
    "phase_of",
    "questions",
    "rhythm_from",
    "rhythm_item",
    "slot_of",
    "tempo_of",
]
