"""What the simulator's DynamoDB takes; all else ends the seed with a NotSimulatedError.

tests/dynamodb_local holds the answers to what is admitted equal to those of Amazon's own engine.
What is refused nobody has compared: DynamoDB may do it, or answer it with an error. Code that
comes to need more extends this list, and the comparison with it.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from tests.simulation.aws import expressions
from tests.simulation.aws.evaluation import Terms, Wire, holds, kind, rank
from tests.simulation.aws.expressions import Action, Test, Tree, tests_of
from tests.simulation.aws.forms import Schema, check_value, need

Body = Mapping[str, Any]

_MAX_KEYS: Final = 100
_MAX_WRITES: Final = 100
_MAX_ITEM: Final = 400_000
"""Characters of JSON; DynamoDB counts fewer bytes for each value, and takes 409,600."""
_MAX_ANSWER: Final = 500_000
"""Characters of JSON; a page ends after a megabyte as DynamoDB counts it."""
_MAX_TRANSACTION: Final = 4_000_000
"""Characters of JSON; DynamoDB takes 4 MB."""
_MAX_NAME: Final = 255
_MAX_TOKEN: Final = 36

_TERMS: Final = frozenset({"ExpressionAttributeNames", "ExpressionAttributeValues"})
_WRITE: Final = _TERMS | {
    "TableName",
    "ConditionExpression",
    "ReturnValuesOnConditionCheckFailure",
}
_PARTS: Final = {
    "Put": _WRITE | {"Item"},
    "Delete": _WRITE | {"Key"},
    "Update": _WRITE | {"Key", "UpdateExpression"},
    "ConditionCheck": _WRITE | {"Key"},
}
_PARAMETERS: Final[Mapping[str, frozenset[str]]] = {
    "GetItem": frozenset({"TableName", "Key", "ConsistentRead"}),
    "BatchGetItem": frozenset({"RequestItems"}),
    "Query": _TERMS
    | {"TableName", "IndexName", "ConsistentRead", "KeyConditionExpression"}
    | {"ScanIndexForward", "Limit", "ExclusiveStartKey"},
    "PutItem": _PARTS["Put"] | {"ReturnValues"},
    "DeleteItem": _PARTS["Delete"] | {"ReturnValues"},
    "UpdateItem": _PARTS["Update"] | {"ReturnValues"},
    "TransactWriteItems": frozenset({"TransactItems", "ClientRequestToken"}),
}
_SHOWN: Final = {
    "PutItem": {"NONE", "ALL_OLD"},
    "DeleteItem": {"NONE", "ALL_OLD"},
    "UpdateItem": {"NONE", "ALL_OLD", "ALL_NEW"},
}
_RANGES: Final = frozenset({"=", "<", "<=", ">", ">=", "BETWEEN", "begins_with"})


def _only(known: frozenset[str], body: Body, what: str) -> None:
    need(known >= body.keys(), f"{sorted(set(body) - known)} of {what}")


class Admission:
    """Lets requests in, or ends the seed."""

    def __init__(self, tables: Iterable[Body]) -> None:
        """``tables``: the arguments of their CreateTable."""
        self._schemas = {arguments["TableName"]: Schema(arguments) for arguments in tables}

    def admit(self, operation: str, document: Body) -> None:
        """Refuse a request that nobody has compared with DynamoDB."""
        need(operation in _PARAMETERS, f"the operation {operation}")
        _only(_PARAMETERS[operation], document, operation)
        match operation:
            case "GetItem":
                self._schema(document).check_key(document["Key"])
            case "BatchGetItem":
                self._batch(document["RequestItems"])
            case "Query":
                self._query(document)
            case "TransactWriteItems":
                self._transaction(document)
            case _:
                shown = document.get("ReturnValues", "NONE")
                need(shown in _SHOWN[operation], f"ReturnValues {shown} of {operation}")
                self._write(operation.removesuffix("Item"), document)

    def admit_answer(self, text: str) -> None:
        """Refuse an answer of which DynamoDB may give a part only."""
        need(len(text) <= _MAX_ANSWER, "an answer that may be more than a page")

    def admit_item(self, table: str, item: Wire) -> None:
        """Refuse what an update made, if DynamoDB might not store it."""
        self._schemas[table].check_keys(item)
        need(len(json.dumps(item)) <= _MAX_ITEM, "an item that may be too big")

    def admit_writes(self, items: Sequence[Wire]) -> None:
        """Refuse a transaction that may be too big."""
        need(len(json.dumps(items)) <= _MAX_TRANSACTION, "a transaction that may be too big")

    def keys(self, table: str, index: str | None) -> list[str]:
        """The key attributes of an item as a page of a table or an index names it."""
        indexes = self._schemas[table].indexes
        return list(dict.fromkeys([*indexes[None], *indexes[index]]))

    def _schema(self, body: Body) -> Schema:
        need(body["TableName"] in self._schemas, f"the table {body['TableName']}")
        return self._schemas[body["TableName"]]

    # --- reads ----------------------------------------------------------------------------------

    def _batch(self, wanted: Body) -> None:
        count = 0
        for table, part in wanted.items():
            _only(frozenset({"Keys", "ConsistentRead"}), part, "BatchGetItem")
            for key in part["Keys"]:
                self._schema({"TableName": table}).check_key(key)
            keys = {(key["pk"]["S"], key["sk"]["S"]) for key in part["Keys"]}
            need(len(keys) == len(part["Keys"]) > 0, "a batch of no key, or of one key twice")
            count += len(keys)
        need(0 < count <= _MAX_KEYS, f"a batch of {count} keys")

    def _query(self, document: Body) -> None:
        schema = self._schema(document)
        index = document.get("IndexName")
        need(index in schema.indexes, f"the index {index}")
        need(not (index and document.get("ConsistentRead")), "a consistent read of an index")
        need(document.get("Limit", 1) >= 1, f"the limit {document.get('Limit')}")
        keys = schema.indexes[index]
        tree = _expression(document, "KeyConditionExpression")
        need(tree is not None, "a query without a condition")
        terms = _terms(document, tree, ())
        tests = (tree,) if isinstance(tree, Test) else tree.parts
        plain = isinstance(tree, Test) or tree.word == "AND"
        need(plain and all(isinstance(test, Test) for test in tests), "a query's condition")
        asked = [terms.name(test.name) for test in tests]
        need(asked == keys[: len(asked)], f"a query by {asked}")
        need(tests[0].sign == "=" and {test.sign for test in tests} <= _RANGES, "how it is asked")
        for test in tests:
            for operand in test.operands:
                need(operand[0] == ":" and terms.values[operand].get("S"), f"{operand} of a query")
        if "ExclusiveStartKey" in document:
            start = document["ExclusiveStartKey"]
            need(set(start) == {*keys, *schema.indexes[None]}, "the key to start from")
            schema.check_keys(start)
            need(holds(tree, start, terms), "a start outside of the query")

    # --- writes ---------------------------------------------------------------------------------

    def _transaction(self, document: Body) -> None:
        parts = document["TransactItems"]
        need(1 <= len(parts) <= _MAX_WRITES, f"a transaction of {len(parts)} items")
        token = document.get("ClientRequestToken", "token")
        need(1 <= len(token) <= _MAX_TOKEN, f"the token {token!r}")
        keys = set()
        for part in parts:
            need(
                len(part) == 1 and _PARTS.keys() >= part.keys(), f"{sorted(part)} in a transaction"
            )
            ((verb, body),) = part.items()
            _only(_PARTS[verb], body, verb)
            self._write(verb, body)
            key = body["Item" if verb == "Put" else "Key"]
            keys.add((body["TableName"], key["pk"]["S"], key["sk"]["S"]))
        need(len(keys) == len(parts), "one item twice in a transaction")

    def _write(self, verb: str, body: Body) -> None:
        schema = self._schema(body)
        shown = body.get("ReturnValuesOnConditionCheckFailure", "NONE")
        need(shown in {"NONE", "ALL_OLD"}, f"ReturnValuesOnConditionCheckFailure {shown}")
        if verb == "Put":
            item = body["Item"]
            need({"pk", "sk"} <= item.keys(), "an item without a key")
            for value in item.values():
                check_value(value)
            need(all(0 < len(name) <= _MAX_NAME for name in item), "an attribute's name")
            self.admit_item(body["TableName"], item)
        else:
            schema.check_key(body["Key"])
        actions: tuple[Action, ...] = ()
        if verb == "Update":
            actions = expressions.update(body.get("UpdateExpression", ""))
        condition = _expression(body, "ConditionExpression")
        need(verb != "ConditionCheck" or condition, "a check without a condition")
        _check_actions(actions, _terms(body, condition, actions))


def _expression(body: Body, name: str) -> Tree | None:
    return expressions.condition(body[name]) if name in body else None


def _terms(body: Body, condition: Tree | None, actions: tuple[Action, ...]) -> Terms:
    """The names and values of a request: each is given, used, and fit for its use."""
    terms = Terms(body)
    tests = list(tests_of(condition)) if condition else []
    used = {name for test in tests for name in (test.name, *test.operands)}
    for action in actions:
        used.update((action.name,), *action.operands)
    given = {*terms.names, *terms.values}
    need({name for name in used if name[0] in ":#"} == given, "names and values, given and used")
    need(all(0 < len(name) <= _MAX_NAME for name in terms.names.values()), "an attribute's name")
    for part in _TERMS & body.keys():
        need(body[part], f"empty {part}")
    for value in terms.values.values():
        check_value(value)
    for test in tests:
        _check_test(test, terms)
    return terms


def _check_test(test: Test, terms: Terms) -> None:
    values = [terms.values[operand] for operand in test.operands if operand[0] == ":"]
    names = [terms.name(name) for name in (test.name, *test.operands) if name[0] != ":"]
    need(len(set(names)) == len(names), f"{names[0]} compared with itself")
    if test.sign not in {"=", "<>", "IN"}:
        takes = {"S"} if test.sign in {"begins_with", "contains"} else {"S", "N"}
        kinds = {kind(value) for value in values}
        need(kinds <= takes and len(kinds) < 2, f"{test.sign} with {sorted(kinds)}")
    if test.sign == "BETWEEN":
        need(rank(values[0]) <= rank(values[1]), "BETWEEN bounds that cross")


def _check_actions(actions: tuple[Action, ...], terms: Terms) -> None:
    targets = [terms.name(action.name) for action in actions]
    need(len(set(targets)) == len(targets), "an attribute changed twice")
    need(not {"pk", "sk"} & set(targets), "a change of a key")
    for action in actions:
        used = [name for term in action.operands for name in term if name[0] == ":"]
        kinds = {kind(terms.values[name]) for name in used}
        if action.clause == "SET":
            need(not action.sign or kinds <= {"N"}, f"a sum with {sorted(kinds)}")
        elif action.clause != "REMOVE":
            takes = {"N", "SS"} if action.clause == "ADD" else {"SS"}
            need(kinds <= takes, f"{action.clause} of {sorted(kinds)}")
