"""What answers make of a shipment."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.support.tracking import NOW, a_shipment, answers, scan, told
from tracking.carriers.base import MAX_SCANS, Answer, Question
from tracking.news.answers import Heard, hear
from tracking.parcels.shipment import Line, Parcel, Shipment, Silence
from tracking.parcels.states import MAX_PLACE, MAX_TEXT, Certainty, Estimate, Pace, Status, scan_of
from tracking.shipments.models import MAX_LINES, MAX_PARCELS
from tracking.shipments.stored import to_item
from tracking.status.expecting import all_there

UNKNOWN = Answer(known=False)
ITEM_BYTES = 400 * 1024
"""What an item of DynamoDB holds; its names and values count, and little beside them."""


def one(answer: Answer) -> dict[Question, Answer]:
    return answers({"EE00": answer})


def test_scans_are_news_once() -> None:
    first = hear(a_shipment(), "ems", one(told(scan("EMA", 9), scan("EMC", 5))), NOW)
    assert first.is_news
    assert first.shipment.state.status is Status.IN_TRANSIT
    assert first.shipment.version == 2
    again = hear(first.shipment, "ems", one(told(scan("EMC", 5), scan("EMA", 9))), NOW)
    assert not again.is_news
    assert again.shipment is first.shipment


def test_no_record_is_news_once_and_no_record_later_is_suspect() -> None:
    lost = hear(a_shipment(), "ems", one(UNKNOWN), NOW)
    assert lost.shipment.state.status is Status.NOT_FOUND
    assert lost.shipment.due["ems"].pace is Pace.LOST
    assert not hear(lost.shipment, "ems", one(UNKNOWN), NOW + timedelta(hours=2)).is_news
    found = hear(lost.shipment, "ems", one(told(scan("EMA"))), NOW).shipment
    assert found.state.status is Status.PICKED_UP
    silent = hear(found, "ems", one(UNKNOWN), NOW)
    assert (silent.is_news, silent.noticed.suspect) == (False, 1)
    assert silent.shipment is found


def test_no_answer_is_no_news_however_old_everything_is() -> None:
    shipment = a_shipment()
    assert not hear(shipment, "ems", {}, NOW + timedelta(days=400)).is_news


def test_an_unmapped_code_is_kept_and_counted_once() -> None:
    heard = hear(a_shipment(), "ems", one(told(scan("EMC", 5), scan("ZZZ", 1))), NOW)
    assert heard.noticed.unmapped == 1
    assert heard.shipment.state.status is Status.IN_TRANSIT
    again = hear(heard.shipment, "ems", one(told(scan("EMC", 5), scan("ZZZ", 1))), NOW)
    assert (again.is_news, again.noticed.unmapped) == (False, 0)


def test_a_fine_code_means_what_its_coarse_part_does_and_is_counted_apart() -> None:
    told_now = one(told(scan("EMC/99")))
    heard = hear(a_shipment(), "ems", told_now, NOW)
    assert (heard.noticed.unmapped, heard.noticed.coarse) == (0, 1)
    assert heard.shipment.state.sub_status == "departed_origin_country"
    assert hear(heard.shipment, "ems", told_now, NOW).noticed.coarse == 0


def test_the_one_that_speaks_for_a_carrier_is_asked_and_believed() -> None:
    shipment = a_shipment("fedex", "usps", "ems")
    assert set(shipment.due) == {"easypost", "ems"}
    fedex = answers({"EE00": told(scan("ZZZ"))}, "fedex")
    assert not hear(shipment, "fedex", fedex, NOW).is_news
    heard = hear(shipment, "easypost", fedex, NOW).shipment
    assert [len(parcel.scans) for parcel in heard.parcels] == [1, 0, 0]


def test_scans_of_another_piece_are_counted_and_decide_nothing() -> None:
    answer = Answer(known=True, scans=(scan("EMC"),), left_out=3)
    assert hear(a_shipment(), "ems", one(answer), NOW).noticed.former == 3


def expected(hours: float, lasts: float = 2) -> Estimate:
    start = NOW + timedelta(hours=hours)
    return Estimate(start, start + timedelta(hours=lasts), Certainty.OFFSET, 60)


def test_an_estimate_is_news_when_it_moves_by_an_hour_and_gone_with_the_end() -> None:
    def after(shipment: Shipment, estimate: Estimate | None, *codes: str) -> Heard:
        scans = tuple(scan(code, 9 - i) for i, code in enumerate(codes or ("EMC",)))
        return hear(shipment, "ems", one(Answer(known=True, scans=scans, estimate=estimate)), NOW)

    first = after(a_shipment(), expected(20)).shipment
    assert first.parcels[0].estimate == expected(20)
    assert not after(first, expected(20.9)).is_news
    assert not after(first, expected(20, lasts=1.1)).is_news
    moved = after(first, expected(21))
    assert (moved.is_news, moved.shipment.parcels[0].estimate) == (True, expected(21))
    assert after(first, None).shipment.parcels[0].estimate is None
    there = after(first, expected(20), "EMC", "EMI")
    assert there.shipment.parcels[0].estimate is None
    assert not after(there.shipment, expected(44), "EMC", "EMI").is_news
    assert first.as_created().parcels[0].estimate is None


def test_a_shipment_is_expected_when_its_last_parcel_is() -> None:
    def shipped(*told: tuple[str, Estimate | None]) -> Estimate | None:
        scans = [(scan(code), estimate) for code, estimate in told]
        return all_there([Parcel("1", "ems", (s,), estimate=each) for s, each in scans])

    early, late = expected(1), expected(5)
    assert shipped(("EMC", late), ("EMC", early)) == late
    assert shipped(("EMC", early), ("EMI", None)) == early
    assert shipped(("EMC", early), ("EMC", None)) is None
    assert shipped(("EMI", None)) is None


def test_a_number_nobody_knew_stays_so_until_a_mapped_scan_comes() -> None:
    lost = hear(a_shipment(), "ems", one(UNKNOWN), NOW).shipment
    strange = hear(lost, "ems", one(told(scan("ZZZ"))), NOW).shipment
    assert strange.state.status is Status.NOT_FOUND
    moving = hear(strange, "ems", one(told(scan("ZZZ"), scan("EMC"))), NOW).shipment
    assert moving.state.status is Status.IN_TRANSIT
    assert moving.parcels[0].silence is Silence.NONE


def test_a_scan_from_the_future_waits_for_it() -> None:
    future = one(told(scan("EMI", ago_hours=-30)))
    heard = hear(a_shipment(), "ems", future, NOW)
    assert (heard.is_news, heard.noticed.ahead) == (False, 1)
    assert not hear(a_shipment(), "ems", future, NOW + timedelta(hours=29, minutes=49)).is_news
    assert hear(a_shipment(), "ems", future, NOW + timedelta(hours=29, minutes=51)).is_news


@pytest.mark.parametrize("certainty", Certainty)
def test_only_a_time_without_a_place_may_be_hours_ahead(certainty: Certainty) -> None:
    told_at = scan_of(NOW + timedelta(hours=13), certainty, "EMI")
    certain = certainty in (Certainty.OFFSET, Certainty.UTC)
    assert hear(a_shipment(), "ems", one(told(told_at)), NOW).is_news is not certain


def test_a_former_parcels_scans_of_the_same_number_decide_nothing() -> None:
    old = [scan("EMC", 24 * 370), scan("EMI", 24 * 365)]
    heard = hear(a_shipment(), "ems", one(told(*old)), NOW)
    assert (heard.is_news, heard.noticed.former) == (False, 2)
    moving = hear(a_shipment(), "ems", one(told(*old, scan("EMA", 24))), NOW).shipment
    assert moving.state.status is Status.PICKED_UP
    assert len(moving.parcels[0].scans) == 1


def test_a_parcel_that_left_weeks_before_it_was_registered_has_its_own_scans() -> None:
    left = scan("EMC", 24 * 89)
    assert hear(a_shipment(), "ems", one(told(left)), NOW).is_news
    before = scan("EMC", 24 * 91)
    assert not hear(a_shipment(), "ems", one(told(before)), NOW + timedelta(days=9)).is_news


def test_a_parcel_that_left_weeks_before_it_was_registered_is_waited_for_as_long_as_any() -> None:
    left = one(told(scan("EMC", 24 * 80)))
    known = hear(a_shipment(), "ems", left, NOW).shipment
    later = hear(known, "ems", left, NOW + timedelta(days=89)).shipment
    assert (later.state.status, later.parcels[0].silence) == (Status.IN_TRANSIT, Silence.NONE)
    assert later.due["ems"].pace is Pace.MOVING
    assert hear(later, "ems", left, NOW + timedelta(days=91)).shipment.due == {}


def test_other_carriers_parcels_are_left_alone() -> None:
    shipment = a_shipment("ems", "dhl")
    heard = hear(
        shipment, "ems", answers({"EE00": told(scan("EMI")), "EE10": told(scan("EMI"))}), NOW
    )
    assert heard.shipment.parcels[1] == shipment.parcels[1]
    assert heard.shipment.state.status is Status.PENDING  # one of two has arrived
    assert heard.shipment.due["dhl"] == shipment.due["dhl"]


def test_it_expires_after_thirty_days_without_a_record_and_comes_back_with_one() -> None:
    lost = hear(a_shipment(), "ems", one(UNKNOWN), NOW).shipment
    assert not hear(lost, "ems", one(UNKNOWN), NOW + timedelta(days=29)).is_news
    gone = hear(lost, "ems", one(UNKNOWN), NOW + timedelta(days=31)).shipment
    assert gone.state.status is Status.EXPIRED
    assert gone.due == {}
    late = scan("EMC", ago_hours=-24 * 32)
    back = hear(gone, "ems", one(told(late)), NOW + timedelta(days=33)).shipment
    assert back.state.status is Status.IN_TRANSIT
    assert back.due["ems"].pace is Pace.MOVING


def test_after_the_daily_checks_it_leaves_the_index_and_keeps_its_status() -> None:
    there = hear(a_shipment(), "ems", one(told(scan("EMI", 0))), NOW).shipment
    checked = hear(there, "ems", one(told(scan("EMI", 0))), NOW + timedelta(days=7))
    assert checked.is_news
    assert checked.shipment.state.status is Status.DELIVERED
    assert checked.shipment.due == {}


def test_a_delivery_that_is_taken_back_is_followed_again() -> None:
    there = hear(a_shipment(), "ems", one(told(scan("EMI", 5))), NOW).shipment
    back = hear(there, "ems", one(told(scan("EMI", 5), scan("EDF", 1))), NOW).shipment
    assert back.state.status is Status.EXCEPTION
    assert back.due["ems"].pace is Pace.MOVING


def test_the_replay_of_a_creation_forgets_what_happened_since() -> None:
    created = a_shipment()
    later = hear(created, "ems", one(told(scan("EMI"))), NOW + timedelta(days=1)).shipment
    assert replace(later.as_created(), due={}) == replace(created, due={})


@pytest.mark.parametrize(
    ("hours", "is_kept"),
    [(-24 * 7, True), (-24 * 80, True), (-24 * 91, False), (24 * 300, True), (24 * 366, False)],
)
def test_an_estimate_far_from_the_registration_is_none_of_this_parcels(
    hours: float, is_kept: bool
) -> None:
    told_now = Answer(known=True, estimate=expected(hours))
    (parcel,) = hear(a_shipment(), "ems", one(told_now), NOW).shipment.parcels
    assert (parcel.estimate is not None) is is_kept
    beside = replace(told_now, scans=(scan("EMC"),))
    (parcel,) = hear(a_shipment(), "ems", one(beside), NOW).shipment.parcels
    assert (parcel.estimate is not None) is is_kept


def test_the_estimate_of_a_numbers_former_parcel_is_none_of_this_ones() -> None:
    former = Answer(known=True, scans=(scan("EMC", 24 * 91),), estimate=expected(-24 * 85))
    heard = hear(a_shipment(), "ems", one(former), NOW)
    assert heard.noticed.former == 1
    assert heard.shipment.parcels[0].estimate is None


@pytest.mark.parametrize("letter", ["x", "字"])
@pytest.mark.parametrize("parcels", [1, 2, MAX_PARCELS])
def test_a_shipment_fits_its_item_however_much_is_told_of_its_parcels(
    letter: str, parcels: int
) -> None:
    lines = tuple(Line(f"{index:064}", 1_000_000) for index in range(MAX_LINES))
    shipment = replace(a_shipment(*["ems"] * parcels), lines=lines)
    words = letter * MAX_TEXT
    all_told = told(*(scan("EMC", hours, letter * MAX_PLACE, words) for hours in range(1, 202)))
    every = answers({parcel.tracking_number: all_told for parcel in shipment.parcels})
    heard = hear(shipment, "ems", every, NOW)
    item = to_item(heard.shipment, actor="carrier:ems", correlation_id="1")
    assert len(json.dumps(item, ensure_ascii=False).encode()) < ITEM_BYTES
    for parcel in heard.shipment.parcels:
        assert parcel.scans[-1].at == NOW - timedelta(hours=1)
        assert parcels > 1 or len(parcel.scans) == MAX_SCANS
    assert not hear(heard.shipment, "ems", every, NOW).is_news


def test_parcels_of_a_large_shipment_keep_an_ordinary_journey() -> None:
    shipment = a_shipment(*["ems"] * MAX_PARCELS)
    words = "Departed from the sorting centre of the region"
    told_now = told(*(scan("EMC", hours, "FRANKFURT", words) for hours in range(1, 51)))
    every = answers({parcel.tracking_number: told_now for parcel in shipment.parcels})
    heard = hear(shipment, "ems", every, NOW)
    assert {len(parcel.scans) for parcel in heard.shipment.parcels} == {50}
