"""What every carrier's adapter speaks: requests, answers, and errors that are not news.

CarrierError
├── UnreachableError      no connection, no answer in time, or it broke off
├── FailingError          5xx
├── RateLimitedError      429; ``retry_after`` where the carrier says
├── RefusedError          401, 403: the credentials are wrong or have expired
└── GarbledError          HTML, broken JSON, too much of it, or another carrier's shape
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, NoReturn, Protocol

from tracking.states import Meaning, Scan

MAX_SCANS: Final = 200
"""Scans read of one answer; the newest, should there be more."""

# Before any of these services existed, and further ahead than any parcel travels.
_FIRST_INSTANT: Final = datetime(2000, 1, 1, tzinfo=UTC)
_LAST_INSTANT: Final = datetime(2100, 1, 1, tzinfo=UTC)


class CarrierError(Exception):
    """A question that brought no answer: nothing is known, so nothing changes."""


class UnreachableError(CarrierError):
    """The carrier was not reached, or did not answer in time."""


class FailingError(CarrierError):
    """The carrier answered that it is broken (5xx)."""


class RateLimitedError(CarrierError):
    """The carrier wants fewer questions (429)."""

    def __init__(self, retry_after: str = "") -> None:
        super().__init__("rate limited")
        self.retry_after = retry_after


class RefusedError(CarrierError):
    """The carrier refuses our credentials (401, 403)."""


class GarbledError(CarrierError):
    """The answer is not what this carrier's documentation describes."""


@dataclass(frozen=True)
class Access:
    """How a carrier is reached; credentials never appear in a repr, a log or an answer."""

    base_url: str
    credentials: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True)
class Request:
    """One GET of a carrier's API; the URL may hold a secret, so it never appears in a repr."""

    url: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class Response:
    """What came back: at most a megabyte, and no 3xx, 401, 403, 429 or 5xx."""

    status: int
    content_type: str
    body: bytes


@dataclass(frozen=True)
class Answer:
    """What a carrier knows of one number."""

    known: bool
    """False: the carrier said that it has no record."""
    scans: tuple[Scan, ...] = ()
    unreadable: int = 0
    """Scans that were left out, because their time or code could not be read."""


NOTHING_KNOWN: Final = Answer(known=False)


class Adapter(Protocol):
    """A carrier's module."""

    @property
    def TITLE(self) -> str:  # noqa: N802
        """The carrier's name as people know it."""

    @property
    def BASE_URL(self) -> str:  # noqa: N802
        """Where the carrier's API is, unless the operator says otherwise."""

    @property
    def STATUSES(self) -> Mapping[str, Meaning]:  # noqa: N802
        """Code of a scan → what it means."""

    def request(self, number: str, access: Access) -> Request:
        """The question about one number."""

    def parse(self, number: str, response: Response) -> Answer:
        """Read the answer; raises :class:`GarbledError`."""


def read_json(response: Response) -> Any:
    """The body as JSON; raises :class:`GarbledError` for HTML, NaN, depth and truncation.

    The content type is not believed: carriers send JSON as text/plain, and HTML as JSON.
    """
    try:
        return json.loads(response.body, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise GarbledError("not JSON") from None


def text_of(value: Any) -> str:
    """A field that should be text: the text, a number's digits, or "" for anything else."""
    if isinstance(value, str):
        return value
    return str(value) if type(value) is int and abs(value) < 10**18 else ""


def plausible(instant: datetime) -> datetime:
    """The instant; raises ValueError for placeholders such as year 1 or 9999."""
    if not _FIRST_INSTANT <= instant < _LAST_INSTANT:
        raise ValueError("not the time of a scan")
    return instant


def newest(scans: list[Scan]) -> tuple[Scan, ...]:
    """Scans oldest first, at most :data:`MAX_SCANS` of them; the same for every order told."""
    ordered = sorted(scans, key=lambda scan: (scan.at, scan.code, scan.place, scan.text))
    return tuple(ordered[-MAX_SCANS:])


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)
