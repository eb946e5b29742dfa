"""The short way of a request asks and answers what botocore's own way does."""

import json
from collections.abc import Callable
from typing import Any

import botocore.session
import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.config import Config
from botocore.exceptions import ClientError, ReadTimeoutError

from tests.simulation.aws import answers
from tests.simulation.aws.shortcut import shorten

KEY = {"pk": {"S": "a"}, "sk": {"S": "b"}}
ITEM = KEY | {
    "n": {"N": "1"},
    "blob": {"B": b"\x00\xff"},
    "deep": {"M": {"B": {"L": [{"S": "é"}]}}},
}
WIRE = KEY | {"n": {"N": "1"}, "blob": {"B": "AP8="}, "deep": {"M": {"B": {"L": [{"S": "é"}]}}}}
TABLE = {"TableName": "T"}
KIND = "com.amazonaws.dynamodb.v20120810#"
REFUSED = {"__type": KIND + "ConditionalCheckFailedException", "message": "no", "Item": WIRE}
REASONS = [{"Code": "None"}, {"Code": "ConditionalCheckFailed", "Message": "no", "Item": WIRE}]
CANCELLED = {
    "__type": KIND + "TransactionCanceledException",
    "Message": "no",
    "CancellationReasons": REASONS,
}
TWO = {"TransactItems": [{"Put": TABLE | {"Item": ITEM}}, {"Delete": TABLE | {"Key": KEY}}]}
BUSY = {"__type": KIND + "ProvisionedThroughputExceededException", "message": "no"}
BROKEN = {"__type": KIND + "InternalServerError", "message": "no"}

A = {"ExpressionAttributeValues": {":a": {"S": "a"}}}
CASES: list[tuple[str, dict[str, Any], list[tuple[int, Any]]]] = [
    ("get_item", TABLE | {"Key": KEY, "ConsistentRead": True}, [(200, {"Item": WIRE})]),
    ("get_item", TABLE | {"Key": KEY}, [(200, {})]),
    ("get_item", TABLE | {"Key": KEY}, [(500, BROKEN), (400, BUSY), (200, {"Item": WIRE})]),
    ("get_item", TABLE | {"Key": KEY}, [(500, BROKEN)] * 4),
    ("get_item", TABLE | {"Key": KEY}, [(0, None), (0, None), (200, {})]),
    ("get_item", TABLE | {"Key": KEY}, [(0, None)] * 4),
    ("query", TABLE | {"KeyConditionExpression": "pk = :a"} | A,
     [(200, {"Items": [WIRE, KEY], "Count": 2, "LastEvaluatedKey": KEY})]),
    ("put_item", TABLE | {"Item": ITEM}, [(400, REFUSED)]),
    ("transact_write_items", TWO, [(400, CANCELLED)]),
    ("transact_write_items", TWO | {"ClientRequestToken": "t"}, [(500, BROKEN), (200, {})]),
]  # fmt: skip


def client(
    asked: list[tuple[str, Any]], given: list[tuple[int, Any]], monkeypatch: pytest.MonkeyPatch
) -> Any:
    """A client of which every request is noted, and answered in order; status 0 is a timeout."""
    session = botocore.session.Session()
    session.set_credentials("testing", "testing")
    left = iter(given)

    def before_send(request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        target = request.headers["X-Amz-Target"]
        asked.append(
            (target.decode() if isinstance(target, bytes) else target, json.loads(request.body))
        )
        status, document = next(left)
        if status == 0:
            raise ReadTimeoutError(endpoint_url="simulated")
        return answers.answer(request, status, json.dumps(document).encode())

    session.get_component("event_emitter").register("before-send", before_send)
    retries = {"mode": "standard", "total_max_attempts": 4}
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    return session.create_client("dynamodb", "eu-central-1", config=Config(retries=retries))


def outcome(call: Callable[[], dict[str, Any]]) -> Any:
    """What comes of a call, without what nobody reads of a refusal."""
    try:
        answer = call()
    except ClientError as error:
        fields = {k: v for k, v in error.response.items() if k != "ResponseMetadata"}
        return type(error).__name__, fields
    except ReadTimeoutError as error:
        return type(error).__name__
    return {name: value for name, value in answer.items() if name != "ResponseMetadata"}


@pytest.mark.parametrize(("operation", "arguments", "given"), CASES)
def test_both_ways_are_one(
    operation: str, arguments: Any, given: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    long_asked: list[tuple[str, Any]] = []
    short_asked: list[tuple[str, Any]] = []
    long, short = client(long_asked, given, monkeypatch), client(short_asked, given, monkeypatch)
    shorten(short)
    told = outcome(lambda: getattr(long, operation)(**arguments))
    assert outcome(lambda: getattr(short, operation)(**arguments)) == told
    for _, document in (*long_asked, *short_asked):
        token = document.pop("ClientRequestToken", None)
        assert (token is not None) == (operation == "transact_write_items")
    assert short_asked == long_asked
    assert len(short_asked) == len(given)


def test_a_transaction_keeps_its_token_when_it_is_tried_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[tuple[str, Any]] = []
    short = client(asked, [(500, BROKEN), (200, {})], monkeypatch)
    shorten(short)
    short.transact_write_items(**TWO)
    first, second = (document["ClientRequestToken"] for _, document in asked)
    assert first == second


def test_what_has_no_form_is_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, Any]] = []
    short = client(asked, [], monkeypatch)
    shorten(short)
    with pytest.raises(TypeError, match="set"):
        short.put_item(TableName="T", Item={"pk": {"SS": {"a"}}})
    assert asked == []
