"""AWS clients, made once per process on first use.

botocore is used directly: ``import boto3`` also loads s3transfer, which no room needs. And it is
told to read its data with less, which else is most of a client (docs/decisions/0002-cold-start.md).
"""

import gzip
import json
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

import botocore.session
from botocore.config import Config
from botocore.loaders import JSONFileLoader, Loader

_CONFIG = Config(
    connect_timeout=2,
    read_timeout=10,
    retries={"mode": "standard", "total_max_attempts": 4},
    tcp_keepalive=True,
)


class _PlainFiles(JSONFileLoader):  # type: ignore[misc] # botocore has no types
    """Reads JSON as dicts, in half the time of the OrderedDicts that botocore asks for."""

    def load_file(self, file_path: str) -> Any:
        """The document at a path without its suffix, or None."""
        with suppress(FileNotFoundError):
            return json.loads(Path(f"{file_path}.json").read_bytes())
        with suppress(FileNotFoundError), gzip.open(f"{file_path}.json.gz") as file:
            return json.loads(file.read())
        return super().load_file(file_path)


class _DirectLoader(Loader):  # type: ignore[misc] # botocore has no types
    """Opens a service's model by name, without a look into the folders of all 400 services."""

    def list_available_services(self, type_name: str) -> list[str]:  # noqa: ARG002
        """Every folder of data: that a service of ours has what is asked for is known."""
        folders = [path for path in map(Path, self.search_paths) if path.is_dir()]
        return sorted({entry.name for folder in folders for entry in folder.iterdir()})


@cache
def _session() -> botocore.session.Session:
    session = botocore.session.get_session()
    session.register_component("data_loader", _DirectLoader(file_loader=_PlainFiles()))
    return session


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
