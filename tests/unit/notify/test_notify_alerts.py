"""Alerts: what concerns the shop is gathered, told in one mail, and each fact in one only."""

from datetime import timedelta

import pytest

from notify.ledger.messages import State
from notify.people.contact import Cause, Contact, Suppression
from notify.policy.alerts import MOST_ENTRIES, entry_from
from tests.unit.notify.memory_ledger import CrashError
from tests.unit.notify.notify_world import SHOP, World, a_world, order_event, throttled
from waybill.customers import customer_id
from waybill.events import Event, EventName

STAFF = "staff@shop.example"


def a_shop(email: str | None = STAFF) -> World:
    world = a_world()
    world.store |= {"alert_email": email, "locale": "en"}
    return world


def stock(name: EventName, sku: str = "MUG-1", version: int = 3, **data) -> Event:
    return Event(
        name=name,
        room="inventory",
        shop_id=SHOP,
        key=f"{sku}@main",
        version=version,
        occurred_at="2026-11-22T09:00:00.000Z",
        correlation_id="req-1",
        actor="key:k1",
        data={"sku": sku, "location_id": "main", "available": 0, **data},
    )


def held(number: str) -> Event:
    event = order_event(
        EventName.ORDER_HELD,
        order_id=f"ord_{number}",
        number=number,
        holds=["INVENTORY_OUT_OF_STOCK"],
    )
    return Event(**{**vars(event), "key": f"ord_{number}"})


def alerts(world: World) -> list[list[dict]]:
    """What each alert lists."""
    return [
        sorted(map(entry_from, row.entries), key=str)
        for row in world.ledger.rows.values()
        if row.entries
    ]


def test_facts_of_ten_minutes_are_gathered_into_one_alert():
    world = a_shop()
    for number in range(5):
        world.notifier.handle(held(str(number)))
    [entries] = alerts(world)
    assert [entry["number"] for entry in entries] == ["0", "1", "2", "3", "4"]
    assert not world.mail.taken
    notes = [row for row in world.ledger.rows.values() if row.state is State.FOLDED]
    assert {row.order_id for row in notes} == {f"ord_{n}" for n in range(5)}
    [alert] = [row for row in world.ledger.rows.values() if row.entries]
    assert {row.folded_into for row in notes} == {alert.id}
    assert {row.file for row in notes} == {alert.order_id} == {"alerts-2026-11-22"}


def test_two_crossings_of_one_change_are_both_told():
    world = a_shop()
    world.notifier.handle(stock(EventName.LOW_STOCK))
    world.notifier.handle(stock(EventName.OUT_OF_STOCK))
    [entries] = alerts(world)
    assert [entry["kind"] for entry in entries] == ["low", "out"]


def test_of_two_crossings_each_stays_in_its_own_alert_when_the_other_comes_late():
    world = a_shop()
    world.notifier.handle(stock(EventName.LOW_STOCK))
    for _ in range(12):
        world.minute()
    world.notifier.handle(stock(EventName.OUT_OF_STOCK))
    world.notifier.handle(stock(EventName.LOW_STOCK))
    for _ in range(12):
        world.minute()
    first, second = (mail.text for _, mail in world.mail.taken)
    assert "running low" in first
    assert "out of stock" in second
    assert "running low" not in second


def test_a_storm_of_redeliveries_adds_nothing():
    world = a_shop()
    for _ in range(20):
        world.notifier.handle(held("7"))
        world.now += timedelta(minutes=7)
    assert [len(entries) for entries in alerts(world)] == [1]


def test_a_fact_that_comes_after_its_alert_went_out_goes_into_the_next():
    world = a_shop()
    world.notifier.handle(held("1"))
    [alert] = [row for row in world.ledger.rows.values() if row.entries]
    crashed = held("2")
    world.crash(0, "after")  # its row is put, and says where it goes; it does not get there
    with pytest.raises(CrashError):
        world.notifier.handle(crashed)
    world.crash(None)
    sent = type(alert)(**{**vars(alert), "state": State.SENT, "due_at": None, "version": 9})
    world.ledger.rows[alert.id] = sent
    world.now += timedelta(minutes=30)
    world.notifier.handle(crashed)
    world.notifier.handle(crashed)
    assert sorted(len(entries) for entries in alerts(world)) == [1, 1]
    assert {entry["number"] for entries in alerts(world) for entry in entries} == {"1", "2"}


