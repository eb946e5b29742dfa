"""Parcels' stories on the real stack: by polls of UPS with its tokens, and by EasyPost's pushes."""

import pytest

from local.journey import Journey
from tests.e2e.conftest import run_local


@pytest.fixture(scope="module")
def held(stack):
    """A UPS parcel that customs hold; by the command that a person would type."""
    port = stack.endpoint_url.rpartition(":")[2]
    return run_local("journey", "--port", port, "--carrier", "ups", "--story", "customs-hold")


def test_an_exception_shows_within_a_minute(held):
    assert held.returncode == 0, held.stderr
    shown = [line.strip().split(" s  ", 1) for line in held.stdout.splitlines()]
    at = {what: float(seconds) for seconds, what in shown}
    assert at["the API shows: exception, customs_docs, fault: sender, to act: sender"] < 60
    assert "the API shows: in_transit, customs_cleared" in at


def test_pushes_bring_a_return_and_the_same_push_again_brings_nothing(stack, calls):
    lines = []
    journey = Journey(stack, "easypost", "returned", say=lines.append)
    journey.play()
    assert [words.partition(",")[0] for words in journey.statuses] == [
        "pending",
        "in_transit",
        "returning",
        "returned",
    ]
    asked = calls.control("GET", "calls")["calls"]
    assert len([call for call in asked if call["number"] in journey.numbers]) == 1
    pushes = calls.control("GET", "pushes")["pushes"]
    assert {push["status"] for push in pushes} == {200}
    path = f"/v1/shipments/{journey.shipment['id']}"
    for push in pushes:
        assert calls.control("POST", f"pushes/{push['event']}")["status"] == 200
    assert journey.actors.call("GET", path) == journey.shipment
