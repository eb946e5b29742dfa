"""DynamoDB in a dictionary: the calls that the rooms make, answered in some twenty microseconds.

Values stand as they do on the wire. What conditions and updates mean is the simulator's
(tests/simulation/aws), which is held equal to Amazon's own engine; tests/stateful/test_memory.py
holds this one equal to the simulator's, call by call. Reads are consistent, indexes too.
"""

import base64
import json
from bisect import insort
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from botocore.exceptions import ClientError

from tests.simulation.aws import expressions
from tests.simulation.aws.evaluation import Terms, UnfitError, Wire, holds, updated
from tests.simulation.aws.expressions import Test

Key = tuple[str, str]
Document = dict[str, Any]
Record = tuple[str, Document]
"""A table's logical id, and the record of a change as its stream has it."""
Kept = tuple[dict[str, dict[str, dict[str, Wire]]], dict[str, float]]

_TOKEN_SECONDS: Final = 600
_BAD_REQUEST: Final = 400


class _Index:
    """An index of a table: who stands in it, under each value of its hash key, in order."""

    def __init__(self, definition: Mapping[str, Any]) -> None:
        kinds = {part["KeyType"]: part["AttributeName"] for part in definition["KeySchema"]}
        self.hash: str = kinds["HASH"]
        self.range: str | None = kinds.get("RANGE")
        projection = definition["Projection"]
        self.shown: frozenset[str] | None = None
        if projection["ProjectionType"] != "ALL":
            named = (self.hash, self.range or "", "pk", "sk")
            self.shown = frozenset({*named, *projection.get("NonKeyAttributes", ())})
        self.rows: dict[str, list[tuple[str, str, str]]] = {}

    def place(self, item: Wire | None) -> tuple[str, tuple[str, str, str]] | None:
        """Where an item stands: sparse, by the index's range key and then by its own key."""
        if item is None or self.hash not in item or (self.range and self.range not in item):
            return None
        sort = item[self.range]["S"] if self.range else ""
        return item[self.hash]["S"], (sort, item["pk"]["S"], item["sk"]["S"])

    def move(self, old: Wire | None, new: Wire | None) -> None:
        before, after = self.place(old), self.place(new)
        if before == after:
            return
        if before:
            self.rows[before[0]].remove(before[1])
        if after:
            insort(self.rows.setdefault(after[0], []), after[1])

    def project(self, item: Wire) -> Wire:
        if self.shown is None:
            return item
        return {name: value for name, value in item.items() if name in self.shown}


