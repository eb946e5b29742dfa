"""Preferences over HTTP: ETags, conditions, races, and whose they are."""

import json

import pytest

from notify import api
from notify.endpoint import contacts
from notify.people.contact import Cause, Contact, Suppression
from notify.people.contacts import ContactKey
from notify.policy.rules import Channel
from tests.support.http import OPERATOR_KEY, http_event
from waybill import keys
from waybill.auth import format_key, hash_secret
from waybill.customers import customer_id

KEY_ID = "1".rjust(26, "0") + "k"
SHOP = "shop_" + "1".rjust(26, "0")
CUSTOMER = customer_id(SHOP, "jane.canary@mail.example")
JANE = ContactKey(CUSTOMER, SHOP)
AT = "2026-11-22T09:00:00.000Z"
WISH = {
    "locale": "de-AT",
    "time_zone": "Europe/Vienna",
    "quiet_hours": {"from": "22:00", "to": "07:00"},
    "channels": {"email": True, "sms": False},
    "topics": {"orders": True, "deliveries": False, "marketing": True},
    "consents": [
        {"what": "marketing", "given": True, "source": "checkout", "text": "News", "at": AT}
    ],
}


def a_key(aws, key_id, *scopes):
    aws.table("ShopsTable").put(
        keys.api_key(SHOP, key_id) | {"hash": hash_secret("secret"), "scopes": list(scopes)}
    )
    return format_key(key_id, "secret")


@pytest.fixture
def key(aws):
    return a_key(aws, KEY_ID, "notify:read", "notify:write")


def send(method, key, body=None, *, customer=CUSTOMER, **given):
    path = f"/v1/customers/{customer}/preferences"
    answer = api.lambda_handler(http_event(method, path, body, key=key, **given), None)
    return answer["statusCode"], json.loads(answer["body"]), answer["headers"]


def test_what_is_set_is_shown(key):
    status, shown, headers = send("PUT", key, WISH)
    assert (status, headers["ETag"]) == (200, '"1"')
    assert shown == WISH | {"customer_id": CUSTOMER, "suppression": None}
    assert send("GET", key)[:2] == (200, shown)


def test_a_customer_nobody_has_heard_of_is_shown_by_default_and_without_etag(key, aws):
    status, shown, headers = send("GET", key)
    assert status == 200
    assert shown["topics"] == {"orders": True, "deliveries": True, "marketing": False}
    assert "ETag" not in headers
    assert aws.items("NotificationsTable") == []


def test_the_same_put_again_writes_nothing(key):
    send("PUT", key, WISH)
    before = contacts().table.get(JANE.item())
    status, _, headers = send("PUT", key, WISH)
    assert (status, headers["ETag"]) == (200, '"1"')
    assert contacts().table.get(JANE.item()) == before


def test_a_put_replaces_settings_and_adds_consents(key):
    send("PUT", key, WISH)
    again = {"what": "sms", "given": False, "source": "call", "text": "", "at": AT}
    status, shown, headers = send("PUT", key, {"consents": [again]})
    assert (status, headers["ETag"]) == (200, '"2"')
    assert shown["consents"] == [again, *WISH["consents"]]
    assert (shown["locale"], shown["quiet_hours"]) == (None, None)
    assert shown["channels"] == {"email": True, "sms": True}


def test_a_suppression_is_shown_and_stays(key):
    suppressed = Contact(version=1, suppression=Suppression(Cause.BOUNCE, AT, "General"))
    contacts().put(JANE, suppressed, "ses", AT)
    expected = {"cause": "bounce", "code": "General", "at": AT}
    assert send("GET", key)[1]["suppression"] == expected
    assert send("PUT", key, WISH)[1]["suppression"] == expected
    assert send("PUT", key, WISH | {"suppression": None})[0] == 422
    [contact] = contacts().get([JANE])
    assert contact.suppression == suppressed.suppression


