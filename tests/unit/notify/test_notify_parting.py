"""What was folded into an SMS that nobody took is told all the same, by its own or by another."""

from datetime import timedelta

import pytest

from notify.ledger.messages import Reason, State
from notify.sending.ports import RefusedError
from tests.unit.notify.notify_world import World, throttled
from tests.unit.notify.test_notify_together import (
    FIRST,
    SECOND,
    a_while,
    an_order_in_parts,
    moves,
)


def refused_for_both(answer: RefusedError) -> World:
    """Two parcels are out for delivery, and the SMS that tells of both is refused."""
    world = an_order_in_parts(FIRST, SECOND)
    for shipment in (FIRST, SECOND):
        world.notifier.handle(moves(world, shipment, "out_for_delivery"))
    world.sms.answers = [answer]
    world.now += timedelta(minutes=1)
    world.minute()
    assert not world.sms.answers
    assert not world.sms.taken
    return world


def told(world: World) -> list[str]:
    """The shipments whose page an SMS leads to, in the order of their telling."""
    return [sms.text.rpartition("/")[2] for _, sms in world.sms.taken]


def row_of(world: World, shipment: str):
    """The row of a shipment's arrival."""
    (row,) = (
        row
        for row in world.ledger.rows.values()
        if row.subject_id == shipment and row.channel == "sms" and row.reason is not Reason.BUDGET
    )
    return row


@pytest.mark.parametrize("order", [(FIRST, SECOND), (SECOND, FIRST)])
@pytest.mark.parametrize("lasting", [False, True])
def test_both_arrivals_are_told_when_the_sms_of_both_was_refused(order, lasting):
    world = refused_for_both(RefusedError("Refused", lasting=lasting))
    for shipment in order:
        world.notifier.handle(moves(world, shipment, "delivered", version=6))
    a_while(world, 20)
    assert len(world.sms.taken) == 1  # of both, for they arrived together
    assert {row_of(world, shipment).state for shipment in order} == {State.FOLDED, State.SENT}


@pytest.mark.parametrize("gone", [FIRST, SECOND])
def test_the_other_is_told_of_what_it_waits_for_when_one_has_arrived(gone):
    world = refused_for_both(throttled())
    world.notifier.handle(moves(world, gone, "delivered", version=6))
    a_while(world, 20)
    assert sorted(told(world)) == ["tok_0", "tok_1"]
    events = {row_of(world, shipment).event for shipment in (FIRST, SECOND)}
    assert events == {"delivered", "out_for_delivery"}


def test_an_arrival_whose_sms_was_dropped_is_left_to_the_last_resort():
    world = refused_for_both(throttled())
    for shipment in (FIRST, SECOND):
        moves(world, shipment, "delivered", version=6)
    a_while(world)
    assert not world.sms.taken  # it was true no more
    world.notifier.handle(moves(world, SECOND, "delivered", version=6))
    a_while(world)
    assert told(world) == ["tok_1"]


@pytest.mark.parametrize("shipment", [FIRST, SECOND])
def test_what_is_newer_keeps_its_place(shipment):
    world = refused_for_both(throttled())
    before = row_of(world, shipment)
    world.notifier.handle(moves(world, shipment, "available_for_pickup", version=4))
    assert row_of(world, shipment) == before
