"""SES's feedback against moto: in by SNS, and out over HTTP: outcomes and suppressions."""

import io
import json
import logging
from collections import Counter
from dataclasses import replace

import pytest

from notify import api, on_mail_feedback
from notify.endpoint import unsubscribe_secret
from notify.feedback.mail_events import Objection
from notify.feedback.suppressing import Author, SuppressionTable
from notify.ledger.repository import MessageTable
from notify.people.contact import Cause
from notify.people.tokens import Subscription, sign
from notify.policy.rules import Topic
from tests.integration.notify.test_notify_ledger import MINE, UNKNOWN
from tests.support import mail_events
from tests.support.http import http_event
from tests.support.mail_events import ADDRESS, TOLD_AT
from waybill import keys
from waybill.auth import format_key, hash_secret
from waybill.clock import from_text
from waybill.customers import customer_id
from waybill.dynamo import ContentionError, Table
from waybill.observability import logger

SHOP = "shop_" + "1".rjust(26, "0")
KEY_ID = "1".rjust(26, "0") + "k"
CUSTOMER = customer_id(SHOP, ADDRESS)
ORDER = MINE.order_id
TAGS = {"shop_id": SHOP, "order_id": ORDER, "message_id": MINE.id}
AUTHOR = Author("key:k1", "req-1")


def tell(kind, **changes):
    text = mail_events.text(kind, tags=TAGS, **changes)
    on_mail_feedback.lambda_handler(mail_events.notification(text), None)


@pytest.fixture
def row(aws):
    """A row that does not know whether its mail was sent."""
    table = MessageTable(aws.table("NotificationsTable"))
    table.add(replace(MINE, shop_id=SHOP))
    table.settle(replace(UNKNOWN, shop_id=SHOP))
    return lambda: table.get(SHOP, ORDER, MINE.id)


@pytest.fixture
def ask(aws):
    stored = {"hash": hash_secret("secret"), "scopes": ["notify:read", "notify:write"]}
    aws.table("ShopsTable").put(keys.api_key(SHOP, KEY_ID) | stored)

    def asked(method, path, query=None, body=None):
        key = format_key(KEY_ID, "secret")
        answer = api.lambda_handler(http_event(method, path, body, key=key, query=query), None)
        return answer["statusCode"], json.loads(answer["body"] or "null")

    return asked


