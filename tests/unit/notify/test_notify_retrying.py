"""A second chance by API: only for what has failed, once for each request, and only if true."""

from dataclasses import replace

import pytest

from notify.ledger.messages import Reason, State
from notify.ledger.retrying import Retrier
from notify.sending.ports import NoAnswerError, RefusedError
from tests.unit.notify.notify_world import CONFIRMED, ORDER, SHOP, World, a_world
from waybill.problems import Conflict


def refused(world: World) -> str:
    """A mail that SES refused for good; its id."""
    world.mail.answers = [RefusedError("BadRequestException", lasting=True)]
    world.notifier.handle(CONFIRMED)
    row = world.ledger.only()
    assert row.state is State.FAILED
    return row.id


def retry(world: World, message_id: str):
    return Retrier(world.ledger, world.tick).retry(SHOP, ORDER, message_id, "key:k9")


def test_a_failed_message_is_sent_within_a_minute_with_all_its_attempts():
    world = a_world()
    identifier = refused(world)
    row = retry(world, identifier)
    assert (row.state, row.attempts, row.actor) == (State.WAITING, 0, "key:k9")
    world.minute()
    assert world.states() == {"order_confirmed": "sent"}


def test_asked_twice_it_is_sent_once():
    world = a_world()
    identifier = refused(world)
    assert retry(world, identifier) == retry(world, identifier)
    world.minute()
    world.minute()
    assert len(world.mail.taken) == 1


def test_what_is_no_longer_true_is_not_sent():
    world = a_world()
    identifier = refused(world)
    retry(world, identifier)
    world.order["status"] = "cancelled"
    world.minute()
    assert world.states() == {"order_confirmed": "skipped:stale"}


def test_what_was_sent_or_may_have_been_is_not_sent_again():
    world = a_world()
    world.mail.answers = [NoAnswerError("ReadTimeoutError")]
    world.notifier.handle(CONFIRMED)
    row = world.ledger.only()
    with pytest.raises(Conflict, match="unknown"):
        retry(world, row.id)
    world = a_world()
    world.notifier.handle(CONFIRMED)
    with pytest.raises(Conflict, match="sent"):
        retry(world, world.ledger.only().id)


def test_what_was_taken_and_refused_later_is_not_kept_and_says_so():
    world = a_world()
    world.notifier.handle(CONFIRMED)
    sent = world.ledger.only()
    late = replace(sent, state=State.FAILED, reason=Reason.REFUSED)
    assert world.ledger.replace(late, sent)
    with pytest.raises(Conflict, match="it was sent, and refused later"):
        retry(world, late.id)


def test_who_asks_at_the_same_time_is_answered_alike():
    world = a_world()
    identifier = refused(world)

    class Faster:
        """Somebody else's retry comes between reading and writing."""

        def get(self, *key):
            return world.ledger.get(*key)

        def replace(self, message, seen):
            retry(world, identifier)
            return world.ledger.replace(message, seen)

    row = Retrier(Faster(), world.tick).retry(SHOP, ORDER, identifier, "key:k8")
    assert row == world.ledger.only()
    assert (row.state, row.actor) == (State.WAITING, "key:k9")


def test_who_is_overtaken_is_told():
    world = a_world()
    identifier = refused(world)

    class Overtaken:
        def get(self, *key):
            return world.ledger.get(*key)

        def replace(self, message, seen):
            return False

    with pytest.raises(Conflict, match="meanwhile"):
        Retrier(Overtaken(), world.tick).retry(SHOP, ORDER, identifier, "key:k9")


def test_what_is_not_there_is_none():
    assert retry(a_world(), "msg_none") is None
