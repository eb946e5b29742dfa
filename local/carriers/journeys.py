"""What the simulated carriers know: each parcel's scans, kept on disk."""

from __future__ import annotations

import json
import secrets
import threading
import time
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Scan:
    """One scan: the carrier's own code and words, when (UTC) and where."""

    code: str
    at: datetime
    place: str
    text: str = ""
    country: str = ""
    """ISO; the place's clocks are those of its country."""
    piece: str = ""
    """The number of the piece it is of, where a journey has several; "": of all."""


@dataclass(frozen=True)
class Journey:
    """One parcel's scans, oldest first, and the ISO countries it travels between."""

    scans: tuple[Scan, ...] = ()
    origin: str = ""
    destination: str = ""
    former: tuple[Scan, ...] = ()
    """The scans of an earlier parcel that had the same number."""
    pieces: tuple[str, ...] = ()
    """The numbers that travel together, this one's among them."""
    estimate: datetime | None = None
    """UTC."""


@dataclass(frozen=True)
class Request:
    """One request of a tracker; path without its query, header names in lower case."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: bytes = b""


@dataclass(frozen=True)
class Answer:
    """What a carrier says: a status and a document that goes out as JSON."""

    status: int
    document: Any
    number: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    """What goes out in place of a document, as HTML."""
    silent_seconds: float = 0.0
    """How long nothing is said; then the line is cut."""


class Journeys:
    """All journeys by carrier and tracking number; safe to use from several threads."""

    def __init__(self, file: Path | None = None) -> None:
        self._file = file
        self._lock = threading.Lock()
        self._journeys: dict[str, Journey] = {}
        self._tokens: dict[str, float] = {}
        self._trackers: dict[str, str] = {}
        if file is not None and file.exists():
            stored = json.loads(file.read_text())
            self._journeys = {key: _parsed(value) for key, value in stored.items()}

    def of(self, carrier: str, number: str) -> Journey | None:
        """Return a parcel's journey, or None when the carrier knows nothing."""
        with self._lock:
            return self._journeys.get(f"{carrier}/{number}")

    def put(self, carrier: str, number: str, told: dict[str, Any], *, append: bool) -> Journey:
        """Set a journey, or add scans to it; raises ValueError for what makes no sense."""
        with self._lock:
            key = f"{carrier}/{number}"
            old = self._journeys.get(key, Journey()) if append else Journey()
            new = _parsed(told)
            journey = replace(
                new,
                scans=tuple(sorted(old.scans + new.scans, key=lambda scan: scan.at)),
                origin=new.origin or old.origin,
                destination=new.destination or old.destination,
                former=new.former or old.former,
                pieces=new.pieces or old.pieces,
                estimate=new.estimate or old.estimate,
            )
            self._journeys[key] = journey
            self._save()
            return journey

    def issue_token(self, carrier: str, seconds: float) -> str:
        """Make an access token that is good for so long, or until tokens are revoked."""
        with self._lock:
            token = f"{carrier}-{secrets.token_urlsafe(24)}"
            self._tokens[token] = time.monotonic() + seconds
            return token

    def accepts_token(self, token: str) -> bool:
        """Say whether an access token is good now."""
        with self._lock:
            return time.monotonic() < self._tokens.get(token, 0.0)

    def revoke_tokens(self) -> None:
        """Let all access tokens end now."""
        with self._lock:
            self._tokens.clear()

    def track(self, number: str, carrier: str) -> None:
        """Remember that somebody asked to be told of a number, of a carrier by its name."""
        with self._lock:
            self._trackers[number] = carrier

    def tracked_as(self, number: str) -> str:
        """Return the carrier's name of a number that somebody asked to be told of, or ""."""
        with self._lock:
            return self._trackers.get(number, "")

    def without_parcels(self) -> Journeys:
        """Return the same carriers when they know of nothing."""
        nothing = Journeys()
        nothing._tokens = self._tokens
        return nothing

    def _save(self) -> None:
        if self._file is None:
            return
        temporary = self._file.with_suffix(".new")
        told = {key: as_told(journey) for key, journey in self._journeys.items()}
        temporary.write_text(json.dumps(told))
        temporary.replace(self._file)


def as_told(journey: Journey) -> dict[str, Any]:
    """Return a journey in the words of the control API."""
    told = asdict(journey)
    estimate, pieces = told.pop("estimate"), list(told.pop("pieces"))
    listed = {
        name: [scan | {"at": scan["at"].isoformat()} for scan in told.pop(field)]
        for name, field in (("events", "scans"), ("former", "former"))
    }
    known = told | listed | {"pieces": pieces}
    return known | ({"estimate": estimate.isoformat()} if estimate else {})


def _parsed(told: Any) -> Journey:
    if not isinstance(told, dict) or not isinstance(told.get("events"), list):
        raise ValueError(  # noqa: TRY004 - a wrong document is a wrong value, whatever its type
            'a journey is {"events": [{"code", "at"?, "place"?, ...}], ...}'
        )
    estimate = told.get("estimate")
    return Journey(
        scans=_scans(told["events"]),
        origin=str(told.get("origin", "")),
        destination=str(told.get("destination", "")),
        former=_scans(told.get("former") or []),
        pieces=tuple(map(str, told.get("pieces") or ())),
        estimate=_instant(estimate) if estimate else None,
    )


def _scans(events: list[Any]) -> tuple[Scan, ...]:
    now = datetime.now(UTC)
    scans = []
    for index, event in enumerate(events):
        if not isinstance(event, dict) or not isinstance(event.get("code"), str):
            raise ValueError(f"event {index} has no code")  # noqa: TRY004
        # Scans without a time happened one after the other, the last of them just now.
        default = now - timedelta(seconds=len(events) - 1 - index)
        at = _instant(event["at"]) if event.get("at") else default
        words = {name: str(event.get(name, "")) for name in ("text", "country", "piece")}
        scans.append(Scan(event["code"], at, str(event.get("place", "")), **words))
    return tuple(scans)


def _instant(text: str) -> datetime:
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError(f"{text} has no offset")
    return instant.astimezone(UTC)
