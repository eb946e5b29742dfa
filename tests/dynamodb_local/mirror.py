"""A plugin of pytest: every DynamoDB call of the tests goes to both engines, and must agree.

Loaded by test_repositories.py into a pytest of its own, which runs the integration tests so.
"""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from moto.core.botocore_stubber import BotocoreStubber, MockRawResponse

from tests.dynamodb_local.pairs import Local, Pair

ADDRESS = "DYNAMODB_LOCAL_ADDRESS"
SEEN = "DYNAMODB_LOCAL_SEEN"
EXPRESSIONS = ("ConditionExpression", "UpdateExpression", "KeyConditionExpression")


class Mirror:
    """Both engines in moto's place."""

    def __init__(self, local: Local) -> None:
        self.local = local
        self.pair: Pair | None = None
        self.seen: set[str] = set()
        self.differences: list[str] = []

    def start(self) -> None:
        """Forget what the test before this one wrote."""
        self.local.clear()
        self.pair = None
        self.differences = []

    def answer(self, request: AWSPreparedRequest) -> AWSResponse:
        """What the engine answers; a scan, which only tests ask for, DynamoDB Local."""
        operation = request.headers["X-Amz-Target"].decode().rpartition(".")[2]
        document = json.loads(request.body)
        if operation == "Scan":
            return _response(request, *self.local.answer(operation, document))
        self._note(document)
        self.pair = self.pair or Pair(self.local)
        try:
            self.pair.same(operation, document)
        except AssertionError as error:
            self.differences.append(str(error))
        return _response(request, *self.pair.answered)

    def _note(self, document: Any) -> None:
        if isinstance(document, dict):
            self.seen.update(str(document[name]) for name in EXPRESSIONS if name in document)
        for inner in document.values() if isinstance(document, dict) else document:
            if isinstance(inner, dict | list):
                self._note(inner)


def _response(request: AWSPreparedRequest, status: int, document: Any) -> AWSResponse:
    return AWSResponse(request.url, status, {}, MockRawResponse(json.dumps(document)))


@pytest.fixture(autouse=True)
def _mirrored(monkeypatch: pytest.MonkeyPatch, mirror: Mirror):
    call = BotocoreStubber.__call__

    def mirrored(stubber: Any, event_name: str, request: Any, **more: Any) -> Any:
        if event_name.startswith("before-send.dynamodb.") and "CreateTable" not in event_name:
            return mirror.answer(request)
        return call(stubber, event_name, request, **more)

    mirror.start()
    monkeypatch.setattr(BotocoreStubber, "__call__", mirrored)
    yield
    assert not mirror.differences


@pytest.fixture(scope="session")
def mirror():
    """The mirror; at the end it tells which expressions it saw."""
    made = Mirror(Local(os.environ[ADDRESS]))
    yield made
    Path(os.environ[SEEN]).write_text(json.dumps(sorted(made.seen)))
