"""Where in time a shipment stands: its slot of the quarter hour and its phase, from its id."""

import zlib
from typing import Final

from tracking.parcels.shipment import key_part

SLOTS: Final = 15
MINUTE: Final = 60
ROUND: Final = SLOTS * MINUTE
"""Seconds between two visits of a slot."""
_PHASES: Final = 4096


def slot_of(shipment_id: str) -> int:
    """The minute of each quarter of an hour at which the shipment may be asked about."""
    return spread(shipment_id) % SLOTS


def phase_of(shipment_id: str) -> float:
    """Where in its interval a shipment stands, 0 to 1, so that they do not march in step."""
    return spread(shipment_id) // SLOTS % _PHASES / _PHASES


def last_visit(slot: int, instant: float) -> int:
    """The latest start of a minute of this slot, up to and including an instant."""
    return int((instant - slot * MINUTE) // ROUND) * ROUND + slot * MINUTE


def spread(shipment_id: str) -> int:
    """A number that is anywhere, the same for the whole id and for the part the index has."""
    return zlib.crc32(key_part(shipment_id).encode())
