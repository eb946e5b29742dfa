"""End-to-end tests: one stack for all of them, started by the command a user would type."""

import json
import subprocess
import sys
from collections.abc import Iterator

import pytest

from local import process
from local.calls import Calls
from local.home import Home, Stack
from local.story import Story
from tests.support.template import ROOT


def run_local(*arguments: str, timeout: float = 120) -> subprocess.CompletedProcess[str]:
    """Run ``python -m local`` as a shell would, with its output captured."""
    return subprocess.run(
        [sys.executable, "-m", "local", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """A fresh stack with IAM enforced; its logs are shown when a test fails to start it."""
    port = process.free_port()
    done = run_local("up", "--port", str(port), "--detach", "--fresh", "--json")
    assert done.returncode == 0, done.stderr
    try:
        yield Stack.from_json(done.stdout)
    finally:
        run_local("down", "--port", str(port))
        Home(port).wipe()


@pytest.fixture(scope="session")
def told(stack: Stack) -> tuple[Story, list[str]]:
    """The demo's story, played once: its actors, and the lines it printed."""
    lines: list[str] = []
    story = Story(stack, lines.append)
    story.play()
    return story, lines


@pytest.fixture(scope="session")
def calls(stack: Stack) -> Calls:
    """A way to call the stack."""
    return Calls(stack)


@pytest.fixture(scope="session")
def shop(calls: Calls) -> tuple[str, str]:
    """A shop of its own with stock: its id and its key."""
    made = calls.operator("POST", "/v1/shops", {"name": "Other", "currency": "EUR"})
    wanted = {"name": "tests", "scopes": ["*"]}
    key = calls.operator("POST", f"/v1/shops/{made['id']}/api-keys", wanted)["key"]
    location = {"name": "Home", "priority": 1, "country": "DE"}
    calls.keyed(key, "PUT", "/v1/locations/HOME", location)
    item = {"title": "Cup", "oversell_policy": "deny"}
    calls.keyed(key, "PUT", "/v1/items/CUP", item)
    received = {"sku": "CUP", "location_id": "HOME", "kind": "received", "quantity": 100}
    calls.keyed(key, "POST", "/v1/stock-movements", received)
    return made["id"], key


def parse(text: str) -> dict[str, str]:
    """One JSON object, and nothing else."""
    return json.loads(text)
