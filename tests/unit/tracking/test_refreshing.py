"""A refresh: asked at once, within every limit, and by one of those who want it."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.support.tracking import (
    NOW,
    FakeAdapter,
    FakeCarriers,
    FakeClock,
    FakeShipments,
    a_line,
    a_shipment,
    ems_settings,
    scan,
    send_ok,
    told,
)
from tracking.accounts.breaker import Breaker, Outcome
from tracking.accounts.usage import Usage
from tracking.asking.waiting import SPACING
from tracking.carriers.base import Limits, RateLimitedError, Request, Response, UnreachableError
from tracking.news.keeping import Keeper
from tracking.parcels.shipment import Due, Refreshes, Shipment
from tracking.parcels.states import Pace, Status
from tracking.shipments.models import MAX_PARCELS
from tracking.shipments.refreshed import ParcelRefresh
from tracking.shipments.refreshing import Refreshing
from waybill.auth import Caller
from waybill.problems import Conflict, NotFound, TooManyRequests

CALLER = Caller("shop_a", "key:1", frozenset({"tracking:write"}))
DAY = "2026-11-22"


class World:
    """A shipment that somebody wants to know about."""

    def __init__(self, shipment: Shipment | None = None, **settings: int) -> None:
        self.shipment = shipment or a_shipment()
        self.shipments = FakeShipments()
        self.shipments.add(self.shipment)
        self.carriers = FakeCarriers({"ems": ems_settings(**settings)})
        self.adapter = FakeAdapter()
        self.adapters = {"ems": self.adapter}
        self.clock = FakeClock()
        self.send = send_ok
        self.came_of_it: tuple[ParcelRefresh, ...] = ()
        """What the last refresh told of each parcel."""

    def refresh(
        self, caller: Caller = CALLER, seconds_left: Callable[[], float] = lambda: 28.0
    ) -> Shipment:
        keeper = Keeper(self.shipments, self.carriers.set_up, self.clock)
        line = a_line(self.send, self.clock)
        refreshing = Refreshing(self.shipments, self.carriers, self.adapters, keeper, line)
        refreshed = refreshing.refresh(caller, self.shipment.id, seconds_left)
        self.came_of_it = refreshed.parcels
        return refreshed.shipment

    def refused(self) -> int:
        """Seconds after which it may be asked again."""
        asked, writes = len(self.adapter.asked), self.shipments.writes
        with pytest.raises(TooManyRequests) as error:
            self.refresh()
        assert (len(self.adapter.asked), self.shipments.writes) == (asked, writes)
        return int(error.value.headers["Retry-After"])


def test_the_carrier_is_asked_and_the_shipment_answered_as_it_then_stands() -> None:
    world = World()
    world.adapter.answers["EE00"] = told(scan("EMC"))
    refreshed = world.refresh()
    assert refreshed.state.status is Status.IN_TRANSIT
    assert refreshed == world.shipments.get("shop_a", world.shipment.id)
    total = world.carriers.usage("ems").total()
    assert (total.calls, total.errors, total.news) == (1, 0, 1)


def test_without_news_the_claim_and_the_call_are_all_that_is_written() -> None:
    known = told(scan("EMC"))
    world = World()
    world.adapter.answers["EE00"] = known
    world.refresh()
    world.clock.advance(minutes=1)
    shipment_writes, usage_writes = world.shipments.writes, world.carriers.usage_writes
    world.refresh()
    assert world.shipments.writes == shipment_writes + 1
    assert world.carriers.usage_writes == usage_writes + 1
    assert world.carriers.usage("ems").calls_on(DAY) == 2


def test_of_those_who_want_it_at_once_one_asks() -> None:
    world = World()
    refused: list[int] = []

    def send(request: Request) -> Response:
        refused.append(world.refused())  # another request, while this one waits for the carrier
        return send_ok(request)

    world.send = send
    world.refresh()
    assert refused == [SPACING.total_seconds()]
    assert len(world.adapter.asked) == 1
    assert world.refused() == SPACING.total_seconds()
    world.clock.now += SPACING
    world.send = send_ok
    world.refresh()
    assert len(world.adapter.asked) == 2


def test_who_claims_second_in_the_very_act_is_refused() -> None:
    world = World()

    class Racing(FakeShipments):
        def save(self, before, after, actor):
            if not self.writes:
                rival = replace(before, version=2, refreshes=Refreshes(DAY, 1, NOW))
                self.writes += 1
                self.add(rival)
            super().save(before, after, actor)

    world.shipments = Racing(world.shipments.stored)
    with pytest.raises(TooManyRequests):
        world.refresh()
    assert world.adapter.asked == []


def test_news_that_came_meanwhile_is_no_reason_to_refuse() -> None:
    world = World()
    world.shipments.rivals = 1
    world.refresh()
    assert len(world.adapter.asked) == 1


def test_refreshes_and_polls_together_keep_within_the_cap() -> None:
    moving = {"ems": Due(Pace.MOVING, int(NOW.timestamp()) - 3 * 86_400)}
    long_ago = NOW - timedelta(days=3)
    world = World(replace(a_shipment(), created_at=long_ago, due=moving), per_shipment_daily_cap=10)
    times = 0
    with suppress(TooManyRequests):
        while True:
            world.refresh()
            times += 1
            world.clock.advance(minutes=1)
    assert 4 <= times <= 8  # by noon some of the ten were polls
    left = world.refused()
    assert left == 12 * 3600 - 60 * times
    world.clock.advance(seconds=left)
    world.refresh()
    stored = world.shipments.get("shop_a", world.shipment.id)
    assert stored is not None
    assert stored.refreshes is not None
    assert (stored.refreshes.day, stored.refreshes.times) == ("2026-11-23", 1)


def test_a_spent_budget_refuses_until_midnight() -> None:
    world = World(daily_budget=1)
    world.refresh()
    world.clock.now = NOW + timedelta(hours=2)
    assert world.refused() == 10 * 3600
    world.clock.advance(hours=10)
    world.refresh()


def test_the_call_is_counted_before_it_is_made() -> None:
    """So that two refreshes of different shipments do not spend the last call twice."""
    other = a_shipment(number=1)
    world = World(daily_budget=1)
    world.shipments.add(other)
    seen: list[int] = []

    def send(request: Request) -> Response:
        seen.append(world.carriers.usage("ems").calls_on(DAY))
        return send_ok(request)

    world.send = send
    world.refresh()
    assert seen == [1]
    assert world.carriers.usage("ems").calls_on(DAY) == 1


def test_a_rival_who_spends_the_last_call_first_is_seen() -> None:
    world = World(daily_budget=1)
    spent = Usage(version=5).reserving(1, NOW)

    class Racing(FakeCarriers):
        def save_usage(self, carrier, before, after):
            self.usages.setdefault(carrier, spent)
            super().save_usage(carrier, before, after)

    world.carriers = Racing(world.carriers.known_settings)
    with pytest.raises(TooManyRequests):
        world.refresh()
    assert world.adapter.asked == []


def test_a_pause_an_open_breaker_and_too_short_a_pause_between_calls_refuse() -> None:
    world = World()
    world.carriers.usages["ems"] = Usage(1, paused_until=NOW + timedelta(seconds=90))
    assert world.refused() == 90
    down = Breaker().after(Outcome.REFUSED, NOW.timestamp())
    world.carriers.usages["ems"] = Usage(1, breaker=down)
    assert world.refused() == 60
    world.carriers.usages["ems"] = Usage(1, last_call=NOW.timestamp() - 2)
    world.adapter.LIMITS = Limits(seconds_between=5)
    assert world.refused() == 3
    world.clock.advance(seconds=3)
    world.refresh()


def test_a_carrier_that_fails_is_no_failure_of_the_refresh() -> None:
    world = World()
    world.adapter.answers["EE00"] = UnreachableError()
    assert world.refresh().state == world.shipment.state
    assert world.carriers.usage("ems").total().errors == 1
    world.clock.advance(minutes=1)
    world.adapter.answers["EE00"] = RateLimitedError("300")
    world.refresh()
    assert world.carriers.usage("ems").paused_until == world.clock.now + timedelta(seconds=300)


def test_of_several_carriers_those_that_may_be_asked_are() -> None:
    world = World(a_shipment("ems", "dhl"))
    world.adapters["dhl"] = FakeAdapter()
    world.carriers.known_settings["dhl"] = replace(
        ems_settings(), carrier="dhl", base_url="https://dhl.example"
    )
    world.carriers.usages["ems"] = Usage(1, paused_until=NOW + timedelta(seconds=90))
    world.refresh()
    assert world.adapters["dhl"].asked == ["EE10"]
    assert world.adapter.asked == []


def test_a_shipment_that_has_ended_stands_as_it_stands() -> None:
    world = World(replace(a_shipment(), due={}))
    assert world.refresh() == world.shipment
    assert world.shipments.writes == world.carriers.usage_writes == 0


def test_a_carrier_that_is_not_set_up_cannot_be_asked() -> None:
    world = World()
    world.carriers.known_settings.clear()
    with pytest.raises(Conflict):
        world.refresh()


def test_another_shops_shipment_is_not_there() -> None:
    with pytest.raises(NotFound):
        World().refresh(Caller("shop_b", "key:2", frozenset({"*"})))


def test_more_parcels_than_there_is_time_for_are_all_asked_about_in_the_end() -> None:
    world = World(a_shipment(*["ems"] * MAX_PARCELS))
    world.adapter.LIMITS = Limits(seconds_between=1.0)
    for _ in range(40):
        ends = world.clock.now + timedelta(seconds=28)
        world.refresh(seconds_left=lambda ends=ends: (ends - world.clock.now).total_seconds())
        world.clock.advance(minutes=1)
    numbers = {parcel.tracking_number for parcel in world.shipment.parcels}
    assert set(world.adapter.asked) == numbers


def test_calls_that_there_was_no_time_for_are_not_taken_from_the_days_budget() -> None:
    world = World(a_shipment(*["ems"] * MAX_PARCELS))
    world.adapter.LIMITS = Limits(seconds_between=1.0, daily_budget=250)
    ends = world.clock.now + timedelta(seconds=28)

    def seconds_left() -> float:
        return (ends - world.clock.now).total_seconds()

    world.refresh(seconds_left=seconds_left)
    assert 0 < len(world.adapter.asked) < MAX_PARCELS
    assert world.carriers.usage("ems").calls_on(DAY) == len(world.adapter.asked)
