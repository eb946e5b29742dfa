"""What was refused and is no longer true when it is taken up: settled, with why, and left alone."""

import pytest

from notify.ledger.messages import State
from notify.sending.ports import RefusedError
from tests.unit.notify.memory_ledger import CrashError
from tests.unit.notify.notify_world import CONFIRMED, EMAIL, a_world, throttled


def refused(world, event):
    """The event is handled, and SES and SNS take nothing for now."""
    world.mail.answers = [throttled()]
    world.sms.answers = [throttled()]
    world.notifier.handle(event)
    world.sms.answers = []
    world.mail.answers = []
    return event


def test_a_refused_mail_that_is_stale_when_it_comes_again_says_so_for_good():
    world = a_world()
    attempted = refused(world, world.moves_to("delivery_attempted"))
    world.moves_to("delivered")
    asked = world.mail.asked, world.sms.asked
    world.minute()
    writes = world.ledger.writes
    world.notifier.handle(attempted)
    assert world.ledger.writes - writes == 2  # the puts that were refused
    world.moves_to("delivery_attempted")
    world.notifier.handle(attempted)  # true again: what was settled stays so
    assert (world.mail.asked, world.sms.asked) == asked
    for row in world.ledger.rows.values():
        assert (row.state, row.reason, row.due_at) == (State.SKIPPED, "stale", None)
        assert (row.attempts, row.template is None, row.version) == (1, False, 3)


def test_a_lasting_refusal_stays_what_it_is():
    world = a_world()
    world.mail.answers = [RefusedError("BadRequestException", lasting=True)]
    attempted = world.moves_to("delivery_attempted")
    world.notifier.handle(attempted)
    world.moves_to("delivered")
    world.notifier.handle(attempted)
    assert world.states("email") == {"delivery_attempted": "failed:refused"}


def test_a_confirmation_that_was_refused_until_the_order_was_cancelled():
    world = a_world()
    refused(world, CONFIRMED)
    assert world.order
    world.order["status"] = "cancelled"
    world.minute()
    assert world.states() == {"order_confirmed": "skipped:stale"}


def test_an_exception_in_which_the_recipient_is_not_needed_any_more():
    world = a_world()
    refused(world, world.moves_to("exception", action_required="recipient"))
    world.moves_to("exception", action_required="none")
    world.minute()
    assert world.states() == {"action_required": "skipped:stale"}
    assert len(world.mail.taken) == 0


def test_an_address_that_was_erased_meanwhile_is_the_reason():
    world = a_world()
    refused(world, CONFIRMED)
    world.details = None
    world.minute()
    assert world.states() == {"order_confirmed": "skipped:no_contact"}


@pytest.mark.parametrize("side", ["before", "after"])
def test_a_crash_while_it_is_dropped_is_made_good_by_the_next(side):
    world = a_world()
    refused(world, CONFIRMED)
    assert world.order
    world.order["status"] = "cancelled"
    calls = world.crash(1, side).calls
    with pytest.raises(CrashError):
        world.minute()
    assert calls == ["add", "replace"]
    world.crash(None)
    world.minute()
    assert world.states() == {"order_confirmed": "skipped:stale"}


def test_who_still_saw_it_true_may_send_and_who_drops_it_is_too_late():
    world = a_world()
    refused(world, CONFIRMED)
    assert world.order
    drop = world.ledger.replace

    def overtaken(*arguments):
        world.ledger.replace = drop
        world.order["status"] = "confirmed"
        world.resumer.run(lambda: True)
        world.order["status"] = "cancelled"
        return drop(*arguments)

    world.ledger.replace = overtaken
    world.order["status"] = "cancelled"
    world.minute()
    world.minute()
    assert [to for to, _ in world.mail.taken] == [EMAIL]
    assert world.states() == {"order_confirmed": "sent"}
