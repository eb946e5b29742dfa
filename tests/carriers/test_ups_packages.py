"""UPS: which of a shipment's packages a number is about, and the hours it is expected in."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from tracking.carriers import ups
from tracking.carriers.base import Answer, Question, Response

NUMBER = "1Z999AA10123456784"
ATLANTA = {"city": "ATLANTA", "stateProvince": "GA", "countryCode": "US"}


def package(number: str, code: str = "005", **more: Any) -> dict[str, Any]:
    activity = {
        "location": {"address": ATLANTA},
        "status": {"type": "I", "statusCode": code, "description": ""},
        "gmtDate": "20261112",
        "gmtTime": "11:45:12",
    }
    return {"trackingNumber": number, "activity": [activity]} | more


def answer(*packages: dict[str, Any]) -> Answer:
    document = {"trackResponse": {"shipment": [{"package": list(packages)}]}}
    response = Response(200, "application/json", json.dumps(document).encode())
    asked = Question(NUMBER, "ups")
    return ups.parse([asked], response)[asked]


def test_a_package_is_found_by_another_of_its_numbers_and_its_neighbours_tell_nothing() -> None:
    own = package("1Z0000000000000001", alternateTrackingNumber=[{"number": NUMBER}])
    told = answer(package("1Z0000000000000002", "021"), own)
    assert [scan.code for scan in told.scans] == ["I/005"]
    assert told.left_out == 1


@pytest.mark.parametrize("kind", ["EDW", "CDW", "IDW"])
def test_the_hours_that_ups_names_are_those_a_package_is_expected_in(kind: str) -> None:
    expected = answer(
        package(
            NUMBER,
            deliveryDate=[{"type": "SDD", "date": "20261113"}],
            deliveryTime={"type": kind, "startTime": "101500", "endTime": "141500"},
            packageAddress=[{"type": "DESTINATION", "address": ATLANTA}],
        )
    ).estimate
    assert expected is not None
    assert expected.start == datetime(2026, 11, 13, 15, 15, tzinfo=UTC)
    assert expected.end == datetime(2026, 11, 13, 19, 15, tzinfo=UTC)
