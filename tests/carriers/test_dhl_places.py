"""What is remembered of DHL's places is bounded, however long the names are that it sends."""

import json

from tracking.carriers import dhl
from tracking.carriers.base import Question, Response


def answer(city: str) -> Response:
    """One event, at a town."""
    address = {"countryCode": "DE", "addressLocality": city}
    event = {
        "timestamp": "2026-11-10T08:30:00",
        "statusCode": "transit",
        "description": "On its way",
        "location": {"address": address},
    }
    document = {"shipments": [{"id": "00340434", "events": [event]}]}
    return Response(200, "application/json", json.dumps(document).encode())


def test_names_that_differ_only_far_behind_are_remembered_as_one():
    dhl._town.cache_clear()
    question = Question("00340434", "dhl")
    for end in "abc":
        found = dhl.parse([question], answer("Leipzig " * 50_000 + end))
        assert found[question].scans[0].place.startswith("Leipzig Leipzig")
    # The long one, and the place of the estimate, which has no name.
    assert dhl._town.cache_info().misses == 2
