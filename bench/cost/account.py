"""AWS as the functions meet it: DynamoDB Local, counted, and stand-ins for everything else.

Every request passes botocore's one place, so the code under test is as it is deployed. DynamoDB
Local tells what each request consumed, indexes included; of a transaction it tells wrong, so its
items are looked at before and after (bench/cost/units.py). So are those of plain writes: that what
is told is what the rules say is held at each of them.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from typing import Any, Final
from unittest.mock import patch

from botocore.client import BaseClient
from botocore.exceptions import ClientError

from bench.capacity import KB
from bench.cost.tally import Use
from bench.cost.units import Index, Wire, kilobytes, written

READS: Final = frozenset({"GetItem", "BatchGetItem", "Query"})
TRANSACTION: Final = "TransactWriteItems"
WRITES: Final = frozenset({"PutItem", "UpdateItem", "DeleteItem", TRANSACTION})
_REFUSALS: Final = {"ConditionalCheckFailedException", "TransactionCanceledException"}
CARRIER: Final = "carrier"
"""Whose an item is that stands for a carrier and no order: one write of it is many orders'."""
_BILLED_CHUNK: Final = 64 * KB
"""Of an event, a queue's message, a notification: each begun chunk is one (pricing pages)."""

Document = Mapping[str, Any]
Images = list[Wire | None]
Record = Callable[[Use, float, str], None]


