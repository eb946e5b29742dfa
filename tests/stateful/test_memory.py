"""The dictionary that stands for DynamoDB answers as the simulator's DynamoDB does, call by call.

That one is held equal to Amazon's own by tests/dynamodb_local.
"""

import base64
import copy
import json
from collections import Counter
from typing import Any

from botocore.exceptions import ClientError

from tests.dynamodb_local.pairs import empty_engine
from tests.simulation.aws.dynamodb import MotoDynamoDB
from tests.stateful.memory import Kept, MemoryDynamo
from tests.stateful.running import play
from tests.stateful.world import World
from tests.support.memory_dynamo import memory_tables

_STORIES = 12
_OPERATIONS = (
    "get_item",
    "batch_get_item",
    "query",
    "put_item",
    "update_item",
    "delete_item",
    "transact_write_items",
)


class Beside:
    """Both engines, asked the same; they must answer alike, and tell the same of what changed."""

    def __init__(self, world: World) -> None:
        self.asked = Counter[str]()
        self.refused = Counter[str]()
        self._mine: MemoryDynamo = world.tables
        self._theirs: MotoDynamoDB = empty_engine(lambda: world.now)
        self._restore = self._mine.restore
        self._told = 0
        self._mine.restore = self._restored  # type: ignore[method-assign]
        for name in _OPERATIONS:
            setattr(self._mine, name, self._both(name, getattr(self._mine, name)))

    def _restored(self, kept: Kept) -> None:
        self._restore(kept)
        self._told = 0
        now = self._theirs._clock
        self._theirs = empty_engine(now)
        for table, parts in kept[0].items():
            for rows in parts.values():
                for item in rows.values():
                    self._ask("PutItem", {"TableName": table, "Item": item})
        self._theirs.take_changes()

    def _both(self, name: str, mine: Any) -> Any:
        operation = "".join(part.capitalize() for part in name.split("_"))

        def ask(**document: Any) -> Any:
            before = len(self._mine.records)
            self.asked[operation] += 1
            status, theirs = self._ask(operation, copy.deepcopy(document))
            try:
                answer = mine(**document)
            except ClientError as error:
                self._compare_refusal(error.response, status, theirs)
                raise
            assert status == 200, (operation, document, theirs)
            assert _plain(theirs) == _plain(answer), (operation, document)
            changes = [change.record["dynamodb"] for change in self._theirs.take_changes()]
            records = [record["dynamodb"] for _, record in self._mine.records[before:]]
            assert [_images(each) for each in records] == [_images(each) for each in changes]
            return answer

        return ask

    def _ask(self, operation: str, document: Any) -> tuple[int, Any]:
        wire = json.loads(json.dumps(document, default=_base64))
        status, text = self._theirs.answer(operation, wire)
        return status, json.loads(text)

    def _compare_refusal(self, mine: Any, status: int, theirs: Any) -> None:
        code = mine["Error"]["Code"]
        self.refused[code] += 1
        assert (status, theirs["__type"].rpartition("#")[2]) == (400, code)
        assert _plain(theirs.get("Item")) == _plain(mine.get("Item"))
        reasons = [
            [
                (each["Code"], _plain(each.get("Item")))
                for each in told.get("CancellationReasons", ())
            ]
            for told in (mine, theirs)
        ]
        assert reasons[0] == reasons[1]
        self._theirs.take_changes()


def _reasons(answer: Any) -> list[Any]:
    reasons = answer.get("CancellationReasons", ())
    return [(reason["Code"], _plain(reason.get("Item"))) for reason in reasons]


def _base64(value: bytes) -> str:
    return base64.b64encode(value).decode()


def _plain(answer: Any) -> Any:
    """An answer without what moto counts beside it, as JSON has it."""
    if isinstance(answer, dict):
        answer = {name: answer[name] for name in answer if name not in {"Count", "ScannedCount"}}
    return json.loads(json.dumps(answer, default=_base64, sort_keys=True))


def _images(record: Any) -> Any:
    return _plain([record["Keys"], record.get("OldImage"), record.get("NewImage")])


def test_the_stories_calls_are_answered_alike(say) -> None:
    pairs: list[Beside] = []
    with memory_tables():
        play(
            _STORIES,
            7,
            Counter(),
            shrinks=False,
            prepare=lambda world: pairs.append(Beside(world)),
        )
    asked, refused = pairs[0].asked, pairs[0].refused
    say(f"DynamoDB in a dictionary: {asked.total()} calls answered as the simulator answers them")
    assert set(asked) >= {"GetItem", "BatchGetItem", "Query", "PutItem", "UpdateItem"}
    assert asked["TransactWriteItems"] > 20
    assert refused.total() > 0
