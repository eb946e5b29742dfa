"""What the bus hears of shipments and carriers: what happened, once, and of nothing else."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.tracking import NOW, a_shipment, scan
from tracking.accounts.breaker import FIRST_PROBE, MAX_UNANSWERED, Outcome
from tracking.accounts.stored import usage_item
from tracking.accounts.usage import Tally, Usage
from tracking.carriers.places import Place
from tracking.carriers.times import whole_day
from tracking.events import events_of
from tracking.parcels.shipment import Parcel, Shipment, State
from tracking.parcels.states import Action, Certainty, Estimate, Status
from tracking.shipments.correcting import corrected
from tracking.shipments.stored import to_item
from tracking.status.announcing import is_announced, last_day
from tracking.status.journey import roll_up
from waybill import keys
from waybill.batch import Change
from waybill.events import DEPLOYMENT, Event, EventName

STAMP = {"actor": "carrier:ems", "correlation_id": "req-1"}
CHANGED = EventName.SHIPMENT_ESTIMATE_CHANGED
BERLIN = 60


def events(before: Shipment | None, after: Shipment) -> list[Event]:
    """What is made of the images of one write."""
    old = to_item(before, **STAMP) if before else None
    new = to_item(after, **STAMP)
    return list(events_of(Change("1", {"pk": new["pk"], "sk": new["sk"]}, old, new)))


def day(number: int, offset: int | None = BERLIN) -> Estimate:
    """A day of December, from midnight to midnight."""
    start = datetime(2026, 12, number, tzinfo=UTC) - timedelta(minutes=offset or 0)
    certainty = Certainty.ASSUMED if offset is None else Certainty.OFFSET
    return Estimate(start, start + timedelta(days=1), certainty, offset)


def window(number: int, hour: int, lasts: float, offset: int | None = BERLIN) -> Estimate:
    """Hours of a day of December."""
    start = day(number, offset).start + timedelta(hours=hour)
    return replace(day(number, offset), start=start, end=start + timedelta(hours=lasts))


def expected(*parcels: tuple[str, Estimate | None], version: int = 1) -> Shipment:
    """A shipment with a scan and an estimate of each of its parcels."""
    shipment = a_shipment(*["ems"] * len(parcels))
    told = tuple(
        replace(parcel, scans=(scan(code),) if code else (), estimate=estimate)
        for parcel, (code, estimate) in zip(shipment.parcels, parcels, strict=True)
    )
    return replace(shipment, parcels=told, state=roll_up(told), version=version)


def moved(before: Estimate | None, after: Estimate | None, code: str = "EMC") -> list[Event]:
    return events(expected(("EMC", before)), expected((code, after), version=2))


# --- the day a shipment is expected on -----------------------------------------------------------


def test_another_day_is_told_as_the_api_shows_it() -> None:
    (event,) = moved(day(3), window(4, 9, 2))
    shipment = expected(("EMC", day(3)))
    assert event == Event(
        name=CHANGED,
        room="tracking",
        shop_id="shop_a",
        key=shipment.id,
        version=2,
        occurred_at="2026-11-22T12:00:00.000Z",
        correlation_id="req-1",
        actor="carrier:ems",
        data={
            "shipment_id": shipment.id,
            "order_id": "ord_1",
            "status": "in_transit",
            "estimate": {
                "from": "2026-12-04T09:00:00+01:00",
                "to": "2026-12-04T11:00:00+01:00",
                "day": "2026-12-04",
            },
            "previous": {
                "from": "2026-12-03T00:00:00+01:00",
                "to": "2026-12-04T00:00:00+01:00",
                "day": "2026-12-03",
            },
        },
    )


def test_where_no_clock_is_known_it_is_told_in_utc() -> None:
    (event,) = moved(day(3, None), day(5, None))
    assert event.data["estimate"] == {
        "from": "2026-12-05T00:00:00.000Z",
        "to": "2026-12-06T00:00:00.000Z",
        "day": "2026-12-05",
    }


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (day(3), day(3)),
        (day(3), window(3, 9, 2)),
        (window(3, 9, 2), window(3, 18, 4)),
        (window(3, 9, 2), window(3, 20, 4)),  # until midnight
        (day(3), day(3, None)),
        (day(3, -300), day(3, 720)),
        (window(1, 0, 72), day(3)),  # the last of three days
        (None, day(3)),
        (day(3), None),
        (None, None),
    ],
)
def test_the_same_day_a_first_one_and_one_taken_back_are_no_news(
    before: Estimate | None, after: Estimate | None
) -> None:
    assert moved(before, after) == []


@pytest.mark.parametrize(
    ("code", "is_told"),
    [
        *(("EMC", True), ("EDG", True), ("EMH", True), ("EME", True), ("EMA", True)),
        *(("EMI", False), ("EXX", False), ("EDX", False), ("EDH", False)),
    ],
)
def test_only_of_what_is_on_its_way(code: str, is_told: bool) -> None:
    found = [event.name for event in moved(day(3), day(5), code)]
    assert (CHANGED in found) is is_told


def test_a_change_of_status_and_of_the_day_are_two_facts_of_one_version() -> None:
    both = moved(day(3), day(5), "EMH")
    assert [event.name for event in both] == [EventName.SHIPMENT_STATUS_CHANGED, CHANGED]
    assert {event.version for event in both} == {2}
    assert len({event.id for event in both}) == 2


def test_a_new_shipment_has_no_day_before() -> None:
    (event,) = events(None, expected(("EMC", day(3))))
    assert event.name is EventName.SHIPMENT_CREATED


@pytest.mark.parametrize(
    ("estimate", "found"),
    [
        (whole_day(date(2026, 10, 25), Place("DE")), date(2026, 10, 25)),  # 25 hours
        (whole_day(date(2026, 3, 29), Place("DE")), date(2026, 3, 29)),  # 23 hours
        (whole_day(date(2026, 7, 1), Place("DE")), date(2026, 7, 1)),
        (whole_day(date(2026, 7, 1)), date(2026, 7, 1)),
        (window(3, 0, 0), date(2026, 12, 3)),  # an instant, at midnight
        (window(3, 22, 2), date(2026, 12, 3)),
        (window(3, 22, 2.01), date(2026, 12, 4)),
        (window(3, 23, 0), date(2026, 12, 3)),
    ],
)
def test_the_last_day_is_that_of_the_place_and_not_its_next_midnight(
    estimate: Estimate, found: date
) -> None:
    assert last_day(estimate) == found


OFFSETS = st.sampled_from([None, -480, 0, 60, 330, 780])
DAYS = st.integers(min_value=1, max_value=4)
CODES = ["", "EMC", "EDG", "EMH", "EDH", "EDX", "EMI", "EXX"]
OVER = {"EMI", "EXX"}
"""Delivered, cancelled."""


@st.composite
def known_days(draw: st.DrawFn) -> tuple[Estimate, int]:
    """An estimate, and its last day by construction."""
    number, offset = draw(DAYS), draw(OFFSETS)
    if draw(st.booleans()):
        return day(number, offset), number
    hour = draw(st.integers(min_value=0, max_value=23))
    return window(number, hour, draw(st.integers(min_value=0, max_value=24 - hour))), number


PARCELS = st.lists(
    st.tuples(st.sampled_from(CODES), st.none() | known_days()), min_size=1, max_size=3
)


def day_of(parcels: list[tuple[str, Any]]) -> int | None:
    """When all is there, as somebody would say who was told each parcel's day."""
    waiting = [told for code, told in parcels if code not in OVER]
    if not waiting or None in waiting:
        return None
    return int(max(waiting, key=lambda told: (told[0].end, told[0].start))[1])


