"""Local time where a scan happened, as carriers that have no other know it."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

from local.carriers.journeys import Scan

_ZONES = {
    "DE": "Europe/Berlin",
    "GB": "Europe/London",
    "IE": "Europe/Dublin",
    "IN": "Asia/Kolkata",
    "JP": "Asia/Tokyo",
}


def zone(country: str) -> tzinfo:
    """Return the clocks of a country that has only one zone; of any other, UTC."""
    return ZoneInfo(_ZONES[country]) if country in _ZONES else UTC


def local(scan: Scan) -> datetime:
    """Return a scan's time on the clocks of its country."""
    return scan.at.astimezone(zone(scan.country))
