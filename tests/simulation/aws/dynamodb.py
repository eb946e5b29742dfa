"""moto's DynamoDB, as far as it is DynamoDB.

moto keeps the tables and answers queries. What it gets wrong is corrected here: conditions and
updates (evaluation.py); transactions, which look at every condition before they write anything
and know their ClientRequestToken; a page that ends with its limit names where to go on; a write
that changes nothing leaves no record on the stream. What nobody has compared is refused
(admission.py). tests/dynamodb_local holds the rest against Amazon's own engine.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from moto.backends import get_backend
from moto.core import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType
from moto.dynamodb.models.table import Table
from moto.dynamodb.models.utilities import dynamo_json_dump
from moto.dynamodb.responses import DynamoHandler

from tests.simulation.aws import answers, expressions
from tests.simulation.aws.admission import Admission
from tests.simulation.aws.change import Change, plain_item
from tests.simulation.aws.evaluation import Terms, UnfitError, Wire, holds, updated
from tests.simulation.aws.expressions import tests_of
from tests.simulation.aws.items import Key, Shown, Stored, stored, unsorted

_TOKEN_SECONDS: Final = 600
"""For as long DynamoDB knows a transaction's token (API reference, TransactWriteItems)."""
_NOTHING: Final = json.dumps({"Items": [], "Count": 0, "ScannedCount": 0})
_OK: Final = 200
_REFUSED: Final = 400

Document = dict[str, Any]
Answer = tuple[int, Document]


