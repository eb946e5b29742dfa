"""DynamoDB Local with the template's tables, and the simulation's engine beside it."""

import os
from collections.abc import Iterator

import pytest

from tests.dynamodb_local.pairs import Local, Pair
from tests.support import dynamodb_local
from tests.support.template import create_table_arguments, resources


@pytest.fixture(scope="session")
def local() -> Iterator[Local]:
    """DynamoDB Local with the template's tables; skips where it cannot run, but not in CI."""
    missing = dynamodb_local.missing()
    if missing:
        text = f"DynamoDB Local needs {' and '.join(missing)}"
        if os.environ.get("CI"):
            pytest.fail(text)
        pytest.skip(text)
    with dynamodb_local.dynamodb_local() as url:
        made = Local(url)
        for logical_id in resources("AWS::DynamoDB::Table"):
            status, answer = made.answer("CreateTable", create_table_arguments(logical_id))
            assert status == 200, answer
        yield made


@pytest.fixture
def pair(local: Local) -> Pair:
    """Both engines, empty."""
    local.clear()
    return Pair(local)
