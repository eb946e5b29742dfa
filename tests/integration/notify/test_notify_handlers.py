"""The handlers against moto: an event in, a mail and an SMS out, and the ledger over HTTP."""

import io
import json
import logging
from dataclasses import replace

import pytest
from moto.core import DEFAULT_ACCOUNT_ID
from moto.ses.models import ses_backends
from moto.sns.models import sns_backends

from notify import api, on_event, on_schedule
from notify.ledger.messages import Reason, State
from notify.ledger.repository import MessageTable
from notify.policy.rules import Audience, Channel
from notify.templates.repository import Stored, TemplateTable
from notify.words.template import Place, Template
from tests.integration.notify.test_notify_ledger import CAUSE, MINE
from tests.support.http import OPERATOR_KEY, http_event
from tests.unit.notify.notify_world import (
    CONFIRMED,
    CREATED,
    EMAIL,
    ORDER,
    PHONE,
    SHIPMENT,
    SHOP,
    a_world,
    ordinary_life,
)
from waybill import keys
from waybill.auth import format_key, hash_secret
from waybill.aws import client
from waybill.clock import from_text
from waybill.events import SOURCE_PREFIX
from waybill.observability import logger

KEY_ID = "1".rjust(26, "0") + "k"
KEY_SHOP = "shop_" + "1".rjust(26, "0")


def bus_event(event):
    """An event as EventBridge hands it over."""
    return {
        "source": SOURCE_PREFIX + event.room,
        "detail-type": event.name.value,
        "detail": json.loads(event.detail()),
    }


def store(aws, world):
    orders = aws.table("OrdersTable")
    orders.put(keys.order(SHOP, ORDER) | world.order)
    orders.put(keys.order_details(SHOP, ORDER) | world.details)
    aws.table("ShipmentsTable").put(keys.shipment(SHOP, SHIPMENT) | world.parcel)
    # An SMS goes out whenever the tests run.
    by_day = {"quiet_hours": {"start": "00:00", "end": "00:00"}}
    aws.table("ShopsTable").put(keys.shop(SHOP) | world.store | by_day)


class Context:
    """As much of Lambda's context as the schedule asks."""

    def get_remaining_time_in_millis(self):
        return 55_000


def schedule(aws):
    """The time of all that waits has come, and the schedule runs; how many it looked at."""
    ledger = MessageTable(aws.table("NotificationsTable"))
    for row in ledger.of_order(SHOP, ORDER):
        if row.due_at:
            assert ledger.replace(replace(row, due_at=row.created_at), row)
    return on_schedule.lambda_handler({}, Context())["looked_at"]


@pytest.fixture
def mails(aws):
    backend = ses_backends[DEFAULT_ACCOUNT_ID][aws.region]
    return backend.sent_messages


@pytest.fixture
def texts(aws):
    return sns_backends[DEFAULT_ACCOUNT_ID][aws.region].sms_messages


def test_an_order_life_through_the_handler(aws, mails, texts):
    world = a_world()
    events = []
    for event in ordinary_life(world):
        store(aws, world)
        events.append(event)
        on_event.lambda_handler(bus_event(event), None)
    for event in events:
        on_event.lambda_handler(bus_event(event), None)
    assert [mail.subject for mail in mails] == [
        "Ihre Bestellung 1001 ist bestätigt",
        "Ihre Bestellung 1001 ist unterwegs",
        "Zugestellt: Ihre Bestellung 1001",
    ]
    assert {mail.destinations["ToAddresses"][0] for mail in mails} == {EMAIL}
    assert "https://track.shop.example/track/tok_en-1" in mails[1].body
    assert [number for number, _ in texts.values()] == [PHONE]
    rows = MessageTable(aws.table("NotificationsTable")).of_order(SHOP, ORDER)
    assert {row.state.value for row in rows} == {"sent"}
    assert {row.provider_id for row in rows} == {mail.id for mail in mails} | set(texts)
    assert {row.correlation_id for row in rows} == {"req-1"}


def test_a_shops_own_words_are_sent_and_read_once_a_minute(aws, mails):
    store(aws, a_world())
    table = TemplateTable(aws.table("NotificationsTable"))
    place = Place("order_confirmed", Channel.EMAIL, "de")
    words = Template({"subject": "Juhu {{ number }}", "headline": "Juhu", "body": "Juhu"})
    assert table.put(SHOP, place, Stored(words, 1, "2026-11-22T09:00:00.000Z"), "key:k")
    queries = []
    client("dynamodb").meta.events.register(
        "before-call.dynamodb.Query", lambda params, **_: queries.append(params["body"])
    )
    on_event.lambda_handler(bus_event(CONFIRMED), None)
    on_event.lambda_handler(bus_event(CREATED), None)
    assert [mail.subject for mail in mails] == ["Juhu 1001", "Ihre Bestellung 1001 ist unterwegs"]
    rows = MessageTable(aws.table("NotificationsTable")).of_order(SHOP, ORDER)
    assert {row.template for row in rows} == {
        "shop/order_confirmed/email.de",
        "shipment_dispatched/email.de",
    }
    [query] = queries
    assert json.loads(query)["ConsistentRead"] is False


