"""A simulated world: the deployed functions, what wakes them, and who watches."""

import json
import random
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

from boto3.dynamodb.types import TypeSerializer
from botocore.awsrequest import AWSResponse

from tests.simulation.aws.change import Change
from tests.simulation.aws.cloud import Cloud, Hooks, Request
from tests.simulation.aws.dynamodb import MotoDynamoDB
from tests.simulation.aws.items import Key
from tests.simulation.carriers.bureau import Carriers
from tests.simulation.delivery import Deliveries
from tests.simulation.deployed import MAIL_SENDER, REGION, Deployed, tables
from tests.simulation.judge import Judge
from tests.simulation.people.front import Gateway
from tests.simulation.post import Post
from tests.simulation.processes import runtime
from tests.simulation.processes.faults import Fault, Faults
from tests.simulation.processes.machine import Machine
from tests.support.grants import Permissions, sender
from tests.support.http import OPERATOR_SECRET
from tests.support.template import create_table_arguments

START: Final = datetime(2026, 11, 2, 9, 0, tzinfo=UTC).timestamp()
"""A Monday morning."""
_BEGINS_WITHIN: Final = 600
"""Seconds after that in which a seed begins: the clock's own windows end in the midst of some."""
_SERIALIZER: Final = TypeSerializer()
_INVENTORY: Final = "InventoryOrderChangeFunction"
_MOST_LOST: Final = 3
_UNDECIDED: Final = "pending"
_WITH_SLOW: Final = 0.7
"""Share of the seeds in which one function is slow."""


def _is_new_order(change: Change) -> bool:
    return change.table == "OrdersTable" and change.key[1] == "order" and change.old is None


def _is_first_decision(change: Change) -> bool:
    """What changes later of it nobody drives again: an order that knows one is decided."""
    was, now = change.old or {"decision": _UNDECIDED}, change.new or {}
    is_allocation = (change.table, change.key[1]) == ("InventoryTable", "allocation")
    return is_allocation and was["decision"] == _UNDECIDED and bool(now["decided"])


def _begins_an_edit(change: Change) -> bool:
    is_order = change.table == "OrdersTable" and change.key[1] == "order"
    edit = (change.new or {}).get("edit", {})
    return is_order and edit.get("state") == "reserving" and edit["since"] == change.new["version"]


LOSSES: Final = (
    (_INVENTORY, _is_new_order),
    ("OrdersInventoryChangeFunction", _is_first_decision),
    (_INVENTORY, _begins_an_edit),
)
"""Who loses which record of a stream, by the seed: the schedule of undecided orders heals it."""


