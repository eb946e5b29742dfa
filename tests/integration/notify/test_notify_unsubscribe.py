"""The page that unsubscribes, over HTTP: people, mail programs, scanners, and wrong links."""

import base64
import json

import pytest

from notify import api
from notify.endpoint import contacts, unsubscribe_secret
from notify.people.contact import NOBODY, Contact, refusal
from notify.people.contacts import ContactKey
from notify.people.secret import UnsubscribeSecret
from notify.people.tokens import Subscription, sign
from notify.policy.rules import Channel, Topic
from tests.support.http import http_event
from waybill import keys
from waybill.customers import customer_id

SHOP = "shop_" + "1".rjust(26, "0")
JANE = ContactKey(customer_id(SHOP, "jane.canary@mail.example"), SHOP)
FORM = {"content-type": "application/x-www-form-urlencoded"}
BROWSER = {"accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"}
ONE_CLICK = "List-Unsubscribe=One-Click"


@pytest.fixture
def token(aws):
    aws.table("ShopsTable").put(keys.shop(SHOP) | {"name": "Tea & Co"})
    return sign(Subscription(SHOP, JANE.id, Topic.DELIVERIES), unsubscribe_secret().get())


def send(method, token, raw=None, **headers):
    event = http_event(method, f"/unsubscribe/{token}", raw=raw, headers=BROWSER | headers)
    return api.lambda_handler(event, None)


def post(token, raw=ONE_CLICK, **headers):
    return send("POST", token, raw, **FORM | headers)


def jane():
    return contacts().get([JANE])[0]


def is_silent(contact):
    return refusal(contact, Channel.EMAIL, Topic.DELIVERIES) is not None


def test_looking_at_it_changes_nothing(token, aws):
    before = aws.items("NotificationsTable")
    for _ in range(2):
        answer = send("GET", token)
        assert answer["statusCode"] == 200
        assert answer["headers"]["Content-Type"] == "text/html; charset=utf-8"
        assert answer["headers"]["Cache-Control"] == "no-store"
        assert "Tea &amp; Co sends you messages about your deliveries." in answer["body"]
        assert 'value="One-Click"' in answer["body"]
    assert aws.items("NotificationsTable") == before
    assert jane() == NOBODY


def test_the_button_unsubscribes_from_that_topic_alone(token):
    answer = post(token)
    assert answer["statusCode"] == 200
    assert "You are unsubscribed" in answer["body"]
    contact = jane()
    assert is_silent(contact)
    assert refusal(contact, Channel.EMAIL, Topic.ORDERS) is None
    [consent] = contact.consents
    assert (consent.what, consent.given, consent.source) == ("deliveries", False, "unsubscribe")
    assert contacts().table.get(JANE.item())["actor"] == "customer"
    assert "You are unsubscribed" in send("GET", token)["body"]


def multipart(name, value):
    return f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n--b--\r\n'


@pytest.mark.parametrize(
    ("raw", "media_type"),
    [
        (ONE_CLICK, "application/x-www-form-urlencoded"),
        (ONE_CLICK, "application/x-www-form-urlencoded; charset=UTF-8"),
        (ONE_CLICK, "text/plain"),
        (multipart("List-Unsubscribe", "One-Click"), "multipart/form-data; boundary=b"),
        ("", "application/x-www-form-urlencoded"),
        (None, ""),
        ("{}", "application/json"),
        ("%ff%00=&&==&a", "application/x-www-form-urlencoded"),
        (f"action=resubscribe&{ONE_CLICK}", "application/x-www-form-urlencoded"),
    ],
)
def test_a_mail_programs_own_button_needs_no_page_and_no_header(token, raw, media_type):
    event = http_event(
        "POST", f"/unsubscribe/{token}", raw=raw, headers={"content-type": media_type}
    )
    assert api.lambda_handler(event, None)["statusCode"] == 200
    assert is_silent(jane())


def test_a_form_that_comes_encoded_is_read(token):
    event = http_event("POST", f"/unsubscribe/{token}", headers=FORM)
    event |= {"body": base64.b64encode(b"action=resubscribe").decode(), "isBase64Encoded": True}
    post(token)
    assert "You are subscribed again" in api.lambda_handler(event, None)["body"]
    assert not is_silent(jane())


