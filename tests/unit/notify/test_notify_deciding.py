"""Who is written to: nobody who said no, nobody at night, and in the language they chose."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from notify.ledger.messages import State
from notify.ledger.stored import to_item
from notify.people import tokens
from notify.people.contact import Cause, Contact, Suppression, phone_id
from notify.people.tokens import Subscription
from notify.policy.rules import Channel, Topic
from tests.unit.notify.notify_world import (
    CONFIRMED,
    EMAIL,
    PHONE,
    PUBLIC_URL,
    SHOP,
    a_world,
    throttled,
)
from waybill.customers import customer_id

CUSTOMER = customer_id(SHOP, EMAIL)
BOUNCED = Suppression(Cause.BOUNCE, "2026-11-20T00:00:00.000Z")
NIGHT = datetime(2026, 11, 22, 22, 0, tzinfo=UTC)
MORNING = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
"""Eight o'clock in Germany, where the number is of."""


@pytest.mark.parametrize(
    ("contact", "mails", "texts"),
    [
        (Contact(), "sent", "sent"),
        (Contact(suppression=BOUNCED), "skipped:suppressed", "sent"),
        (Contact(channels={Channel.EMAIL: False}), "skipped:opted_out", "sent"),
        (Contact(channels={Channel.SMS: False}), "sent", "skipped:opted_out"),
        (Contact(topics={Topic.DELIVERIES: False}), "skipped:unsubscribed", "skipped:unsubscribed"),
        (Contact(topics={Topic.ORDERS: False}), "sent", "sent"),
    ],
)
def test_who_said_no_is_not_written_to(contact, mails, texts):
    world = a_world()
    world.contacts.by_id[CUSTOMER] = contact
    world.notifier.handle(world.moves_to("delivery_attempted"))
    assert world.states("email") == {"delivery_attempted": mails}
    assert world.states("sms") == {"delivery_attempted": texts}


def test_stop_is_heeded_wherever_the_number_stands():
    world = a_world(email=None, phone="0151 12345678")
    world.contacts.by_id[phone_id(PHONE)] = Contact(channels={Channel.SMS: False})
    world.notifier.handle(world.moves_to("out_for_delivery"))
    assert world.states("sms") == {"out_for_delivery": "skipped:opted_out"}


def test_the_last_resort_leaves_no_row_for_who_wants_no_sms():
    world = a_world()
    world.contacts.by_id[CUSTOMER] = Contact(channels={Channel.SMS: False})
    world.notifier.handle(world.moves_to("delivered"))
    assert world.states("sms") == {}


def test_who_says_stop_while_a_message_waits_is_not_written_to():
    world = a_world()
    world.mail.answers = [throttled()]
    world.notifier.handle(CONFIRMED)
    world.contacts.by_id[CUSTOMER] = Contact(channels={Channel.EMAIL: False})
    world.minute()
    assert world.states() == {"order_confirmed": "skipped:opted_out"}
    assert world.mail.taken == []


def test_an_sms_of_the_night_is_sent_in_the_morning_and_a_mail_at_once():
    world = a_world(now=NIGHT)
    world.notifier.handle(world.moves_to("delivery_attempted"))
    assert world.states("email") == {"delivery_attempted": "sent"}
    assert world.states("sms") == {"delivery_attempted": "waiting:quiet_hours"}
    world.now = MORNING - timedelta(seconds=1)
    assert world.resumer.run(lambda: True) == 0
    world.now = MORNING
    assert world.resumer.run(lambda: True) == 1
    assert [number for number, _ in world.sms.taken] == [PHONE]
    assert world.states("sms") == {"delivery_attempted": "sent"}


def test_what_happened_in_the_night_is_one_sms_of_how_it_ended():
    world = a_world(now=NIGHT)
    for status in ("out_for_delivery", "available_for_pickup", "delivered"):
        world.notifier.handle(world.moves_to(status))
    waiting = [row for row in world.ledger.rows.values() if row.state is State.WAITING]
    assert [row.event for row in waiting] == ["delivered"]
    world.now = MORNING
    for _ in range(3):
        world.minute()
    assert len(world.sms.taken) == 1
    assert world.states("sms")["delivered"] == "sent"


def test_what_waits_for_the_morning_is_not_replaced_by_what_is_older():
    world = a_world(now=NIGHT)
    late = world.moves_to("out_for_delivery")
    before = dict(world.parcel or {})
    world.notifier.handle(world.moves_to("delivered"))
    world.parcel = before  # a process that read the shipment before it was delivered
    world.notifier.handle(late)
    [waiting] = [row for row in world.ledger.rows.values() if row.state is State.WAITING]
    assert waiting.event == "delivered"


def test_what_is_no_longer_true_in_the_morning_is_not_said():
    world = a_world(now=NIGHT)
    world.notifier.handle(world.moves_to("delivery_attempted"))
    world.moves_to("returning")
    world.now = MORNING
    world.minute()
    assert world.sms.taken == []
    assert world.states("sms") == {"delivery_attempted": "skipped:stale"}


@pytest.mark.parametrize(
    ("contact", "shop", "waits"),
    [
        (Contact(quiet_hours=("00:00", "00:00")), {}, False),
        (Contact(), {"quiet_hours": {"start": "01:00", "end": "02:00"}}, False),
        (Contact(time_zone="Asia/Tokyo"), {}, True),
        (Contact(time_zone="America/Los_Angeles"), {}, False),
    ],
)
def test_the_night_is_the_recipients(contact, shop, waits):
    world = a_world(now=NIGHT)
    assert world.store
    world.store |= shop
    world.contacts.by_id[CUSTOMER] = contact
    world.notifier.handle(world.moves_to("out_for_delivery"))
    assert world.states("sms")["out_for_delivery"] == ("waiting:quiet_hours" if waits else "sent")


@pytest.mark.parametrize(
    ("locale", "subject"),
    [
        (None, "Ihre Bestellung"),
        ("en-GB", "Your order"),
        ("de-AT", "Ihre Best"),
        ("fr", "Your order"),
    ],
)
def test_the_language_is_the_readers_own_where_there_are_words_in_it(locale, subject):
    world = a_world()
    world.contacts.by_id[CUSTOMER] = Contact(locale=locale)
    world.notifier.handle(CONFIRMED)
    [(_, mail)] = world.mail.taken
    assert mail.subject.startswith(subject)


def test_each_mail_leads_out_of_what_it_is_about():
    world = a_world()
    world.notifier.handle(CONFIRMED)
    world.notifier.handle(world.moves_to("delivered"))
    for (_, mail), topic in zip(world.mail.taken, (Topic.ORDERS, Topic.DELIVERIES), strict=True):
        token = tokens.sign(Subscription(SHOP, CUSTOMER, topic), "secret")
        url = f"{PUBLIC_URL}/unsubscribe/{token}"
        assert mail.headers == {
            "List-Unsubscribe": f"<{url}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        }
        assert url in mail.html
        assert url in mail.text


def test_a_row_stays_under_a_kilobyte_so_that_a_mail_is_two_write_units():
    world = a_world()
    long = "x" * 26
    world.notifier.handle(replace(CONFIRMED, correlation_id="r" * 36, actor=f"key:{long}"))
    row = replace(
        world.ledger.only(),
        shop_id=f"shop_{long}",
        order_id=f"ord_{long}",
        subject_id=f"shp_{long}",
        event="available_for_pickup",
        template="available_for_pickup/email.en",
        provider_id="0" * 60,
    )
    size = sum(len(name) + len(str(value)) for name, value in to_item(row).items())
    assert size < 1024
