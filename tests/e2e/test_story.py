"""The demo's story, over public HTTP with IAM enforced, and what it leaves behind."""

import json

import pytest
import requests

from local import aws
from local.story import STEPS
from tests.e2e.conftest import run_local


def test_every_step_of_the_story_holds(told):
    _, lines = told
    assert len(lines) == len(STEPS)


def test_the_customer_got_three_mails_in_order_and_one_sms(told):
    story, _ = told
    mails = story.calls.mails(story.email)
    number = story.order("direct")["number"]
    assert len(mails) == 3
    assert all(number in mail["Subject"] + mail["BodyText"] for mail in mails)
    assert all(story.tracking_url in mail["BodyText"] for mail in mails[1:])
    assert len(story.calls.texts(story.phone)) == 1


def test_the_ledger_says_what_was_sent(told):
    story, _ = told
    rows = story.call("GET", f"/v1/notifications?order_id={story.orders['direct']}")["items"]
    assert sorted(row["channel"] for row in rows if row["state"] == "sent") == [
        "email",
        "email",
        "email",
        "sms",
    ]


def test_stock_left_the_shelf_with_the_parcel(told):
    story, _ = told
    level = story.level()
    # 5 received, 2 shipped, 2 reserved for the platform's order, the short order got nothing.
    assert (level["on_hand"], level["reserved"], level["available"]) == (3, 2, 1)


@pytest.mark.secrecy
def test_the_tracking_page_says_delivered_and_nothing_personal(told):
    story, _ = told
    page = requests.get(story.tracking_url, headers={"Accept": "text/html"}, timeout=10)
    assert page.status_code == 200
    assert page.headers["Content-Type"].startswith("text/html")
    assert "delivered" in page.text.lower()
    for personal in (story.email, story.phone, "Ada Sample", "Sample Street", story.shop_id):
        assert personal not in page.text
    data = requests.get(story.tracking_url, headers={"Accept": "application/json"}, timeout=10)
    assert data.json()["status"] == "delivered"


@pytest.mark.secrecy
def test_no_log_names_the_customer(told, stack):
    story, _ = told
    port = stack.endpoint_url.rpartition(":")[2]
    shown = run_local("logs", "--port", port)
    assert shown.returncode == 0, shown.stderr
    assert story.orders["direct"] in shown.stdout
    assert named(story, stack, shown.stdout) == []


@pytest.mark.secrecy
def test_no_event_names_the_customer(told, stack, heard):
    story, _ = told
    sqs = aws.client("sqs", stack.endpoint_url)
    events = []
    while messages := sqs.receive_message(QueueUrl=heard, MaxNumberOfMessages=10).get("Messages"):
        events += [message["Body"] for message in messages]
        for message in messages:
            sqs.delete_message(QueueUrl=heard, ReceiptHandle=message["ReceiptHandle"])
    kinds = {json.loads(event)["detail-type"] for event in events}
    assert {"ShopCreated", "PlatformOrderObserved", "OrderPlaced", "OrderHeld"} <= kinds
    assert {"OrderConfirmed", "ShipmentCreated", "StockIncreased", "OrderCompleted"} <= kinds
    assert named(story, stack, "\n".join(events)) == []


def named(story, stack, text):
    """What of a text is personal or secret."""
    page = story.tracking_url.rpartition("/")[2]
    secrets = [key.split("_", 2)[2] for key in (story.shop_key, stack.operator_key)]
    people = [story.email, story.phone.removeprefix("+"), "Ada Sample", "Sample Street"]
    buyer = ["joerg@customer.example", "Beispiel"]
    carrier = story.calls.control("GET", "credentials")["ems"]["token"]
    known = [*people, *buyer, story.platform_secret, *secrets, carrier, page]
    return [canary for canary in known if canary.casefold() in text.casefold()]


def test_nothing_was_parked_or_left_in_a_failure_queue(told, stack):
    sqs = aws.client("sqs", stack.endpoint_url)
    queues = sqs.list_queues().get("QueueUrls", [])
    failures = [url for url in queues if "Failure" in url]
    assert failures
    for url in failures:
        count = sqs.get_queue_attributes(
            QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"]
        )
        assert count["Attributes"]["ApproximateNumberOfMessages"] == "0", url
    dynamodb = aws.client("dynamodb", stack.endpoint_url)
    for table in dynamodb.list_tables()["TableNames"]:
        items = dynamodb.scan(TableName=table)["Items"]
        assert not [item for item in items if item["pk"]["S"].startswith("parked#")], table
