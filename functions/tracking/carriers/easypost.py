"""EasyPost: many carriers' parcels, told in one form.

One POST to ``/v2/trackers`` makes a tracker, or finds the one that is there: the same number and
carrier again is the same tracker, and costs nothing. Its answer holds all scans so far, the oldest
first. A scan has a status and a detail of it: ``in_transit/arrived_at_facility``. A number nobody
knows has the status ``unknown`` and no details, or is a 422 or 404 with an error.
"""

import json
from base64 import b64encode
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

from tracking.carriers import easypost_statuses, journeys
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
from tracking.carriers.places import Place
from tracking.carriers.times import (
    Moment,
    clock,
    local,
    read_day,
    timestamp,
    whole_day,
    window,
)
from tracking.parcels.states import Certainty, Estimate, Meaning, Scan, scan_of

TITLE: Final = "EasyPost"
BASE_URL: Final = "https://api.easypost.com"
CREDENTIALS: Final = ("api_key",)
STATUSES: Final = easypost_statuses.STATUSES
SILENT: Final = easypost_statuses.SILENT
OAUTH: Final = None
LIMITS: Final = Limits(seconds_between=0.2)

NAMES: Final[Mapping[str, str]] = {
    "canada_post": "CanadaPost",
    "canpar": "Canpar",
    "dpd": "DPD",
    "fedex": "FedEx",
    "lasership": "LaserShipV2",
    "ontrac": "OnTrac",
    "purolator": "Purolator",
    "royalmail": "RoyalMail",
    "speedee": "Speedee",
    "usps": "USPS",
}
"""Carriers of which EasyPost is asked, and what it calls them."""

_OK: Final = (200, 201)
_NO_SUCH: Final = (404, 422)
"""A number that is none, or not of that carrier."""


def request(questions: Sequence[Question], access: Access) -> Request:
    """``POST {base}/v2/trackers``; without a name EasyPost finds the carrier itself."""
    number, carrier = questions[0]
    tracker = {"tracking_code": number}
    if carrier in NAMES:
        tracker["carrier"] = NAMES[carrier]
    key = b64encode(f"{access.credentials['api_key']}:".encode()).decode()
    headers = {
        "Accept": "application/json",
        "Authorization": f"Basic {key}",
        "Content-Type": "application/json",
    }
    body = json.dumps({"tracker": tracker}).encode()
    return Request(f"{access.base_url}/v2/trackers", headers, "POST", body)


def parse(questions: Sequence[Question], response: Response) -> Mapping[Question, Answer]:
    """Read a tracker; raises :class:`GarbledError` for anything that is not one of this number."""
    document = fields_of(read_json(response))
    if response.status in _NO_SUCH and fields_of(document.get("error")):
        return {questions[0]: NOTHING_KNOWN}
    if response.status not in _OK:
        raise GarbledError(f"status {response.status}")
    return {questions[0]: answer_of(questions[0].number, document)}


@lru_cache(maxsize=4096)
def _meaning(code: str, text: str) -> Meaning | None:
    return easypost_statuses.refined(code, meaning_in(STATUSES, code), text)


def meaning(scan: Scan) -> Meaning | None:
    """What a scan's code means; what a problem is may stand in its words alone."""
    return _meaning(scan.code, scan.text)


def answer_of(number: str, tracker: Mapping[str, Any]) -> Answer:
    """What a tracker says of its number; raises :class:`GarbledError` for another number's."""
    details = tracker.get("tracking_details")
    if not isinstance(details, list) or text_of(tracker.get("tracking_code")).upper() != number:
        raise GarbledError("not a tracker of this number")
    entries = entries_of(details)
    read = [scan for scan in map(_scan, entries) if scan]
    scans, former = journeys.latest(read, meaning)
    if not entries and text_of(tracker.get("status")) in ("unknown", ""):
        return NOTHING_KNOWN
    extra = fields_of(tracker.get("carrier_detail"))
    return Answer(
        known=True,
        scans=newest(scans),
        unreadable=len(entries) - len(read),
        estimate=_estimate(tracker, extra),
        service=name_of(extra.get("service")),
        left_out=former,
    )


def _scan(detail: Any) -> Scan | None:
    told = fields_of(detail)
    where = fields_of(told.get("tracking_location"))
    status, fine = text_of(told.get("status")), text_of(told.get("status_detail"))
    city, state, country = (text_of(where.get(key)) for key in ("city", "state", "country"))
    try:
        moment = _moment(text_of(told.get("datetime")), Place(country, state, city))
        return scan_of(
            moment.at,
            moment.certainty,
            f"{status}/{fine}" if fine and fine != "unknown" else status,
            offset=moment.offset,
            place=", ".join(filter(None, (city, state, country))),
            text=text_of(told.get("message")) or text_of(told.get("description")),
        )
    except ValueError:
        return None


def _moment(text: str, place: Place) -> Moment:
    """A scan's time, which is local time called UTC where EasyPost did not know the place."""
    moment = timestamp(text, place)
    if moment.certainty is Certainty.UTC and not (place.city and (place.region or place.country)):
        return Moment(moment.at, Certainty.ASSUMED, None)
    return moment


def _estimate(tracker: Mapping[str, Any], extra: Mapping[str, Any]) -> Estimate | None:
    """The local day and hour, if told; else the instant, of which midnight is the whole day."""
    there = fields_of(extra.get("destination_tracking_location"))
    place = Place(*(text_of(there.get(key)) for key in ("country", "state", "city")))
    day, hour = (text_of(extra.get(f"est_delivery_{part}_local")) for part in ("date", "time"))
    try:
        if day:
            told = clock(day[:10], hour)
            if told is None:
                return whole_day(read_day(day[:10]), place)
            return window(local(told, place), local(told, place))
        text = text_of(tracker.get("est_delivery_date"))
        if text[10:19] in ("", "T00:00:00"):
            return whole_day(read_day(text[:10]), place)
        return window(timestamp(text, place), timestamp(text, place))
    except ValueError:
        return None
