"""Integration tests: the real handlers against moto, with the template's own tables."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

import boto3
import pytest
from moto import mock_aws

from tests.support.asking import held_to_roles
from tests.support.grants import sender
from tests.support.http import OPERATOR_SECRET
from tests.support.providers import clear_providers
from tests.support.template import create_table_arguments, resources
from waybill.dynamo import Table

REGION = "eu-central-1"
MAIL_SENDER = "orders@waybill.example"

# Logical ids of the template → what stands for them in the environment of tests.
_ENVIRONMENT_TABLES = {
    "ORDERS_TABLE": "OrdersTable",
    "INVENTORY_TABLE": "InventoryTable",
    "SHIPMENTS_TABLE": "ShipmentsTable",
    "NOTIFICATIONS_TABLE": "NotificationsTable",
    "SHOPS_TABLE": "ShopsTable",
}


@dataclass(frozen=True)
class Aws:
    """The mocked account."""

    region: str = REGION

    def client(self, service: str) -> Any:
        """A client, the same in every account of a process: what it reads first takes long."""
        return _client(service, self.region)

    def table(self, logical_id: str) -> Table:
        """A table of the template."""
        return Table(self.client("dynamodb"), logical_id)

    def items(self, logical_id: str) -> list[dict[str, Any]]:
        """Everything a table holds, raw."""
        return [
            item
            for page in self.client("dynamodb").get_paginator("scan").paginate(TableName=logical_id)
            for item in page["Items"]
        ]


@pytest.fixture(autouse=True)
def _clear_providers() -> Iterator[None]:
    """Each test is a process that knows nothing yet, but for its clients, which take longest."""
    yield
    clear_providers(but="waybill.aws")


@pytest.fixture(autouse=True, scope="module")
def _clear_clients() -> Iterator[None]:
    """Those of one file end with it: no other has their region, nor their quota of retries."""
    yield
    clear_providers()


@cache
def _client(service: str, region: str) -> Any:
    return boto3.client(service, region_name=region)


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[Aws]:
    """A mocked account."""
    with account(monkeypatch) as mocked:
        yield mocked


@contextmanager
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[Aws]:
    """moto with the template's tables, bus, queue and secret, and the functions' environment."""
    for name, value in {
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_SESSION_TOKEN": "testing",
        "AWS_DEFAULT_REGION": REGION,
    }.items():
        monkeypatch.setenv(name, value)
    with mock_aws():
        mocked = Aws()
        dynamodb = mocked.client("dynamodb")
        for logical_id in resources("AWS::DynamoDB::Table"):
            dynamodb.create_table(**create_table_arguments(logical_id))
        mocked.client("events").create_event_bus(Name="waybill-test")
        queue = mocked.client("sqs").create_queue(
            QueueName="sweep.fifo", Attributes={"FifoQueue": "true"}
        )
        secret = mocked.client("secretsmanager").create_secret(
            Name="operator", SecretString=OPERATOR_SECRET
        )
        mocked.client("sesv2").create_email_identity(EmailIdentity=MAIL_SENDER)
        mocked.client("sesv2").create_configuration_set(ConfigurationSetName="mail")
        environment = _ENVIRONMENT_TABLES | {
            "EVENT_BUS": "waybill-test",
            "SWEEP_QUEUE_URL": queue["QueueUrl"],
            "OPERATOR_SECRET": secret["ARN"],
            "PUBLIC_URL": "https://track.shop.example",
            "MAIL_SENDER": MAIL_SENDER,
            "SES_CONFIGURATION_SET": "mail",
            "SMS_MAX_PRICE": "",
            "OPERATOR_EMAIL": "",
            "MAILS_PER_SHOP_AND_DAY": "",
            "SMS_PER_SHOP_AND_DAY": "",
        }
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        names = {
            "waybill-test": "EventBus",
            queue["QueueUrl"]: "SweepQueue",
            secret["ARN"]: "OperatorSecret",
            "mail": "MailConfigurationSet",
        }
        with held_to_roles(names | sender(MAIL_SENDER)):
            yield mocked
