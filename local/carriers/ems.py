"""EMS as PTT, the Turkish post, answers for every member of the UPU: one number, one GET."""

from __future__ import annotations

import re
from typing import Any

from local.carriers.journeys import Answer, Journey, Journeys, Request

NAME = "ems"
CREDENTIALS = {"token": "simulated-ems-token"}

_PATH = re.compile(r"/PTT\.API/Service\.svc/rest/itemTTExt/(?P<number>[^/]+)/(?P<token>[^/]+)/?")
# EMSEVT v3 codes (UPU standard M40) with the names the service prints.
_NAMES = {
    "EMA": "Posting/collection",
    "EMB": "Arrival at outward office of exchange",
    "EXA": "Item presented to export Customs/Security",
    "EXB": "Item held by export Customs/Security",
    "EXC": "Item returned from export Customs/Security",
    "EXD": "Item held at outward office of exchange",
    "EXX": "Export cancellation",
    "EMC": "Departure from outward office of exchange",
    "EMJ": "Arrival at transit office of exchange",
    "EMK": "Departure from transit office of exchange",
    "EMD": "Arrival at inward office of exchange",
    "EDA": "Held at inward office of exchange",
    "EDB": "Item presented to import Customs",
    "EME": "Held by import Customs",
    "EDC": "Item returned from import Customs",
    "EMF": "Departure from inward office of exchange",
    "EDD": "Item into sorting centre",
    "EDE": "Item out of sorting centre",
    "EMG": "Arrival at delivery office",
    "EDF": "Item held at delivery depot",
    "EDG": "Out for physical delivery",
    "EDH": "Arrival at collection point for pick-up",
    "EMH": "Attempted/Unsuccessful physical delivery",
    "EMI": "Final delivery",
    "EDX": "Import terminated",
    "EMX": "Item out of sorting centre",
}
_ACCEPTED, _IN_TRANSIT, _DELIVERED = 1, 2, 3


def answer(request: Request, journeys: Journeys) -> Answer | None:
    """Answer a tracker, or return None when the path is not this carrier's."""
    match = _PATH.fullmatch(request.path)
    if match is None or request.method != "GET":
        return None
    number = match["number"].upper()
    if match["token"] != CREDENTIALS["token"]:
        return Answer(401, {"Message": "Unauthorized"}, number)
    journey = journeys.of(NAME, number)
    if journey is None or not (journey.scans or journey.former):
        return Answer(200, 1, number)  # the service's way to say that it knows nothing
    return Answer(200, _document(number, journey), number)


def _document(number: str, journey: Journey) -> dict[str, Any]:
    return {
        "ID": number,
        "State": _state([scan.code for scan in (*journey.former, *journey.scans)]),
        "OriginCountryCd": journey.origin or number[-2:],
        "DestinationCountryCd": journey.destination,
        "Events": [
            {
                "EventCd": scan.code,
                "EventNm": _NAMES.get(scan.code, scan.code),
                "EventLocation": scan.place,
                "EventDT": f"/Date({round(scan.at.timestamp() * 1000)})/",
            }
            for scan in (*journey.former, *journey.scans)
        ],
    }


def _state(codes: list[str]) -> int:
    if codes[-1] == "EMI":
        return _DELIVERED
    return _ACCEPTED if codes == ["EMA"] else _IN_TRANSIT