def stands(asked: str, version: int) -> Shipment:
    """A shipment in an exception; ``asked``: who must act, and why."""
    who, _, why = asked.partition(" ")
    state = State(Status.EXCEPTION, why, action_required=Action(who))
    return replace(expected(("EME", None), version=version), state=state)


@pytest.mark.parametrize(
    ("before", "after", "is_told"),
    [
        ("none customs_held", "recipient duties_unpaid", True),
        ("recipient duties_unpaid", "recipient address_problem", True),
        ("sender address_problem", "recipient address_problem", True),
        ("recipient duties_unpaid", "recipient duties_unpaid", False),
        ("recipient duties_unpaid", "none customs_held", False),
        ("none customs_held", "none held", False),
        ("none customs_held", "sender address_problem", False),
    ],
)
def test_an_exception_that_comes_to_wait_for_its_recipient_is_told(
    before: str, after: str, *, is_told: bool
) -> None:
    old, new = stands(before, 1), stands(after, 2)
    assert is_announced(old, new) is is_told
    told = [event.data for event in events(old, new)]
    assert [(one["status"], one["previous_status"], one["sub_status"]) for one in told] == [
        ("exception", "exception", after.partition(" ")[2])
    ] * is_told


@given(PARCELS, st.data())
def test_the_day_is_told_of_once_for_each_change_of_it(
    before: list[tuple[str, Any]], data: st.DataObject
) -> None:
    after = data.draw(st.lists(PARCELS.map(lambda p: p[0]), min_size=len(before)).map(tuple))
    told = [list(before), list(after[: len(before)])]
    old, new = (
        expected(*((code, known and known[0]) for code, known in each), version=number)
        for number, each in enumerate(told, start=1)
    )
    names = [event.name for event in events(old, new)]
    days = [day_of(each) for each in told]
    stands = new.state.status.value in {
        *("delivered", "cancelled", "returned", "expired", "returning", "available_for_pickup")
    }
    assert names.count(CHANGED) == int(None not in days and days[0] != days[1] and not stands)
    assert is_announced(old, new) is bool(names)


