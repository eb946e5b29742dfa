"""Shipments of one order that move together are one message, and each is told once."""

from datetime import timedelta

import pytest

from notify.ledger.messages import State
from notify.sending.notifier import MessagesPendingError
from tests.unit.notify.memory_ledger import CrashError
from tests.unit.notify.notify_world import ORDER, World, a_world, shipment_event, throttled
from waybill.clock import from_text
from waybill.events import Event

FIRST, SECOND, THIRD = "shp_1", "shp_2", "shp_3"


def of(event: Event, shipment_id: str) -> Event:
    """The same said of another shipment."""
    data = {**event.data, "shipment_id": shipment_id}
    return Event(**{**vars(event), "key": shipment_id, "data": data})


def an_order_in_parts(*shipments: str, **of_world) -> World:
    world = a_world(**of_world)
    lines = [{"line_id": str(n), "sku": f"MUG-{n}", "quantity": 2} for n in range(len(shipments))]
    world.order["lines"] = [line | {"cancelled": 0} for line in lines]
    world.details["lines"] = [line | {"title": f"Mug {line['line_id']}"} for line in lines]
    for n, shipment in enumerate(shipments):
        world.others[shipment] = dict(world.parcel) | {
            "shipment_id": shipment,
            "token": f"tok_{n}",
            "lines": [lines[n]],
            "parcels": [{"carrier": "dhl", "tracking_number": f"0034043400000000{n}"}],
        }
    return world


def created(shipment: str) -> Event:
    return of(shipment_event("created", version=1), shipment)


def moves(world: World, shipment: str, status: str, version: int = 5) -> Event:
    world.others[shipment]["status"] = status
    return of(shipment_event(status, version=version), shipment)


def a_while(world: World, minutes: int = 4) -> None:
    for _ in range(minutes):
        world.minute()


def states(world: World) -> list[str]:
    return sorted(row.state.value for row in world.ledger.rows.values())


def test_shipments_registered_together_are_one_mail_with_all_their_goods():
    world = an_order_in_parts(FIRST, SECOND, THIRD)
    for shipment in (FIRST, SECOND, THIRD):
        world.notifier.handle(created(shipment))
    assert not world.mail.taken
    a_while(world)
    [(_, mail)] = world.mail.taken
    for n in range(3):
        assert f"Mug {n}" in mail.text
        assert f"0034043400000000{n}" in mail.text
    assert states(world) == ["folded", "folded", "sent"]
    [head] = [row for row in world.ledger.rows.values() if row.state is State.SENT]
    assert {row.folded_into for row in world.ledger.rows.values()} == {None, head.id}


def test_the_whole_order_in_one_shipment_waits_for_nobody():
    world = an_order_in_parts(FIRST)
    world.notifier.handle(created(FIRST))
    assert len(world.mail.taken) == 1


def test_a_unit_that_was_cancelled_is_no_reason_to_wait():
    world = an_order_in_parts(FIRST, SECOND)
    world.order["lines"][1]["cancelled"] = 2
    world.notifier.handle(created(FIRST))
    assert len(world.mail.taken) == 1


def test_what_needs_no_shipping_is_no_reason_to_wait():
    world = an_order_in_parts(FIRST, SECOND)
    world.order["lines"][1]["requires_shipping"] = False
    world.notifier.handle(created(FIRST))
    assert len(world.mail.taken) == 1


def test_a_shipment_that_comes_later_is_told_by_itself():
    world = an_order_in_parts(FIRST, SECOND)
    world.notifier.handle(created(FIRST))
    a_while(world)
    world.notifier.handle(created(SECOND))
    a_while(world)
    assert len(world.mail.taken) == 2
    assert states(world) == ["sent", "sent"]


def test_redelivery_in_any_state_sends_nothing_more():
    world = an_order_in_parts(FIRST, SECOND)
    for _ in range(3):
        for shipment in (FIRST, SECOND):
            world.notifier.handle(created(shipment))
    a_while(world)
    for shipment in (SECOND, FIRST, SECOND):
        world.notifier.handle(created(shipment))
    a_while(world, 20)
    assert len(world.mail.taken) == 1


