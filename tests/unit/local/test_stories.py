"""Every story, told by every carrier in its vendor's form, is read as what it is."""

import json
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from local.carriers import CARRIERS
from local.carriers.journeys import Request
from local.carriers.server import Simulator
from local.journey import described
from local.numbers import MAKERS
from local.stories import PLOTS, STORIES, own_events, stages_of
from tracking.carriers.base import Access, Question, Response
from tracking.carriers.registry import ADAPTERS
from tracking.numbers.identifying import identify
from tracking.parcels.shipment import Parcel
from tracking.status.journey import parcel_state

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
CREDENTIALS = {carrier.NAME: carrier.CREDENTIALS for carrier in CARRIERS}
# What each story comes to, stage by stage, for the first of its parcels.
SHOWN = {
    "delivered": ("in_transit", "in_transit", "out_for_delivery", "delivered"),
    "customs-hold": ("in_transit", "exception", "in_transit"),
    "returned": ("in_transit", "returning", "returned"),
    "attempted": ("out_for_delivery", "delivery_attempted", "available_for_pickup"),
    "lost": ("in_transit", "in_transit", "exception"),
    "recycled": ("in_transit", "out_for_delivery"),
    "several-pieces": ("in_transit", "delivered", "delivered"),
    "outage": ("in_transit", "out_for_delivery", "delivered"),
}


class Asker:
    """Asks a simulated carrier as its adapter does."""

    def __init__(self, carrier):
        self.carrier = carrier
        self.own = "usps" if carrier == "easypost" else carrier
        self.simulator = Simulator()
        self.token = self.send(ADAPTERS["ups"].OAUTH.token_request(self.access("ups")))[1]

    def access(self, carrier, token=""):
        return Access("http://simulator.example", CREDENTIALS[carrier], token)

    def send(self, request):
        url = urlsplit(request.url)
        headers = {name.lower(): value for name, value in request.headers.items()}
        path, query = unquote(url.path), parse_qs(url.query)
        answer = self.simulator.answer(Request(request.method, path, query, headers, request.body))
        return answer.status, answer.document

    def control(self, method, path, told=None):
        body = json.dumps(told).encode()
        return self.simulator.answer(Request(method, f"/_control/{path}", {}, {}, body))

    def ask(self, number):
        question, adapter = Question(number, self.own), ADAPTERS[self.carrier]
        token = self.token["access_token"] if self.carrier == "ups" else ""
        status, document = self.send(adapter.request([question], self.access(self.carrier, token)))
        response = Response(status, "application/json", json.dumps(document).encode())
        return adapter.parse([question], response)[question]


@pytest.mark.parametrize("carrier", sorted(MAKERS))
@pytest.mark.parametrize("story", STORIES)
def test_a_story_is_read_as_it_is_told(carrier, story):
    if (carrier, story) == ("ems", "lost"):
        with pytest.raises(ValueError, match="ems has no scan that says: lost"):
            stages_of(story, carrier, ["x"], NOW)
        return
    asker = Asker(carrier)
    numbers = [MAKERS[carrier]() for _ in range(PLOTS[story].pieces)]
    assert not asker.ask(numbers[0]).known
    shown = []
    for stage in stages_of(story, carrier, numbers, NOW):
        for number in numbers:
            told = stage if carrier in ("dhl", "ups") else own_events(stage, number)
            assert asker.control("PUT", f"{carrier}/{number}", told).status == 200
        answers = [asker.ask(number) for number in numbers]
        for number, answer in zip(numbers, answers, strict=True):
            own = own_events(stage, number)["events"]
            assert [scan.at for scan in answer.scans] == [
                datetime.fromisoformat(event["at"]) for event in own
            ]
            assert answer.unreadable == 0
        shown.append(parcel_state(Parcel(numbers[0], asker.own, answers[0].scans)).status.value)
    assert answers[0].scans[-1].at <= NOW
    expected = list(SHOWN[story])
    if (carrier, story) == ("ems", "returned"):
        expected[-1] = "returning"  # EMSEVT has no code for the arrival at the sender's
    assert shown == expected


def test_an_earlier_parcel_with_the_number_is_shown_and_told_from_this_one():
    for carrier in sorted(MAKERS):
        asker, number = Asker(carrier), MAKERS[carrier]()
        (stage, *_) = stages_of("recycled", carrier, [number], NOW)
        asker.control("PUT", f"{carrier}/{number}", stage)
        answer = asker.ask(number)
        assert answer.left_out == 2
        assert min(scan.at for scan in answer.scans) > NOW - timedelta(days=90)


@pytest.mark.parametrize("carrier", sorted(MAKERS))
def test_made_up_numbers_are_of_their_carrier(carrier):
    own = "usps" if carrier == "easypost" else carrier
    for _ in range(200):
        assert own in [candidate.carrier for candidate in identify(MAKERS[carrier]())]


def test_a_shipment_is_described_in_a_line():
    parcel = {"status": "delivered", "sub_status": None, "fault": "unknown"}
    parcel |= {"action_required": "none"}
    held = {"status": "exception", "sub_status": "customs_docs", "fault": "sender"}
    held |= {"action_required": "sender"}
    assert described(held | {"parcels": [held]}) == (
        "exception, customs_docs, fault: sender, to act: sender"
    )
    assert described(parcel | {"parcels": [parcel, parcel]}) == "delivered (delivered, delivered)"
