"""What finished parcels teach: sums, in any order, in under a kilobyte."""

import random
from base64 import b85encode
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.support.cadence import DAY, GENERATION, HOUR, MORNINGS, START, a_journey, rhythm_of
from tracking.cadence import (
    PRIOR,
    UNLEARNED,
    Passage,
    Rhythm,
    is_lesson,
    journey_of,
    learned,
    rhythm_from,
    rhythm_item,
    tempo_of,
)
from tracking.cadence.rhythm import CELLS, MOST, weekday
from tracking.parcels.shipment import Parcel
from tracking.parcels.states import Certainty, Pace, Status, scan_of
from tracking.status.journey import merge
from waybill.dynamo import Item

NEWEST = START // GENERATION * GENERATION
journeys = st.builds(
    a_journey,
    st.integers(NEWEST - 3 * GENERATION, NEWEST + GENERATION),
    st.integers(1, 12),
    st.floats(0, 23.9),
    st.none() | st.integers(-12 * 60, 14 * 60),
)


@given(st.lists(journeys, max_size=12), st.randoms())
def test_the_order_of_lessons_does_not_matter(lessons, dice) -> None:
    shuffled = lessons[:]
    dice.shuffle(shuffled)
    assert rhythm_of(*lessons) == rhythm_of(*shuffled)


@given(st.lists(journeys, max_size=12))
def test_a_rhythm_survives_its_item(lessons) -> None:
    rhythm = rhythm_of(*lessons)
    assert rhythm_from(rhythm_item("ems", rhythm)) == rhythm


def test_what_it_was_before_survives_with_it() -> None:
    earlier = rhythm_of(a_journey(START))
    rhythm = replace(learned(earlier, a_journey(START)), changed_at=START + 0.25, earlier=earlier)
    kept = rhythm_from(rhythm_item("ems", rhythm))
    assert (kept, kept.changed_at, kept.earlier) == (rhythm, START + 0.25, earlier)