def chunks(text: str) -> int:
    """How many chunks of 64 KB an event or a message is billed as."""
    return max(1, -(-len(text.encode()) // _BILLED_CHUNK))


class Account:
    """Takes requests while a function runs; others, such as the bench's own, pass uncounted."""

    def __init__(self, operator_secret: str, indexes: Mapping[str, tuple[Index, ...]]) -> None:
        self.events: list[dict[str, Any]] = []
        self.messages: list[tuple[str, dict[str, str]]] = []
        """URL of a queue, and an entry of a batch."""
        self.mails: list[tuple[str, Document]] = []
        """SES's id, and the request."""
        self.changed: set[str] = set()
        """Tables that were written: their streams have something to tell."""
        self.latencies: list[str] = []
        """The services that were waited for since this was last emptied."""
        self.running = ""
        """The function that runs."""
        self.calls: Counter[tuple[str, str]] = Counter()
        """Requests, by function and operation."""
        self.refused: list[str] = []
        """Conditions that did not hold: an ordinary life has none."""
        self.plain_writes = 0
        """Those of which DynamoDB Local and the rules say the same."""
        self.differences: list[str] = []
        """Those of which they do not."""
        self._operator_secret = operator_secret
        self._indexes = indexes
        self._record: Record | None = None
        self._send = BaseClient._make_api_call  # noqa: SLF001 - the one place all calls pass
        self._numbers = count(1)
        self._stand_ins: Mapping[str, Callable[[Document], Document]] = {
            "PutEvents": self._put_events,
            "SendMessageBatch": self._send_messages,
            "SendEmail": self._send_mail,
            "Publish": self._send_sms,
            "GetSecretValue": lambda _: {"SecretString": self._operator_secret},
        }

    @contextmanager
    def open(self) -> Iterator[None]:
        """Be AWS to every client of this process."""
        account = self

        def called(client: Any, operation: str, asked: dict[str, Any]) -> Any:
            return account._called(client, operation, asked)

        with patch.object(BaseClient, "_make_api_call", called):
            yield

    @contextmanager
    def counted(self, record: Record) -> Iterator[None]:
        """Count what is asked meanwhile."""
        self._record = record
        try:
            yield
        finally:
            self._record = None

    def _called(self, client: Any, operation: str, asked: dict[str, Any]) -> Any:
        if self._record is None:
            return self._send(client, operation, asked)
        self._record(Use.CALL, 1, "")
        self.calls[self.running, operation] += 1
        self.latencies.append(client.meta.service_model.service_name)
        if operation in self._stand_ins:
            return self._stand_ins[operation](asked)
        if operation not in READS | WRITES:
            raise RuntimeError(f"{operation}: no price is known")
        if operation in READS:
            answer = self._send(client, operation, asked | {"ReturnConsumedCapacity": "INDEXES"})
            self._record(Use.READ_UNIT, consumed(answer), "")
            return answer
        return self._written(client, operation, asked, self._record)

    # --- DynamoDB's writes ----------------------------------------------------------------------

    def _written(self, client: Any, operation: str, asked: dict[str, Any], record: Record) -> Any:
        parts = parts_of(operation, asked)
        before = self._images(client, parts)
        try:
            answer = self._send(client, operation, asked | {"ReturnConsumedCapacity": "INDEXES"})
        except ClientError as error:
            if error.response["Error"]["Code"] in _REFUSALS:
                self.refused.append(operation)
                factor = 1 + (operation == TRANSACTION)
                record(Use.WRITE_UNIT, factor * sum(map(kilobytes, before)), owner_of(parts))
            raise
        self.changed.update(part["TableName"] for part in parts)
        units = self._by_the_rules(operation, parts, before, self._images(client, parts))
        if operation != TRANSACTION:
            self._compare(operation, parts, consumed(answer), units)
            units = consumed(answer)
        record(Use.WRITE_UNIT, units, owner_of(parts))
        return answer

    def _images(self, client: Any, parts: list[Document]) -> Images:
        return [
            self._send(
                client,
                "GetItem",
                {"TableName": part["TableName"], "Key": key_of(part), "ConsistentRead": True},
            ).get("Item")
            for part in parts
        ]

    def _by_the_rules(
        self, operation: str, parts: list[Document], before: Images, after: Images
    ) -> float:
        return float(
            sum(
                written(old, new, self._indexes[part["TableName"]], transaction=doubled)
                for doubled in (operation == TRANSACTION,)
                for part, old, new in zip(parts, before, after, strict=True)
            )
        )

    def _compare(self, operation: str, parts: list[Document], told: float, computed: float) -> None:
        if told == computed:
            self.plain_writes += 1
        else:
            (part,) = parts
            what = f"{operation} {part['TableName']} {key_of(part)['sk']['S']}"
            self.differences.append(f"{what}: told {told:g}, by the rules {computed:g}")

    # --- everything else ------------------------------------------------------------------------

    def _use(self, use: Use, amount: float = 1) -> None:
        assert self._record is not None
        self._record(use, amount, "")

    def _put_events(self, asked: Document) -> Document:
        for entry in asked["Entries"]:
            self._use(Use.EVENT, chunks(entry["Detail"]))
            self.events.append(dict(entry))
        return {
            "FailedEntryCount": 0,
            "Entries": [{"EventId": f"event-{next(self._numbers)}"} for _ in asked["Entries"]],
        }

    def _send_messages(self, asked: Document) -> Document:
        url, entries = asked["QueueUrl"], asked["Entries"]
        use = Use.FIFO if url.endswith(".fifo") else Use.QUEUE
        self._use(use, chunks("".join(entry["MessageBody"] for entry in entries)))
        self.messages += [(url, entry) for entry in entries]
        return {"Successful": [{"Id": entry["Id"]} for entry in entries]}

    def _send_mail(self, asked: Document) -> Document:
        self._use(Use.MAIL)
        message_id = f"mail-{next(self._numbers)}"
        self.mails.append((message_id, asked))
        return {"MessageId": message_id}

    def _send_sms(self, _asked: Document) -> Document:
        self._use(Use.SMS)
        return {"MessageId": f"sms-{next(self._numbers)}"}


def consumed(answer: Document) -> float:
    """The units that DynamoDB tells of a request: of one table, or of several."""
    told = answer.get("ConsumedCapacity", [])
    return float(
        sum(each["CapacityUnits"] for each in (told if isinstance(told, list) else [told]))
    )


def parts_of(operation: str, asked: Document) -> list[Document]:
    """The items that a write writes or looks at."""
    if operation == TRANSACTION:
        return [part for whole in asked["TransactItems"] for part in whole.values()]
    return [asked]


def key_of(part: Document) -> dict[str, Any]:
    """An item's key; every table of the template has the same two attributes."""
    held = part.get("Key") or part["Item"]
    return {name: held[name] for name in ("pk", "sk")}


def owner_of(parts: list[Document]) -> str:
    """Whose the items of a write are: a carrier's, or "" for everybody else's."""
    keys = [key_of(part)["pk"]["S"] for part in parts]
    return CARRIER if all(key.startswith(f"{CARRIER}#") for key in keys) else ""
