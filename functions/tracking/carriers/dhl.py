"""DHL: shipments of all its divisions, from the Shipment Tracking - Unified API.

One GET asks about one number. The answer is a list of shipments: one, or several where the number
was given again or more than one division knows it. Events come with a code that says little
(``transit``) and words that say more. Times have an offset, nanoseconds, or neither. A number
nobody knows is a 404 or 400 with a problem document of that status, or an empty list.
"""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Final
from urllib.parse import urlencode

from tracking.carriers import journeys
from tracking.carriers.base import (
    NOTHING_KNOWN,
    Access,
    Answer,
    GarbledError,
    Limits,
    Question,
    Request,
    Response,
    entries_of,
    fields_of,
    meaning_in,
    name_of,
    newest,
    read_json,
    text_of,
)
from tracking.carriers.phrases import PROBLEMS, PROGRESS, RETURNED, first
from tracking.carriers.places import Place
from tracking.carriers.times import read_day, timestamp, whole_day, window
from tracking.parcels.states import Estimate, Meaning, Scan, Status, scan_of

TITLE: Final = "DHL"
BASE_URL: Final = "https://api-eu.dhl.com"
CREDENTIALS: Final = ("api_key",)
OAUTH: Final = None
LIMITS: Final = Limits(seconds_between=1.0, daily_budget=250, per_shipment_daily_cap=10)

STATUSES: Final[Mapping[str, Meaning]] = {
    "pre-transit": Meaning(Status.INFO_RECEIVED, text="Shipment information received"),
    "transit": Meaning(Status.IN_TRANSIT, text="In transit"),
    "delivered": Meaning(Status.DELIVERED, text="Delivered"),
    "delivered/return": Meaning(Status.RETURNED, text="Delivered back to the sender"),
    "failure": Meaning(Status.EXCEPTION, text="Delivery failed"),
}
SILENT: Final = frozenset({"unknown"})

_WORDS: Final = {
    "pre-transit": PROGRESS,
    "transit": (*PROBLEMS, *PROGRESS),
    "failure": PROBLEMS,
    "delivered": RETURNED,
}
"""Phrases that are looked for beside each code."""

_STATE: Final = re.compile(r", ?([A-Z]{2}) ?- ?USA$")
_LONGEST_TAIL: Final = 12
_LONGEST_NAME: Final = 200
"""Of a place; there is none so long, and no more is remembered."""
_OK: Final = 200
_NO_SUCH: Final = (400, 404)


def request(questions: Sequence[Question], access: Access) -> Request:
    """``GET {base}/track/shipments``, in English, because words decide."""
    query = urlencode({"trackingNumber": questions[0].number, "language": "en"})
    headers = {"Accept": "application/json", "DHL-API-Key": access.credentials["api_key"]}
    return Request(f"{access.base_url}/track/shipments?{query}", headers)


def parse(questions: Sequence[Question], response: Response) -> Mapping[Question, Answer]:
    """Read an answer; raises :class:`GarbledError` for what DHL does not document."""
    document = fields_of(read_json(response))
    if response.status in _NO_SUCH:
        if text_of(document.get("status")) != str(response.status):
            raise GarbledError(f"status {response.status}")
        return {questions[0]: NOTHING_KNOWN}
    shipments = document.get("shipments")
    if response.status != _OK or not isinstance(shipments, list):
        raise GarbledError("no shipments")
    told = [each for each in map(fields_of, entries_of(shipments)) if each]
    return {questions[0]: _answer(questions[0].number, told) if told else NOTHING_KNOWN}


@lru_cache(maxsize=4096)
def _meaning(code: str, text: str) -> Meaning | None:
    known = meaning_in(STATUSES, code)
    return (first(_WORDS.get(code, ()), text) or known) if known else None


def meaning(scan: Scan) -> Meaning | None:
    """What a scan's code means, and its words where the code leaves it open."""
    return _meaning(scan.code, scan.text)


def _answer(number: str, shipments: Sequence[Mapping[str, Any]]) -> Answer:
    """What the shipment that began last tells of the number's own piece."""
    named = [each for each in shipments if text_of(each.get("id")) == number] or shipments
    told = [[(event, _scan(event, each)) for event in _events(each)] for each in named]
    which = journeys.last_begun([[scan for _, scan in each if scan] for each in told])
    mine, shipment = told[which], named[which]
    details = fields_of(shipment.get("details"))
    is_piece = number in map(text_of, entries_of(details.get("pieceIds")))
    pieces = [scan for event, scan in mine if not is_piece or _is_of(event, number)]
    read = [scan for scan in pieces if scan]
    scans, former = journeys.latest(read, meaning)
    product = name_of(fields_of(details.get("product")).get("productName"))
    return Answer(
        known=True,
        scans=newest(scans),
        unreadable=len(pieces) - len(read),
        estimate=_estimate(shipment),
        service=product or name_of(shipment.get("service")),
        left_out=former + sum(map(len, told)) - len(pieces),
    )


def _events(shipment: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The events, and the status where it is none of them."""
    events = [fields_of(event) for event in entries_of(shipment.get("events"))]
    status = fields_of(shipment.get("status"))
    times = {text_of(event.get("timestamp")) for event in events}
    alone = status and text_of(status.get("timestamp")) not in times
    return [*events, status] if alone else events


def _is_of(event: Mapping[str, Any], piece: str) -> bool:
    """Whether an event is of a piece; those that name no piece are of all."""
    pieces = entries_of(event.get("pieceIds"))
    return not pieces or piece in map(text_of, pieces)


def _scan(event: Mapping[str, Any], shipment: Mapping[str, Any]) -> Scan | None:
    """Its words are the description, else the status, and the remark if that adds anything."""
    address = fields_of(fields_of(event.get("location")).get("address"))
    place = _place(address)
    code = text_of(event.get("statusCode")).strip().lower()
    if code == "delivered" and shipment.get("returnFlag") is True:
        code = "delivered/return"
    description = text_of(event.get("description")).strip()
    text = description or text_of(event.get("status")).strip()
    remark = text_of(event.get("remark")).strip()
    try:
        moment = timestamp(text_of(event.get("timestamp")), place)
        return scan_of(
            moment.at,
            moment.certainty,
            code or "unknown",
            offset=moment.offset,
            place=place.city or place.country,
            text=f"{text}. {remark}" if remark and remark != text else text,
        )
    except ValueError:
        return None


def _place(address: Mapping[str, Any]) -> Place:
    country = text_of(address.get("countryCode"))
    return _town(country[:_LONGEST_NAME], text_of(address.get("addressLocality"))[:_LONGEST_NAME])


@lru_cache(maxsize=4096)
def _town(country: str, city: str) -> Place:
    """Express writes the state of American towns behind them."""
    state = _STATE.search(city[-_LONGEST_TAIL:])
    return Place(country, state[1] if state else "", city)


def _estimate(shipment: Mapping[str, Any]) -> Estimate | None:
    """The window, else the time, of which midnight is the whole day."""
    address = fields_of(fields_of(shipment.get("destination")).get("address"))
    place = _place(address)
    frame = fields_of(shipment.get("estimatedDeliveryTimeFrame"))
    start, end = text_of(frame.get("estimatedFrom")), text_of(frame.get("estimatedThrough"))
    told = text_of(shipment.get("estimatedTimeOfDelivery"))
    try:
        if start and end and start[10:]:
            return window(timestamp(start, place), timestamp(end, place))
        if told[10:19] in ("", "T00:00:00"):
            return whole_day(read_day(told[:10]), place)
        return window(timestamp(told, place), timestamp(told, place))
    except ValueError:
        return None
