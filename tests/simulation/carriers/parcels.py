"""Parcels: whose they are, what happens to them when, and from when on their carrier knows them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from local.carriers import journeys
from tests.simulation.carriers.words import WORDS

_PLACE, _COUNTRY = "Berlin", "DE"  # whose clocks all carriers here know
ASKED: Final = {"usps": "easypost", "purolator": "easypost"}
"""Who is asked of whose parcels; of all others, they themselves."""


@dataclass(frozen=True)
class Scan:
    """What happened to a parcel, at an instant in seconds since 1970."""

    at: float
    what: str


@dataclass(frozen=True)
class Parcel:
    """One parcel, with all that will ever happen to it."""

    number: str
    owner: str
    scans: tuple[Scan, ...]
    known_from: float = 0.0
    """Until then its carrier's system does not find the number."""
    estimate: float | None = None
    """When it is to be delivered, if its carrier says so."""

    @property
    def asked(self) -> str:
        """Who knows of it."""
        return ASKED.get(self.owner, self.owner)

    def told_by(self, now: float) -> tuple[Scan, ...]:
        """The scans that its carrier can tell by then."""
        if now < self.known_from:
            return ()
        return tuple(scan for scan in self.scans if scan.at <= now)

    def is_told(self, now: float) -> bool:
        """Whether nothing more will be."""
        return now >= max(self.known_from, self.scans[-1].at)

    def named(self, scans: Sequence[Scan]) -> list[tuple[float, str]]:
        """Instants of scans, and the codes that they are kept with."""
        return [(scan.at, WORDS[self.asked][scan.what].kept) for scan in scans]

    def journey(self, scans: Sequence[Scan]) -> journeys.Journey:
        """These scans, as the local carriers take them."""
        return journeys.Journey(
            scans=tuple(self._said(scan) for scan in scans),
            origin=_COUNTRY,
            destination=_COUNTRY,
            estimate=None if self.estimate is None else _instant(self.estimate),
        )

    def _said(self, scan: Scan) -> journeys.Scan:
        word = WORDS[self.asked][scan.what]
        return journeys.Scan(word.code, _instant(scan.at), _PLACE, word.text, _COUNTRY)


def _instant(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
