"""The time zones there are: those of the IANA database as the dependency tzdata ships it."""

from functools import cache
from importlib.resources import files


@cache
def time_zones() -> frozenset[str]:
    """Return the names of all zones.

    Not :func:`zoneinfo.available_timezones`: it searches the machine's own folders, where there
    may be names, such as ``localtime``, that mean something on that machine alone.
    """
    return frozenset(files("tzdata").joinpath("zones").read_text(encoding="utf-8").split())
