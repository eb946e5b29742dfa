"""What came of a refresh, parcel by parcel; pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from tracking.asking.reasons import Reason
from tracking.carriers.base import Question
from tracking.carriers.registry import asked_by
from tracking.news.answers import tells_more
from tracking.parcels.shipment import Parcel, Shipment

_NEVER_ASKED: Final = frozenset({Reason.NO_TOKEN, Reason.OUT_OF_TIME})
"""Reasons of a question without an answer because it never left."""


class Outcome(StrEnum):
    """What came of the question about one parcel."""

    ANSWERED = "answered"
    FAILED = "failed"
    """It was asked, and gave no answer."""
    NOT_ASKED = "not_asked"


@dataclass(frozen=True)
class ParcelRefresh:
    """What came of the question about one parcel."""

    tracking_number: str
    carrier: str
    """The parcel's when it was asked about."""
    outcome: Outcome
    has_news: bool = False
    reason: Reason | None = None
    """Why there is no answer."""
    retry_at: datetime | None = None
    """Before then the carrier is not asked again; None where asking again would not help."""


@dataclass(frozen=True)
class Refreshed:
    """A shipment as it stands, and what came of asking about it."""

    shipment: Shipment
    parcels: tuple[ParcelRefresh, ...]


@dataclass(frozen=True)
class Round:
    """What one carrier did not answer about a shipment; what is in neither, it did."""

    failed: Mapping[Question, Reason] = field(default_factory=dict)
    left: Mapping[Question, Reason] = field(default_factory=dict)
    """Questions that were not asked."""
    retry_at: datetime | None = None


def round_of(
    unanswered: Mapping[Question, Reason], left: Iterable[Question], stopped_by: Reason | None
) -> Round:
    """A round of a conversation: what it has no answer to, and what it did not come to."""
    never = {each: why for each, why in unanswered.items() if why in _NEVER_ASKED}
    if stopped_by is not None:
        never |= {each: stopped_by for each in left if each not in unanswered}
    return Round({each: why for each, why in unanswered.items() if each not in never}, never)


def refreshed_of(before: Shipment, after: Shipment, rounds: Mapping[str, Round]) -> Refreshed:
    """A refreshed shipment: as it was asked about and as it stands, and the rounds, by carrier."""
    pairs = zip(before.parcels, after.parcels, strict=True)
    return Refreshed(after, tuple(_parcel(before, rounds, *pair) for pair in pairs))


def _parcel(
    shipment: Shipment, rounds: Mapping[str, Round], before: Parcel, after: Parcel
) -> ParcelRefresh:
    number, carrier = before.tracking_number, before.carrier
    asked, question = asked_by(carrier), Question(number, carrier)
    if asked not in shipment.due:
        return ParcelRefresh(number, carrier, Outcome.NOT_ASKED, reason=Reason.ENDED)
    if (told := rounds.get(asked)) is None:
        return ParcelRefresh(number, carrier, Outcome.NOT_ASKED, reason=Reason.NOT_SET_UP)
    for outcome, silent in ((Outcome.FAILED, told.failed), (Outcome.NOT_ASKED, told.left)):
        if question in silent:
            return ParcelRefresh(
                number, carrier, outcome, reason=silent[question], retry_at=told.retry_at
            )
    return ParcelRefresh(number, carrier, Outcome.ANSWERED, has_news=tells_more(before, after))
