"""PutItem, UpdateItem, DeleteItem and TransactWriteItems of the simulated DynamoDB."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from tests.simulation.dynamo_binding import Binder, Bound
from tests.simulation.dynamo_conditions import holds
from tests.simulation.dynamo_errors import (
    ApiError,
    NotSimulatedError,
    WriteFlawError,
    cancelled,
    condition_failed,
    invalid,
)
from tests.simulation.dynamo_syntax import parse_condition, parse_update
from tests.simulation.dynamo_tables import Key, Table
from tests.simulation.dynamo_updates import check_paths, updated
from tests.simulation.dynamo_values import WireItem, item_weight

Request = Mapping[str, Any]
Tables = Callable[[str], Table]
Commit = Callable[[Table, Key, WireItem | None], None]
Compute = Callable[[WireItem | None], WireItem | None]

MAX_WRITES: Final = 100
_MAX_TRANSACTION: Final = 4_194_304  # bytes


@dataclass(frozen=True)
class Write:
    """One item's part of a request, as far as it can be told without the item."""

    table: Table
    key: Key
    condition: Bound | None
    compute: Compute | None
    """What becomes of the item; None for a mere check. Raises ApiError."""
    shows_old: bool
    """Whether a failed condition answers with the item."""

    def failure(self, old: WireItem | None) -> ApiError | None:
        """The error of its condition; None where it holds."""
        if self.condition is None or holds(self.condition, old):
            return None
        return condition_failed(old if self.shows_old else None)


def write_item(tables: Tables, verb: str, request: Request, commit: Commit) -> dict[str, Any]:
    """Put, update or delete one item, if its condition holds."""
    write = prepare(tables, verb, request)
    shown = _returned(verb, request)
    old = write.table.items.get(write.key)
    failure = write.failure(old)
    if failure:
        raise failure
    assert write.compute is not None
    new = write.compute(old)
    commit(write.table, write.key, new)
    item = {"NONE": None, "ALL_OLD": old, "ALL_NEW": new}[shown]
    return {} if item is None else {"Attributes": item}


def _returned(verb: str, request: Request) -> str:
    shown: str = request.get("ReturnValues", "NONE")
    if verb == "Update" and shown in {"UPDATED_OLD", "UPDATED_NEW"}:
        raise NotSimulatedError(f"ReturnValues {shown}")
    if shown not in ({"NONE", "ALL_OLD", "ALL_NEW"} if verb == "Update" else {"NONE", "ALL_OLD"}):
        raise invalid(f"ReturnValues set to invalid value: {shown}")
    return shown


def transact(tables: Tables, request: Request, commit: Commit) -> None:
    """Write up to 100 items, or none: every condition is judged before anything is written."""
    parts = request["TransactItems"]
    if not 1 <= len(parts) <= MAX_WRITES:
        raise invalid("Member must have length less than or equal to 100: transactItems")
    writes = [_part(tables, part) for part in parts]
    if len({(write.table.name, write.key) for write in writes}) != len(writes):
        raise invalid("Transaction request cannot include multiple operations on one item")
    reasons: list[dict[str, Any]] = []
    results: list[WireItem | None] = []
    for write in writes:
        old = write.table.items.get(write.key)
        reason, new = _judge(write, old)
        reasons.append(reason)
        results.append(new)
    if any(reason["Code"] != "None" for reason in reasons):
        raise cancelled(reasons)
    if sum(item_weight(item) for item in results if item) > _MAX_TRANSACTION:
        raise NotSimulatedError("a transaction of more than 4 MB")
    for write, new in zip(writes, results, strict=True):
        if write.compute is not None:
            commit(write.table, write.key, new)


def _part(tables: Tables, part: Request) -> Write:
    if len(part) != 1:
        raise invalid("TransactItems can only contain one of Check, Put, Update or Delete")
    ((verb, request),) = part.items()
    try:
        return prepare(tables, verb, request)
    except WriteFlawError as error:
        raise NotSimulatedError(f"in a transaction: {error}") from error


def _judge(write: Write, old: WireItem | None) -> tuple[dict[str, Any], WireItem | None]:
    failure = write.failure(old)
    if failure:
        code = "ConditionalCheckFailed"
        return {"Code": code, "Message": failure.message, **failure.fields}, None
    if write.compute is None:
        return {"Code": "None"}, None
    try:
        return {"Code": "None"}, write.compute(old)
    except ApiError as error:
        return {"Code": "ValidationError", "Message": error.message}, None


def prepare(tables: Tables, verb: str, request: Request) -> Write:
    """Read one write; raises what DynamoDB answers to a request that is wrong in itself."""
    table = tables(request["TableName"])
    binder = Binder(request)
    texts = {"ConditionExpression", "UpdateExpression"}
    if (binder.names or binder.values) and not texts & request.keys():
        raise invalid("ExpressionAttributeNames can only be specified when using expressions")
    key, compute = _COMPUTES[verb](table, request, binder)
    condition = None
    if "ConditionExpression" in request:
        text = request["ConditionExpression"]
        condition = binder.node(parse_condition(text, "ConditionExpression"))
    elif verb == "ConditionCheck":
        raise invalid("The ConditionExpression of a ConditionCheck must not be null")
    binder.finish()
    shown = request.get("ReturnValuesOnConditionCheckFailure", "NONE")
    if shown not in {"NONE", "ALL_OLD"}:
        raise WriteFlawError(f"ReturnValuesOnConditionCheckFailure: {shown}")
    return Write(table, key, condition, compute, shown == "ALL_OLD")


def _put(table: Table, request: Request, binder: Binder) -> tuple[Key, Compute | None]:
    key = table.key_of(request["Item"])
    item = table.checked(request["Item"])
    return key, lambda old: item


def _delete(table: Table, request: Request, binder: Binder) -> tuple[Key, Compute | None]:
    return table.key(request["Key"]), lambda old: None


def _check(table: Table, request: Request, binder: Binder) -> tuple[Key, Compute | None]:
    return table.key(request["Key"]), None


def _update(table: Table, request: Request, binder: Binder) -> tuple[Key, Compute | None]:
    key = table.key(request["Key"])
    given: WireItem = dict(request["Key"])
    if "UpdateExpression" not in request:
        return key, lambda old: old or given
    actions = binder.actions(parse_update(request["UpdateExpression"]))
    check_paths(actions)
    for action in actions:
        if action.path.parts[0] in table.keys:
            raise WriteFlawError(f"Cannot update attribute {action.path.parts[0]}: part of the key")

    def compute(old: WireItem | None) -> WireItem:
        new = updated(old or given, actions)
        table.check(new)
        return new

    return key, compute


_COMPUTES: Final = {"Put": _put, "Delete": _delete, "ConditionCheck": _check, "Update": _update}
