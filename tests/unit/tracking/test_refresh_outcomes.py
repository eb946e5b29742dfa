"""What a refresh tells of each parcel: an answer, why there is none, and when to ask again."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.support.tracking import NOW, FakeAdapter, a_shipment, ems_settings, scan, told
from tests.unit.tracking.test_refreshing import World
from tracking.accounts.breaker import Breaker, Outcome
from tracking.accounts.usage import Usage
from tracking.asking.reasons import Reason
from tracking.asking.waiting import SPACING
from tracking.carriers.base import (
    Answer,
    FailingError,
    GarbledError,
    Limits,
    RateLimitedError,
    RefusedError,
    UnreachableError,
)
from tracking.shipments import refreshed
from tracking.shipments.presenting import refreshed_view
from tracking.shipments.refreshed import ParcelRefresh, Refreshed
from waybill.problems import TooManyRequests

ANSWERED, FAILED, NOT_ASKED = refreshed.Outcome


def two_carriers() -> World:
    """A shipment of one parcel with EMS and one with DHL, both set up."""
    world = World(a_shipment("ems", "dhl"))
    world.adapters["dhl"] = FakeAdapter()
    world.carriers.known_settings["dhl"] = replace(ems_settings(), carrier="dhl")
    return world


def test_an_answer_is_told_with_news_and_without() -> None:
    world = World()
    world.adapter.answers["EE00"] = told(scan("EMC"))
    for has_news in (True, False):
        world.refresh()
        assert world.came_of_it == (ParcelRefresh("EE00", "ems", ANSWERED, has_news=has_news),)
        world.clock.advance(minutes=1)


def test_that_the_carrier_has_no_record_is_an_answer() -> None:
    world = World()
    world.adapter.answers["EE00"] = Answer(known=False)
    world.refresh()
    assert world.came_of_it == (ParcelRefresh("EE00", "ems", ANSWERED, has_news=True),)


@pytest.mark.parametrize(
    ("error", "reason", "wait"),
    [
        (UnreachableError(), Reason.UNREACHABLE, SPACING),
        (FailingError(), Reason.FAILING, SPACING),
        (GarbledError(), Reason.UNREADABLE, SPACING),
        (ZeroDivisionError(), Reason.UNREADABLE, SPACING),
        (RateLimitedError("300"), Reason.RATE_LIMITED, timedelta(seconds=300)),
        (RefusedError(), Reason.CREDENTIALS_REFUSED, timedelta(seconds=60)),
    ],
)
def test_a_carrier_that_fails_is_told_with_the_reason_and_changes_nothing(
    error: Exception, reason: Reason, wait: timedelta
) -> None:
    world = World()
    world.adapter.answers["EE00"] = told(scan("EMC"))
    known = world.refresh()
    world.clock.advance(minutes=1)
    world.adapter.answers["EE00"] = error
    stands = world.refresh()
    assert (stands.state, stands.parcels, stands.updated_at) == (
        known.state,
        known.parcels,
        known.updated_at,
    )
    retry_at = world.clock.now + wait
    assert world.came_of_it == (
        ParcelRefresh("EE00", "ems", FAILED, reason=reason, retry_at=retry_at),
    )
    world.clock.now = retry_at - timedelta(seconds=1)
    assert world.refused() == 1
    world.clock.now = retry_at
    world.adapter.answers["EE00"] = told(scan("EMC"), scan("EMI", 0.5))
    world.refresh()
    assert world.came_of_it[0].outcome is ANSWERED


def test_of_a_batch_each_number_has_its_own_outcome() -> None:
    world = World(a_shipment("ems", "ems", "ems"))
    world.adapter.LIMITS = Limits(batch=3)
    world.adapter.answers = {"EE00": told(scan("EMC")), "EE10": GarbledError()}
    world.refresh()
    assert [(each.tracking_number, each.outcome, each.reason) for each in world.came_of_it] == [
        ("EE00", ANSWERED, None),
        ("EE10", FAILED, Reason.UNREADABLE),
        ("EE20", ANSWERED, None),
    ]


def test_a_batch_that_one_number_spoils_is_told_by_its_halves() -> None:
    world = World(a_shipment("ems", "ems"))
    world.adapter.LIMITS = Limits(batch=2)

    class Spoilt(FakeAdapter):
        def parse(self, questions, response):
            if any(each.number == "EE10" for each in questions):
                raise FailingError
            return super().parse(questions, response)

    world.adapters["ems"] = Spoilt(LIMITS=Limits(batch=2))
    world.refresh()
    assert [each.outcome for each in world.came_of_it] == [ANSWERED, FAILED]


def test_what_was_left_after_a_429_was_not_asked() -> None:
    world = World(a_shipment("ems", "ems"))
    world.adapter.answers = dict.fromkeys(("EE00", "EE10"), RateLimitedError("300"))
    world.refresh()
    assert sorted(each.outcome for each in world.came_of_it) == [FAILED, NOT_ASKED]
    assert {each.reason for each in world.came_of_it} == {Reason.RATE_LIMITED}
    assert {each.retry_at for each in world.came_of_it} == {NOW + timedelta(seconds=300)}


def test_what_there_was_no_time_or_budget_for_was_not_asked() -> None:
    world = World(a_shipment("ems", "ems"), daily_budget=1)
    world.refresh()
    assert {(each.outcome, each.reason) for each in world.came_of_it} == {
        (ANSWERED, None),
        (NOT_ASKED, Reason.BUDGET_SPENT),
    }
    assert max(filter(None, (each.retry_at for each in world.came_of_it))) == NOW + timedelta(
        hours=12
    )
    world = World()
    world.refresh(seconds_left=lambda: 1.0)
    assert world.came_of_it == (
        ParcelRefresh("EE00", "ems", NOT_ASKED, reason=Reason.OUT_OF_TIME, retry_at=NOW + SPACING),
    )


def _paused(world: World) -> None:
    world.carriers.usages["ems"] = Usage(1, paused_until=NOW + timedelta(seconds=90))


def _failing(world: World) -> None:
    down = Breaker().after(Outcome.REFUSED, NOW.timestamp())
    world.carriers.usages["ems"] = Usage(1, breaker=down)


def _spent(world: World) -> None:
    world.carriers.known_settings["ems"] = ems_settings(daily_budget=1)
    world.carriers.usages["ems"] = Usage().reserving(1, NOW)


def _capped(world: World) -> None:
    world.carriers.known_settings["ems"] = ems_settings(per_shipment_daily_cap=1)


@pytest.mark.parametrize(
    ("before", "reason", "wait"),
    [
        (_paused, Reason.RATE_LIMITED, timedelta(seconds=90)),
        (_failing, Reason.FAILING, timedelta(seconds=60)),
        (_spent, Reason.BUDGET_SPENT, timedelta(hours=12)),
        (_capped, Reason.CAP_SPENT, timedelta(hours=12)),
    ],
)
def test_a_carrier_that_is_spared_is_told_beside_the_one_that_answers(
    before: Callable[[World], None], reason: Reason, wait: timedelta
) -> None:
    world = two_carriers()
    before(world)
    world.refresh()
    assert world.adapter.asked == []
    assert world.came_of_it == (
        ParcelRefresh("EE00", "ems", NOT_ASKED, reason=reason, retry_at=NOW + wait),
        ParcelRefresh("EE10", "dhl", ANSWERED, has_news=True),
    )


def test_who_finds_every_carrier_spared_is_told_when_the_first_may_be_asked() -> None:
    world = two_carriers()
    _spent(world)  # until midnight
    world.carriers.usages["dhl"] = Usage(1, paused_until=NOW + timedelta(seconds=90))
    assert world.refused() == 90
    world.clock.advance(seconds=90)
    world.refresh()
    assert [each.outcome for each in world.came_of_it] == [NOT_ASKED, ANSWERED]


def test_a_budget_that_a_rival_spends_meanwhile_hides_no_other_carriers_answer() -> None:
    world = two_carriers()
    world.carriers.known_settings["ems"] = ems_settings(daily_budget=1)
    spends = world.carriers.save_usage

    def save_usage(carrier: str, before: Usage, after: Usage) -> None:
        world.carriers.usages.setdefault("ems", Usage().reserving(1, NOW))
        spends(carrier, before, after)

    world.carriers.save_usage = save_usage  # type: ignore[method-assign]
    world.refresh()
    assert [(each.outcome, each.reason) for each in world.came_of_it] == [
        (NOT_ASKED, Reason.BUDGET_SPENT),
        (ANSWERED, None),
    ]
    del world.carriers.known_settings["dhl"]
    with pytest.raises(TooManyRequests):
        world.refresh()


def test_who_is_not_set_up_or_has_ended_is_not_asked_again() -> None:
    world = two_carriers()
    del world.carriers.known_settings["dhl"]
    world.refresh()
    assert world.came_of_it[1] == ParcelRefresh("EE10", "dhl", NOT_ASKED, reason=Reason.NOT_SET_UP)
    world = World(replace(a_shipment(), due={}))
    world.refresh()
    assert world.came_of_it == (ParcelRefresh("EE00", "ems", NOT_ASKED, reason=Reason.ENDED),)


def test_the_answer_is_the_shipment_and_what_came_of_it() -> None:
    failed = ParcelRefresh("EE00", "ems", FAILED, reason=Reason.UNREACHABLE, retry_at=NOW)
    view = refreshed_view(Refreshed(a_shipment(), (failed,)), "https://x.example")
    shown = view.model_dump(mode="json")
    assert shown["id"] == a_shipment().id
    assert shown["refresh"] == [
        {
            "tracking_number": "EE00",
            "carrier": "ems",
            "outcome": "failed",
            "has_news": False,
            "reason": "unreachable",
            "retry_at": "2026-11-22T12:00:00.000Z",
        }
    ]
