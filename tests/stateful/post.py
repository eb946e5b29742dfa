"""The carriers: what happened to parcels, told in the vendors' formats when somebody asks.

The answers are those of local/carriers, which shares no code with the rooms that read them.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from types import ModuleType
from typing import Final, NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

from local.carriers import dhl, ems
from local.carriers.journeys import Answer, Journey, Request, Scan
from tests.simulation.carriers.numbers import MAKERS
from tests.simulation.carriers.words import WORDS

CARRIERS: Final = ("dhl", "ems")
_SPEAKERS: Final[dict[str, ModuleType]] = {"ptt.ptc.post": ems, "api-eu.dhl.com": dhl}
CREDENTIALS: Final = {module.NAME: module.CREDENTIALS for module in _SPEAKERS.values()}
_PLACE, _COUNTRY = "Berlin", "DE"


class Told(NamedTuple):
    """A question about a parcel, and what its carrier knew when it answered."""

    number: str
    scans: tuple[str, ...]
    """What has happened, oldest first; none: the number is not known."""


@dataclass
class Post:
    """All carriers, and the parcels that they have."""

    scans: dict[str, list[tuple[float, str]]] = field(default_factory=dict)
    """Instants, and what happened then, by number."""
    told: list[Told] = field(default_factory=list)
    """What was asked and answered."""
    issued: int = 0

    def new_number(self, carrier: str) -> str:
        """A number that its carrier has given nobody before."""
        self.issued += 1
        return MAKERS[carrier](self.issued)

    def scan(self, number: str, what: str, at: float) -> None:
        """Something happens to a parcel."""
        self.scans.setdefault(number, []).append((at, what))

    def of(self, carrier: str, number: str) -> Journey | None:
        """What a carrier finds of a number: see :class:`local.carriers.journeys.Journeys`."""
        happened = self.scans.get(number, [])
        self.told.append(Told(number, tuple(what for _, what in happened)))
        if not happened:
            return None
        words = WORDS[carrier]
        return Journey(
            scans=tuple(
                Scan(
                    words[what].code,
                    datetime.fromtimestamp(at, UTC),
                    _PLACE,
                    words[what].text,
                    _COUNTRY,
                )
                for at, what in happened
            ),
            origin=_COUNTRY,
            destination=_COUNTRY,
        )

    def answer(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """What is answered to a question."""
        parts = urlsplit(url)
        sent = {name.lower(): value for name, value in headers.items()}
        asked = Request(method, unquote(parts.path), parse_qs(parts.query), sent, body)
        told: Answer = _SPEAKERS[parts.netloc].answer(asked, self)
        return replace(told, raw=json.dumps(told.document).encode())
