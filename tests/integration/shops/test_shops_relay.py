"""ShopsTable's stream to the bus."""

import pytest

from shops import on_table_change
from waybill import keys
from waybill.dynamo import marshal_item
from waybill.packing import pack

SHOP = "shop_" + "a" * 26
STAMP = {"shop_id": SHOP, "updated_at": "2026-07-01T00:00:00.000Z", "actor": "a", "version": 1}


def record(number, item):
    image = item | STAMP | {"correlation_id": f"c{number}"}
    key = {name: image[name] for name in ("pk", "sk")}
    return {
        "eventName": "INSERT",
        "dynamodb": {
            "SequenceNumber": str(number),
            "Keys": marshal_item(key),
            "NewImage": marshal_item(image),
        },
    }


def observation(external_id):
    return keys.platform_order(SHOP, "shopify", external_id) | {
        "platform": "shopify",
        "external_id": external_id,
        "observed_at": "2026-07-01T00:00:00.000Z",
        "topic": "orders/create",
        "order": pack({"number": "#1"}),
    }


@pytest.fixture
def taken(aws):
    """What the bus took, seen by a queue that a rule feeds."""
    sqs, events = aws.client("sqs"), aws.client("events")
    url = sqs.create_queue(QueueName="seen")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
    events.put_rule(
        Name="all", EventBusName="waybill-test", EventPattern='{"source":["waybill.shops"]}'
    )
    events.put_targets(
        Rule="all", EventBusName="waybill-test", Targets=[{"Id": "q", "Arn": arn["QueueArn"]}]
    )

    def bodies():
        answer = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)
        return [message["Body"] for message in answer.get("Messages", [])]

    return bodies


def test_shops_and_observations_reach_the_bus(aws, taken):
    event = {"Records": [record(1, keys.shop(SHOP)), record(2, observation("1"))]}
    assert on_table_change.lambda_handler(event, None) == {"batchItemFailures": []}
    bodies = taken()
    assert len(bodies) == 2
    assert any('"ShopCreated"' in body for body in bodies)
    assert any(
        '"PlatformOrderObserved"' in body and '"external_id":"1"' in body.replace(" ", "")
        for body in bodies
    )


@pytest.mark.secrecy
def test_where_a_shop_is_told_what_needs_it_reaches_no_bus_and_no_log(aws, taken, logs):
    shop = keys.shop(SHOP) | {"name": "Mugs", "alert_email": "canary@mail.example"}
    event = {"Records": [record(1, shop)]}
    assert on_table_change.lambda_handler(event, None) == {"batchItemFailures": []}
    assert len(bodies := taken()) == 1
    assert "canary" not in "".join(bodies) + logs.text


def test_a_record_that_makes_no_sense_is_parked(aws, taken):
    broken = keys.platform_order(SHOP, "shopify", "7")
    event = {"Records": [record(1, broken), record(2, observation("1"))]}
    assert on_table_change.lambda_handler(event, None) == {"batchItemFailures": []}
    assert len(taken()) == 1
    (parked,) = aws.items("ShopsTable")
    assert parked["pk"]["S"] == "parked#shops-relay"