@pytest.fixture
def printed():
    """What the logs say, as they say it."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logger.registered_formatter)
    logger.addHandler(handler)
    yield stream
    logger.removeHandler(handler)


PATH = f"/v1/customers/{CUSTOMER}/suppression"


def test_a_send_event_settles_a_row_that_did_not_know(row, ask):
    tell("Send")
    assert (row().state.value, row().reason, row().provider_id) == (
        "sent",
        None,
        mail_events.SES_ID,
    )
    _, body = ask("GET", "/v1/notifications", {"order_id": ORDER})
    [item] = body["items"]
    assert (item["state"], item["sent_at"]) == ("sent", mail_events.SENT_AT)
    assert item["outcome"] is None


def test_a_bounce_shows_on_the_row_and_suppresses_until_it_is_lifted(row, ask):
    assert ask("GET", PATH)[0] == 404
    for _ in range(2):
        tell("Bounce")
    _, body = ask("GET", "/v1/notifications", {"order_id": ORDER})
    assert [item["outcome"] for item in body["items"]] == ["bounced"]
    assert ask("GET", PATH) == (
        200,
        {"customer_id": CUSTOMER, "cause": "bounce", "code": "General", "at": TOLD_AT},
    )
    for _ in range(2):
        assert ask("DELETE", PATH) == (204, None)
        assert ask("GET", PATH)[0] == 404
    tell("Bounce")  # once more, from a failure queue: it was told before somebody lifted it
    assert ask("GET", PATH)[0] == 404


def sets_preferences(ask):
    path = f"/v1/customers/{CUSTOMER}/preferences"
    assert ask("PUT", path, body={"locale": "de"})[0] == 200


def clicks_unsubscribe(ask):
    token = sign(Subscription(SHOP, CUSTOMER, Topic.DELIVERIES), unsubscribe_secret().get())
    clicked = http_event(
        "POST",
        f"/unsubscribe/{token}",
        raw="List-Unsubscribe=One-Click",
        headers={"content-type": "application/x-www-form-urlencoded"},
    )
    assert api.lambda_handler(clicked, None)["statusCode"] == 200


@pytest.mark.parametrize("wishes", [sets_preferences, clicks_unsubscribe])
def test_whose_suppression_was_lifted_may_wish_what_they_like_and_the_old_bounce_stays_past(
    row, ask, wishes
):
    tell("Bounce")
    assert ask("DELETE", PATH) == (204, None)
    wishes(ask)
    tell("Bounce")  # once more, from a failure queue
    assert ask("GET", PATH)[0] == 404


def test_lifting_what_was_never_suppressed_stores_nothing(aws, ask):
    assert ask("DELETE", PATH) == (204, None)
    assert aws.items("NotificationsTable") == []


def test_another_shops_suppression_is_not_seen_and_not_lifted(aws, ask):
    other = "shop_" + "2".rjust(26, "0")
    table = SuppressionTable(aws.table("NotificationsTable"))
    table.take(other, CUSTOMER, A_BOUNCE, "req-1")
    assert ask("GET", PATH)[0] == 404
    assert ask("DELETE", PATH)[0] == 204
    assert table.get(other, CUSTOMER) is not None


A_BOUNCE = Objection("f1", Cause.BOUNCE, "General", TOLD_AT, (ADDRESS,))


def test_only_its_own_attributes_of_a_contact_are_written(aws):
    stored = {"version": 7, "shop_id": SHOP, "locale": "de", "channels": {"sms": False}}
    table = aws.table("NotificationsTable")
    table.put(keys.contact(SHOP, CUSTOMER) | stored)
    suppressions = SuppressionTable(table, lambda: from_text("2026-11-23T09:00:00.000Z"))
    assert suppressions.take(SHOP, CUSTOMER, A_BOUNCE, "sns-1")
    assert not suppressions.take(SHOP, CUSTOMER, A_BOUNCE, "sns-2")
    item = table.get(keys.contact(SHOP, CUSTOMER))
    assert item == keys.contact(SHOP, CUSTOMER) | stored | {
        "version": 8,
        "updated_at": "2026-11-23T09:00:00.000Z",
        "actor": "ses",
        "correlation_id": "sns-1",
        "suppression": {"cause": "bounce", "at": TOLD_AT, "code": "General"},
    }
    assert suppressions.lift(SHOP, CUSTOMER, AUTHOR)
    assert not suppressions.lift(SHOP, CUSTOMER, AUTHOR)
    assert table.get(keys.contact(SHOP, CUSTOMER)) == keys.contact(SHOP, CUSTOMER) | stored | {
        "version": 9,
        "updated_at": "2026-11-23T09:00:00.000Z",
        "actor": "key:k1",
        "correlation_id": "req-1",
        "lifted_at": "2026-11-23T09:00:00.000Z",
    }


def test_three_bounces_that_may_pass_are_stored_as_they_come(aws):
    table = aws.table("NotificationsTable")
    for number in (1, 1, 2):
        tell("Bounce", bounceType="Transient", feedbackId=f"f{number}")
    item = table.get(keys.contact(SHOP, CUSTOMER))
    assert (item["transient"], item["version"]) == (["f1", "f2"], 2)
    assert "suppression" not in item
    tell("Bounce", bounceType="Transient", feedbackId="f3", bounceSubType="MailboxFull")
    item = table.get(keys.contact(SHOP, CUSTOMER))
    assert item["suppression"] == {"cause": "bounces", "at": TOLD_AT, "code": "MailboxFull"}
    assert item["transient"] == ["f1", "f2", "f3"]


class Meddling(Table):
    """A table whose item somebody changes just before each of the first writes."""

    times = 0

    def update(self, key, update, **given):
        if self.times:
            self.times -= 1
            version = (self.get(key) or {"version": 0})["version"]
            self.put(key | {"version": version + 1, "locale": "de"})
        return super().update(key, update, **given)


@pytest.mark.parametrize("times", [1, 4])
def test_preferences_that_are_set_meanwhile_are_kept(aws, times):
    table = Meddling(aws.client("dynamodb"), "NotificationsTable")
    table.times = times
    assert SuppressionTable(table).take(SHOP, CUSTOMER, A_BOUNCE, "sns-1")
    item = table.get(keys.contact(SHOP, CUSTOMER))
    assert (item["version"], item["locale"]) == (times + 1, "de")
    assert item["suppression"]["cause"] == "bounce"


def test_who_never_gets_through_raises_so_that_it_comes_again(aws):
    table = Meddling(aws.client("dynamodb"), "NotificationsTable")
    table.times = 5
    with pytest.raises(ContentionError):
        SuppressionTable(table).take(SHOP, CUSTOMER, A_BOUNCE, "sns-1")


def test_what_aws_refuses_raises_and_what_is_no_event_of_ours_does_not(aws, row):
    before = row()
    for text in ("Successfully validated SNS topic for Amazon SES event publishing.", "{}"):
        on_mail_feedback.lambda_handler(mail_events.notification(text), None)
    assert row() == before
    aws.client("dynamodb").delete_table(TableName="NotificationsTable")
    with pytest.raises(Exception, match="ResourceNotFoundException"):
        tell("Send")


@pytest.mark.secrecy
def test_logs_and_the_table_name_nobody(aws, row, ask, printed):
    for kind in ("Send", "DeliveryDelay", "Bounce", "Complaint", "Open"):
        tell(kind)
    ask("GET", PATH)
    ask("DELETE", PATH)
    said = printed.getvalue()
    told = Counter(json.loads(line)["message"] for line in said.splitlines())
    assert told["message settled by feedback"] == 4
    assert told["address suppressed"] == told["mail event dropped"] == 1
    assert told["suppression lifted"] == 1
    assert CUSTOMER in said
    for personal in (ADDRESS, "jane", "canary", "mail.example", "user unknown"):
        assert personal not in said.lower()
        assert personal not in repr(aws.items("NotificationsTable")).lower()
