"""What AWS answers when something is wrong, as it comes over the wire, per service."""

import json
from io import BytesIO
from typing import Any, Final
from xml.sax.saxutils import escape

from botocore.awsrequest import AWSPreparedRequest, AWSResponse

# Service → (status, code) of being asked too much, and of an error of its own.
_THROTTLED: Final = {
    "dynamodb": (
        (400, "ProvisionedThroughputExceededException"),
        (400, "ThrottlingException"),
        (400, "RequestLimitExceeded"),
    ),
    "events": ((400, "ThrottlingException"),),
    "sqs": ((403, "RequestThrottled"),),
    "sesv2": ((429, "TooManyRequestsException"),),
    "sns": ((400, "Throttling"),),
    "secretsmanager": ((400, "ThrottlingException"),),
}
_BROKEN: Final = {
    "dynamodb": (500, "InternalServerError"),
    "events": (500, "InternalException"),
    "sqs": (500, "InternalFailure"),
    "sesv2": (500, "InternalFailure"),
    "sns": (500, "InternalError"),
    "secretsmanager": (500, "InternalServiceError"),
}


class _Body(BytesIO):
    def stream(self, **_: Any) -> Any:
        yield self.read()


def answer(request: AWSPreparedRequest, status: int, body: bytes, **headers: str) -> AWSResponse:
    """An answer as botocore gets it from its connection."""
    return AWSResponse(request.url, status, headers, _Body(body))


def throttled(service: str, request: AWSPreparedRequest, pick: int) -> AWSResponse:
    """AWS asks for fewer requests; ``pick`` chooses among the ways it says so."""
    ways = _THROTTLED[service]
    return refusal(service, request, *ways[pick % len(ways)])


def broken(service: str, request: AWSPreparedRequest) -> AWSResponse:
    """A 5xx: nobody knows whether the request was applied."""
    return refusal(service, request, *_BROKEN[service])


def refusal(service: str, request: AWSPreparedRequest, status: int, code: str) -> AWSResponse:
    """An error in the service's own protocol."""
    if service == "sns":
        text = (
            "<ErrorResponse><Error><Type>Sender</Type>"
            f"<Code>{escape(code)}</Code><Message>simulated</Message></Error>"
            "<RequestId>simulated</RequestId></ErrorResponse>"
        )
        return answer(request, status, text.encode())
    body = json.dumps({"__type": code, "message": "simulated"}).encode()
    return answer(request, status, body, **{"x-amzn-ErrorType": code})


def conflict(request: AWSPreparedRequest, operation: str, hit: int) -> AWSResponse:
    """Another transaction holds an item: number ``hit`` of a transaction's, or the only one."""
    if operation != "TransactWriteItems":
        return refusal("dynamodb", request, 400, "TransactionConflictException")
    items = len(json.loads(request.body)["TransactItems"])
    reasons: list[dict[str, str]] = [{"Code": "None"} for _ in range(items)]
    reasons[hit % items] = {"Code": "TransactionConflict", "Message": "simulated"}
    codes = ", ".join(reason["Code"] for reason in reasons)
    body = {
        "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
        "Message": f"Transaction cancelled, specific reasons [{codes}]",
        "CancellationReasons": reasons,
    }
    return answer(request, 400, json.dumps(body).encode())
