"""A reduced run of bench/polling: the shipped cadence beats fixed ones in unknown worlds."""

import pytest

from bench.parcel_policies import checks_after_delivery, fixed, ladder, shipped
from bench.parcel_worlds import HOUR, WORLDS, World
from bench.polling import Figures, as_many, figures, taught
from tracking.cadence import CHECKS_AFTER_END, tempo_of

PARCELS = 150
LESSONS = 150
NAMED = {world.name: world for world in WORLDS}


def shipped_in(world: World, lessons: int) -> tuple[Figures, Figures]:
    """The shipped policy's figures, and those of the fixed interval with as many questions."""
    journeys = world.journeys(PARCELS)
    ours = figures(map(shipped(tempo_of(taught(world, lessons))), journeys))
    return ours, as_many(ours.questions, journeys)


@pytest.mark.parametrize("name", ["shifted", "courier", "weekend", "zones"])
def test_learned_it_asks_at_most_34_times_and_sees_milestones_within_the_hour(name: str) -> None:
    ours, same = shipped_in(NAMED[name], LESSONS)
    assert ours.questions <= 34
    assert ours.milestone_median <= 60
    assert ours.milestone_median < 0.7 * same.milestone_median


@pytest.mark.parametrize("name", ["shifted", "even"])
def test_unlearned_no_scan_is_seen_much_later_than_by_a_fixed_interval(name: str) -> None:
    ours, same = shipped_in(NAMED[name], 0)
    assert ours.median <= 1.1 * same.median
    assert ours.milestone_median < same.milestone_median


def test_it_beats_the_fixed_interval_of_six_hours_and_the_ladder_on_milestones() -> None:
    journeys = NAMED["postal"].journeys(PARCELS)
    ours, _ = shipped_in(NAMED["postal"], LESSONS)
    six = figures(map(fixed(6 * HOUR), journeys))
    rungs = figures(map(ladder(3 * HOUR, 6 * HOUR, 12 * HOUR, 24 * HOUR), journeys))
    assert ours.milestone_median < min(six.milestone_median, rungs.milestone_median) / 2


def test_the_checks_after_delivery_are_seven() -> None:
    journeys = NAMED["postal"].journeys(5)
    assert {checks_after_delivery(each) for each in journeys} == {CHECKS_AFTER_END}


def test_a_fixed_interval_asks_at_its_interval() -> None:
    journey = NAMED["even"].journeys(1)[0]
    seen = fixed(HOUR)(journey)
    length = journey.scans[-1].at.timestamp() - journey.created
    assert abs(seen.questions - length / HOUR) < 2
    assert max(delay for _, delay in seen.delays) <= HOUR


def test_a_world_is_the_same_for_a_seed_and_has_the_scans_it_promises() -> None:
    for world in WORLDS:
        journeys = world.journeys(300)
        assert journeys == world.journeys(300)
        assert journeys != world.journeys(300, "other")
        assert 9.8 < sum(len(each.scans) for each in journeys) / 300 < 11.4
        hours = [(j.scans[-1].at - j.scans[0].at).total_seconds() / HOUR for j in journeys]
        assert 100 < sum(hours) / 300 < 130
