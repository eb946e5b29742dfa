"""Where the room's stream functions set aside what they cannot apply; no other function has it."""

from functools import cache

from orders.composition import repository
from waybill.batch import Parking


@cache
def parking(source: str) -> Parking:
    """Return where ``source`` sets aside what it cannot apply."""
    return Parking(repository().table, source)