def test_a_sender_nobody_verified_fails_visibly_and_is_tried_again(aws, mails):
    store(aws, a_world())
    sesv2 = aws.client("sesv2")
    sesv2.delete_email_identity(EmailIdentity="orders@waybill.example")
    on_event.lambda_handler(bus_event(CONFIRMED), None)
    [row] = MessageTable(aws.table("NotificationsTable")).of_order(SHOP, ORDER)
    assert (row.state.value, row.reason.value) == ("waiting", "unavailable")
    sesv2.create_email_identity(EmailIdentity="orders@waybill.example")
    assert schedule(aws) == 1
    assert len(mails) == 1
    [row] = MessageTable(aws.table("NotificationsTable")).of_order(SHOP, ORDER)
    assert (row.state.value, row.reason, row.attempts) == ("sent", None, 2)


def test_a_sender_verified_too_late_sends_nothing_that_is_no_longer_true(aws, mails):
    world = a_world()
    store(aws, world)
    sesv2 = aws.client("sesv2")
    sesv2.delete_email_identity(EmailIdentity="orders@waybill.example")
    on_event.lambda_handler(bus_event(CONFIRMED), None)
    sesv2.create_email_identity(EmailIdentity="orders@waybill.example")
    world.order["status"] = "cancelled"
    store(aws, world)
    assert schedule(aws) == 1
    on_event.lambda_handler(bus_event(CONFIRMED), None)
    assert not mails
    [row] = MessageTable(aws.table("NotificationsTable")).of_order(SHOP, ORDER)
    assert (row.state.value, row.reason.value, row.due_at) == ("skipped", "stale", None)
    assert (row.attempts, row.version) == (1, 4)  # claimed, put off, made due, dropped


