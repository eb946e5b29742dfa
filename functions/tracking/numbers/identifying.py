"""Tracking numbers: read as people paste them, recognised by format, checked by their digit."""

import re
import unicodedata
from typing import Final, Literal, NamedTuple

from tracking.carriers.registry import ADAPTERS, EASYPOST_NAMES
from tracking.numbers.formats import FORMATS, URLS, Format
from tracking.numbers.s10 import service_of

MIN_LENGTH: Final = 5
MAX_LENGTH: Final = 40
"""Of a number without spaces; the longest known format has 38 characters."""
MAX_PASTED: Final = 200

CARRIERS: Final = frozenset(ADAPTERS) | EASYPOST_NAMES.keys() | {row.carrier for row in FORMATS}
"""Carriers a parcel may be with; asked are those with an adapter, or with one that speaks for
them."""

_NUMBER: Final = re.compile(rf"[0-9A-Za-z]{{{MIN_LENGTH},{MAX_LENGTH}}}")
_LEFT_OUT: Final = re.compile(r"[\s\-.\u200b-\u200f\u2060\ufeff\u2010-\u2015]+")


class Candidate(NamedTuple):
    """One carrier a number may be of, and what speaks for it."""

    carrier: str
    format: str
    checksum: Literal["valid", "none"]
    tracking_url: str | None
    service: str | None = None
    """What the number itself says of the service: S10's first two letters."""


def normalise(text: str) -> str | None:
    """The number alone: no spaces, dashes or full-width forms, upper case; None if it is none."""
    number = _LEFT_OUT.sub("", unicodedata.normalize("NFKC", text))
    return number.upper() if _NUMBER.fullmatch(number) else None


def identify(number: str) -> list[Candidate]:
    """Carriers that a normalised number may be of, best first, each once.

    First come formats with a prefix of their own, then those a check digit speaks for, then the
    rest. A format whose check digit is wrong is no candidate.
    """
    fitting = [row for row in FORMATS if (match := row.matches(number)) and row.holds(match)]
    fitting.sort(key=lambda row: (not row.specific, row.check is None))
    best: dict[str, Format] = {}
    for row in fitting:
        best.setdefault(row.carrier, row)
    return [
        Candidate(
            row.carrier,
            row.name,
            "valid" if row.check else "none",
            page(row.carrier, number),
            service_of(number) if row.name.startswith("s10") else None,
        )
        for row in best.values()
    ]


def is_mistyped(number: str, carrier: str | None = None) -> bool:
    """Whether it has the shape of a checked format, of this carrier or of any, but no right digit.

    A format without check digit that fits keeps the number believable.
    """
    rows = [row for row in FORMATS if carrier in (None, row.carrier)]
    fits = [(row, match) for row in rows if (match := row.matches(number))]
    return bool(fits) and not any(row.holds(match) for row, match in fits)


def page(carrier: str, number: str) -> str | None:
    """The carrier's own page of a number, where it is known."""
    url = URLS.get(carrier)
    return url.format(number) if url else None
