"""Contacts in the table: read many at once, and no write over another's."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from notify.people.contact import NOBODY, Cause, Consent, Contact, Suppression, phone_id
from notify.people.contacts import ContactKey, ContactTable, of_number
from notify.policy.rules import Channel, Topic
from waybill.clock import to_text
from waybill.dynamo import ContentionError
from waybill.observability import start_work

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
AT = to_text(NOW)
NUMBER = "+4915112345678"
JANE, JOHN = ContactKey("cus_jane", "shop_1"), ContactKey("cus_john", "shop_1")
PHONE = of_number(NUMBER)
WHOLE = Contact(
    version=1,
    locale="de-AT",
    time_zone="Europe/Vienna",
    quiet_hours=("22:00", "07:30"),
    channels={Channel.EMAIL: True, Channel.SMS: False},
    topics={Topic.ORDERS: True, Topic.DELIVERIES: False, Topic.MARKETING: True},
    consents=(Consent("marketing", True, AT, "checkout", "News, please"),),
    suppression=Suppression(Cause.BOUNCE, AT, "General"),
    transient=("f1", "f2"),
    heard=("m1",),
)


@pytest.fixture
def contacts(aws):
    start_work("notify", "req-1")
    return ContactTable(aws.table("NotificationsTable"), lambda: NOW)


def test_a_contact_is_read_as_it_was_written(contacts):
    assert contacts.put(JANE, WHOLE, "key:k1", AT)
    assert contacts.get([JANE]) == [WHOLE]


def test_many_are_read_at_once_and_in_order(contacts, aws, monkeypatch):
    contacts.put(JANE, WHOLE, "key:k1", AT)
    contacts.put(PHONE, Contact(version=1, heard=("m1",)), "sms", AT)
    asked = []
    answer = contacts.table.client.batch_get_item

    def once(**request):
        asked.append(request["RequestItems"]["NotificationsTable"])
        return answer(**request)

    monkeypatch.setattr(contacts.table.client, "batch_get_item", once)
    found = contacts.get([PHONE, JOHN, JANE, PHONE], consistent=False)
    assert found == [Contact(version=1, heard=("m1",)), NOBODY, WHOLE, found[0]]
    contacts.get([JANE])
    assert [(len(one["Keys"]), one["ConsistentRead"]) for one in asked] == [(3, False), (1, True)]


@pytest.mark.secrecy
def test_an_item_says_who_wrote_it_and_names_nobody(contacts, aws):
    contacts.put(JANE, WHOLE, "key:k1", AT)
    contacts.put(PHONE, Contact(version=1, channels={Channel.SMS: False}), "sms", AT)
    jane = contacts.table.get(JANE.item())
    assert {jane[name] for name in ("shop_id", "contact_id", "actor")} == {
        "shop_1",
        "cus_jane",
        "key:k1",
    }
    assert (jane["version"], jane["updated_at"], jane["correlation_id"]) == (1, AT, "req-1")
    phone = contacts.table.get(PHONE.item())
    assert phone == {
        "pk": f"phones#{phone_id(NUMBER)}",
        "sk": "contact",
        "contact_id": phone_id(NUMBER),
        "version": 1,
        "channels": {"sms": False},
        "updated_at": AT,
        "correlation_id": "req-1",
        "actor": "sms",
    }
    assert NUMBER[3:] not in str(aws.items("NotificationsTable"))


def test_a_write_rests_on_the_version_before_its_own(contacts):
    assert not contacts.put(JANE, replace(WHOLE, version=2), "key:k1", AT)
    assert contacts.put(JANE, WHOLE, "key:k1", AT)
    assert not contacts.put(JANE, replace(WHOLE, locale="en"), "key:k2", AT)
    assert contacts.put(JANE, replace(WHOLE, version=2, locale="en"), "key:k2", AT)
    assert contacts.get([JANE]) == [replace(WHOLE, version=2, locale="en")]


def test_ones_own_write_whose_answer_was_lost_counts_as_done(contacts):
    contacts.put(JANE, WHOLE, "key:k1", AT)
    assert contacts.put(JANE, WHOLE, "key:k1", AT)


def test_who_was_overtaken_decides_again_on_what_the_other_wrote(contacts):
    seen = []

    def decide(contact, now):
        seen.append(contact)
        if len(seen) == 1:
            contacts.put(JANE, WHOLE, "key:other", AT)
        return replace(contact, locale="en")

    after = contacts.change(JANE, "key:k1", decide)
    assert seen == [NOBODY, WHOLE]
    assert after == replace(WHOLE, version=2, locale="en") == contacts.get([JANE])[0]


def test_who_is_overtaken_every_time_is_told_to_come_again(contacts):
    def decide(contact, now):
        contacts.put(JANE, replace(contact, version=contact.version + 1), "key:other", AT)
        return replace(contact, locale="en")

    with pytest.raises(ContentionError):
        contacts.change(JANE, "key:k1", decide)


@pytest.mark.parametrize("nothing", [lambda contact: None, lambda contact: contact])
def test_where_nothing_is_to_do_nothing_is_written(contacts, nothing):
    contacts.put(JANE, WHOLE, "key:k1", AT)
    assert contacts.change(JANE, "key:k2", lambda contact, now: nothing(contact)) == WHOLE
    assert contacts.table.get(JANE.item())["actor"] == "key:k1"
