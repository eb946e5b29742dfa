"""The SMS of last resort: where no other SMS told of the arrival, nor may have."""

from dataclasses import replace
from datetime import timedelta

import pytest

from notify.ledger.messages import LONGEST_ATTEMPT, Reason, State
from notify.sending.notifier import MessagesPendingError
from notify.sending.ports import NoAnswerError, RefusedError
from tests.support.template import functions
from tests.unit.notify.arrival_race import RACES, run
from tests.unit.notify.memory_ledger import CrashError, MemoryLedger
from tests.unit.notify.notify_world import a_world, throttled

_LAMBDA_WAITS = timedelta(minutes=1)  # before it delivers again what failed once


@pytest.mark.parametrize("race", RACES, ids=str)
def test_whoever_comes_first_and_dies_one_sms_tells_of_the_arrival(race):
    ledger = MemoryLedger()
    run(race, ledger, lambda: list(ledger.rows.values()))


def test_who_waits_for_an_attempt_meets_it_ended_when_its_event_comes_again():
    timeout = functions()["NotifyEventFunction"]["Timeout"]
    assert timedelta(seconds=timeout) < LONGEST_ATTEMPT < _LAMBDA_WAITS


def test_an_sms_that_was_refused_for_good_leaves_the_arrival_to_the_last_resort():
    world = a_world()
    world.sms.answers = [RefusedError("InvalidParameter", lasting=True)]
    world.notifier.handle(world.moves_to("out_for_delivery"))
    world.notifier.handle(world.moves_to("delivered"))
    assert len(world.sms.taken) == 1
    assert world.states("sms") == {"delivered": "sent"}


def test_an_sms_that_was_dropped_leaves_the_arrival_to_the_last_resort():
    world = a_world()
    world.sms.answers = [throttled()]
    late = world.moves_to("out_for_delivery")
    world.notifier.handle(late)
    delivered = world.moves_to("delivered")
    world.minute()
    assert world.states("sms") == {"out_for_delivery": "skipped:stale"}
    for event in (delivered, late, delivered):
        world.notifier.handle(event)
    assert len(world.sms.taken) == 1
    assert world.states("sms") == {"delivered": "sent", "out_for_delivery": "skipped:stale"}


def test_a_pickup_that_was_silent_for_the_budget_does_not_silence_the_last_resort():
    world = a_world()
    world.crash(0, "after")
    late = world.moves_to("out_for_delivery")
    with pytest.raises(CrashError):
        world.notifier.handle(late)
    world.crash(None)
    world.notifier.handle(world.moves_to("available_for_pickup"))
    [row] = [row for row in world.ledger.rows.values() if row.event == "out_for_delivery"]
    world.ledger.settle(replace(row, state=State.FAILED, reason=Reason.REFUSED))
    world.notifier.handle(world.moves_to("delivered"))
    assert world.states("sms") == {"available_for_pickup": "skipped:budget", "delivered": "sent"}


def test_an_sms_that_may_have_been_sent_is_enough():
    world = a_world()
    world.sms.answers = [NoAnswerError("ReadTimeoutError")]
    world.notifier.handle(world.moves_to("out_for_delivery"))
    world.notifier.handle(world.moves_to("delivered"))
    assert world.states("sms") == {"out_for_delivery": "unknown:no_answer"}


def test_where_the_arrival_was_told_the_last_resort_writes_nothing():
    world = a_world()
    world.notifier.handle(world.moves_to("out_for_delivery"))
    writes = world.ledger.writes
    world.notifier.handle(world.moves_to("delivered"))
    assert world.ledger.writes - writes == 2  # the mail's
    assert world.states("sms") == {"out_for_delivery": "sent"}


def test_the_last_resort_waits_for_an_attempt_that_may_be_alive_and_then_gives_it_up():
    world = a_world()
    world.crash(1, "after")
    with pytest.raises(CrashError):
        world.notifier.handle(world.moves_to("out_for_delivery"))
    world.crash(None)
    delivered = world.moves_to("delivered")
    writes = world.ledger.writes
    with pytest.raises(MessagesPendingError):
        world.notifier.handle(delivered)
    assert world.states("sms") == {"out_for_delivery": "sending"}
    assert world.ledger.writes - writes == 2  # the mail's two; waiting writes nothing
    world.now += _LAMBDA_WAITS
    world.notifier.handle(delivered)
    assert world.states("sms") == {"out_for_delivery": "unknown:interrupted"}
    assert len(world.sms.taken) == 1


def test_a_phone_that_was_erased_meanwhile_settles_the_last_resort():
    world = a_world()
    world.sms.answers = [throttled()]
    world.notifier.handle(world.moves_to("delivered"))
    world.details = None
    world.minute()
    assert world.states("sms") == {"delivered": "skipped:no_contact"}
