"""EMS: what its answers mean, and that nothing it sends can break the reader."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracking.carriers import ems
from tracking.carriers.base import Access, Answer, GarbledError, Question, Response
from tracking.parcels.shipment import Parcel, State
from tracking.parcels.states import Action, Certainty, Fault, Status
from tracking.status.journey import merge, parcel_state

ANSWERS = Path(__file__).parent / "ems"
NUMBER = "EE473124829CN"


def read(body: bytes, number: str = NUMBER, status: int = 200) -> Answer:
    question = Question(number, "ems")
    return ems.parse([question], Response(status, "application/json", body))[question]


def fixture(name: str, number: str = NUMBER) -> Answer:
    return read((ANSWERS / f"{name}.json").read_bytes(), number)


def state(answer: Answer) -> State:
    return parcel_state(Parcel(NUMBER, "ems", merge((), answer.scans)))


@pytest.mark.parametrize(
    ("name", "number", "expected"),
    [
        ("in_transit", NUMBER, State(Status.IN_TRANSIT, "arrived_destination_country")),
        ("delivered", NUMBER, State(Status.DELIVERED)),
        ("customs_held", NUMBER, State(Status.EXCEPTION, "customs_held", Fault.CUSTOMS)),
        (
            "attempted",
            "EB123456785FR",
            State(Status.AVAILABLE_FOR_PICKUP, action_required=Action.RECIPIENT),
        ),
        ("returning", NUMBER, State(Status.RETURNING, "undeliverable")),
        ("unknown_code", NUMBER, State(Status.IN_TRANSIT, "arrived_destination_country")),
    ],
)
def test_answers_mean_what_the_standard_says(name: str, number: str, expected: State) -> None:
    assert state(fixture(name, number)) == expected


def test_scans_have_their_instant_place_and_certainty() -> None:
    first, *_, last = fixture("delivered").scans
    assert (first.code, first.place) == ("EMA", "GUANGZHOU")
    assert first.at == datetime(2026, 11, 2, 3, 14, tzinfo=UTC)
    assert (first.certainty, first.offset) == (Certainty.UTC, None)
    assert first.text == ""  # the standard's own words need not be kept
    assert last.at == datetime(2026, 11, 7, 11, 42, tzinfo=UTC)


@pytest.mark.parametrize("body", [b"1", b'"1"', b" 1\n", b"[]"])
def test_one_means_that_nothing_is_known(body: bytes) -> None:
    assert read(body) == Answer(known=False)


def test_a_record_without_events_knows_nothing_yet() -> None:
    assert read(b'{"ID":"EE473124829CN","State":1,"Events":[]}') == Answer(known=False)
    assert read(b'{"ID":"EE473124829CN","Events":null}') == Answer(known=False)


def event(date: str, code: str = "EMC", **more: Any) -> bytes:
    events = [{"EventCd": code, "EventDT": date, **more}]
    return json.dumps([{"ID": NUMBER, "Events": events}]).encode()


def test_an_offset_inside_the_date_is_kept() -> None:
    (scan,) = read(event("/Date(1762131750000+0530)/")).scans
    assert (scan.certainty, scan.offset) == (Certainty.OFFSET, 330)
    assert scan.at == datetime(2025, 11, 3, 1, 2, 30, tzinfo=UTC)
    (scan,) = read(event("/Date(1762131750000-0930)/")).scans
    assert scan.offset == -570


@pytest.mark.parametrize(
    "date",
    [
        "/Date(-62135596800000)/",  # year 1: .NET's DateTime.MinValue
        "/Date(253402300799999)/",  # year 9999
        "/Date(999999999999999)/",
        "/Date(NaN)/",
        "2026-11-22T10:00:00",
        "",
    ],
)
def test_times_that_are_none_leave_the_scan_out_and_are_counted(date: str) -> None:
    answer = read(event(date))
    assert (answer.scans, answer.unreadable, answer.known) == ((), 1, True)


def test_other_words_than_the_standards_are_kept() -> None:
    (scan,) = read(event("/Date(1762131750000)/", EventNm="Sent on", EventLocation=" A\tB ")).scans
    assert (scan.text, scan.place) == ("Sent on", "A B")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html><body>Maintenance</body></html>",
        b'{"ID": "EE473124829CN", "Events": [{"EventCd"',
        b"NaN",
        b'{"Message": "no"}',
        b'{"ID": "RB123456785GB", "Events": []}',
        b'{"ID": "EE473124829CN", "Events": {"a": 1}}',
        b"[" * 100_000,
        b"\xff\xfe\x00",
        b"0",
        b"true",
    ],
)
def test_what_is_no_record_of_this_item_is_refused(body: bytes) -> None:
    with pytest.raises(GarbledError):
        read(body)


def test_a_page_that_is_not_there_is_no_answer() -> None:
    with pytest.raises(GarbledError):
        read(b"1", status=404)


def test_the_question_is_as_documented_and_shows_its_token_to_nobody() -> None:
    access = Access("http://127.0.0.1:9", {"token": "a/b?c"})
    request = ems.request([Question(NUMBER, "ems")], access)
    assert request.url == (
        "http://127.0.0.1:9/PTT.API/Service.svc/rest/itemTTExt/EE473124829CN/a%2Fb%3Fc"
    )
    assert "a%2Fb" not in repr(request)
    assert "a/b" not in repr(access)


def test_the_table_has_every_code_of_the_standard() -> None:
    codes = (
        "EMA EMB EXA EXB EXC EXD EXX EMC EMJ EMK EMD EDA EDB EME EDC EMF EDD EDE EMG EDF EDG EDH"
        " EMH EMI EDX EMX"
    )
    assert set(ems.STATUSES) == set(codes.split())
    assert all(meaning.text for meaning in ems.STATUSES.values())


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=15,
)
events = st.fixed_dictionaries(
    {},
    optional={
        "EventCd": json_values | st.sampled_from(sorted(ems.STATUSES)),
        "EventNm": json_values,
        "EventLocation": json_values,
        "EventDT": json_values | st.integers().map("/Date({})/".format),
    },
)
records = st.fixed_dictionaries(
    {},
    optional={
        "ID": st.just(NUMBER) | json_values,
        "Events": st.lists(events | json_values, max_size=6) | json_values,
    },
)


@given(records | json_values | st.lists(records, max_size=2))
def test_no_document_breaks_the_reader(document: Any) -> None:
    try:
        answer = read(json.dumps(document).encode())
    except GarbledError:
        return
    assert state(answer).status in Status
    assert answer.known or not answer.scans


@given(st.binary(max_size=200))
def test_no_bytes_break_the_reader(body: bytes) -> None:
    try:
        read(body)
    except GarbledError:
        return
