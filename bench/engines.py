"""Engines that a bench runs against: MiniStack and DynamoDB Local, empty, on loopback."""

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Final

import boto3
from botocore.config import Config

from tests.support.dynamodb_local import dynamodb_local
from tests.support.template import create_table_arguments, resources

ROOT: Final = Path(__file__).resolve().parents[1]
REGION: Final = "us-east-1"
_START_SECONDS: Final = 30.0


def environment(endpoint: str) -> dict[str, str]:
    """What a function's process needs to use an engine: tables are named by their logical ids."""
    return {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
        "NO_PROXY": "127.0.0.1",
        "ORDERS_TABLE": "OrdersTable",
        "INVENTORY_TABLE": "InventoryTable",
        "SHOPS_TABLE": "ShopsTable",
        "SHIPMENTS_TABLE": "ShipmentsTable",
        "NOTIFICATIONS_TABLE": "NotificationsTable",
        "EVENT_BUS": "waybill",
        "OPERATOR_SECRET": "operator",
        "POWERTOOLS_LOG_LEVEL": "CRITICAL",
        "POWERTOOLS_METRICS_DISABLED": "true",
    }


@contextmanager
def ministack() -> Iterator[str]:
    """MiniStack's address while it runs; nothing is kept, and IAM is not asked."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        variables = environment(f"http://127.0.0.1:{port}") | {
            "GATEWAY_PORT": str(port),
            "BIND_HOST": "127.0.0.1",
            "MINISTACK_HOST": "127.0.0.1",
            "MINISTACK_REGION": REGION,
            "IOT_MTLS_ENABLED": "0",
            "SFTP_ENABLED": "0",
            "TMPDIR": folder,
        }
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "local.engine_process"),
                *("--port", str(port), "--lock", str(Path(folder) / "lock")),
            ],
            cwd=ROOT,
            env=os.environ | variables,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            _wait(f"http://127.0.0.1:{port}/_ministack/health", process)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.kill()
            process.wait()


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + _START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            urllib.request.urlopen(url, timeout=1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError("MiniStack does not start")


ENGINES: Final[Mapping[str, Callable[[], AbstractContextManager[str]]]] = {
    "ministack": ministack,
    "dynamodb-local": dynamodb_local,
}


def make_tables(endpoint: str) -> Any:
    """Make the template's tables; a client to look at them with."""
    client = boto3.client(
        "dynamodb",
        endpoint_url=endpoint,
        region_name=REGION,
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(retries={"mode": "standard", "total_max_attempts": 4}),
    )
    for logical_id in resources("AWS::DynamoDB::Table"):
        client.create_table(**create_table_arguments(logical_id))
    return client