def test_of_two_that_wait_only_what_is_still_true_is_told():
    world = an_order_in_parts(FIRST, SECOND)
    for shipment in (FIRST, SECOND):
        world.notifier.handle(created(shipment))
    world.others[SECOND]["status"] = "delivered"
    a_while(world)
    [(_, mail)] = world.mail.taken
    assert "Mug 0" in mail.text
    assert "Mug 1" not in mail.text
    assert states(world) == ["sent", "skipped"]


def test_a_head_that_is_stale_leaves_the_other_its_own_mail():
    world = an_order_in_parts(FIRST, SECOND)
    for shipment in (FIRST, SECOND):
        world.notifier.handle(created(shipment))
    world.others[FIRST]["status"] = "delivered"
    a_while(world)
    [(_, mail)] = world.mail.taken
    assert "Mug 1" in mail.text
    assert "Mug 0" not in mail.text


def test_what_was_folded_is_told_however_often_the_provider_refuses_before():
    world = an_order_in_parts(FIRST, SECOND)
    for shipment in (FIRST, SECOND):
        world.notifier.handle(created(shipment))
    world.mail.answers = [throttled(), throttled()]
    for _ in range(10):
        world.now += timedelta(minutes=5)
        world.minute()
    [(_, mail)] = world.mail.taken
    assert "Mug 0" in mail.text
    assert "Mug 1" in mail.text


def test_a_folded_shipment_is_left_out_of_a_later_attempt_when_it_has_moved_on():
    world = an_order_in_parts(FIRST, SECOND)
    for shipment in (FIRST, SECOND):
        world.notifier.handle(created(shipment))
    world.mail.answers = [throttled()]
    a_while(world, 2)
    assert not world.mail.taken
    world.others[FIRST]["status"] = "delivered"
    a_while(world)
    [(_, mail)] = world.mail.taken
    assert "Mug 0" not in mail.text
    assert "Mug 1" in mail.text


@pytest.mark.parametrize("side", ["before", "after"])
@pytest.mark.parametrize("point", range(3))
def test_a_crash_while_folding_loses_neither_and_doubles_only_what_nobody_wrote_down(point, side):
    world = an_order_in_parts(FIRST, SECOND)
    for shipment in (FIRST, SECOND):
        world.notifier.handle(created(shipment))
    calls = world.crash(point, side).calls
    world.now += timedelta(minutes=2)
    with pytest.raises(CrashError):
        world.minute()
    assert calls == ["fold", "mail", "settle"][: point + 1]
    world.crash(None)
    a_while(world, 15)
    asked_and_not_written_down = (point, side) in {(1, "after"), (2, "before")}
    assert len(world.mail.taken) == 1 + asked_and_not_written_down
    for _, mail in world.mail.taken:
        assert "Mug 0" in mail.text
        assert "Mug 1" in mail.text
    assert states(world) == ["folded", "sent"]


@pytest.mark.parametrize("is_lost", [True, False])
def test_an_event_that_is_old_by_now_takes_nothing_from_those_its_mail_tells_of_too(is_lost):
    world = an_order_in_parts(FIRST, SECOND)
    for shipment in (FIRST, SECOND):
        world.notifier.handle(created(shipment))
    if is_lost:  # a process dies as it asks: the mail's row says "unknown" after a while
        world.crash(1, "before")
        world.now += timedelta(minutes=2)
        with pytest.raises(CrashError):
            world.minute()
        world.crash(None)
        a_while(world, 2)
    else:
        world.mail.answers = [throttled()]
        a_while(world, 2)
    assert states(world) == ["folded", "unknown" if is_lost else "waiting"]
    [head] = [row.subject_id for row in world.ledger.rows.values() if row.due_at]
    world.others[head]["status"] = "delivered"
    world.notifier.handle(created(head))
    a_while(world, 15)
    [(_, mail)] = world.mail.taken
    assert ("Mug 0" in mail.text, "Mug 1" in mail.text) == (head == SECOND, head == FIRST)


