"""Every answer in this folder is read as it is meant: instants, statuses, and what is left out."""

import random
import re
import string
from dataclasses import replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.carriers.answers import HERE, NUMBERS, TOLD, Told
from tracking.carriers.base import (
    Access,
    FailingError,
    GarbledError,
    Question,
    RateLimitedError,
    RefusedError,
    Request,
    Response,
)
from tracking.carriers.http import CarrierHttp
from tracking.carriers.phrases import PROBLEMS, PROGRESS, RETURNED, Phrase, first
from tracking.carriers.registry import ADAPTERS, meaning
from tracking.page.wording import SUB_WORDS
from tracking.parcels.shipment import Parcel
from tracking.parcels.states import MAX_CODE, Action, Certainty, Fault, Meaning, Status, scan_of
from tracking.status.journey import merge, parcel_state, unmapped

CARRIERS = sorted(ADAPTERS)
each = pytest.mark.parametrize("told", TOLD, ids=lambda told: f"{told.carrier}-{told.name}")


def parcel(told: Told) -> Parcel:
    return Parcel(told.question.number, told.question.carrier, merge((), told.read().scans))


@each
def test_instants_are_those_worked_out_by_hand(told: Told) -> None:
    scans = [(s.at, s.certainty.value, s.offset, s.code) for s in told.read().scans]
    assert scans == told.scans()


@each
def test_statuses_are_what_the_answer_says(told: Told) -> None:
    assert parcel_state(parcel(told)) == told.state


@each
def test_the_rest_is_counted_and_kept(told: Told) -> None:
    answer = told.read()
    assert (answer.known, answer.unreadable, answer.left_out) == (
        told.known,
        told.unreadable,
        told.left_out,
    )
    assert (answer.service, answer.estimate) == (told.service, told.estimate)
    assert sum(unmapped(parcel(told), answer.scans)[:1]) == told.silent


@each
def test_asking_again_and_another_order_change_nothing(told: Told) -> None:
    scans = list(told.read().scans)
    known = merge((), scans)
    random.Random(7).shuffle(scans)
    assert merge(known, scans) == merge((), scans) == known


@pytest.mark.parametrize("carrier", CARRIERS)
def test_every_kind_of_answer_is_here(carrier: str) -> None:
    names = {told.name for told in TOLD if told.carrier == carrier}
    kinds = ("in_transit", "delivered", "customs", "return", "not_found", "recycled", "pieces")
    for kind in kinds:
        assert [name for name in names if name.startswith(kind)], kind
    files = {path.stem for path in (HERE / carrier).glob("*.json")}
    assert files == names | {"truncated", "unauthorized", "rate_limited"}


@pytest.mark.parametrize("carrier", CARRIERS)
@pytest.mark.parametrize(
    ("name", "status", "error"),
    [
        ("maintenance.html", 200, GarbledError),
        ("maintenance.html", 503, FailingError),
        ("truncated.json", 200, GarbledError),
        ("unauthorized.json", 401, RefusedError),
        ("rate_limited.json", 429, RateLimitedError),
        ("maintenance.html", 404, GarbledError),
        ("not_found.json", 418, GarbledError),
    ],
)
def test_errors_are_told_from_answers(
    carrier: str, name: str, status: int, error: type[Exception]
) -> None:
    body = (HERE / carrier / name).read_bytes()
    question = Question(NUMBERS[carrier], carrier)

    def ask(base: str) -> None:
        ADAPTERS[carrier].parse([question], CarrierHttp().send(Request(f"{base}/x")))

    with Answering(status, body) as base, pytest.raises(error) as raised:
        ask(base)
    if isinstance(raised.value, RateLimitedError):
        assert raised.value.retry_after == "86400"


class Answering:
    """A server on loopback that always answers the same."""

    def __init__(self, status: int, body: bytes) -> None:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(status)
                self.send_header("Retry-After", "86400")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})

    def __enter__(self) -> str:
        self.thread.start()
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


