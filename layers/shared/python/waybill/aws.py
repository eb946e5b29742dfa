"""AWS clients, made once per process on first use.

botocore is used directly: ``import boto3`` also loads s3transfer, which no room needs, and takes
a third of a handler's cold start (docs/decisions/0003-cold-start.md).
"""

from functools import cache
from typing import Any

import botocore.session
from botocore.config import Config

_CONFIG = Config(
    connect_timeout=2,
    read_timeout=10,
    retries={"mode": "standard", "total_max_attempts": 4},
    tcp_keepalive=True,
)


@cache
def _session() -> botocore.session.Session:
    return botocore.session.get_session()


@cache
def client(service: str) -> Any:
    """The process's client of an AWS service, with explicit timeouts and bounded retries."""
    return _session().create_client(service, config=_CONFIG)


@cache
def client_without_retries(service: str) -> Any:
    """A client for calls that must not happen twice: each is sent at most once.

    botocore sends a request again when its answer is lost, which is wrong where the service knows
    no idempotency token: a mail or an SMS would arrive twice.
    """
    once = Config(retries={"mode": "standard", "total_max_attempts": 1})
    return _session().create_client(service, config=_CONFIG.merge(once))
