"""The time zones there are: those of the IANA database as the dependency tzdata ships it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo


@cache
def time_zones() -> frozenset[str]:
    """Return the names of all zones.

    Not :func:`zoneinfo.available_timezones`: it searches the machine's own folders, where there
    may be names, such as ``localtime``, that mean something on that machine alone.
    """
    return frozenset(files("tzdata").joinpath("zones").read_text(encoding="utf-8").split())


def zone_of_country(country: str, at: datetime) -> ZoneInfo | None:
    """Return the zone of a country (ISO 3166-1) whose clocks all agree at an instant, else None."""
    zones = (ZoneInfo(name) for name in _of_countries().get(country, ()))
    first = next(zones, None)
    if first is None:
        return None
    offset = at.astimezone(first).utcoffset()
    return first if all(at.astimezone(zone).utcoffset() == offset for zone in zones) else None


@cache
def _of_countries() -> Mapping[str, Sequence[str]]:
    table = files("tzdata.zoneinfo").joinpath("zone.tab").read_text(encoding="utf-8")
    found = defaultdict(list)
    for line in table.splitlines():
        if line[:1] != "#":
            country, _, name = line.split("\t")[:3]
            found[country].append(name)
    return found
