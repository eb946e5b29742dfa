"""Merging scans and what they say: whatever order they come in."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tracking.cadence import PACE_OF
from tracking.carriers.ems import STATUSES
from tracking.parcels.shipment import Parcel, Silence
from tracking.parcels.states import Action, Certainty, Scan, Status, scan_of
from tracking.shipments.stored import scan_from, scan_text
from tracking.status.journey import began, merge, parcel_state, roll_up

DAY = datetime(2026, 11, 20, tzinfo=UTC)


def scan(code: str, hours: float, place: str = "", text: str = "") -> Scan:
    return scan_of(DAY + timedelta(hours=hours), Certainty.UTC, code, place=place, text=text)


def parcel(*scans: Scan, number: str = "EE473124829CN", silence: Silence = Silence.NONE) -> Parcel:
    return Parcel(number, "ems", merge((), scans), silence)


scans = st.builds(
    scan,
    code=st.sampled_from([*STATUSES, "ZZZ"]),
    hours=st.integers(0, 50),
    place=st.sampled_from(["", "BEIJING", "Paris"]),
    text=st.sampled_from(["", "words"]),
)


def test_the_latest_instant_decides_not_the_latest_arrival() -> None:
    known = parcel(scan("EMA", 0), scan("EMI", 40))
    later_told = merge(known.scans, [scan("EDG", 30)])
    assert [s.code for s in later_told] == ["EMA", "EDG", "EMI"]
    assert parcel_state(Parcel(known.tracking_number, "ems", later_told)).status == "delivered"


def test_an_unmapped_code_keeps_the_status() -> None:
    assert parcel_state(parcel(scan("EMC", 0), scan("XYZ", 9))).status is Status.IN_TRANSIT
    assert parcel_state(parcel(scan("XYZ", 9))).status is Status.PENDING
    lost = parcel(scan("XYZ", 9), silence=Silence.NOT_FOUND)
    assert parcel_state(lost).status is Status.NOT_FOUND


def test_a_tie_goes_to_what_is_further_along() -> None:
    assert parcel_state(parcel(scan("EMI", 5), scan("EDG", 5))).status is Status.DELIVERED
    assert parcel_state(parcel(scan("EDG", 5), scan("EMI", 5))).status is Status.DELIVERED


def test_reworded_scans_stay_one_scan() -> None:
    first = merge((), [scan("EMC", 1, "Paris", "gone")])
    assert merge(first, [scan("EMC", 1, "PARIS", "has left")]) == first


def test_two_scans_in_one_second_are_two() -> None:
    assert len(merge((), [scan("EMC", 1, "Paris"), scan("EMC", 1, "Lyon")])) == 2


def test_two_scans_that_agree_in_all_are_two_if_they_are_told_at_once() -> None:
    once, twice = [scan("EMH", 1, "Paris", "no one home")], [scan("EMH", 1, "Paris", "again")]
    known = merge((), once)
    both = merge(known, once + twice)
    assert [s.text for s in both] == ["again", "no one home"]
    assert merge(both, once) == merge(both, twice) == merge(both, twice + once) == both


@given(st.lists(scans, max_size=30), st.randoms(use_true_random=False))
def test_neither_order_nor_repetition_matters(told: list[Scan], chance: random.Random) -> None:
    shuffled = told.copy()
    chance.shuffle(shuffled)
    at_once = merge((), told)
    assert merge((), shuffled) == at_once
    assert len(at_once) == len(told)
    assert merge(at_once, shuffled) == at_once
    little_by_little: tuple[Scan, ...] = ()
    for length in range(len(shuffled) + 1):
        little_by_little = merge(little_by_little, shuffled[:length])
        assert merge(little_by_little, shuffled[:length]) == little_by_little
    assert little_by_little == at_once


@given(st.lists(scans, max_size=12), st.randoms(use_true_random=False))
def test_reworded_scans_change_nothing(told: list[Scan], chance: random.Random) -> None:
    known = merge((), told)
    reworded = [replace(each, text=f"other words {i}") for i, each in enumerate(told)]
    chance.shuffle(reworded)
    assert merge(known, reworded) == known


def test_five_hundred_scans_keep_the_newest_two_hundred_and_stay_the_same() -> None:
    told = [scan("EMF", hour) for hour in range(500)]
    kept = merge((), told)
    assert (len(kept), kept[-1].at) == (200, told[-1].at)
    assert merge(kept, told) == kept


def test_parcels_roll_up_to_delivered_only_together() -> None:
    there = parcel(scan("EMI", 5))
    under_way = parcel(scan("EMC", 50), number="EE000000000CN")
    cancelled = parcel(scan("EXX", 9), number="EE000000001CN")
    assert roll_up([there, under_way]).status is Status.IN_TRANSIT
    assert roll_up([there, parcel(number="X")]).status is Status.PENDING
    assert roll_up([there, cancelled]).status is Status.DELIVERED
    assert roll_up([cancelled]).status is Status.CANCELLED
    expired = parcel(number="Y", silence=Silence.EXPIRED)
    assert roll_up([there, expired]).status is Status.EXPIRED


def test_what_needs_somebody_shows_first() -> None:
    held = parcel(scan("EME", 5))
    assert roll_up([parcel(scan("EDG", 9)), held]).sub_status == "customs_held"


def test_of_two_exceptions_the_one_that_waits_for_the_recipient_shows() -> None:
    unpaid = parcel(scan("EME/10", 5, text="Import charges: payment due"))
    held = parcel(scan("EME", 9), number="EE000000000CN")
    for parcels in ([unpaid, held], [held, unpaid]):
        assert roll_up(parcels).action_required is Action.RECIPIENT


@given(st.lists(st.lists(scans, max_size=4), min_size=1, max_size=5), st.randoms())
def test_the_order_of_parcels_does_not_matter(
    told: list[list[Scan]], chance: random.Random
) -> None:
    parcels = [parcel(*each, number=f"N{i}") for i, each in enumerate(told)]
    shuffled = parcels.copy()
    chance.shuffle(shuffled)
    assert roll_up(parcels) == roll_up(shuffled)


def test_every_status_has_its_place_in_a_roll_up() -> None:
    for code in STATUSES:
        assert roll_up([parcel(scan(code, 1)), parcel(scan(code, 1), number="B")])


def test_a_pace_began_with_the_first_scan_of_its_latest_run() -> None:
    told = parcel(
        scan("EMA", 0), scan("EDG", 20), scan("EMF", 21), scan("XYZ", 22), scan("EDD", 23)
    )
    assert began(told, PACE_OF) == DAY + timedelta(hours=21)
    assert began(parcel(), PACE_OF) is None


@given(
    st.builds(
        scan_of,
        st.integers(0, 10**12).map(lambda ms: DAY - timedelta(milliseconds=ms)),
        st.sampled_from(Certainty),
        st.text(min_size=1, max_size=50).filter(
            lambda text: any(c.isprintable() and not c.isspace() for c in text[:40])
        ),
        offset=st.none() | st.integers(-840, 840),
        place=st.text(max_size=300),
        text=st.text(max_size=300),
    )
)
def test_scans_survive_being_stored(told: Scan) -> None:
    assert scan_from(scan_text(told)) == told
