"""EMS: items of the Universal Postal Union's members, from the Post Track & Trace JSON service.

One GET asks about one S10 number; the access token stands in the path. The answer is ``1`` when
nothing is known, else a record with ``ID``, ``State``, the two countries and ``Events``, whose
times are WCF dates: milliseconds since 1970 in UTC. Codes are those of EMSEVT version 3 (UPU
technical standard M40). Fields other than these are not relied on.

EMSEVT gives a reason with EMH (not delivered) and EME (retained by customs). Where this service
tells one, no public document says: fields that look like one are read, the code stands behind a
slash, and the words, if any, say whose fault it is and whose move.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Final
from urllib.parse import quote

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
    meaning_in,
    newest,
    read_json,
    text_of,
)
from tracking.carriers.phrases import PROBLEMS, because
from tracking.carriers.times import wcf
from tracking.parcels.states import Action, Fault, Meaning, Scan, Status, scan_of

TITLE: Final = "EMS"
BASE_URL: Final = "https://ptt.ptc.post"
CREDENTIALS: Final = ("token",)
OAUTH: Final = None
SILENT: Final[frozenset[str]] = frozenset()
LIMITS: Final = Limits()

STATUSES: Final[Mapping[str, Meaning]] = {
    "EMA": Meaning(Status.PICKED_UP, text="Posting/collection"),
    "EMB": Meaning(
        Status.IN_TRANSIT, "export_facility", text="Arrival at outward office of exchange"
    ),
    "EXA": Meaning(
        Status.IN_TRANSIT, "customs_export", text="Item presented to export Customs/Security"
    ),
    "EXB": Meaning(
        Status.EXCEPTION, "customs_held", Fault.CUSTOMS, text="Item held by export Customs/Security"
    ),
    "EXC": Meaning(Status.IN_TRANSIT, text="Item returned from export Customs/Security"),
    "EXD": Meaning(Status.EXCEPTION, "held", text="Item held at outward office of exchange"),
    "EXX": Meaning(Status.CANCELLED, text="Export cancellation"),
    "EMC": Meaning(
        Status.IN_TRANSIT,
        "departed_origin_country",
        text="Departure from outward office of exchange",
    ),
    "EMJ": Meaning(Status.IN_TRANSIT, text="Arrival at transit office of exchange"),
    "EMK": Meaning(Status.IN_TRANSIT, text="Departure from transit office of exchange"),
    "EMD": Meaning(
        Status.IN_TRANSIT,
        "arrived_destination_country",
        text="Arrival at inward office of exchange",
    ),
    "EDA": Meaning(Status.EXCEPTION, "held", text="Held at inward office of exchange"),
    "EDB": Meaning(Status.IN_TRANSIT, "customs", text="Item presented to import Customs"),
    # Whose move it is depends on the retention reason.
    "EME": Meaning(Status.EXCEPTION, "customs_held", Fault.CUSTOMS, text="Held by import Customs"),
    "EDC": Meaning(Status.IN_TRANSIT, "customs_cleared", text="Item returned from import Customs"),
    "EMF": Meaning(Status.IN_TRANSIT, text="Departure from inward office of exchange"),
    "EDD": Meaning(Status.IN_TRANSIT, text="Item into sorting centre"),
    "EDE": Meaning(Status.IN_TRANSIT, text="Item out of sorting centre"),
    "EMX": Meaning(Status.IN_TRANSIT, text="Item out of sorting centre"),
    "EMG": Meaning(Status.IN_TRANSIT, "at_delivery_office", text="Arrival at delivery office"),
    "EDF": Meaning(Status.EXCEPTION, "held", text="Item held at delivery depot"),
    "EDG": Meaning(Status.OUT_FOR_DELIVERY, text="Out for physical delivery"),
    "EDH": Meaning(
        Status.AVAILABLE_FOR_PICKUP,
        action_required=Action.RECIPIENT,
        text="Arrival at collection point for pick-up",
    ),
    "EMH": Meaning(Status.DELIVERY_ATTEMPTED, text="Attempted/Unsuccessful physical delivery"),
    "EMI": Meaning(Status.DELIVERED, text="Final delivery"),
    "EDX": Meaning(Status.RETURNING, "undeliverable", text="Import terminated"),
}

_WITH_REASON: Final = frozenset({"EMH", "EME"})
_REASON_CODES: Final = ("ReasonCd", "NonDeliveryReasonCd", "RetentionReasonCd", "EventReasonCd")
_REASONS: Final = (
    *("ReasonNm", "NonDeliveryReasonNm", "RetentionReasonNm", "EventReasonNm"),
    *("ActionNm", "NonDeliveryActionNm"),
)
_OK: Final = 200


def request(questions: Sequence[Question], access: Access) -> Request:
    """``GET {base}/PTT.API/Service.svc/rest/itemTTExt/{id}/{token}``."""
    number = questions[0].number
    token = quote(access.credentials["token"], safe="")
    path = f"/PTT.API/Service.svc/rest/itemTTExt/{quote(number, safe='')}/{token}"
    return Request(access.base_url + path, {"Accept": "application/json"})


def parse(questions: Sequence[Question], response: Response) -> Mapping[Question, Answer]:
    """Read a record; raises :class:`GarbledError` for anything that is not one of this number."""
    return {questions[0]: _answer(questions[0].number, response)}


@lru_cache(maxsize=4096)
def _meaning(code: str, text: str) -> Meaning | None:
    known = meaning_in(STATUSES, code)
    return because(known, PROBLEMS, text) if known and code[:3] in _WITH_REASON else known


def meaning(scan: Scan) -> Meaning | None:
    """What a scan's code means; why an item was not delivered or is retained, its words say."""
    return _meaning(scan.code, scan.text)


def _answer(number: str, response: Response) -> Answer:
    if response.status != _OK:
        raise GarbledError(f"status {response.status}")
    if response.body.strip() in (b"1", b'"1"', b"[]"):
        return NOTHING_KNOWN
    document = read_json(response)
    record = document[0] if isinstance(document, list) and document else document
    if not isinstance(record, dict) or not {"ID", "Events"} & record.keys():
        raise GarbledError("not a record")
    if text_of(record.get("ID")).strip().upper() not in ("", number):
        raise GarbledError("a record of another item")
    events = record.get("Events") or []
    if not isinstance(events, list):
        raise GarbledError("events are not a list")
    events = entries_of(events)
    read = [scan for scan in map(_scan, events) if scan]
    scans, former = journeys.latest(read, meaning)
    return Answer(
        known=bool(events),
        scans=newest(scans),
        unreadable=len(events) - len(read),
        left_out=former,
    )


def _scan(event: Any) -> Scan | None:
    """One event, or None where its code or time cannot be read."""
    if not isinstance(event, dict):
        return None
    code = text_of(event.get("EventCd")).strip().upper()
    text = text_of(event.get("EventNm")).strip()
    standard = STATUSES[code].text if code in STATUSES else ""
    words = [] if text.casefold() == standard.casefold() else [text]
    if code in _WITH_REASON:
        words += [told for told in _told(event, _REASONS) if told not in words]
        code = "/".join([code, *_told(event, _REASON_CODES)[:1]])
    try:
        moment = wcf(text_of(event.get("EventDT")).strip())
        return scan_of(
            moment.at,
            moment.certainty,
            code,
            offset=moment.offset,
            place=text_of(event.get("EventLocation")),
            text=". ".join(filter(None, words)),
        )
    except ValueError:
        return None


def _told(event: Mapping[str, Any], names: Sequence[str]) -> list[str]:
    """What an event tells under these names."""
    return [told for name in names if (told := text_of(event.get(name)).strip())]