def test_questions_are_as_documented() -> None:
    def asked(carrier: str, question: Question, **credentials: str) -> Request:
        access = Access("https://x.example", credentials, token="tok")
        return ADAPTERS[carrier].request([question], access)

    dhl = asked("dhl", Question("JD01&2", "dhl"), api_key="key")
    assert dhl.url == "https://x.example/track/shipments?trackingNumber=JD01%262&language=en"
    assert (dhl.method, dhl.headers["DHL-API-Key"]) == ("GET", "key")
    ups = asked("ups", Question("1Z/9", "ups"), client_id="i", client_secret="s")
    path, _, query = ups.url.partition("?")
    assert path == "https://x.example/api/track/v1/details/1Z%2F9"
    assert query.startswith("locale=en_US&")
    assert ups.headers["Authorization"] == "Bearer tok"
    assert ups.headers["transId"]
    assert ups.headers["transactionSrc"]
    oauth = ADAPTERS["ups"].OAUTH
    assert oauth is not None
    assert oauth.path == "/security/v1/oauth/token"
    named = asked("easypost", Question("94001", "usps"), api_key="EZ")
    assert (named.method, named.url) == ("POST", "https://x.example/v2/trackers")
    assert named.body == b'{"tracker": {"tracking_code": "94001", "carrier": "USPS"}}'
    assert named.headers["Authorization"] == "Basic RVo6"
    unnamed = asked("easypost", Question("94001", "easypost"), api_key="EZ")
    assert unnamed.body == b'{"tracker": {"tracking_code": "94001"}}'
    for request in (dhl, ups, named):
        assert "key" not in repr(request)
        assert "tok" not in repr(request)
        assert "RVo6" not in repr(request)


def test_another_parcels_tracker_is_refused() -> None:
    body = (HERE / "easypost" / "delivered.json").read_bytes()
    with pytest.raises(GarbledError):
        ADAPTERS["easypost"].parse(
            [Question("9400100000000000000099", "usps")], Response(200, "", body)
        )


def test_a_package_of_another_number_is_asked_for_by_all_of_them() -> None:
    """A shipment's own number is that of no package: all their scans are its."""
    question = Question("1Z0000000000000000", "ups")
    body = (HERE / "ups" / "pieces.json").read_bytes()
    answer = ADAPTERS["ups"].parse([question], Response(200, "", body))[question]
    assert (len(answer.scans), answer.left_out) == (5, 0)


@pytest.mark.parametrize("carrier", CARRIERS)
def test_every_meaning_is_complete(carrier: str) -> None:
    adapter = ADAPTERS[carrier]
    assert adapter.STATUSES
    assert adapter.LIMITS.batch == 1
    for code in adapter.STATUSES:
        assert "\t" not in code
        assert len(code) <= MAX_CODE
        assert code not in adapter.SILENT
    own = "usps" if carrier == "easypost" else carrier
    for code in adapter.SILENT:
        assert means(own, code) is None
    assert means(own, "ZZZ") is None


def test_every_reason_has_words_for_the_public() -> None:
    """But those that say no more than their status."""
    phrases = [*PROBLEMS, *PROGRESS, *RETURNED]
    told = {each.meaning.sub_status for each in phrases}
    for adapter in ADAPTERS.values():
        told |= {each.sub_status for each in adapter.STATUSES.values()}
    assert told - SUB_WORDS.keys() == {"", "expired"}


@pytest.mark.parametrize(
    "phrase", [*PROBLEMS, *PROGRESS, *RETURNED], ids=lambda each: each.hints[0]
)
@settings(max_examples=10, suppress_health_check=list(HealthCheck), deadline=None, derandomize=True)
@given(data=st.data())
def test_words_are_found_whatever_stands_around_them(phrase: Phrase, data: st.DataObject) -> None:
    """A hint that some of its words lack would hide them."""
    ascii_only = re.compile(phrase.words, re.ASCII)
    text = data.draw(st.from_regex(ascii_only, alphabet=string.ascii_lowercase + " -,."))
    if re.search(phrase.words, text):
        assert first([phrase], text.upper()) == phrase.meaning


def means(carrier: str, code: str, text: str = "") -> Meaning | None:
    return meaning(
        carrier, scan_of(datetime(2026, 11, 1, tzinfo=UTC), Certainty.UTC, code, text=text)
    )


EASYPOST = """
    unknown pre_transit in_transit out_for_delivery delivered available_for_pickup
    return_to_sender failure cancelled error
"""
DETAILS = """
    address_correction arrived_at_destination arrived_at_facility arrived_at_pickup_location
    awaiting_information cancelled damaged delayed delivery_exception departed_facility
    departed_origin_facility expired failure held in_transit label_created lost missorted
    out_for_delivery received_at_destination_facility received_at_origin_facility refused return
    status_update transferred_to_destination_carrier transit_exception weather_delay
"""