def test_a_link_that_somebody_added_to_unsubscribes_too(token):
    added = {"utm_source": "mail", "fbclid": "x"}
    event = http_event("POST", f"/unsubscribe/{token}", raw=ONE_CLICK, headers=FORM, query=added)
    assert api.lambda_handler(event, None)["statusCode"] == 200
    assert is_silent(jane())


def test_again_and_again_is_once(token):
    for _ in range(3):
        assert post(token)["statusCode"] == 200
    assert jane().version == 1
    assert len(jane().consents) == 1


def test_who_changes_their_mind_is_back_and_has_agreed_to_words(token):
    post(token)
    answer = post(token, "action=resubscribe")
    assert "You are subscribed again" in answer["body"]
    contact = jane()
    assert not is_silent(contact)
    last = contact.consents[-1]
    assert (last.given, last.source) == (True, "unsubscribe")
    assert last.text == "Subscribe again: Tea & Co sends you messages about your deliveries."
    post(token)
    assert is_silent(jane())


def test_it_speaks_the_readers_language(token):
    assert "Abmelden?" in send("GET", token, **{"accept-language": "de-DE,de;q=0.9"})["body"]
    contacts().put(JANE, Contact(version=1, locale="de"), "key:k1", "2026-11-22T09:00:00.000Z")
    assert "Sie sind abgemeldet" in post(token, **{"accept-language": "en"})["body"]


def test_a_shop_whose_name_is_not_known(aws):
    token = sign(Subscription("shop_gone", JANE.id, Topic.ORDERS), unsubscribe_secret().get())
    assert "You get messages about your orders." in send("GET", token)["body"]


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("wrong", ["x", "shop.cus.orders.0", "%F0%9F%93%A6", "a" * 500, "..."])
def test_a_link_that_nobody_signed_is_404(aws, method, wrong):
    answer = send(method, wrong, "")
    assert answer["statusCode"] == 404
    assert "This link leads nowhere" in answer["body"]
    event = http_event(method, f"/unsubscribe/{wrong}", raw="")
    problem = api.lambda_handler(event, None)
    assert problem["statusCode"] == 404
    assert problem["headers"]["Content-Type"] == "application/problem+json"
    assert json.loads(problem["body"])["status"] == 404


def test_who_tries_links_before_there_are_any_leaves_nothing(aws):
    subscription = Subscription(SHOP, JANE.id, Topic.ORDERS)
    for secret in ("", "guess"):
        assert post(sign(subscription, secret))["statusCode"] == 404
    assert aws.items("NotificationsTable") == []


def test_a_changed_token_is_another_persons_and_404(token):
    theirs = token.replace(JANE.id, customer_id(SHOP, "other@mail.example"))
    assert theirs != token
    assert post(theirs)["statusCode"] == 404
    assert post(token.replace(".deliveries.", ".orders."))["statusCode"] == 404
    assert jane() == NOBODY


def test_a_huge_body_is_413(token):
    assert post(token, "x" * 10_001)["statusCode"] == 413
    assert jane() == NOBODY


def test_the_deployment_makes_its_secret_once(aws):
    table = aws.table("NotificationsTable")
    first, second = UnsubscribeSecret(table), UnsubscribeSecret(table)
    secret = first.get()
    assert len(secret) >= 43
    assert first.get() == second.get() == secret
    stored = table.get(keys.unsubscribe_secret())
    assert (stored["version"], stored["actor"]) == (1, "notify")


def test_of_two_that_make_it_at_once_one_is_heeded(aws, monkeypatch):
    table = aws.table("NotificationsTable")
    first, second = UnsubscribeSecret(table), UnsubscribeSecret(table)
    monkeypatch.setattr(table, "get", lambda key: None)
    assert first.get() == second.get()


def test_a_process_reads_the_secret_once(aws, monkeypatch):
    table = aws.table("NotificationsTable")
    secret = UnsubscribeSecret(table)
    known = secret.get()
    monkeypatch.setattr(table, "get", lambda key: pytest.fail("read again"))
    assert secret.get() == known
