"""Where a scan was, and what the clocks there show: from the time zone database, without guessing.

A country's clocks are known where all its zones agree at that time; else a city that names a zone,
or a state that lies in one, decides. A place that leaves more than one answer has none.
"""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache, lru_cache
from pkgutil import get_data
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo


class Place(NamedTuple):
    """As much of a place as a carrier tells."""

    country: str = ""
    """ISO 3166-1 alpha-2."""
    region: str = ""
    """State or province, as its post abbreviates it."""
    city: str = ""


NOWHERE: Final = Place()
_MINUTE: Final = timedelta(minutes=1)
_LONGEST: Final = 160

# China's law knows one time; the database's second zone is a custom of its west.
_BY_LAW: Final[dict[str, tuple[str, ...]]] = {"CN": ("Asia/Shanghai",)}

# States and provinces that lie in one zone, all but for counties few parcels go to.
_REGIONS: Final[Mapping[str, Mapping[str, str]]] = {
    "US": {
        "America/New_York": "CT DC DE GA MA MD ME NC NH NJ NY OH PA RI SC VA VT WV",
        "America/Chicago": "AL AR IA IL LA MN MO MS OK WI",
        "America/Denver": "CO MT NM UT WY",
        "America/Phoenix": "AZ",
        "America/Los_Angeles": "CA NV WA",
        "Pacific/Honolulu": "HI",
        "America/Puerto_Rico": "PR",
    },
    "CA": {
        "America/Halifax": "NS PE",
        "America/Moncton": "NB",
        "America/Toronto": "ON QC",
        "America/Winnipeg": "MB",
        "America/Regina": "SK",
        "America/Edmonton": "AB",
        "America/Vancouver": "BC",
        "America/St_Johns": "NL",
    },
    "AU": {
        "Australia/Sydney": "ACT NSW",
        "Australia/Melbourne": "VIC",
        "Australia/Brisbane": "QLD",
        "Australia/Adelaide": "SA",
        "Australia/Hobart": "TAS",
        "Australia/Perth": "WA",
        "Australia/Darwin": "NT",
    },
}


def offset_at(place: Place, told: datetime) -> int | None:
    """Minutes east of Greenwich of the place's clocks when they showed a naive time, or None.

    Of an hour that came twice, the first is meant.
    """
    return _agreed([zone.utcoffset(told) for zone in _zones_of(place)])


def offset_on(place: Place, instant: datetime) -> int | None:
    """Minutes east of Greenwich of the place's clocks at an aware instant, or None."""
    return _agreed([instant.astimezone(zone).utcoffset() for zone in _zones_of(place)])


def _agreed(offsets: list[timedelta | None]) -> int | None:
    first = offsets[0] if offsets else None
    if first is None or offsets.count(first) < len(offsets):
        return None
    return first // _MINUTE


def _zones_of(place: Place) -> tuple[ZoneInfo, ...]:
    """The zones a place may be in."""
    country, region, city = place
    if not country or len(country) + len(region) + len(city) > _LONGEST:
        return ()
    return _zones(country, region, city)


@lru_cache(maxsize=4096)
def _zones(*place: str) -> tuple[ZoneInfo, ...]:
    country, region, city = map(_plain, place)
    names = _of_country().get(country, ())
    if len(names) > 1:
        by_city = [name for name in names if _plain(name.rpartition("/")[2]) == city]
        regions = _REGIONS.get(country, {})
        by_region = [name for name, those in regions.items() if region in those.split()]
        names = tuple(by_city or by_region or names)
    return tuple(ZoneInfo(name) for name in names)


@cache
def _of_country() -> Mapping[str, tuple[str, ...]]:
    """The zones of each country, from the database's own table."""
    zones: dict[str, list[str]] = defaultdict(list)
    table = get_data("tzdata", "zoneinfo/zone.tab")
    if table is None:
        raise LookupError("the time zone database is not there")
    for line in table.decode().splitlines():
        if not line.startswith("#"):
            country, _, name = line.split("\t")[:3]
            zones[country].append(name)
    return {country: tuple(names) for country, names in zones.items()} | _BY_LAW


def _plain(name: str) -> str:
    return name.replace("_", " ").strip().upper()
