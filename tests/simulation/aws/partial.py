"""Requests of which AWS does a part: keys left unprocessed, entries that failed.

Each function takes a request's document and gives the part that is done, and a way to complete
the answer to that part; None where nothing can be left out.
"""

import random
from collections.abc import Callable
from typing import Any, Final

Document = dict[str, Any]
Part = tuple[Document, Callable[[Document], Document]]


def _batch_get(document: Document, dice: random.Random) -> Part | None:
    done: Document = {}
    left: Document = {}
    for table, wanted in document["RequestItems"].items():
        kept = [key for key in wanted["Keys"] if dice.random() < 0.6] or wanted["Keys"][:1]
        rest = [key for key in wanted["Keys"] if key not in kept]
        done[table] = wanted | {"Keys": kept}
        if rest:
            left[table] = wanted | {"Keys": rest}
    if not left:
        return None

    def complete(answer: Document) -> Document:
        return answer | {"UnprocessedKeys": left}

    return document | {"RequestItems": done}, complete


def _put_events(document: Document, dice: random.Random) -> Part | None:
    entries = document["Entries"]
    failing = {index for index in range(len(entries)) if dice.random() < 0.4}
    if not failing or len(failing) == len(entries):
        return None

    def complete(answer: Document) -> Document:
        taken = iter(answer["Entries"])
        failed = {"ErrorCode": "InternalFailure", "ErrorMessage": "simulated"}
        told = [failed if n in failing else next(taken) for n in range(len(entries))]
        return answer | {"FailedEntryCount": len(failing), "Entries": told}

    kept = [entry for index, entry in enumerate(entries) if index not in failing]
    return document | {"Entries": kept}, complete


def _send_messages(document: Document, dice: random.Random) -> Part | None:
    entries = document["Entries"]
    kept = [entry for entry in entries if dice.random() < 0.6]
    if not kept or len(kept) == len(entries):
        return None
    failed = [
        {"Id": entry["Id"], "SenderFault": False, "Code": "InternalError"}
        for entry in entries
        if entry not in kept
    ]

    def complete(answer: Document) -> Document:
        return answer | {"Failed": failed}

    return document | {"Entries": kept}, complete


PARTS: Final[dict[str, Callable[[Document, random.Random], Part | None]]] = {
    "BatchGetItem": _batch_get,
    "PutEvents": _put_events,
    "SendMessageBatch": _send_messages,
}
"""By operation."""
