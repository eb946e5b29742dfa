"""`make simulate SEED=n` with every DynamoDB request asked of DynamoDB Local too, as it is made.

Run by test_seeds.py as a process of its own, for the simulator replaces what the rooms import.
Reads of tables as they were before are not sent: Amazon's engine knows no past.
"""

import json
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from tests.dynamodb_local.mirror import ADDRESS
from tests.dynamodb_local.pairs import Local, told_apart
from tests.simulation import __main__, world
from tests.simulation.aws.change import Change, plain_item
from tests.simulation.aws.dynamodb import MotoDynamoDB
from tests.simulation.processes.host import NotSimulatedError


class MirroredDynamoDB(MotoDynamoDB):
    """moto with Amazon's engine beside it; a difference ends the seed."""

    compared = 0

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._local = Local(os.environ[ADDRESS])
        self._past = False

    def answer(self, operation: str, document: dict[str, Any]) -> tuple[int, str]:
        status, text = super().answer(operation, document)
        if not self._past:
            theirs = self._local.answer(operation, document)
            if told_apart(document, (status, json.loads(text)), theirs):
                raise NotSimulatedError(f"{operation} {json.dumps(document)}: {text}, not {theirs}")
            MirroredDynamoDB.compared += 1
        return status, text

    @contextmanager
    def as_before(self, unseen: Iterable[Change]) -> Iterator[None]:
        with super().as_before(unseen):
            self._past = True
            try:
                yield
            finally:
                self._past = False

    def items(self, table: str) -> Iterator[dict[str, Any]]:
        """At a seed's end both hold the same."""
        mine = list(super().items(table))
        theirs = {
            (item["pk"], item["sk"]): item for item in map(plain_item, self._local.items(table))
        }
        if theirs != {(item["pk"], item["sk"]): item for item in mine}:
            raise NotSimulatedError(f"{table} holds other items")
        yield from mine


if __name__ == "__main__":
    world.MotoDynamoDB = MirroredDynamoDB
    code = __main__.main()
    sys.stdout.write(f"compared {MirroredDynamoDB.compared}\n")
    sys.exit(code)
