"""The simulated EMS answers as the real one does, and keeps the journeys it is told."""

from datetime import UTC, datetime

import pytest

from local.carriers import ems
from local.carriers.journeys import Journeys, Request

NUMBER = "EB123456785JP"


def ask(journeys, number=NUMBER, token=ems.CREDENTIALS["token"], method="GET"):
    path = f"/PTT.API/Service.svc/rest/itemTTExt/{number}/{token}"
    return ems.answer(Request(method, path, {}, {}), journeys)


def told(*codes, **more):
    return {"events": [{"code": code} for code in codes], **more}


def test_an_unknown_number_is_the_json_1():
    answer = ask(Journeys())
    assert (answer.status, answer.document, answer.number) == (200, 1, NUMBER)


def test_a_wrong_token_is_refused():
    journeys = Journeys()
    journeys.put("ems", NUMBER, told("EMA"), append=False)
    assert ask(journeys, token="other").status == 401


def test_a_path_of_another_carrier_is_not_answered():
    assert ems.answer(Request("GET", "/track/shipments", {}, {}), Journeys()) is None
    assert ask(Journeys(), method="POST") is None


def test_a_journey_is_told_in_the_services_words():
    journeys = Journeys()
    event = {"code": "EMA", "at": "2026-11-22T10:00:00.250+09:00", "place": "TOKYO"}
    journeys.put("ems", NUMBER, {"events": [event], "destination": "DE"}, append=False)

    document = ask(journeys).document

    at = datetime(2026, 11, 22, 1, 0, 0, 250_000, tzinfo=UTC)
    assert document == {
        "ID": NUMBER,
        "State": 1,
        "OriginCountryCd": "JP",
        "DestinationCountryCd": "DE",
        "Events": [
            {
                "EventCd": "EMA",
                "EventNm": "Posting/collection",
                "EventLocation": "TOKYO",
                "EventDT": f"/Date({round(at.timestamp() * 1000)})/",
            }
        ],
    }


@pytest.mark.parametrize(
    ("codes", "state"), [(["EMA"], 1), (["EMA", "EMC"], 2), (["EMA", "EMC", "EMI"], 3)]
)
def test_the_state_follows_the_last_scan(codes, state):
    journeys = Journeys()
    journeys.put("ems", NUMBER, told(*codes), append=False)
    assert ask(journeys).document["State"] == state


def test_scans_without_a_time_keep_their_order_and_lie_in_the_past():
    journey = Journeys().put("ems", NUMBER, told("EMA", "EMC", "EMD"), append=False)

    assert [scan.code for scan in journey.scans] == ["EMA", "EMC", "EMD"]
    assert journey.scans[0].at < journey.scans[1].at < journey.scans[2].at
    assert journey.scans[2].at <= datetime.now(UTC)


def test_scans_are_added_or_replaced_as_told():
    journeys = Journeys()
    journeys.put("ems", NUMBER, told("EMA", destination="DE"), append=False)
    added = journeys.put("ems", NUMBER, told("EMI"), append=True)
    assert [scan.code for scan in added.scans] == ["EMA", "EMI"]
    assert added.destination == "DE"

    replaced = journeys.put("ems", NUMBER, told("EMB"), append=False)
    assert [scan.code for scan in replaced.scans] == ["EMB"]


@pytest.mark.parametrize(
    "nonsense",
    [
        [],
        {},
        {"events": {}},
        {"events": [{}]},
        {"events": [{"code": "EMA", "at": "yesterday"}]},
        {"events": [{"code": "EMA", "at": "2026-11-22T10:00:00"}]},
    ],
)
def test_nonsense_is_refused_and_changes_nothing(nonsense):
    journeys = Journeys()
    with pytest.raises(ValueError, match=r".+"):
        journeys.put("ems", NUMBER, nonsense, append=False)
    assert journeys.of("ems", NUMBER) is None


def test_journeys_survive_on_disk(tmp_path):
    file = tmp_path / "journeys.json"
    first = Journeys(file)
    journey = first.put("ems", NUMBER, told("EMA", "EMC", origin="JP"), append=False)

    assert Journeys(file).of("ems", NUMBER) == journey