class World:
    """Everything of one seed."""

    def __init__(self, seed: int, deployed: Deployed, dice: random.Random | None = None) -> None:
        """Forgets the world before it. ``dice``: another chance than the seed's."""
        dice = dice or random.Random(seed)
        self.seed = seed
        self.faults = Faults(dice)
        begins = START + dice.randrange(_BEGINS_WITHIN)
        self.machine = Machine(dice, self.faults, begins)
        runtime.reset(self.machine, seed)
        self.machine.functions = deployed.functions
        self.judge = Judge()
        self.judge.expect_canary(OPERATOR_SECRET)
        self.machine.on_log = lambda process, line: self.judge.logged(process.name, line)
        self.machine.on_interrupted = lambda process, why: self.judge.interrupted(
            process.name, process.invocation, why
        )
        self._queue_of_url = deployed.queues
        arguments = [create_table_arguments(table) for table in tables()]
        self.dynamodb = MotoDynamoDB(REGION, lambda: self.machine.now, arguments)
        hooks = Hooks(self._wrote, self._read, self._accepted)
        names = deployed.queues | deployed.secrets | sender(MAIL_SENDER)
        permissions = Permissions(deployed.grants, names)
        self.cloud = Cloud(self.machine, self.dynamodb, hooks, permissions)
        if dice.random() < _WITH_SLOW:
            self.cloud.slow = dice.choice(sorted(deployed.functions))
        self.delivery = Deliveries(self.machine, deployed.wiring)
        for queue in self.delivery.queues.values():
            queue.on_taken = self.judge.queued
        self.post = Post(self.machine, self.judge, self.delivery.topics)
        self.gateway = Gateway(self.machine, self.judge)
        self.carriers = Carriers(self.machine, self.judge, self.gateway)
        self.machine.cloud = self.cloud
        self.machine.carriers = self.carriers
        self._lost = 0
        self._to_lose: set[Key] = set()

    def lose(self, order: Key) -> None:
        """Let inventory never hear of the next change of an order."""
        self._to_lose.add(order)

    def tamper(self, table: str, key: Key, *, is_mended: bool = False, **fields: Any) -> None:
        """Let somebody change an item by hand, past all rooms, while nothing fails."""
        name = {"pk": {"S": key[0]}, "sk": {"S": key[1]}}
        _, found = self.dynamodb.answer("GetItem", {"TableName": table, "Key": name})
        item = json.loads(found)["Item"] | {
            field: _SERIALIZER.serialize(value) for field, value in fields.items()
        }
        self.dynamodb.answer("PutItem", {"TableName": table, "Item": item})
        for change in self.dynamodb.take_changes():
            self.machine.tell("somebody with the console", str(change), key[0])
            self.judge.tampered(change, is_mended=is_mended)
            self.delivery.put(change.table, change.record)

    # --- what AWS did ---------------------------------------------------------------------------

    def _wrote(self, request: Request, changes: list[Change]) -> None:
        who = request.process.name
        self.judge.wrote(self.machine.now, who, request.invocation, changes)
        for change in changes:
            self.delivery.put(change.table, change.record, lost_for=self._lost_for(change))

    def _lost_for(self, change: Change) -> str | None:
        """Who never hears of it, a few times a seed: it must be found by the schedule."""
        if change.table == "OrdersTable" and change.key in self._to_lose:
            self._to_lose.remove(change.key)
            return _INVENTORY
        loses, is_lost = LOSSES[self.seed % len(LOSSES)]
        if self._lost == _MOST_LOST or not is_lost(change):
            return None
        if not self.faults.strikes(Fault.RECORD_LOST):
            return None
        self._lost += 1
        self.faults.count(Fault.RECORD_LOST)
        self.machine.tell("stream", f"loses {change.key[0]} for {loses}", change.key[0])
        return loses

    def _read(self, request: Request) -> None:
        document = request.document()
        asked = document.get("RequestItems") or {
            document["TableName"]: {"Keys": [document["Key"]]} if "Key" in document else {}
        }
        for table, wanted in asked.items():
            keys = [(key["pk"]["S"], key["sk"]["S"]) for key in wanted.get("Keys", ())]
            who = request.process.name
            self.judge.read(self.machine.now, who, request.invocation, table, keys)

    def _accepted(self, request: Request, response: AWSResponse) -> None:
        take: Callable[[Request, AWSResponse], None] | None = {
            "PutEvents": self._events,
            "SendMessageBatch": self._messages,
            "SendEmail": self.post.mailed,
            "Publish": self.post.texted,
        }.get(request.operation)
        if take:
            take(request, response)

    def _events(self, request: Request, response: AWSResponse) -> None:
        for entry in request.document()["Entries"]:
            self.machine.tell(request.process.name, f"tells {entry['DetailType']}")
            self.judge.published(request.process.name, entry)
            self.judge.told(entry["DetailType"], json.loads(entry["Detail"]))
            self.delivery.bus.put(entry)

    def _messages(self, request: Request, response: AWSResponse) -> None:
        document = request.document()
        queue = self.delivery.queues[self._queue_of_url[document["QueueUrl"]]]
        for entry in document["Entries"]:
            queue.send(
                entry["MessageBody"],
                entry.get("MessageGroupId"),
                entry.get("MessageDeduplicationId"),
            )