@given(PARCELS, st.data())
def test_a_correction_is_announced_whatever_else_changed(
    told: list[tuple[str, Any]], data: st.DataObject
) -> None:
    before = expected(*((code, known and known[0]) for code, known in told))
    index = data.draw(st.integers(min_value=0, max_value=len(told) - 1))
    after = corrected(before, index, Parcel("EE999999999CN", "ems"), NOW)
    names = [event.name for event in events(before, after)]
    assert names.count(EventName.SHIPMENT_CORRECTED) == 1
    assert is_announced(before, after)


@given(st.lists(PARCELS, min_size=2, max_size=4))
def test_nothing_is_told_of_a_write_that_changed_nothing(told: list[Any]) -> None:
    for each in told:
        shipment = expected(*((code, known and known[0]) for code, known in each))
        claimed = replace(shipment, version=2, updated_at=NOW + timedelta(hours=1))
        assert events(shipment, claimed) == []
        assert not is_announced(shipment, claimed)


@pytest.mark.secrecy
def test_an_event_says_nothing_of_parcels_and_their_scans() -> None:
    parcel = Parcel("CANARY1", "ems", (scan("EMC", place="CANARY", text="canary"),))
    before = replace(a_shipment(), parcels=(replace(parcel, estimate=day(3)),))
    after = replace(before, parcels=(replace(parcel, estimate=day(5)),))
    (event,) = events(before, after)
    assert "canary" not in json.dumps(event.data).casefold()


# --- carriers ------------------------------------------------------------------------------------

AT = 1_790_000_000.0
SINCE = "2026-09-21T14:13:20.000Z"