class MotoDynamoDB:
    """Tables in moto's memory, empty at first; one at a time, within ``mock_aws``."""

    def __init__(
        self, region: str, clock: Callable[[], float], tables: Sequence[Mapping[str, Any]]
    ) -> None:
        """``clock`` gives seconds since 1970; ``tables`` are the arguments of CreateTable."""
        self._region = region
        self._backend: DynamoDBBackend = get_backend("dynamodb")[DEFAULT_ACCOUNT_ID][region]
        self._clock = clock
        self._admission = Admission(tables)
        self._changes: list[Change] = []
        self._tokens: dict[str, tuple[float, str]] = {}
        self._sequence = 0
        self._shown = {arguments["TableName"]: Shown(arguments) for arguments in tables}
        for table in self._backend.tables.values():
            table.items.clear()

    def execute(self, sent: AWSPreparedRequest, document: Document | None = None) -> AWSResponse:
        """Answer a request as DynamoDB would; raises NotSimulatedError where nobody knows how.

        ``document``: its body, where somebody has read that already, and will not change it.
        """
        target = sent.headers["X-Amz-Target"]
        operation = (target.decode() if isinstance(target, bytes) else target).partition(".")[2]
        read = json.loads(sent.body) if document is None else document
        status, text = self.answer(operation, read)
        return answers.answer(sent, status, text.encode())

    def answer(self, operation: str, document: Document) -> tuple[int, str]:
        """Status and document that DynamoDB answers to an operation's document."""
        self._admission.admit(operation, document)
        if operation in {"GetItem", "BatchGetItem", "Query"}:
            text = self._read(operation, document)
            self._admission.admit_answer(text)
            return _OK, text
        status, answer = (
            self._transact(document)
            if operation == "TransactWriteItems"
            else self._write(operation.removesuffix("Item"), document)
        )
        return status, json.dumps(answer)

    def take_changes(self) -> list[Change]:
        """What was changed since the last time, in the order of the writes."""
        changes, self._changes = self._changes, []
        return changes

    def items(self, table: str) -> Iterator[dict[str, Any]]:
        """Everything a table holds, by its keys, in plain Python."""
        for item in sorted(unsorted(self._backend.tables[table]), key=Stored.key):
            yield plain_item(item.wire)

    @contextmanager
    def as_before(self, unseen: Iterable[Change]) -> Iterator[None]:
        """Let the tables look as if these latest changes of theirs had not been made yet."""
        first: dict[tuple[str, Key], Change] = {}
        for change in unseen:
            first.setdefault((change.table, change.key), change)
        now = [(table, key, self._get(table, key)) for table, key in first]
        try:
            for (table, key), change in first.items():
                self._set(table, key, change.former)
            yield
        finally:
            for table, key, item in now:
                self._set(table, key, item)

    # --- reads ----------------------------------------------------------------------------------

    def _read(self, operation: str, document: Document) -> str:
        match operation:
            case "GetItem":
                found = self._get(document["TableName"], _key_of("Get", document))
                return json.dumps({"Item": found.wire} if found else {})
            case "BatchGetItem":
                asked = document["RequestItems"].items()
                responses = {table: self._all(table, part["Keys"]) for table, part in asked}
                return json.dumps({"Responses": responses, "UnprocessedKeys": {}})
        return self._query(document)

    def _all(self, table: str, keys: Sequence[Wire]) -> list[Wire]:
        found = (self._get(table, _key_of("Get", {"Key": key})) for key in keys)
        return [item.wire for item in found if item]

    def _query(self, document: Document) -> str:
        """Let moto's handler do it, without the general machinery around it, which takes longer.

        What that machinery would do to the document and to the answer, JSON does as well: both
        are DynamoDB's own form already.
        """
        table = self._backend.tables[document["TableName"]]
        candidates = self._candidates(table, document)
        if not candidates:
            return _NOTHING
        # moto looks at each item of a table, in order, and then sorts what it takes.
        table.all_items = lambda: candidates
        handler = DynamoHandler()
        handler.headers = handler.response_headers = {}
        handler.region, handler.current_account = self._region, DEFAULT_ACCOUNT_ID
        handler.body = handler.params = document
        answer = handler.query().result
        self._end_page(document, answer)
        return dynamo_json_dump(answer)

    def _candidates(self, table: Table, document: Document) -> list[Stored]:
        """The partition of the table or the index that a query asks for."""
        test = next(tests_of(expressions.condition(document["KeyConditionExpression"])))
        terms = Terms(document)
        value = terms.values[test.operands[0]]
        if "IndexName" not in document:
            return list(table.items.get(DynamoType(value), {}).values())
        return self._shown[table.name].of(terms.name(test.name), value)

    def _end_page(self, document: Document, answer: Document) -> None:
        """A page that reached its limit names where to go on, though nothing may follow."""
        items = answer["Items"]
        if "LastEvaluatedKey" in answer or not items or len(items) < document.get("Limit", 1e9):
            return
        names = self._admission.keys(document["TableName"], document.get("IndexName"))
        answer["LastEvaluatedKey"] = {name: items[-1][name] for name in names}

    # --- writes ---------------------------------------------------------------------------------

    def _write(self, verb: str, body: Document) -> Answer:
        """Put, update or delete one item, if its condition holds."""
        key = _key_of(verb, body)
        old = self._get(body["TableName"], key)
        if not _allowed(body, old):
            shown = {"Item": old.wire} if old and _shows(body) else {}
            return _error("ConditionalCheckFailedException", **shown)
        try:
            new = self._made(verb, body, old)
        except UnfitError as error:
            return _error("ValidationException", message=str(error))
        self._commit(body["TableName"], key, old, new)
        images = {"ALL_OLD": old.wire if old else None, "ALL_NEW": new}
        image = images.get(body.get("ReturnValues", "NONE"))
        return _OK, {} if image is None else {"Attributes": image}

    def _transact(self, document: Document) -> Answer:
        parts = document["TransactItems"]
        token = document.get("ClientRequestToken")
        known = self._tokens.get(token) if token else None
        written = json.dumps(parts, sort_keys=True) if token else ""
        if known and known[0] > self._clock() - _TOKEN_SECONDS:
            if known[1] == written:
                return _OK, {}
            return _error("IdempotentParameterMismatchException")
        answer = self._write_all([next(iter(part.items())) for part in parts])
        if answer[0] == _OK and token:
            self._tokens[token] = (self._clock(), written)
        return answer

    def _write_all(self, parts: Sequence[tuple[str, Document]]) -> Answer:
        """Every condition is judged, and every item made, before anything is written."""
        reasons: list[Document] = []
        commits = []
        for verb, body in parts:
            table, key = body["TableName"], _key_of(verb, body)
            old = self._get(table, key)
            reason: Document = {"Code": "None"}
            if not _allowed(body, old):
                shown = {"Item": old.wire} if old and _shows(body) else {}
                reason = {"Code": "ConditionalCheckFailed", "Message": "condition failed"} | shown
            elif verb != "ConditionCheck":
                try:
                    commits.append((table, key, old, self._made(verb, body, old)))
                except UnfitError as error:
                    reason = {"Code": "ValidationError", "Message": str(error)}
            reasons.append(reason)
        if any(reason["Code"] != "None" for reason in reasons):
            codes = ", ".join(reason["Code"] for reason in reasons)
            message = f"Transaction cancelled, specific reasons [{codes}]"
            return _error(
                "TransactionCanceledException", Message=message, CancellationReasons=reasons
            )
        self._admission.admit_writes([new for _, _, _, new in commits if new])
        for commit in commits:
            self._commit(*commit)
        return _OK, {}

    def _made(self, verb: str, body: Document, old: Stored | None) -> Wire | None:
        """What becomes of an item; raises UnfitError."""
        if verb == "Put":
            item: Wire = body["Item"]
            return item
        if verb == "Delete":
            return None
        actions = expressions.update(body["UpdateExpression"])
        new = updated(actions, old.wire if old else body["Key"], Terms(body))
        self._admission.admit_item(body["TableName"], new)
        return new

    # --- items ----------------------------------------------------------------------------------

    def _get(self, table: str, key: Key) -> Stored | None:
        rows = self._backend.tables[table].items.get(DynamoType({"S": key[0]}), {})
        found: Stored | None = rows.get(DynamoType({"S": key[1]}))
        return found

    def _set(self, table: str, key: Key, item: Stored | None) -> None:
        rows = self._backend.tables[table].items[DynamoType({"S": key[0]})]
        self._shown[table].set(key, rows.get(DynamoType({"S": key[1]})), item)
        if item is None:
            rows.pop(DynamoType({"S": key[1]}), None)
        else:
            rows[DynamoType({"S": key[1]})] = item

    def _commit(self, table: str, key: Key, old: Stored | None, new: Wire | None) -> None:
        """Store an item; a write that leaves it as it was is none."""
        before = old.wire if old else None
        if new == before:
            return
        self._set(table, key, stored(key, new, old) if new is not None else None)
        self._sequence += 1
        self._changes.append(
            Change(
                table,
                key,
                plain_item(before) if before is not None else None,
                plain_item(new) if new is not None else None,
                self._record(table, key, before, new),
                former=old,
            )
        )

    def _record(self, table: str, key: Key, old: Wire | None, new: Wire | None) -> Document:
        images = {"OldImage": old, "NewImage": new}
        return {
            "eventID": f"{self._sequence:032x}",
            "eventName": "INSERT" if old is None else "REMOVE" if new is None else "MODIFY",
            "eventVersion": "1.1",
            "eventSource": "aws:dynamodb",
            "awsRegion": self._region,
            "eventSourceARN": f"arn:aws:dynamodb:{self._region}:0:table/{table}/stream/0",
            "dynamodb": {
                "ApproximateCreationDateTime": int(self._clock()),
                "Keys": {"pk": {"S": key[0]}, "sk": {"S": key[1]}},
                "SequenceNumber": f"{self._sequence:021}",
                "SizeBytes": 1,
                "StreamViewType": "NEW_AND_OLD_IMAGES",
                **{name: image for name, image in images.items() if image is not None},
            },
        }


def _error(code: str, **fields: Any) -> Answer:
    kind = f"com.amazonaws.dynamodb.v20120810#{code}"
    return _REFUSED, {"__type": kind, "message": "simulated", **fields}


def _key_of(verb: str, body: Document) -> Key:
    key = body["Item" if verb == "Put" else "Key"]
    return key["pk"]["S"], key["sk"]["S"]


def _shows(body: Document) -> bool:
    return body.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD"


def _allowed(body: Document, old: Stored | None) -> bool:
    text = body.get("ConditionExpression")
    if text is None:
        return True
    return holds(expressions.condition(text), old.wire if old else None, Terms(body))
