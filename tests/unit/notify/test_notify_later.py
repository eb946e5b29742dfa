"""Later: what no provider took, and of which nobody knows, is taken up by the schedule."""

from dataclasses import replace
from datetime import timedelta

import pytest

from notify.ledger.messages import ATTENTION, CHECKED_AFTER, State
from notify.sending.ports import NoAnswerError
from tests.support.logs import capture_logs
from tests.unit.notify.memory_ledger import CrashError
from tests.unit.notify.notify_world import CONFIRMED, a_world, throttled
from waybill.keys import DUE_BUCKETS
from waybill.observability import end_invocation

logs = pytest.fixture(capture_logs)
NO_ANSWER = NoAnswerError("ReadTimeoutError")


def test_a_refusal_for_now_is_tried_again_and_sends_once():
    world = a_world()
    world.mail.answers = [throttled(), throttled()]
    world.notifier.handle(CONFIRMED)
    assert world.states() == {"order_confirmed": "waiting:unavailable"}
    for _ in range(3):
        world.notifier.handle(CONFIRMED)  # duplicates leave it to the schedule
    assert world.mail.asked == 1
    assert [world.minute() for _ in range(8)] == [1, 0, 0, 0, 0, 1, 0, 0]  # a minute, then five
    row = world.ledger.only()
    assert (row.state, row.reason, row.attempts, row.due_at) == (State.SENT, None, 3, None)
    assert len(world.mail.taken) == 1


def test_what_no_provider_takes_for_half_a_day_rings_and_waits_for_a_person(logs):
    world = a_world()
    world.mail.answers = [throttled()] * 99
    world.notifier.handle(CONFIRMED)
    for _ in range(48):
        world.now += timedelta(minutes=30)
        world.resumer.run(lambda: True)
    row = world.ledger.only()
    assert (row.state, row.reason, row.due_at) == (State.FAILED, "unavailable", None)
    assert world.mail.asked == row.attempts == 6
    end_invocation()
    assert logs.counted("MessagesParked") == 1


def test_a_mail_outlasts_an_outage_of_half_a_day():
    world = a_world()
    world.mail.answers = [throttled()] * 99
    world.notifier.handle(CONFIRMED)
    for _ in range(12 * 60):
        world.minute()
    assert world.states() == {"order_confirmed": "waiting:unavailable"}
    world.mail.answers = []
    for _ in range(60):
        world.minute()
    assert world.states() == {"order_confirmed": "sent"}


def test_after_an_outage_all_that_waits_goes_out_in_one_minute_where_there_is_time():
    world = a_world()
    orders = 101 * DUE_BUCKETS  # more than one page holds
    world.mail.answers = [throttled()] * orders
    for number in range(orders):
        world.order["order_id"] = f"ord_{number}"
        world.notifier.handle(replace(CONFIRMED, key=f"ord_{number}"))
    assert not world.mail.taken
    assert world.minute() == orders
    assert len(world.mail.taken) == orders


def test_a_mail_of_which_nobody_knows_is_sent_again_once_ses_should_have_spoken():
    world = a_world()
    world.crash(0, "after")
    with pytest.raises(CrashError):
        world.notifier.handle(CONFIRMED)
    world.crash(None)
    world.later()
    world.notifier.handle(CONFIRMED)
    assert world.states() == {"order_confirmed": "unknown:interrupted"}
    world.now += CHECKED_AFTER - timedelta(minutes=2)
    assert world.minute() == 0
    assert world.minute() == 1
    row = world.ledger.only()
    assert (row.state, row.attempts, len(world.mail.taken)) == (State.SENT, 2, 1)


def test_a_mail_without_an_answer_is_sent_again_as_often_as_any():
    world = a_world()
    world.mail.answers = [NO_ANSWER] * 99
    world.notifier.handle(CONFIRMED)
    for _ in range(20):
        world.now += CHECKED_AFTER
        world.resumer.run(lambda: True)
    row = world.ledger.only()
    assert (row.state, row.due_at) == (State.UNKNOWN, None)
    assert world.mail.asked == row.attempts == 6


def test_a_mail_that_is_stale_when_ses_should_have_spoken_is_not_sent_again():
    world = a_world()
    world.mail.answers = [NO_ANSWER]
    world.notifier.handle(CONFIRMED)
    assert world.order
    world.order["status"] = "cancelled"
    world.now += CHECKED_AFTER
    assert world.minute() == 1
    assert world.minute() == 0
    assert world.states() == {"order_confirmed": "unknown:no_answer"}
    assert world.mail.asked == 1


def test_an_sms_is_never_sent_again():
    world = a_world()
    world.sms.answers = [NO_ANSWER]
    world.notifier.handle(world.moves_to("out_for_delivery"))
    for _ in range(20):
        world.now += CHECKED_AFTER
        assert world.resumer.run(lambda: True) == 0
    assert world.sms.asked == 1


@pytest.mark.parametrize("side", ["before", "after"])
@pytest.mark.parametrize("point", range(3))
def test_a_crash_of_the_schedule_at_any_call_loses_no_mail(point, side):
    world = a_world()
    world.mail.answers = [throttled()]
    world.notifier.handle(CONFIRMED)
    calls = world.crash(point, side).calls
    with pytest.raises(CrashError):
        world.minute()
    assert calls == ["replace", "mail", "settle"][: point + 1]
    world.crash(None)
    for _ in range(15):
        world.minute()
    row = world.ledger.only()
    assert row.state is State.SENT
    asked_and_not_written_down = (point, side) in {(1, "after"), (2, "before")}
    assert len(world.mail.taken) == 1 + asked_and_not_written_down


def test_one_that_cannot_be_taken_up_delays_no_other():
    world = a_world()
    world.mail.answers = [throttled(), throttled()]
    world.notifier.handle(CONFIRMED)
    world.notifier.handle(world.moves_to("delivery_attempted"))
    world.parcel = None
    for _ in range(2):
        world.minute()
    states = world.states("email")
    assert states == {"order_confirmed": "sent", "delivery_attempted": "waiting:unavailable"}
    for _ in range(48):
        world.now += timedelta(minutes=30)
        world.resumer.run(lambda: True)
    assert world.states("email")["delivery_attempted"] == "failed:unavailable"


def test_an_attempt_that_cannot_be_looked_at_now_stays_as_old_as_it_is():
    """Seed 6 of the simulator: put off, it looked alive again."""
    world = a_world()
    world.mail.answers = [throttled()]
    world.notifier.handle(CONFIRMED)
    world.crash(1, "after")
    with pytest.raises(CrashError):
        world.minute()
    world.crash(None)
    order, world.order = world.order, None
    before = world.ledger.only()
    assert world.minute() == 1
    assert world.ledger.only() == before
    world.order = order
    world.minute()
    assert world.ledger.only().state is State.UNKNOWN


def test_what_there_is_no_time_for_is_due_in_the_next_minute():
    world = a_world()
    world.mail.answers = [throttled()]
    world.notifier.handle(CONFIRMED)
    world.later()
    assert world.resumer.run(lambda: False) == 0
    assert world.minute() == 1


def test_only_what_something_is_to_be_done_with_remembers_its_cause():
    world = a_world()
    world.mail.answers = [throttled()]
    world.notifier.handle(CONFIRMED)
    row = world.ledger.only()
    assert row.cause is not None
    assert row.state in ATTENTION
    world.minute()
    assert world.ledger.only().cause is None