@pytest.mark.parametrize("is_lost", [True, False])
def test_an_event_that_comes_again_takes_no_message_that_tells_of_others_too(is_lost):
    """Seed 35: what had been folded into it was told by nobody any more."""
    world = an_order_in_parts(FIRST, SECOND)
    for shipment in (FIRST, SECOND):
        world.notifier.handle(created(shipment))
    if is_lost:
        world.crash(1, "before")
        world.now += timedelta(minutes=2)
        with pytest.raises(CrashError):
            world.minute()
        world.crash(None)
        a_while(world, 2)
    else:
        world.mail.answers = [throttled()]
        a_while(world, 2)
    [head] = [row for row in world.ledger.rows.values() if row.due_at]
    world.now = from_text(head.due_at) + timedelta(seconds=1)  # the schedule has not come yet
    world.notifier.handle(created(head.subject_id))
    a_while(world, 15)
    [(_, mail)] = world.mail.taken
    assert ("Mug 0" in mail.text, "Mug 1" in mail.text) == (True, True)
    assert states(world) == ["folded", "sent"]


def test_an_event_that_comes_again_does_not_let_its_message_be_gathered_anew():
    """Seed 158: it was in doubt, and was said to wait."""
    world = an_order_in_parts(FIRST, SECOND)
    world.notifier.handle(created(FIRST))
    world.crash(1, "before")
    world.now += timedelta(minutes=2)
    with pytest.raises(CrashError):
        world.minute()
    world.crash(None)
    a_while(world, 2)
    [row] = world.ledger.rows.values()
    assert row.state is State.UNKNOWN
    world.now = from_text(row.due_at) + timedelta(seconds=1)
    world.notifier.handle(created(FIRST))
    assert states(world) == ["unknown"]
    a_while(world, 1)
    assert states(world) == ["sent"]
    assert len(world.mail.taken) == 1


def test_two_schedules_at_once_send_one_mail():
    world = an_order_in_parts(FIRST, SECOND)
    for shipment in (FIRST, SECOND):
        world.notifier.handle(created(shipment))
    world.now += timedelta(minutes=3)
    rows = [row for row in world.ledger.rows.values() if row.order_id == ORDER]
    for row in rows:  # each schedule has read its row before either has written
        world.notifier.resume(row)
    a_while(world)
    assert len(world.mail.taken) == 1
    assert states(world) == ["folded", "sent"]


def test_an_sms_of_the_morning_tells_of_all_that_came_in_the_night():
    world = an_order_in_parts(FIRST, SECOND)
    world.now = world.now.replace(hour=3)
    for shipment in (FIRST, SECOND):
        world.notifier.handle(moves(world, shipment, "out_for_delivery"))
    assert not world.sms.taken
    world.now = world.now.replace(hour=7, minute=1)
    a_while(world)
    assert len(world.sms.taken) == 1


def test_delivered_is_silent_where_the_arrival_was_folded_into_another():
    world = an_order_in_parts(FIRST, SECOND)
    for shipment in (FIRST, SECOND):
        world.notifier.handle(moves(world, shipment, "out_for_delivery"))
    a_while(world)
    assert len(world.sms.taken) == 1
    for shipment in (FIRST, SECOND):
        world.notifier.handle(moves(world, shipment, "delivered", version=6))
    a_while(world)
    assert len(world.sms.taken) == 1
    assert len(world.mail.taken) == 1  # delivered, of both


def test_an_event_that_comes_while_the_fold_is_made_is_not_lost():
    world = an_order_in_parts(FIRST, SECOND)
    world.notifier.handle(created(FIRST))
    world.now += timedelta(minutes=2)
    world.crash(1, "before")
    with pytest.raises(CrashError):
        world.minute()
    world.crash(None)
    with pytest.raises(MessagesPendingError):
        world.notifier.handle(created(FIRST))
    world.notifier.handle(created(SECOND))
    a_while(world, 15)
    told = " ".join(mail.text for _, mail in world.mail.taken)
    assert "Mug 0" in told
    assert "Mug 1" in told
    assert set(states(world)) <= {"folded", "sent"}
