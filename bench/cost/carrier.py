"""A carrier that tells one scan more of a parcel each time the journey goes on: EMS's words."""

import json
from datetime import datetime
from typing import Final

from tracking.carriers.base import Request, Response

SCANS: Final = ("EMA", "EMB", "EMC", "EMD", "EMF", "EMG", "EDG", "EMI")
"""Posted, four on the way, at the delivery office, out for delivery, delivered."""


class Carrier:
    """What EMS answers, through whatever HTTP the rooms have."""

    def __init__(self) -> None:
        self.told: list[datetime] = []
        """When each scan that has happened so far did, of every parcel under way."""
        self.questions = 0

    def happens(self, at: datetime) -> None:
        """Let the next scan of each parcel happen at an instant."""
        self.told.append(at)

    def send(self, request: Request) -> Response:
        """Answer a question: ``…/itemTTExt/{number}/{token}``."""
        self.questions += 1
        number = request.url.rsplit("/", 2)[1]
        events = [
            {
                "EventCd": code,
                "EventLocation": "LISBOA",
                "EventDT": f"/Date({int(at.timestamp() * 1000)})/",
            }
            for code, at in zip(SCANS, self.told, strict=False)
        ]
        body = json.dumps({"ID": number, "Events": events}) if events else "1"
        return Response(200, "application/json", body.encode())