def test_every_status_that_vendors_list_is_known() -> None:
    easypost, ups, dhl = ADAPTERS["easypost"], ADAPTERS["ups"], ADAPTERS["dhl"]
    for status in EASYPOST.split():
        assert status in easypost.STATUSES or status in easypost.SILENT
        for detail in DETAILS.split():
            known = f"{status}/{detail}" in easypost.STATUSES
            assert known is (status not in easypost.SILENT)
    for status in ("M", "MV", "P", "I", "O", "X", "U", "D", "RS"):
        assert status in ups.STATUSES or status in ups.SILENT
    for status in ("pre-transit", "transit", "delivered", "failure", "unknown"):
        assert status in dhl.STATUSES or status in dhl.SILENT


@pytest.mark.parametrize(
    ("carrier", "code", "text", "expected"),
    [
        ("dhl", "transit", "RTO", Meaning(Status.RETURNING)),
        ("dhl", "transit", "Shipment is being returned to sender", Meaning(Status.RETURNING)),
        ("dhl", "transit", "Arrived at facility in Porto", None),
        ("dhl", "transit", "Released by customs", Meaning(Status.IN_TRANSIT, "customs_cleared")),
        (
            "dhl",
            "transit",
            "Customs clearance processing complete",
            Meaning(Status.IN_TRANSIT, "customs_cleared"),
        ),
        (
            "dhl",
            "transit",
            "Awaiting payment: duties are due",
            Meaning(Status.EXCEPTION, "duties_unpaid", action_required=Action.RECIPIENT),
        ),
        (
            "dhl",
            "transit",
            "Delivery attempted - consignee premises closed",
            Meaning(Status.DELIVERY_ATTEMPTED, "recipient_absent", Fault.RECIPIENT),
        ),
        ("dhl", "transit", "A delivery attempt will be made tomorrow", None),
        (
            "dhl",
            "transit",
            "Ready for pick-up at the retail outlet",
            Meaning(Status.AVAILABLE_FOR_PICKUP, action_required=Action.RECIPIENT),
        ),
        ("dhl", "failure", "Something new", None),
        ("dhl", "failure", "Shipment is delivered, all is well", None),
        ("dhl", "delivered", "Shipment returned to shipper", Meaning(Status.RETURNED)),
        ("dhl", "delivered", "Signed for by: address incorrect", None),
        ("dhl", "unknown", "delivered", None),
        (
            "ups",
            "X/999",
            "Severe weather conditions",
            Meaning(Status.EXCEPTION, "weather", Fault.FORCE_MAJEURE),
        ),
        ("ups", "X/059", "Weather", Meaning(Status.EXCEPTION, "damaged", Fault.CARRIER)),
        ("ups", "D/FS", "Returned to shipper", Meaning(Status.RETURNED)),
        (
            "ups",
            "D/040",
            "",
            Meaning(Status.AVAILABLE_FOR_PICKUP, action_required=Action.RECIPIENT),
        ),
        ("ups", "MV/007", "", Meaning(Status.CANCELLED)),
        *(
            ("ups", f"{kind}/{fine}", "Delivered", Meaning(Status.RETURNED))
            for kind in ("RS", "X", "D")
            for fine in ("034", "067")
        ),
        (
            "usps",
            "in_transit/weather_delay",
            "",
            Meaning(Status.IN_TRANSIT, "weather", Fault.FORCE_MAJEURE),
        ),
        ("usps", "in_transit/lost", "", Meaning(Status.EXCEPTION, "lost", Fault.CARRIER)),
        ("usps", "in_transit/future_detail", "", None),
        ("usps", "delivered/delayed", "", None),
        (
            "usps",
            "failure/refused",
            "",
            Meaning(Status.EXCEPTION, "refused", Fault.RECIPIENT),
        ),
        (
            "ems",
            "EMH/10",
            "Bad address",
            Meaning(Status.DELIVERY_ATTEMPTED, "address_problem", action_required=Action.SENDER),
        ),
        ("ems", "EMH", "Return to sender being returned", Meaning(Status.RETURNING)),
        (
            "ems",
            "EME/1",
            "Payment of customs duties: due",
            Meaning(Status.EXCEPTION, "duties_unpaid", Fault.CUSTOMS, Action.RECIPIENT),
        ),
        ("ems", "EMC", "Refused", None),
    ],
)
def test_words_decide_only_where_the_code_leaves_it_open(
    carrier: str, code: str, text: str, expected: Meaning | None
) -> None:
    """None: what the code says without any words."""
    told = means(carrier, code, text)
    if expected is None:
        assert told == means(carrier, code)
    else:
        assert told is not None
        assert replace(told, text="") == expected
