"""A DynamoDB client of boto3's shape over the simulator's DynamoDB: in memory, and no AWS.

tests/dynamodb_local holds that engine equal to Amazon's own.
"""

import base64
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import boto3
from botocore.exceptions import ClientError
from moto import mock_aws

from tests.dynamodb_local.pairs import REGION, empty_engine, tables
from waybill.dynamo import Item


@contextmanager
def memory_tables() -> Iterator[None]:
    """The template's tables, in moto's memory; one :class:`MemoryDynamo` at a time has them."""
    with mock_aws():
        client = boto3.client(
            "dynamodb",
            region_name=REGION,
            aws_access_key_id="testing",
            aws_secret_access_key="testing",
        )
        for arguments in tables():
            client.create_table(**arguments)
        yield


class MemoryDynamo:
    """The calls that repositories make; each is kept, and may be preceded by something."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.before: Callable[[str, dict[str, Any]], None] = lambda operation, request: None
        self._engine = empty_engine(clock)

    def __getattr__(self, name: str) -> Callable[..., dict[str, Any]]:
        operation = "".join(part.capitalize() for part in name.split("_"))
        return lambda **request: self._call(operation, request)

    def _call(self, operation: str, request: dict[str, Any]) -> dict[str, Any]:
        self.before(operation, request)
        self.calls.append((operation, request))
        sent = json.loads(json.dumps(request, default=_in_base64))
        status, text = self._engine.answer(operation, sent)
        document: dict[str, Any] = json.loads(text)
        if status == 200:
            return document
        code = document["__type"].rpartition("#")[2]
        told = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}
        raise ClientError(document | told, operation)

    def items(self, table: str) -> list[Item]:
        """Everything a table holds."""
        return list(self._engine.items(table))

    def written(self) -> int:
        """How many calls that write were made."""
        reading = {"GetItem", "BatchGetItem", "Query"}
        return sum(operation not in reading for operation, _ in self.calls)


def _in_base64(data: bytes) -> str:
    """Bytes as boto3 sends them."""
    return base64.b64encode(data).decode()
