"""What the simulated carriers know: each parcel's scans, kept on disk."""

from __future__ import annotations

import json
import threading
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Scan:
    """One scan: the carrier's own code, when (UTC) and where."""

    code: str
    at: datetime
    place: str


@dataclass(frozen=True)
class Journey:
    """One parcel's scans, oldest first, and the ISO countries it travels between."""

    scans: tuple[Scan, ...] = ()
    origin: str = ""
    destination: str = ""


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


class Journeys:
    """All journeys by carrier and tracking number; safe to use from several threads."""

    def __init__(self, file: Path | None = None) -> None:
        self._file = file
        self._lock = threading.Lock()
        self._journeys: dict[str, Journey] = {}
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
            scans = tuple(sorted(old.scans + new.scans, key=lambda scan: scan.at))
            journey = Journey(scans, new.origin or old.origin, new.destination or old.destination)
            self._journeys[key] = journey
            self._save()
            return journey

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
    scans = told.pop("scans")
    return told | {"events": [scan | {"at": scan["at"].isoformat()} for scan in scans]}


def _parsed(told: Any) -> Journey:
    if not isinstance(told, dict) or not isinstance(told.get("events"), list):
        raise ValueError(  # noqa: TRY004 - a wrong document is a wrong value, whatever its type
            'a journey is {"events": [{"code", "at"?, "place"?}], ...}'
        )
    events = told["events"]
    now = datetime.now(UTC)
    scans = []
    for index, event in enumerate(events):
        if not isinstance(event, dict) or not isinstance(event.get("code"), str):
            raise ValueError(f"event {index} has no code")  # noqa: TRY004
        # Scans without a time happened one after the other, the last of them just now.
        default = now - timedelta(seconds=len(events) - 1 - index)
        at = _instant(event["at"]) if event.get("at") else default
        scans.append(Scan(event["code"], at, str(event.get("place", ""))))
    return Journey(tuple(scans), str(told.get("origin", "")), str(told.get("destination", "")))


def _instant(text: str) -> datetime:
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError(f"{text} has no offset")
    return instant.astimezone(UTC)
