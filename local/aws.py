"""boto3 clients and plain HTTP that reach one local stack and nothing else."""

from __future__ import annotations

import json
import os
import urllib.error
import urllib.request
from typing import Any

import boto3
from botocore.config import Config

from local.home import REGION

# MiniStack's root user. It exists on a loopback port only.
ROOT_KEY = "test"
ROOT_SECRET = "test"  # noqa: S105

# A proxy named in the environment must never carry what is meant for this machine.
_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def environment(endpoint_url: str) -> dict[str, str]:
    """Return this process's environment without anything that could lead to a real AWS account."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    loopback = "127.0.0.1,localhost"
    return kept | {
        "AWS_ACCESS_KEY_ID": ROOT_KEY,
        "AWS_SECRET_ACCESS_KEY": ROOT_SECRET,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_DEFAULT_REGION": REGION,
        "AWS_REGION": REGION,
        "AWS_ENDPOINT_URL": endpoint_url,
        "NO_PROXY": loopback,
        "no_proxy": loopback,
    }


def client(service: str, endpoint_url: str) -> Any:
    """Make a client as MiniStack's root user, whatever the environment's profiles and proxies."""
    session = boto3.session.Session(
        aws_access_key_id=ROOT_KEY, aws_secret_access_key=ROOT_SECRET, region_name=REGION
    )
    config = Config(
        proxies={},
        retries={"max_attempts": 2},
        connect_timeout=5,
        read_timeout=60,
        s3={"addressing_style": "path"},
    )
    return session.client(service, endpoint_url=endpoint_url, config=config)


def fetch(url: str, timeout: float = 5.0) -> tuple[int, bytes]:
    """GET a URL of this machine; raises OSError when nobody answers."""
    try:
        with _opener.open(url, timeout=timeout) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


def fetch_json(url: str, timeout: float = 5.0) -> Any:
    """GET a JSON document of this machine."""
    return json.loads(fetch(url, timeout)[1])