@pytest.mark.parametrize(
    ("stored", "headers", "status"),
    [
        (True, {"If-Match": '"1"'}, 200),
        (True, {"If-Match": "*"}, 200),
        (True, {"If-Match": '"2"'}, 412),
        (True, {"If-None-Match": "*"}, 412),
        (True, {"If-Match": "nonsense"}, 400),
        (False, {"If-Match": '"1"'}, 412),
        (False, {"If-Match": "*"}, 412),
        (False, {"If-None-Match": "*"}, 200),
    ],
)
def test_a_put_rests_on_what_it_says_it_has_seen(key, stored, headers, status):
    if stored:
        send("PUT", key, WISH)
    answered, _, answer = send("PUT", key, {"locale": "en"}, headers=headers)
    assert answered == status
    if status == 412:
        assert answer.get("ETag") == ('"1"' if stored else None)
    [contact] = contacts().get([JANE])
    assert contact.locale == ("en" if status == 200 else "de-AT" if stored else None)


def test_who_is_overtaken_decides_again(key, monkeypatch):
    put, rivals = contacts().table.client.put_item, ["once"]

    def overtaken(**request):
        if rivals:
            rivals.clear()
            bounced = Contact(version=1, suppression=Suppression(Cause.BOUNCE, AT))
            contacts().put(JANE, bounced, "ses", AT)
        return put(**request)

    monkeypatch.setattr(contacts().table.client, "put_item", overtaken)
    status, shown, headers = send("PUT", key, WISH)
    assert (status, headers["ETag"]) == (200, '"2"')
    assert shown["suppression"]["cause"] == "bounce"
    assert shown["locale"] == "de-AT"


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"locale": "xx-YY"}, "/locale"),
        ({"time_zone": "Europe/Atlantis"}, "/time_zone"),
        ({"quiet_hours": {"from": "25:00", "to": "07:00"}}, "/quiet_hours/from"),
        ({"topics": {"marketing": True}}, "/topics/marketing"),
        ({"topics": {"gossip": True}}, "/topics/gossip"),
        ({"colour": "red"}, "/colour"),
    ],
)
def test_what_is_wrong_is_422_and_leaves_nothing(key, aws, body, pointer):
    status, problem, _ = send("PUT", key, body)
    assert status == 422
    assert [error["pointer"] for error in problem["errors"]] == [pointer]
    assert aws.items("NotificationsTable") == []


@pytest.mark.parametrize(
    ("raw", "status"),
    [("{", 400), ("[]", 422), ("null", 422), ('{"locale":"de","locale":"en"}', 400)],
)
def test_malformed_bodies(key, raw, status):
    assert send("PUT", key, raw=raw)[0] == status


@pytest.mark.parametrize("customer", ["x", "cus_1", "ord_" + "0" * 26, "jane@mail.example"])
def test_what_is_no_customers_id_is_404(key, customer):
    assert send("GET", key, customer=customer)[0] == 404
    assert send("PUT", key, WISH, customer=customer)[0] == 404


def test_who_may_read_and_who_may_write(aws, key):
    reader = a_key(aws, KEY_ID[:-1] + "r", "notify:read")
    assert send("GET", reader)[0] == 200
    assert send("PUT", reader, WISH)[0] == 403
    assert send("GET", None)[0] == 401
    assert send("GET", OPERATOR_KEY)[0] == 403


def test_a_number_s_own_contact_is_another(key):
    send("PUT", key, {"channels": {"sms": False}})
    [contact] = contacts().get([JANE])
    assert contact.channels == {Channel.EMAIL: True, Channel.SMS: False}
    assert [
        item["pk"]["S"]
        for item in contacts().table.client.scan(TableName="NotificationsTable")["Items"]
    ] == [f"{SHOP}#{CUSTOMER}"]


def test_another_shops_customer_of_the_same_address_has_preferences_of_its_own(key):
    send("PUT", key, WISH)
    theirs = customer_id("shop_" + "2" * 26, "jane.canary@mail.example")
    assert theirs != CUSTOMER
    assert send("GET", key, customer=theirs)[1]["locale"] is None