def test_beyond_what_one_alert_lists_it_says_that_there_is_more():
    world = a_shop()
    for number in range(MOST_ENTRIES + 30):
        world.notifier.handle(held(str(number)))
    [alert] = [row for row in world.ledger.rows.values() if row.entries]
    assert (len(alert.entries), alert.more) == (MOST_ENTRIES, 30)
    world.notifier.handle(held(str(MOST_ENTRIES + 3)))
    [alert] = [row for row in world.ledger.rows.values() if row.entries]
    assert alert.more == 30


@pytest.mark.parametrize("refusals", [0, 2])
def test_the_mail_of_a_flash_sale_counts_every_order_that_is_held(refusals):
    world, orders = a_shop(), MOST_ENTRIES + 30
    world.mail.answers = [throttled()] * refusals
    for number in range(orders):
        world.notifier.handle(held(str(number)))
    for _ in range(20):
        world.minute()
    [(_, mail)] = world.mail.taken
    listed = mail.text.count(": there is not enough stock")
    assert mail.subject == f"{orders} orders are on hold"
    assert f"And {orders - listed} more." in mail.text


def test_a_shop_without_an_address_is_told_nothing_and_the_ledger_says_so():
    world = a_shop(email=None)
    world.notifier.handle(held("1"))
    world.notifier.handle(stock(EventName.LOW_STOCK))
    assert {
        (row.order_id, row.state.value, row.reason.value) for row in world.ledger.rows.values()
    } == {
        ("ord_1", "skipped", "no_contact"),
        ("alerts-2026-11-22", "skipped", "no_contact"),
    }
    assert not world.mail.taken


@pytest.mark.parametrize("side", ["before", "after"])
@pytest.mark.parametrize("point", range(2))
def test_a_crash_while_gathering_loses_no_fact(point, side):
    world = a_shop()
    calls = world.crash(point, side).calls
    with pytest.raises(CrashError):
        world.notifier.handle(held("1"))
    assert calls == ["add", "gather"][: point + 1]
    world.crash(None)
    world.notifier.handle(held("1"))
    assert [len(entries) for entries in alerts(world)] == [1]


def test_an_alert_goes_to_the_shop_in_its_language_and_lists_what_was_gathered():
    world = a_shop()
    for number in ("1001", "1002"):
        world.notifier.handle(held(number))
    world.notifier.handle(stock(EventName.LOW_STOCK, "MUG-7"))
    world.notifier.handle(stock(EventName.STOCK_DRIFT_FOUND, "MUG-8", drift={"on_hand": 1}))
    for _ in range(12):
        world.minute()
    mails = {mail.subject: (to, mail) for to, mail in world.mail.taken}
    assert set(mails) == {
        "2 orders are on hold",
        "Stock alert: MUG-7",
        "Stock does not add up: MUG-8",
    }
    to, mail = mails["2 orders are on hold"]
    assert to == STAFF
    assert "1001: there is not enough stock" in mail.text
    assert "unsubscribe" not in mail.text.lower()
    assert not mail.headers
    for event in [held("1001"), stock(EventName.LOW_STOCK, "MUG-7")]:
        world.notifier.handle(event)
    for _ in range(30):
        world.minute()
    assert len(world.mail.taken) == 3


@pytest.mark.parametrize("side", ["before", "after"])
@pytest.mark.parametrize("point", range(3))
def test_a_crash_while_an_alert_is_sent_loses_none(point, side):
    world = a_shop()
    world.notifier.handle(held("1001"))
    world.now += timedelta(minutes=11)
    calls = world.crash(point, side).calls
    with pytest.raises(CrashError):
        world.minute()
    assert calls == ["replace", "mail", "settle"][: point + 1]
    world.crash(None)
    for _ in range(15):
        world.minute()
    asked_and_not_written_down = (point, side) in {(1, "after"), (2, "before")}
    assert len(world.mail.taken) == 1 + asked_and_not_written_down
    assert all("1001" in mail.text for _, mail in world.mail.taken)


def test_an_address_that_mail_comes_back_from_is_told_no_more():
    world = a_shop()
    world.contacts.by_id[customer_id(SHOP, STAFF)] = Contact(
        version=1, suppression=Suppression(Cause.BOUNCE, "2026-11-22T09:00:00.000Z")
    )
    world.notifier.handle(held("1001"))
    for _ in range(12):
        world.minute()
    assert not world.mail.taken
    [alert] = [row for row in world.ledger.rows.values() if row.entries]
    assert (alert.state.value, alert.reason.value) == ("skipped", "suppressed")
