"""What the API speaks of tracking numbers."""

from typing import Annotated, Literal

from pydantic import Field

from tracking.numbers.identifying import MAX_PASTED
from waybill.http import Model

TrackingNumber = Annotated[str, Field(min_length=1, max_length=MAX_PASTED)]


class NumberToIdentify(Model):
    """A tracking number as people paste it."""

    number: TrackingNumber


class CandidateView(Model):
    """A carrier a number may be of."""

    carrier: str
    format: str
    checksum: Literal["valid", "none"]
    tracking_url: str | None
    service: str | None
    """What a postal number's first two letters say of its service."""


class Candidates(Model):
    """Carriers a number may be of, best first; empty for a number that no format knows."""

    candidates: list[CandidateView]
