"""What a function's answer to a batch says about its records."""

from collections.abc import Mapping, Sequence
from typing import Any

from tests.simulation.processes.host import Result


def failed_items(result: Result, known: Sequence[str], *, partial: bool) -> list[str] | None:
    """Ids that have to come again, in the batch's order; None: the whole batch failed.

    "Configuring partial batch response with DynamoDB and Lambda" and "Handling errors for an SQS
    event source in Lambda": an empty or null list or response is a success, an identifier that
    is empty, null, badly named or unknown fails the whole batch.
    """
    if result.kind != "returned":
        return None
    if not partial or not result.value:
        return []
    if not isinstance(result.value, Mapping):
        return None
    entries = result.value.get("batchItemFailures") or []
    named = {_identifier(entry) for entry in entries}
    if not named <= set(known):
        return None
    return [each for each in known if each in named]


def _identifier(entry: Any) -> Any:
    return entry.get("itemIdentifier") if isinstance(entry, Mapping) else None
