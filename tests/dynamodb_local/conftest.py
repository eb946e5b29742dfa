"""DynamoDB Local with the template's tables, and the simulator's DynamoDB beside it."""

import os
from collections.abc import Iterator

import boto3
import pytest
from moto import mock_aws

from tests.dynamodb_local.pairs import REGION, Local, Pair, empty_engine, tables
from tests.simulation.aws.dynamodb import MotoDynamoDB
from tests.support import dynamodb_local


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
        for arguments in tables():
            status, answer = made.answer("CreateTable", arguments)
            assert status == 200, answer
        yield made


@pytest.fixture(scope="module")
def moto() -> Iterator[None]:
    """moto with the template's tables; while it is there, every client of AWS gets moto."""
    with pytest.MonkeyPatch.context() as environment, mock_aws():
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            environment.setenv(name, "testing")
        client = boto3.client("dynamodb", region_name=REGION)
        for arguments in tables():
            client.create_table(**arguments)
        yield


@pytest.fixture
def pair(local: Local, moto: None) -> Pair:
    """Both engines, empty."""
    local.clear()
    return Pair(local)


@pytest.fixture
def engine(moto: None) -> MotoDynamoDB:
    """The simulator's alone, empty."""
    return empty_engine(lambda: 1_800_000_000.9)