def test_however_much_it_holds_its_item_stays_under_two_kilobytes() -> None:
    full = Rhythm(99_999, (MOST,) * CELLS, (MOST,) * CELLS)
    item = rhythm_item("a-carrier-with-a-long-name", replace(full, earlier=full))
    assert _size(item) < 2048
    more = learned(replace(full, generation=START // GENERATION), a_journey(START))
    assert max(more.newest) == MOST
    assert rhythm_from(rhythm_item("ems", more)) == more


def test_while_each_finished_parcel_teaches_it_is_one_write_unit_with_what_it_was_before() -> None:
    dice = random.Random(1)

    def month() -> Rhythm:
        days, hours = dice.randrange, dice.uniform
        return rhythm_of(
            *(
                a_journey(NEWEST + days(14, 27) * DAY, days(2, 12), hours(0, 23.9), 60 * days(3))
                for _ in range(300)
            )
        )

    rhythm = replace(month(), former=month().newest)
    assert rhythm.lessons == 600
    earlier = learned(rhythm, a_journey(START))
    assert _size(rhythm_item("easypost", replace(rhythm, earlier=earlier))) < 1024


def test_a_rhythm_of_a_former_version_is_read() -> None:
    def text(cells: tuple[int, ...]) -> str:
        return b85encode(b"".join(cell.to_bytes(3, "big") for cell in cells)).decode()

    old = rhythm_item("ems", MORNINGS) | {
        "newest": text(MORNINGS.newest),
        "former": text(MORNINGS.former),
    }
    assert rhythm_from(old) == MORNINGS


def _size(item: Item) -> int:
    """Bytes of an item, as DynamoDB counts them, or a few more."""
    each = (
        len(name) + (_size(value) if isinstance(value, dict) else len(_as_bytes(value)))
        for name, value in item.items()
    )
    return sum(each)


def _as_bytes(value: object) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()


def test_a_carrier_nothing_was_learned_of_has_the_prior() -> None:
    assert rhythm_from(None) == UNLEARNED
    assert rhythm_from({**rhythm_item("ems", MORNINGS), "newest": "", "former": ""}) == UNLEARNED
    assert tempo_of(UNLEARNED) == PRIOR


def test_waits_and_scans_are_counted_at_their_hours() -> None:
    """Two scans on the way, out for delivery at six, delivered at half past nine."""
    monday = START // DAY * DAY
    assert weekday(monday // HOUR) == 0
    rhythm = rhythm_of(
        (
            Passage(monday + 6 * HOUR, None, Status.PICKED_UP),
            Passage(monday + 22 * HOUR, None, Status.IN_TRANSIT),
            Passage(monday + 30 * HOUR, None, Status.OUT_FOR_DELIVERY),
            Passage(monday + int(33.5 * HOUR), None, Status.DELIVERED),
        )
    )
    assert rhythm.lessons == 1
    assert rhythm.exposure(Pace.MOVING) == [1.0] * 24
    assert rhythm.weight(Pace.MOVING) == [4 if h == 6 else 1 if h == 22 else 0 for h in range(24)]
    assert rhythm.exposure(Pace.NEAR)[5:11] == [0, 1, 1, 1, 0.5, 0]
    assert rhythm.weight(Pace.NEAR) == [4 if h == 9 else 0 for h in range(24)]
    assert rhythm.exposure_by_weekday() == [18, 6, 0, 0, 0, 0, 0]
    assert rhythm.weight_by_weekday() == [1, 4, 0, 0, 0, 0, 0]


def test_hours_are_local_where_the_carrier_tells_its_offset() -> None:
    for offset in (0, 120, -480):
        rhythm = rhythm_of(a_journey(START, hour=8.5, offset=offset))
        assert [h for h, weight in enumerate(rhythm.weight(Pace.MOVING)) if weight] == [8]
    untold = tuple(each._replace(offset=None) for each in a_journey(START, offset=120))
    assert [h for h, w in enumerate(rhythm_of(untold).weight(Pace.MOVING)) if w] == [6]


def test_what_did_not_move_for_long_says_nothing_of_the_rhythm() -> None:
    quick = rhythm_of(a_journey(START, days=5))
    stuck = (Passage(START - 60 * DAY, None, Status.PICKED_UP), *a_journey(START, days=5))
    slow = rhythm_of(stuck)
    assert sum(slow.exposure(Pace.MOVING)) == 10 * 24
    assert sum(slow.weight(Pace.MOVING)) == 0
    assert sum(slow.weight(Pace.NEAR)) == sum(quick.weight(Pace.NEAR))


def test_what_was_learned_eight_weeks_ago_is_forgotten() -> None:
    old, new = a_journey(START, hour=8.5), a_journey(START + GENERATION, hour=20.5)
    newest = a_journey(START + 2 * GENERATION, hour=20.5)
    both = rhythm_of(old, new)
    assert both.lessons == 2
    assert both.weight(Pace.MOVING)[8] > 0
    assert rhythm_of(old, new, newest).weight(Pace.MOVING)[8] == 0
    assert rhythm_of(new, newest, old) == rhythm_of(new, newest)
    assert rhythm_of(newest, a_journey(START + 9 * GENERATION)).lessons == 1


def test_days_on_which_nothing_happens_are_asked_about_less() -> None:
    """Scans once an hour from Monday to Friday, none at the weekend."""
    monday = START // DAY * DAY
    busy = tuple(
        Passage(monday + hour * HOUR, None, Status.IN_TRANSIT)
        for hour in range(9 * 24)
        if weekday(monday // HOUR + hour) < 5
    )
    journey = (*busy, Passage(busy[-1].at + HOUR, None, Status.DELIVERED))
    week = tempo_of(rhythm_of(*[journey] * 100)).weeks[Pace.MOVING]
    by_day = [week[24 * d + 24] - week[24 * d] for d in range(7)]
    assert max(by_day[5:]) < min(by_day[:5]) / 2


def test_a_few_parcels_do_not_outweigh_the_prior_and_many_do() -> None:
    def share(lessons: int) -> float:
        rhythm = rhythm_of(*(a_journey(START + n % 7 * DAY) for n in range(lessons)))
        week = tempo_of(rhythm).weeks[Pace.MOVING]
        return sum(week[24 * d + 9] - week[24 * d + 8] for d in range(7)) / week[-1]

    assert 1 / 24 < share(1) < 1.5 / 24
    assert share(200) > 3 / 24


def test_the_first_few_hundred_parcels_are_all_learned_from_then_one_in_sixteen() -> None:
    ids = [f"shp_{n}" for n in range(3200)]
    assert all(is_lesson(UNLEARNED, each) for each in ids)
    taught = rhythm_of(*(a_journey(START + n % 7 * DAY, days=1) for n in range(512)))
    assert taught.lessons == 512
    assert 150 < sum(is_lesson(taught, each) for each in ids) < 250


AT = datetime(2026, 11, 22, 12, tzinfo=UTC)


def _parcel(*codes: str) -> Parcel:
    scans = [
        scan_of(AT + timedelta(hours=n), Certainty.OFFSET, code, offset=60)
        for n, code in enumerate(codes)
    ]
    return Parcel("A", "ems", merge((), scans))


def test_a_journey_is_what_happened_until_the_parcel_arrived() -> None:
    journey = journey_of(_parcel("EMA", "EMC", "XYZ", "EDG", "EMI", "EMI"))
    seconds = int(AT.timestamp())
    assert journey == (
        Passage(seconds, 60, Status.PICKED_UP),
        Passage(seconds + HOUR, 60, Status.IN_TRANSIT),
        Passage(seconds + 3 * HOUR, 60, Status.OUT_FOR_DELIVERY),
        Passage(seconds + 4 * HOUR, 60, Status.DELIVERED),
    )


def test_hours_of_nobody_knows_where_teach_nothing() -> None:
    told = _parcel("EMA", "EDG", "EMI")
    guessed = replace(told.scans[1], certainty=Certainty.ASSUMED, offset=None)
    assert len(journey_of(told)) == 3
    assert journey_of(replace(told, scans=(told.scans[0], guessed, told.scans[2]))) == ()


def test_a_parcel_under_way_teaches_nothing_yet() -> None:
    assert journey_of(_parcel("EMA", "EMC")) == ()
    assert journey_of(_parcel()) == ()
    assert learned(MORNINGS, ()) == MORNINGS