@pytest.fixture
def printed():
    """What the logs say, as they say it."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logger.registered_formatter)
    logger.addHandler(handler)
    yield stream
    logger.removeHandler(handler)


@pytest.mark.secrecy
def test_logs_name_nobody(aws, printed):
    world = a_world()
    for event in ordinary_life(world):
        store(aws, world)
        on_event.lambda_handler(bus_event(event), None)
    on_event.lambda_handler(bus_event(world.moves_to("delivery_attempted")), None)
    assert "message settled" in printed.getvalue()
    assert "message skipped" in printed.getvalue()  # the stored shipment was delivered long ago
    for personal in (EMAIL, PHONE, PHONE[3:], "Jane", "Canary", "Berlin", "tok_en-1"):
        assert personal not in printed.getvalue()


@pytest.fixture
def key(aws):
    aws.table("ShopsTable").put(
        keys.api_key(KEY_SHOP, KEY_ID)
        | {"hash": hash_secret("secret"), "scopes": ["notify:read", "notify:write"]}
    )
    table = MessageTable(aws.table("NotificationsTable"))
    for minute in range(5):
        at = f"2026-11-22T09:0{minute}:00.000Z"
        table.add(
            replace(MINE, shop_id=KEY_SHOP, id=f"msg_{9 - minute}", created_at=at, updated_at=at)
        )
    table.settle(
        replace(
            MINE,
            shop_id=KEY_SHOP,
            id="msg_9",
            state=State.SENT,
            provider_id="ses-1",
            sent_at="2026-11-22T10:00:00.000Z",
        )
    )
    return format_key(KEY_ID, "secret")


def get(key, **query):
    answer = api.lambda_handler(http_event("GET", "/v1/notifications", key=key, query=query), None)
    return answer["statusCode"], json.loads(answer["body"])


def test_an_orders_messages_newest_first_page_by_page(key):
    seen, cursor = [], None
    while True:
        query = {"order_id": ORDER, "limit": "2"} | ({"cursor": cursor} if cursor else {})
        status, body = get(key, **query)
        assert status == 200
        seen += body["items"]
        cursor = body["next_cursor"]
        if cursor is None:
            break
    assert [item["id"] for item in seen] == ["msg_5", "msg_6", "msg_7", "msg_8", "msg_9"]
    times = [from_text(item["created_at"]) for item in seen]
    assert times == sorted(times, reverse=True)


def test_an_item_tells_what_became_of_it_and_no_address(key):
    status, body = get(key, order_id=ORDER, state="sent")
    assert status == 200
    assert body["items"] == [
        {
            "id": "msg_9",
            "order_id": ORDER,
            "shipment_id": None,
            "event": "order_confirmed",
            "channel": "email",
            "audience": "customer",
            "state": "sent",
            "reason": None,
            "template": "order_confirmed/email.en",
            "template_version": "abc",
            "attempts": 1,
            "created_at": "2026-11-22T09:00:00.000Z",
            "updated_at": "2026-11-22T09:00:00.000Z",
            "sent_at": "2026-11-22T10:00:00.000Z",
            "due_at": None,
            "outcome": None,
            "folded_into": None,
        }
    ]


def test_what_needs_attention_is_listed_of_the_whole_shop(aws, key):
    table = MessageTable(aws.table("NotificationsTable"))
    for number in range(5):
        at = f"2026-11-22T09:0{number}:00.000Z"
        waits = replace(
            MINE,
            shop_id=KEY_SHOP,
            order_id=f"ord_{number}",
            id=f"msg_w{number}",
            state=State.WAITING,
            created_at=at,
            due_at=at,
        )
        table.add(waits)
        table.add(replace(waits, shop_id="shop_other"))
        table.add(replace(waits, id=f"msg_f{number}", state=State.FAILED, due_at=None))
    seen, cursor = [], None
    while True:
        query = {"state": "waiting", "limit": "2"} | ({"cursor": cursor} if cursor else {})
        status, body = get(key, **query)
        assert status == 200
        seen += body["items"]
        if (cursor := body["next_cursor"]) is None:
            break
    assert [item["id"] for item in seen] == [f"msg_w{n}" for n in (4, 3, 2, 1, 0)]
    assert seen[0]["due_at"] == "2026-11-22T09:04:00.000Z"
    assert len(get(key, state="failed")[1]["items"]) == 5
    assert get(key, state="sent")[0] == 422


@pytest.mark.parametrize(
    ("query", "status", "pointer"),
    [
        ({}, 422, "/order_id"),
        ({"order_id": ""}, 422, "/order_id"),
        ({"order_id": ORDER, "state": "lost"}, 422, "/state"),
        ({"order_id": ORDER, "limit": "0"}, 422, "/limit"),
        ({"order_id": ORDER, "colour": "red"}, 422, "/colour"),
        ({"order_id": ORDER, "cursor": "bm9uc2Vuc2U"}, 400, None),
    ],
)
def test_a_wrong_question_is_a_problem(key, query, status, pointer):
    answered, body = get(key, **query)
    assert answered == status
    assert pointer is None or body["errors"][0]["pointer"] == pointer


def test_another_lists_cursor_is_refused(key):
    _, body = get(key, order_id=ORDER, limit="1")
    assert get(key, order_id="ord_2", limit="1", cursor=body["next_cursor"])[0] == 400


def test_who_may_ask(aws, key):
    aws.table("ShopsTable").put(
        keys.api_key(KEY_SHOP, KEY_ID + "o")
        | {"hash": hash_secret("secret"), "scopes": ["orders:read"]}
    )
    assert get(None, order_id=ORDER)[0] == 401
    assert get(format_key(KEY_ID + "x", "secret"), order_id=ORDER)[0] == 401
    assert get(format_key(KEY_ID + "o", "secret"), order_id=ORDER)[0] == 403
    assert get(OPERATOR_KEY, order_id=ORDER)[0] == 403


def test_another_shops_messages_are_not_listed(aws, key):
    MessageTable(aws.table("NotificationsTable")).add(replace(MINE, order_id="ord_theirs"))
    assert get(key, order_id="ord_theirs") == (200, {"items": [], "next_cursor": None})


def post_retry(key, message_id, **query):
    path = f"/v1/notifications/{message_id}/retry"
    answer = api.lambda_handler(http_event("POST", path, key=key, query=query), None)
    return answer["statusCode"], json.loads(answer["body"])


def test_a_failed_message_is_tried_again_by_request(aws, key):
    failed = replace(
        MINE, shop_id=KEY_SHOP, id="msg_f", state=State.FAILED, reason=Reason.REFUSED, cause=CAUSE
    )
    MessageTable(aws.table("NotificationsTable")).add(failed)
    status, body = post_retry(key, "msg_f", order_id=ORDER)
    assert status == 200, body
    assert (status, body["state"], body["reason"]) == (200, "waiting", "retried")
    assert post_retry(key, "msg_9", order_id=ORDER)[0] == 409
    assert post_retry(key, "msg_none", order_id=ORDER)[0] == 404
    assert post_retry(key, "msg_f", order_id="ord_other")[0] == 404
    assert post_retry(key, "msg_f")[0] == 422
    assert post_retry(key, "msg_f", order_id=ORDER, alerts_on="2026-11-22")[0] == 422


def test_a_days_alerts_are_listed_and_are_of_no_order(aws, key):
    alert = replace(
        MINE,
        shop_id=KEY_SHOP,
        order_id="alerts-2026-11-22",
        subject_id="stock_alert",
        id="msg_a",
        event="stock_alert",
        audience=Audience.SHOP,
    )
    MessageTable(aws.table("NotificationsTable")).add(alert)
    status, body = get(key, alerts_on="2026-11-22")
    assert status == 200
    [item] = body["items"]
    assert (item["id"], item["order_id"], item["audience"]) == ("msg_a", None, "shop")
    assert get(key, alerts_on="2026-11-21")[1]["items"] == []
    for day in ("yesterday", "2026-13-01", "2026-02-29", "20261122", "2026-W47-7"):
        assert get(key, alerts_on=day)[0] == 422
