"""EventBridge and SQS as far as they are simulated: what they take, and what nobody vouches for."""

import json
from itertools import count
from typing import Any

import pytest
from botocore.awsrequest import AWSPreparedRequest

from tests.simulation.aws import others
from tests.simulation.processes.host import NotSimulatedError

EVENT = {"Source": "waybill", "DetailType": "OrderPlaced", "EventBusName": "Bus", "Detail": "{}"}


def ask(operation: str, entries: list[Any]) -> Any:
    sent = AWSPreparedRequest("POST", "https://x.test", {}, json.dumps({"Entries": entries}), False)
    ids = count(1)
    response = others.execute(operation, sent, lambda: f"id-{next(ids)}")
    assert response.status_code == 200
    return json.loads(response.content)


def test_events_are_taken() -> None:
    assert others.takes("PutEvents")
    taken = ask("PutEvents", [EVENT, EVENT])
    assert taken == {
        "FailedEntryCount": 0,
        "Entries": [{"EventId": "id-1"}, {"EventId": "id-2"}],
    }


def test_messages_are_taken() -> None:
    assert others.takes("SendMessageBatch")
    taken = ask("SendMessageBatch", [{"Id": "0", "MessageBody": "a"}])
    assert taken == {"Successful": [{"Id": "0", "MessageId": "id-1"}]}


@pytest.mark.parametrize(
    ("operation", "entries"),
    [
        ("PutEvents", []),
        ("PutEvents", [EVENT] * 11),
        ("PutEvents", [EVENT | {"Detail": json.dumps("x" * 256 * 1024)}]),
        ("PutEvents", [EVENT | {"DetailType": ""}]),
        ("SendMessageBatch", [{"Id": "0", "MessageBody": "a"}] * 2),
        ("SendMessageBatch", [{"Id": "0", "MessageBody": ""}]),
    ],
)
def test_what_aws_refuses_is_not_simulated(operation: str, entries: list[Any]) -> None:
    with pytest.raises(NotSimulatedError):
        ask(operation, entries)


def test_a_detail_that_is_no_json_is_not_taken() -> None:
    with pytest.raises(ValueError, match="Expecting"):
        ask("PutEvents", [EVENT | {"Detail": "{"}])


def test_the_rest_is_left_to_moto() -> None:
    assert not others.takes("SendEmail")
