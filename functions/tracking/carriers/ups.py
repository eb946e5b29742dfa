"""UPS: packages, from the Track API, version 1.

One GET asks about one number, with an access token that all workers share. The answer is shipments
of packages of activities, the newest first. An activity has local time, and as a rule GMT and the
offset beside it: the instant is GMT's. A number nobody knows is the warning TW0001 in an answer
that is otherwise well, or a 404 with an error of that code; what is no number of UPS's is a 400
with TV1002.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Final
from urllib.parse import quote
from uuid import uuid4

from tracking.carriers import journeys, ups_statuses
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
from tracking.carriers.oauth import ClientCredentials
from tracking.carriers.places import NOWHERE, Place
from tracking.carriers.times import beside_gmt, clock, local, read_day, whole_day, window
from tracking.parcels.states import Estimate, Meaning, Scan, scan_of

TITLE: Final = "UPS"
BASE_URL: Final = "https://onlinetools.ups.com"
CREDENTIALS: Final = ("client_id", "client_secret")
STATUSES: Final = ups_statuses.STATUSES
SILENT: Final = ups_statuses.SILENT
OAUTH: Final = ClientCredentials("/security/v1/oauth/token")
LIMITS: Final = Limits(seconds_between=0.2)
"""UPS publishes no limit; this one is only polite."""

_OK: Final = 200
_ERRORS: Final = (400, 404)
_NO_SUCH: Final = frozenset({"TW0001", "TV1002"})
"""No tracking information; no number of UPS's."""
_WINDOWS: Final = frozenset({"EDW", "CDW", "IDW"})


def request(questions: Sequence[Question], access: Access) -> Request:
    """``GET {base}/api/track/v1/details/{number}``."""
    query = "locale=en_US&returnSignature=false&returnMilestones=false&returnPOD=false"
    number = quote(questions[0].number, safe="")
    headers = {
        "Accept": "application/json",
        "Authorization": f"Bearer {access.token}",
        "transId": uuid4().hex,
        "transactionSrc": "waybill",
    }
    return Request(f"{access.base_url}/api/track/v1/details/{number}?{query}", headers)


def parse(questions: Sequence[Question], response: Response) -> Mapping[Question, Answer]:
    """Read an answer; raises :class:`GarbledError` for what UPS does not document."""
    document = fields_of(read_json(response))
    if response.status in _ERRORS:
        told = entries_of(fields_of(document.get("response")).get("errors"))
        if _NO_SUCH.isdisjoint(map(_code, told)):
            raise GarbledError(f"status {response.status}")
        return {questions[0]: NOTHING_KNOWN}
    answer = fields_of(document.get("trackResponse"))
    shipments = [fields_of(each) for each in entries_of(answer.get("shipment"))]
    if response.status != _OK or not shipments:
        raise GarbledError("no shipment")
    return {questions[0]: _answer(questions[0].number, shipments)}


@lru_cache(maxsize=4096)
def _meaning(code: str, text: str) -> Meaning | None:
    return ups_statuses.refined(code, meaning_in(STATUSES, code), text)


def meaning(scan: Scan) -> Meaning | None:
    """What a scan's code means; what an exception is may stand in its words alone."""
    return _meaning(scan.code, scan.text)


def _answer(number: str, shipments: Sequence[Mapping[str, Any]]) -> Answer:
    """What the shipment that began last tells of the number's own package."""
    told = [
        [(package, _scans(package)) for package in _packages(shipment)] for shipment in shipments
    ]
    mine = told[
        journeys.last_begun([[s for _, scans in each for s in scans if s] for each in told])
    ]
    if not mine:
        warnings = (
            code for each in shipments for code in map(_code, entries_of(each.get("warnings")))
        )
        if _NO_SUCH.isdisjoint(warnings):
            raise GarbledError("no package")
        return NOTHING_KNOWN
    own = [each for each in mine if _is_of(each[0], number)] or mine
    read = [scan for _, scans in own for scan in scans if scan]
    scans, former = journeys.latest(read, meaning)
    everything = sum(len(scans) for each in told for _, scans in each)
    owned = sum(len(scans) for _, scans in own)
    return Answer(
        known=True,
        scans=newest(scans),
        unreadable=owned - len(read),
        estimate=_estimate(own[0][0]),
        service=name_of(fields_of(own[0][0].get("service")).get("description")),
        left_out=former + everything - owned,
    )


def _packages(shipment: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    packages = [fields_of(each) for each in entries_of(shipment.get("package"))]
    return [package for package in packages if package]


def _is_of(package: Mapping[str, Any], number: str) -> bool:
    others = entries_of(package.get("alternateTrackingNumber"))
    names = {text_of(fields_of(other).get("number")) for other in others}
    return number in names | {text_of(package.get("trackingNumber"))}


def _scans(package: Mapping[str, Any]) -> list[Scan | None]:
    return [_scan(fields_of(activity)) for activity in entries_of(package.get("activity"))]


def _scan(activity: Mapping[str, Any]) -> Scan | None:
    status = fields_of(activity.get("status"))
    kind = text_of(status.get("type")).strip().upper()
    fine = (text_of(status.get("statusCode")) or text_of(status.get("code"))).strip().upper()
    place = _place(fields_of(activity.get("location")).get("address"))
    words = text_of(status.get("description")).strip()
    try:
        moment = beside_gmt(
            clock(text_of(activity.get("gmtDate")), text_of(activity.get("gmtTime"))),
            clock(text_of(activity.get("date")), text_of(activity.get("time"))),
            text_of(activity.get("gmtOffset")),
            place,
        )
        return scan_of(
            moment.at,
            moment.certainty,
            "/".join(filter(None, (kind, fine))),
            offset=moment.offset,
            place=", ".join(filter(None, (place.city, place.region, place.country))),
            text=words,
        )
    except ValueError:
        return None


def _place(address: Any) -> Place:
    told = fields_of(address)
    country = text_of(told.get("countryCode")) or text_of(told.get("country"))
    return Place(country, text_of(told.get("stateProvince")), text_of(told.get("city")))


def _estimate(package: Mapping[str, Any]) -> Estimate | None:
    """The rescheduled day, else the scheduled one, and its hours where UPS tells them."""
    dates = [fields_of(each) for each in entries_of(package.get("deliveryDate"))]
    days = {text_of(each.get("type")): text_of(each.get("date")) for each in dates}
    day = days.get("RDD") or days.get("SDD") or ""
    hours = next((fields_of(each) for each in entries_of(package.get("deliveryTime"))), {})
    kind = text_of(hours.get("type"))
    end = clock(day, text_of(hours.get("endTime")))
    start = clock(day, text_of(hours.get("startTime")) if kind in _WINDOWS else "000000")
    place = _destination(package)
    try:
        if end is None or start is None or kind not in _WINDOWS | {"CMT"}:
            return whole_day(read_day(day), place)
        return window(local(start, place), local(end, place))
    except ValueError:
        return None


def _destination(package: Mapping[str, Any]) -> Place:
    for each in entries_of(package.get("packageAddress")):
        if text_of(fields_of(each).get("type")).upper() == "DESTINATION":
            return _place(fields_of(each).get("address"))
    return NOWHERE


def _code(told: Any) -> str:
    return text_of(fields_of(told).get("code"))