def heard(*tallies: Tally | None) -> list[Event]:
    """What the images of a usage make, as tally after tally is recorded; None: set up anew."""
    usages = [Usage()]
    for tally in tallies:
        last = usages[-1]
        usages.append(last.after(tally) if tally else replace(last, breaker=Usage().breaker))
    key = keys.carrier_usage("ups")
    stamp = {"updated_at": SINCE, "actor": "carrier:ups", "correlation_id": "req-1"}
    items = [key | usage_item(usage) | stamp for usage in usages]
    found: list[Event] = []
    for old, new in pairwise([None, *items[1:]]):
        found += events_of(Change("1", key, old, new))
    return found


def asked(*outcomes: Outcome, after: float = 0.0) -> Tally:
    return Tally([(outcome, AT + after) for outcome in outcomes])


DOWN = asked(*[Outcome.UNANSWERED] * MAX_UNANSWERED)
ANSWERED = asked(Outcome.ANSWERED, after=FIRST_PROBE)
PROBE_FAILS = asked(Outcome.UNREACHED, after=FIRST_PROBE)


def test_a_carrier_that_fails_is_told_of_and_so_is_its_recovery() -> None:
    failing, recovered = heard(asked(Outcome.ANSWERED), DOWN, ANSWERED)
    data = {"carrier": "ups", "since": SINCE, "failures": 8, "reason": "unanswered"}
    assert failing == Event(
        name=EventName.CARRIER_FAILED,
        room="tracking",
        shop_id=DEPLOYMENT,
        key="ups",
        version=2,
        occurred_at=SINCE,
        correlation_id="req-1",
        actor="carrier:ups",
        data=data,
    )
    assert recovered == replace(failing, name=EventName.CARRIER_RECOVERED, version=3)


def test_a_carrier_that_fails_from_the_first_question_on() -> None:
    (failing,) = heard(asked(Outcome.REFUSED))
    assert (failing.version, failing.data["failures"], failing.data["reason"]) == (1, 1, "refused")


def test_probes_that_fail_again_are_no_news_and_change_no_reason() -> None:
    _, recovered = found = heard(asked(Outcome.REFUSED), PROBE_FAILS, PROBE_FAILS, ANSWERED)
    assert len(found) == 2
    assert (recovered.data["reason"], recovered.data["since"]) == ("refused", SINCE)
    assert recovered.data["failures"] == 3


def test_a_carrier_that_is_set_up_anew_is_asked_again() -> None:
    names = [event.name for event in heard(DOWN, None, DOWN)]
    failing = EventName.CARRIER_FAILED
    assert names == [failing, EventName.CARRIER_RECOVERED, failing]


@given(
    st.lists(
        st.lists(st.sampled_from(list(Outcome)), max_size=9).map(lambda o: asked(*o)), max_size=12
    )
)
def test_failing_and_recovered_take_turns_and_versions_grow(tallies: list[Tally]) -> None:
    spread = [
        Tally([(outcome, at + number * 100) for outcome, at in tally.outcomes])
        for number, tally in enumerate(tallies)
    ]
    found = heard(*spread)
    turns = [EventName.CARRIER_FAILED, EventName.CARRIER_RECOVERED] * len(found)
    assert [event.name for event in found] == turns[: len(found)]
    versions = [event.version for event in found]
    assert versions == sorted(set(versions))


def test_a_breaker_that_opened_before_reasons_were_kept_has_none() -> None:
    usage = Usage().after(DOWN)
    item = keys.carrier_usage("ups") | usage_item(usage)
    item["breaker"] = item["breaker"][:8]
    stamp = {"updated_at": SINCE, "actor": "a", "correlation_id": "c"}
    new = keys.carrier_usage("ups") | usage_item(usage.after(ANSWERED)) | stamp
    (event,) = events_of(Change("1", keys.carrier_usage("ups"), item, new))
    assert event.data["reason"] is None


@pytest.mark.parametrize("kind", [keys.carrier, keys.watermark, keys.rhythm, keys.carrier_token])
def test_what_else_is_known_of_a_carrier_is_no_event(kind: Any) -> None:
    key = kind("ups")
    assert list(events_of(Change("1", key, None, key | {"version": 1}))) == []