class MemoryDynamo:
    """A client of DynamoDB, and the tables behind it."""

    def __init__(self, tables: Sequence[Mapping[str, Any]], clock: Callable[[], float]) -> None:
        """``tables`` are the arguments of CreateTable; ``clock`` gives seconds since 1970."""
        self.records: list[Record] = []
        """What was changed, in order; whoever delivers takes it out."""
        self.calls = 0
        self._clock = clock
        self._rows: dict[str, dict[str, dict[str, Wire]]] = {t["TableName"]: {} for t in tables}
        self._definitions = {
            table["TableName"]: {
                each["IndexName"]: each for each in table.get("GlobalSecondaryIndexes", ())
            }
            for table in tables
        }
        self._indexes: dict[str, dict[str, _Index]] = {}
        self._tokens: dict[str, float] = {}
        self._sequence = 0
        self._reindex()

    # --- keep and restore -----------------------------------------------------------------------

    def keep(self) -> Kept:
        """All tables as they are; items are never changed in place."""
        return (
            {
                table: {pk: dict(rows) for pk, rows in parts.items()}
                for table, parts in self._rows.items()
            },
            dict(self._tokens),
        )

    def restore(self, kept: Kept) -> None:
        """Let the tables be as they were; records that were not delivered are gone."""
        rows, tokens = kept
        self._rows = {
            table: {pk: dict(items) for pk, items in parts.items()} for table, parts in rows.items()
        }
        self._tokens = dict(tokens)
        self.records.clear()
        self._sequence = 0
        self._reindex()

    def _reindex(self) -> None:
        self._indexes = {
            table: {name: _Index(definition) for name, definition in definitions.items()}
            for table, definitions in self._definitions.items()
        }
        for table, parts in self._rows.items():
            for items in parts.values():
                for item in items.values():
                    for index in self._indexes[table].values():
                        index.move(None, item)

    @property
    def names(self) -> list[str]:
        """The tables' logical ids."""
        return list(self._rows)

    def items(self, table: str) -> list[Wire]:
        """Everything a table holds, by its keys."""
        parts = self._rows[table]
        return [parts[pk][sk] for pk in sorted(parts) for sk in sorted(parts[pk])]

    # --- reads ----------------------------------------------------------------------------------

    def get_item(self, **document: Any) -> Document:
        self.calls += 1
        found = self._get(document["TableName"], _key(document["Key"]))
        return {"Item": found} if found else {}

    def batch_get_item(self, **document: Any) -> Document:
        self.calls += 1
        responses: dict[str, list[Wire]] = {}
        for table, part in document["RequestItems"].items():
            found = (self._get(table, _key(key)) for key in part["Keys"])
            responses[table] = [item for item in found if item]
        return {"Responses": responses, "UnprocessedKeys": {}}

    def query(self, **document: Any) -> Document:
        self.calls += 1
        table, name = document["TableName"], document.get("IndexName")
        tree = expressions.condition(document["KeyConditionExpression"])
        terms = Terms(document)
        first, *ranges = (tree,) if isinstance(tree, Test) else tree.parts
        value = terms.values[first.operands[0]]["S"]
        index = self._indexes[table][name] if name else None
        if index is None:
            part = self._rows[table].get(value, {})
            rows = [(sk, value, sk) for sk in sorted(part)]
        else:
            rows = index.rows.get(value, [])
        if not document.get("ScanIndexForward", True):
            rows = rows[::-1]
        if start := document.get("ExclusiveStartKey"):
            rows = _after(rows, start, index, forward=document.get("ScanIndexForward", True))
        limit = document.get("Limit")
        items: list[Wire] = []
        last: Wire | None = None
        for _, pk, sk in rows:
            item = self._rows[table][pk][sk]
            if not all(holds(test, item, terms) for test in ranges):
                continue
            items.append(index.project(item) if index else item)
            if limit and len(items) == limit:
                last = item
                break
        answer: Document = {"Items": items, "Count": len(items)}
        if last is not None:
            keys = {"pk", "sk"} | ({index.hash, index.range} if index else set())
            answer["LastEvaluatedKey"] = {key: last[key] for key in keys if key}
        return answer

    # --- writes ---------------------------------------------------------------------------------

    def put_item(self, **document: Any) -> Document:
        return self._write("Put", document)

    def update_item(self, **document: Any) -> Document:
        return self._write("Update", document)

    def delete_item(self, **document: Any) -> Document:
        return self._write("Delete", document)

    def transact_write_items(self, **document: Any) -> Document:
        """Every condition is judged, and every item made, before anything is written."""
        self.calls += 1
        token = document.get("ClientRequestToken")
        if token and self._tokens.get(token, 0.0) > self._clock() - _TOKEN_SECONDS:
            return {}
        reasons: list[Document] = []
        commits = []
        for part in document["TransactItems"]:
            ((verb, body),) = part.items()
            table, key = body["TableName"], _key(body["Item" if verb == "Put" else "Key"])
            old = self._get(table, key)
            reason: Document = {"Code": "None"}
            if not _allowed(body, old):
                reason = {"Code": "ConditionalCheckFailed", **_shown(body, old)}
            elif verb != "ConditionCheck":
                try:
                    commits.append((table, key, old, _made(verb, body, old)))
                except UnfitError:
                    reason = {"Code": "ValidationError"}
            reasons.append(reason)
        if any(reason["Code"] != "None" for reason in reasons):
            raise _error("TransactionCanceledException", CancellationReasons=reasons)
        for commit in commits:
            self._commit(*commit)
        if token:
            self._tokens[token] = self._clock()
        return {}

    def _write(self, verb: str, body: Document) -> Document:
        self.calls += 1
        key = _key(body["Item" if verb == "Put" else "Key"])
        old = self._get(body["TableName"], key)
        if not _allowed(body, old):
            raise _error("ConditionalCheckFailedException", **_shown(body, old))
        try:
            new = _made(verb, body, old)
        except UnfitError as error:
            raise _error("ValidationException") from error
        self._commit(body["TableName"], key, old, new)
        image = {"ALL_OLD": old, "ALL_NEW": new}.get(body.get("ReturnValues", "NONE"))
        return {} if image is None else {"Attributes": image}

    def _get(self, table: str, key: Key) -> Wire | None:
        return self._rows[table].get(key[0], {}).get(key[1])

    def _commit(self, table: str, key: Key, old: Wire | None, new: Wire | None) -> None:
        """Store an item; a write that leaves it as it was is none."""
        if new == old:
            return
        part = self._rows[table].setdefault(key[0], {})
        if new is None:
            del part[key[1]]
        else:
            part[key[1]] = new
        for index in self._indexes[table].values():
            index.move(old, new)
        self._sequence += 1
        images = {"OldImage": old, "NewImage": new}
        body = {
            "Keys": {"pk": {"S": key[0]}, "sk": {"S": key[1]}},
            "SequenceNumber": f"{self._sequence:021}",
            **{name: _streamed(image) for name, image in images.items() if image is not None},
        }
        name = "INSERT" if old is None else "REMOVE" if new is None else "MODIFY"
        self.records.append(
            (table, {"eventID": body["SequenceNumber"], "eventName": name, "dynamodb": body})
        )


def _after(
    rows: list[tuple[str, str, str]], start: Wire, index: _Index | None, *, forward: bool
) -> list[tuple[str, str, str]]:
    """What comes behind a key, whether that is still there or not."""
    pk, sk = _key(start)
    sort = sk if index is None else start[index.range]["S"] if index.range else ""
    place = (sort, pk, sk)
    return [row for row in rows if (row > place if forward else row < place)]


def _made(verb: str, body: Document, old: Wire | None) -> Wire | None:
    """What becomes of an item; raises UnfitError."""
    if verb == "Put":
        item: Wire = body["Item"]
        return item
    if verb == "Delete":
        return None
    return updated(expressions.update(body["UpdateExpression"]), old or body["Key"], Terms(body))


def _key(key: Wire) -> Key:
    return key["pk"]["S"], key["sk"]["S"]


def _allowed(body: Document, old: Wire | None) -> bool:
    text = body.get("ConditionExpression")
    return text is None or holds(expressions.condition(text), old, Terms(body))


def _shown(body: Document, old: Wire | None) -> Document:
    wanted = body.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD"
    return {"Item": old} if old and wanted else {}


def _streamed(image: Wire) -> Wire:
    """An image as JSON carries it: bytes in base64."""
    return {
        name: {"B": base64.b64encode(value["B"]).decode()} if "B" in value else value
        for name, value in image.items()
    }


def _error(code: str, **fields: Any) -> ClientError:
    told = {
        "Error": {"Code": code, "Message": json.dumps(sorted(fields))},
        "ResponseMetadata": {"HTTPStatusCode": _BAD_REQUEST},
    }
    return ClientError(told | fields, "memory")
