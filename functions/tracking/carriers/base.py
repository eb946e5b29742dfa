"""What every carrier's adapter speaks: requests, answers, and errors that are not news.

CarrierError
├── UnreachableError      no connection, no answer in time, or it broke off
├── FailingError          5xx
├── RateLimitedError      429; ``retry_after`` where the carrier says
├── RefusedError          401, 403: the credentials are wrong or have expired
└── GarbledError          HTML, broken JSON, too much of it, or another carrier's shape
"""

import json
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter
from typing import Any, Final, Literal, NamedTuple, NoReturn, Protocol

from tracking.parcels.states import MAX_PLACE, Estimate, Meaning, Scan, one_line

MAX_SCANS: Final = 200
"""Scans read of one answer; the newest, should there be more."""

MAX_ENTRIES: Final = 1_000
"""Entries read of one list in an answer: no parcel was ever scanned so often."""

# Before any of these services existed, and further ahead than any parcel travels.
_FIRST_YEAR: Final = 2000
_LAST_YEAR: Final = 2100


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


class Question(NamedTuple):
    """What is asked: where one parcel is."""

    number: str
    carrier: str
    """The parcel's; another than the one that is asked only where that one speaks for many."""


@dataclass(frozen=True)
class Limits:
    """How a carrier wants to be asked."""

    batch: int = 1
    """Numbers in one request."""
    seconds_between: float = 0.0
    """Least time between two requests."""
    daily_budget: int | None = None
    """Requests in a UTC day, unless the operator's contract says otherwise."""
    per_shipment_daily_cap: int | None = None
    """Questions about one shipment in a day, spread evenly."""


@dataclass(frozen=True)
class Access:
    """How a carrier is reached; credentials never appear in a repr, a log or an answer."""

    base_url: str
    credentials: Mapping[str, str] = field(repr=False)
    token: str = field(default="", repr=False)
    """The access token that all workers share, if the carrier has such."""


@dataclass(frozen=True)
class Token:
    """An access token."""

    value: str = field(repr=False)
    lifetime: int
    """Seconds from its issue."""


@dataclass(frozen=True)
class Request:
    """One request to a carrier's API; what may hold a secret or an address is in no repr."""

    url: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    method: Literal["GET", "POST"] = "GET"
    body: bytes = field(default=b"", repr=False)


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
    estimate: Estimate | None = None
    service: str = ""
    """The carrier's name of the product, where it tells."""
    left_out: int = 0
    """Scans of another parcel that the same answer holds: a former one, or another piece."""


NOTHING_KNOWN: Final = Answer(known=False)


class TokenIssuer(Protocol):
    """How an access token is got; see :class:`tracking.carriers.oauth.ClientCredentials`."""

    def token_request(self, access: Access) -> Request:
        """The request for a new token."""

    def parse_token(self, response: Response) -> Token:
        """The token; raises :class:`GarbledError` or :class:`RefusedError`."""


class Adapter(Protocol):
    """A carrier's module."""

    @property
    def TITLE(self) -> str:  # noqa: N802
        """The carrier's name as people know it."""

    @property
    def BASE_URL(self) -> str:  # noqa: N802
        """Where the carrier's API is, unless the operator says otherwise."""

    @property
    def CREDENTIALS(self) -> tuple[str, ...]:  # noqa: N802
        """What its credentials are called."""

    @property
    def OAUTH(self) -> TokenIssuer | None:  # noqa: N802
        """How an access token is got, if the carrier wants one."""

    @property
    def LIMITS(self) -> Limits:  # noqa: N802
        """How it wants to be asked."""

    @property
    def STATUSES(self) -> Mapping[str, Meaning]:  # noqa: N802
        """Code of a scan → what it means."""

    @property
    def SILENT(self) -> AbstractSet[str]:  # noqa: N802
        """Codes, or their coarse parts, that are known to say nothing of where a parcel is."""

    def request(self, questions: Sequence[Question], access: Access) -> Request:
        """The request that asks these, at least one and at most ``LIMITS.batch``."""

    def parse(self, questions: Sequence[Question], response: Response) -> Mapping[Question, Answer]:
        """Read the answers; a question without one has none. Raises :class:`GarbledError`."""

    def meaning(self, scan: Scan) -> Meaning | None:
        """What a scan means; None for a code that is not known."""


def meaning_in(statuses: Mapping[str, Meaning], code: str) -> Meaning | None:
    """The meaning of a code, or of the coarse part before its slash.

    Vendors with two levels add finer codes at will; the coarse one still means what it meant.
    """
    return statuses.get(code) or statuses.get(code.partition("/")[0])


def read_json(response: Response) -> Any:
    """The body as JSON; raises :class:`GarbledError` for HTML, NaN, depth and truncation.

    The content type is not believed: carriers send JSON as text/plain, and HTML as JSON.
    """
    try:
        encoding = json.detect_encoding(response.body)
        return _JSON.decode(response.body.decode(encoding, "surrogatepass"))
    except (ValueError, RecursionError):
        raise GarbledError("not JSON") from None


def fields_of(value: Any) -> Mapping[str, Any]:
    """A field that should be an object; empty for anything else."""
    return value if isinstance(value, dict) else {}


def entries_of(value: Any) -> list[Any]:
    """A field that should be a list; what stands alone is a list of one.

    Of more than :data:`MAX_ENTRIES` both ends are read: some carriers tell the newest first.
    """
    if isinstance(value, list):
        half = MAX_ENTRIES // 2
        return value if len(value) <= MAX_ENTRIES else [*value[:half], *value[-half:]]
    return [] if value is None else [value]


def text_of(value: Any) -> str:
    """A field that should be text: the text, a number's digits, or "" for anything else."""
    if isinstance(value, str):
        return value
    return str(value) if type(value) is int and abs(value) < 10**18 else ""


def name_of(value: Any) -> str:
    """A field that should be a name: a line of it, as long as a place's."""
    return one_line(text_of(value), MAX_PLACE)


def plausible(instant: datetime) -> datetime:
    """The instant, in UTC; raises ValueError for placeholders such as year 1 or 9999."""
    if not _FIRST_YEAR <= instant.year < _LAST_YEAR:
        raise ValueError("not the time of a scan")
    return instant


def newest(scans: list[Scan]) -> tuple[Scan, ...]:
    """Scans oldest first, at most :data:`MAX_SCANS` of them; the same for every order told."""
    ordered = sorted(scans, key=attrgetter("at", "code", "place", "text"))
    return tuple(ordered[-MAX_SCANS:])


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


_JSON: Final = json.JSONDecoder(parse_constant=_no_constant)
