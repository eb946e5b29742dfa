"""What an AWS call is called: who asks which service for what, and what for."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from tests.simulation.aws.cloud import Request
from tests.simulation.judge.identity import kind_of

_WORD: Final = re.compile(r"[a-z-]{3,}")


def name_of(request: Request, queues: Mapping[str, str]) -> str:
    """The function, the operation, and what of a table, queue, bus or provider it is about.

    ``queues``: logical ids by URL.
    """
    function = request.process.function.removesuffix("Function")
    return f"{function} {request.operation} {_target(request, queues)}".rstrip()


def _target(request: Request, queues: Mapping[str, str]) -> str:
    if request.operation == "PutEvents":
        return ", ".join(_once(one["DetailType"] for one in request.document()["Entries"]))
    if request.operation == "SendMessageBatch":
        return queues[request.document()["QueueUrl"]]
    return _items(request) if request.service == "dynamodb" else request.service.upper()


def _items(request: Request) -> str:
    document = request.document()
    match request.operation:
        case "BatchGetItem":
            asked = sorted(document["RequestItems"].items())
            return "; ".join(
                _of(table, (_kind(table, key) for key in wanted["Keys"])) for table, wanted in asked
            )
        case "TransactWriteItems":
            (first,) = document["TransactItems"][0].values()
            return _of(first["TableName"], map(_part, document["TransactItems"]))
        case "Query":
            return _of(document["TableName"], (_asked(document),))
    table = document["TableName"]
    return _of(table, (_kind(table, document.get("Item") or document["Key"]),))


def _of(table: str, kinds: Iterable[str]) -> str:
    return f"{table}: {', '.join(_once(kinds))}"


def _once(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))


def _part(part: Mapping[str, Any]) -> str:
    """What a part of a transaction is about; a check changes nothing."""
    ((verb, body),) = part.items()
    kind = _kind(body["TableName"], body["Item" if verb == "Put" else "Key"])
    return f"{kind}, checked" if verb == "ConditionCheck" else kind


def _kind(table: str, key: Mapping[str, Any]) -> str:
    return kind_of(table, (key["pk"]["S"], key["sk"]["S"]))


def _asked(document: Mapping[str, Any]) -> str:
    """The index, or else the words among the keys that are asked for; ids are not."""
    if "IndexName" in document:
        return f"the index {document['IndexName']}"
    values = (value["S"] for value in document["ExpressionAttributeValues"].values())
    words = [part for text in values for part in text.split("#") if _WORD.fullmatch(part)]
    return f"all {', '.join(_once(words))}"
