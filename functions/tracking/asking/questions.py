"""In which order shipments, and the parcels of each, are asked about; pure.

Another one each time: a few numbers that always fail, or that take all the time there is, hold up
different others in each sweep, and none for good.
"""

import hashlib
from collections.abc import Iterable
from datetime import datetime

from tracking.carriers.base import Question
from tracking.carriers.registry import asked_by
from tracking.parcels.shipment import Shipment


def questions_of(shipment: Shipment, asked: str, now: datetime) -> list[Question]:
    """What one that is asked can be asked about a shipment, each number once.

    In the order of this instant: not all may be asked, and then it is not always the same ones.
    """
    own = [parcel for parcel in shipment.parcels if asked_by(parcel.carrier) == asked]
    questions = dict.fromkeys(Question(p.tracking_number, p.carrier) for p in own)
    return sorted(questions, key=lambda each: _rank(now, "#".join(each)))


def shuffled(shipments: Iterable[Shipment], now: datetime) -> list[Shipment]:
    """The shipments in the order in which this instant asks about them."""
    return sorted(shipments, key=lambda each: _rank(now, each.id))


def _rank(now: datetime, name: str) -> bytes:
    return hashlib.sha256(f"{now.timestamp()}#{name}".encode()).digest()
