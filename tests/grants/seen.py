"""Runs what uses permissions, and tells which were used: three kinds of runs, each as it is."""

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from local.permissions import VARIABLE
from tests.grants.recording import TOLD
from tests.support.grants import PHONES, SENDER, Grant
from tests.support.template import ROOT

_ROLE: Final = re.compile(r"assumed-role/waybill-(\w+)Role-\w+/")
_NAMED: Final = re.compile(r".*[:/](?:waybill-)?(\w+)-\w+?(?:-\w{6})?(?:\.fifo)?(/index/\w+)?")
_PYTEST: Final = ("pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist")


class RunError(Exception):
    """What was to show permissions at work failed."""


def end_to_end() -> set[str]:
    """What MiniStack's IAM permitted the functions over the end-to-end tests."""
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder) / "permitted.txt"
        _run([*_PYTEST, "tests/e2e"], {VARIABLE: str(told)})
        return set(permitted(told.read_text().splitlines()))


def simulated(seeds: int) -> set[str]:
    """What functions used in seeds of the simulator."""
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder) / "summary.json"
        _run(["tests.simulation", "--seeds", str(seeds), "--json", str(told)], {})
        return set(json.loads(told.read_text())["used"])


def tested() -> dict[str, str]:
    """What handlers used in the integration tests, with the first test that did."""
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder) / "used.json"
        _run([*_PYTEST, "-p", "tests.grants.recording", "tests/integration"], {TOLD: str(told)})
        used: dict[str, str] = json.loads(told.read_text())
        return used


def permitted(lines: Iterable[str]) -> Iterator[str]:
    """Grants, of the lines that local/permissions.py wrote."""
    for line in lines:
        principal, action, resource = line.split("\t")
        if role := _ROLE.search(principal):  # else who deploys and looks
            yield str(Grant(f"{role[1]}Function", action, _logical(action, resource)))


def _logical(action: str, arn: str) -> str:
    """The logical id in the name that CloudFormation gave."""
    if action == "sns:Publish" and ":sns:" not in arn:
        return PHONES
    if ":identity/" in arn:
        return SENDER
    if ":event-bus/" in arn:
        return "EventBus"  # which has a name of its own
    named = _NAMED.fullmatch(arn)
    if named is None:
        raise RunError(f"whose name is {arn}?")
    return named[1] + (named[2] or "")


def _run(module: list[str], told: dict[str, str]) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", *module],
        cwd=ROOT,
        env=os.environ | told,
        capture_output=True,
        text=True,
        check=False,
    )
    if ended.returncode:
        raise RunError(f"{' '.join(module)}:\n{ended.stdout[-4000:]}{ended.stderr[-2000:]}")
