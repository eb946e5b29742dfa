"""End-to-end tests: one stack for all of them, started by the command a user would type."""

import json
import subprocess
import sys
from collections.abc import Iterator

import pytest

from local import aws, process
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
def heard(stack: Stack) -> str:
    """A queue that every event of the bus goes to as well, from now on; its URL."""
    name = "everything-told"
    sqs, events = (aws.client(service, stack.endpoint_url) for service in ("sqs", "events"))
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    asked = {"QueueUrl": url, "AttributeNames": ["QueueArn"]}
    arn = sqs.get_queue_attributes(**asked)["Attributes"]["QueueArn"]
    buses = [bus["Name"] for bus in events.list_event_buses()["EventBuses"]]
    [bus] = [bus for bus in buses if bus != "default"]
    pattern = json.dumps({"source": [{"prefix": "waybill."}]})
    rule = events.put_rule(Name=name, EventBusName=bus, EventPattern=pattern)["RuleArn"]
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn,
        "Condition": {"ArnEquals": {"aws:SourceArn": rule}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    events.put_targets(Rule=name, EventBusName=bus, Targets=[{"Id": name, "Arn": arn}])
    return str(url)


@pytest.fixture(scope="session")
def told(stack: Stack, heard: str) -> tuple[Story, list[str]]:
    """The demo's story, played once, heard by a queue: its actors, and the lines it printed."""
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
