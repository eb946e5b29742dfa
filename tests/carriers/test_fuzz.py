"""A part of ``make fuzz-carriers``, and the largest answers there can be."""

import json
import time
from typing import Any

import pytest

from tests.carriers.answers import NUMBERS, TOLD
from tests.carriers.fuzz import SLOWEST, check, fuzz
from tracking.carriers.base import MAX_ENTRIES, MAX_SCANS, Question, Response
from tracking.carriers.http import MAX_BYTES
from tracking.carriers.registry import ADAPTERS

CARRIERS = sorted(ADAPTERS)
LISTS = {
    "dhl": ("shipments", 0, "events"),
    "easypost": ("tracking_details",),
    "ems": ("Events",),
    "ups": ("trackResponse", "shipment", 0, "package", 0, "activity"),
}


@pytest.mark.parametrize("carrier", CARRIERS)
def test_no_payload_breaks_a_reader(carrier: str) -> None:
    seen = fuzz(carrier, 600, seed=1)
    assert seen.slowest < SLOWEST
    assert min(seen.outcomes["read"], seen.outcomes["refused"]) > 60


def repeated(carrier: str, times: int) -> Response:
    """An answer with so many times the scans of an ordinary one."""
    told = next(each for each in TOLD if (each.carrier, each.name) == (carrier, "in_transit"))
    document: Any = json.loads(told.body)
    *way, last = LISTS[carrier]
    holder = document
    for step in way:
        holder = holder[step]
    holder[last] = holder[last] * times
    return Response(200, "application/json", json.dumps(document).encode())


@pytest.mark.parametrize("carrier", CARRIERS)
def test_five_hundred_scans_are_cut_to_the_newest(carrier: str) -> None:
    question = Question(NUMBERS[carrier], "usps" if carrier == "easypost" else carrier)
    response = repeated(carrier, 500)
    answer = ADAPTERS[carrier].parse([question], response)[question]
    assert len(answer.scans) == MAX_SCANS
    assert (
        answer.scans == ADAPTERS[carrier].parse([question], repeated(carrier, 400))[question].scans
    )
    assert check(question, response) == "read"


@pytest.mark.parametrize("carrier", CARRIERS)
def test_the_largest_answer_takes_a_bounded_time(carrier: str) -> None:
    one = len(repeated(carrier, 1).body)
    response = repeated(carrier, MAX_BYTES // one)
    question = Question(NUMBERS[carrier], "usps" if carrier == "easypost" else carrier)
    start = time.process_time()
    assert check(question, response) == "read"
    assert time.process_time() - start < SLOWEST
    answer = ADAPTERS[carrier].parse([question], response)[question]
    assert len(answer.scans) + answer.left_out <= MAX_ENTRIES


@pytest.mark.parametrize("is_newest_first", [True, False])
def test_the_end_of_a_list_that_is_too_long_is_read_wherever_it_stands(
    is_newest_first: bool,
) -> None:
    days = [f"2026-{month:02}-{day:02}" for month in range(1, 11) for day in range(1, 29)]
    times = [f"{day}T{hour:02}:00:00Z" for day in days for hour in range(5)]
    details = [{"status": "in_transit", "datetime": each} for each in times]
    details[-1]["status"] = "delivered"
    number = NUMBERS["easypost"]
    told = details[::-1] if is_newest_first else details
    body = json.dumps({"tracking_code": number, "tracking_details": told}).encode()
    question = Question(number, "usps")
    answer = ADAPTERS["easypost"].parse([question], Response(200, "", body))[question]
    assert len(details) > MAX_ENTRIES
    assert answer.scans[-1].code == "delivered"
    assert len(answer.scans) == MAX_SCANS
