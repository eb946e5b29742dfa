"""The JSON that AWS hands to functions and failure destinations, in its documented shapes."""

import hashlib
import random
import uuid
from datetime import UTC, datetime
from typing import Any, Final

from tests.simulation.processes.host import Result

ACCOUNT: Final = "123456789012"
REGION: Final = "eu-central-1"
_LATEST: Final = "$LATEST"


def random_id(dice: random.Random) -> str:
    """A UUID, as AWS names requests, messages and events."""
    return str(uuid.UUID(int=dice.getrandbits(128), version=4))


def moment(at: float, timespec: str = "seconds") -> str:
    """An instant as AWS writes it."""
    text = datetime.fromtimestamp(at, UTC).isoformat(timespec=timespec)
    return text.replace("+00:00", "Z")


def function_arn(function: str) -> str:
    """The ARN in a failure record; its last part but one is the logical id."""
    return f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{function}:{_LATEST}"


def function_of(arn: str) -> str:
    """The logical id in an ARN of :func:`function_arn`."""
    return arn.split(":")[6]


def queue_arn(queue: str) -> str:
    """The ARN of a queue."""
    return f"arn:aws:sqs:{REGION}:{ACCOUNT}:{queue}"


def bus_event(entry: dict[str, Any], event_id: str, time: str, detail: Any) -> dict[str, Any]:
    """See "AWS service event metadata" (Amazon EventBridge user guide)."""
    return {
        "version": "0",
        "id": event_id,
        "detail-type": entry["DetailType"],
        "source": entry["Source"],
        "account": ACCOUNT,
        "time": time,
        "region": REGION,
        "resources": list(entry.get("Resources", [])),
        "detail": detail,
    }


def notification(topic: str, identifier: str, message: str, at: float) -> dict[str, Any]:
    """See "Using AWS Lambda with Amazon SNS" (Lambda developer guide)."""
    arn = f"arn:aws:sns:{REGION}:{ACCOUNT}:{topic}"
    sns = {
        "Type": "Notification",
        "MessageId": identifier,
        "TopicArn": arn,
        "Message": message,
        "Timestamp": moment(at, "milliseconds"),
    }
    record = {
        "EventSource": "aws:sns",
        "EventVersion": "1.0",
        "EventSubscriptionArn": f"{arn}:{identifier}",
        "Sns": sns,
    }
    return {"Records": [record]}


def md5(body: str) -> str:
    """A message's md5OfBody."""
    return hashlib.md5(body.encode(), usedforsecurity=False).hexdigest()


def invocation_record(
    function: str, request_id: str, condition: str, invoked: int, at: float, result: Result | None
) -> dict[str, Any]:
    """What the records of both kinds of failure destination begin with."""
    answer = {"statusCode": 200, "executedVersion": _LATEST, "functionError": "Unhandled"}
    if result is not None and result.kind == "returned":
        del answer["functionError"]  # it named failed items, or named them wrongly
    return {
        "version": "1.0",
        "timestamp": moment(at, "milliseconds"),
        "requestContext": {
            "requestId": request_id,
            "functionArn": function_arn(function),
            "condition": condition,
            "approximateInvokeCount": invoked,
        },
        **({} if result is None else {"responseContext": answer}),
    }


def stream_positions(
    table: str, shard: str, numbers: tuple[str, str], times: tuple[float, float], size: int
) -> dict[str, Any]:
    """Where discarded records of a stream are: the records themselves are not told."""
    return {
        "shardId": shard,
        "startSequenceNumber": numbers[0],
        "endSequenceNumber": numbers[1],
        "approximateArrivalOfFirstRecord": moment(times[0]),
        "approximateArrivalOfLastRecord": moment(times[1]),
        "batchSize": size,
        "streamArn": f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{table}/stream",
    }
