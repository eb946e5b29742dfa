"""EventBridge and SQS: they take what they are given, and the simulated delivery does the rest."""

import json
from collections.abc import Callable
from typing import Any, Final

from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from tests.simulation.aws import answers
from tests.simulation.processes.host import NotSimulatedError

_MOST: Final = 10
_LARGEST: Final = 256 * 1024
"""Entries of a request and bytes of its body: both services take as much by their quotas."""
_OK: Final = 200
_OF_A_MESSAGE: Final = frozenset({"Id", "MessageBody", "MessageGroupId", "MessageDeduplicationId"})
"""What of a message a queue keeps here; no room sends more."""

Document = dict[str, Any]


def _put_events(document: Document, new_id: Callable[[], str]) -> Document:
    for entry in document["Entries"]:
        json.loads(entry["Detail"])
        if not (entry["Source"] and entry["DetailType"] and entry["EventBusName"]):
            raise NotSimulatedError("an event without source, type or bus")
    return {"FailedEntryCount": 0, "Entries": [{"EventId": new_id()} for _ in document["Entries"]]}


def _send_messages(document: Document, new_id: Callable[[], str]) -> Document:
    ids = [entry["Id"] for entry in document["Entries"]]
    if any(entry.keys() - _OF_A_MESSAGE for entry in document["Entries"]):
        raise NotSimulatedError("attributes of a message")
    if len(set(ids)) < len(ids) or not all(entry["MessageBody"] for entry in document["Entries"]):
        raise NotSimulatedError("messages of one id, or an empty one")
    return {"Successful": [{"Id": one, "MessageId": new_id()} for one in ids]}


_TAKEN: Final = {"PutEvents": _put_events, "SendMessageBatch": _send_messages}


def takes(operation: str) -> bool:
    """Whether this is a request that is answered here."""
    return operation in _TAKEN


def execute(operation: str, sent: AWSPreparedRequest, new_id: Callable[[], str]) -> AWSResponse:
    """Answer a request; raises NotSimulatedError for what AWS would or might refuse."""
    document = json.loads(sent.body)
    if not 0 < len(document["Entries"]) <= _MOST or len(sent.body) > _LARGEST:
        raise NotSimulatedError(f"{operation} of no entry, or of too many or too large")
    answer = _TAKEN[operation](document, new_id)
    return answers.answer(sent, _OK, json.dumps(answer).encode())
