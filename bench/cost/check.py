"""The short life over HTTP on MiniStack, which deploys template.yaml itself, as a second opinion.

There no time can be simulated, so the carrier tells the whole journey at one question; the same is
played in process. Of each function it is compared how often it was invoked, and what it asked AWS.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final
from unittest.mock import patch

from bench.cost.life import SKUS, order_body
from bench.cost.proxy import CountingProxy, counting
from local import aws, engine, lifecycle, process
from local.calls import Calls, comes_true
from local.home import Home, Stack
from local.props import JOURNEY, ems_number, fire_sweep

_STOCK: Final = 1000
_REST_SECONDS: Final = 3.0
"""Without a request, after which nothing is under way."""
_FIRST_QUESTION_SECONDS: Final = 6.0
"""A new shipment is asked about from five seconds on."""
_PATIENCE_SECONDS: Final = 120.0
_STARTED: Final = "START RequestId:"
_BY_THE_CLOCK: Final = "ScheduleFunction"


@dataclass
class Seen:
    """What was seen of a life: invocations by function, requests by function and operation."""

    invocations: Counter[str] = field(default_factory=Counter)
    calls: Counter[tuple[str, str]] = field(default_factory=Counter)

    def without_clock(self) -> "Seen":
        """Without the schedules' functions: when they fire is not up to an order."""
        return Seen(
            Counter({n: c for n, c in self.invocations.items() if not n.endswith(_BY_THE_CLOCK)}),
            Counter({n: c for n, c in self.calls.items() if not n[0].endswith(_BY_THE_CLOCK)}),
        )


@contextmanager
def deployed() -> Iterator[tuple[Stack, CountingProxy]]:
    """A stack of its own, whose functions reach AWS through a proxy that counts."""
    port = process.free_port()
    home = Home(port)
    with counting(home.endpoint_url) as (proxy, address):
        make = engine.environment

        def through_proxy(of: Home) -> dict[str, str]:
            return make(of) | {"AWS_ENDPOINT_URL": address}

        try:
            with patch.object(engine, "environment", through_proxy):
                stack = lifecycle.up(home, fresh=True, say=lambda _: None)
            _name_functions(stack)
            yield stack, proxy
        finally:
            lifecycle.down(home)
            home.wipe()


def _name_functions(stack: Stack) -> None:
    """Let each function tell its logical id with every request."""
    client = aws.client("lambda", stack.endpoint_url)
    for logical, physical in _functions(stack).items():
        config = client.get_function_configuration(FunctionName=physical)
        variables = config.get("Environment", {}).get("Variables", {})
        client.update_function_configuration(
            FunctionName=physical,
            Environment={"Variables": variables | {"AWS_SDK_UA_APP_ID": logical}},
        )


def _functions(stack: Stack) -> dict[str, str]:
    return _resources(stack, "AWS::Lambda::Function")


def _resources(stack: Stack, kind: str) -> dict[str, str]:
    """Physical ids by logical ones."""
    cloudformation = aws.client("cloudformation", stack.endpoint_url)
    resources = cloudformation.describe_stack_resources(StackName=stack.stack_name)
    return {
        each["LogicalResourceId"]: each["PhysicalResourceId"]
        for each in resources["StackResources"]
        if each["ResourceType"] == kind
    }


class Played:
    """A shop on a stack, and lives in it."""

    def __init__(self, stack: Stack, proxy: CountingProxy) -> None:
        self._stack = stack
        self._proxy = proxy
        self._calls = Calls(stack)
        self._dynamodb = aws.client("dynamodb", stack.endpoint_url)
        self._orders = _resources(stack, "AWS::DynamoDB::Table")["OrdersTable"]
        shop = self._calls.operator("POST", "/v1/shops", {"name": "Bench", "currency": "EUR"})
        wanted = {"name": "bench", "scopes": ["*"]}
        path = f"/v1/shops/{shop['id']}/api-keys"
        self._key = self._calls.operator("POST", path, wanted)["key"]
        self.call("PUT", "/v1/locations/hq", {"name": "HQ", "priority": 1, "country": "PT"})
        for sku in SKUS:
            self.call("PUT", f"/v1/items/{sku}", {"title": sku, "oversell_policy": "deny"})
            received = {"sku": sku, "location_id": "hq", "kind": "received", "quantity": _STOCK}
            self.call("POST", "/v1/stock-movements", received)
        settings = {
            "base_url": stack.carrier_simulator_url,
            "credentials": self._calls.control("GET", "credentials")["ems"],
        }
        self._calls.operator("PUT", "/v1/carriers/ems", settings)
        self._rest()

    def call(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        """Call the API with the shop's key."""
        return self._calls.keyed(self._key, method, path, body)

    def live(self) -> Seen:
        """Live once; what that took. Nothing is asked of a function but what the life asks."""
        self._proxy.calls.clear()
        since, mails = int(time.time() * 1000), self._mails()
        order = self.call("POST", "/v1/orders", order_body())
        self._until(lambda: self._status(order["id"], "order") == "confirmed", "confirmed")
        self._until(lambda: self._mails() == mails + 1, "a mail of it")
        number = ems_number("EB", "PT")
        journey = {"events": JOURNEY, "origin": "PT", "destination": "PT"}
        self._calls.control("PUT", f"ems/{number}", journey)
        parcels = [{"tracking_number": number, "carrier": "ems"}]
        self.call("POST", "/v1/shipments", {"order_id": order["id"], "parcels": parcels})
        self._until(lambda: self._mails() == mails + 2, "a mail of the parcel")
        self._rest(_FIRST_QUESTION_SECONDS)
        fire_sweep(self._stack)
        self._until(lambda: self._status(order["id"], "order") == "completed", "completed")
        self._until(lambda: self._mails() == mails + 3, "a mail of the delivery")
        return Seen(self._invocations(since), Counter(self._proxy.calls))

    def _until(self, condition: Callable[[], bool], what: str) -> None:
        if not comes_true(condition, _PATIENCE_SECONDS):
            raise RuntimeError(f"not {what} after {_PATIENCE_SECONDS:.0f} s")
        self._rest()

    def _mails(self) -> int:
        return len(self._calls.mails(order_body()["customer"]["email"]))

    def _status(self, order_id: str, sk: str) -> str:
        """An order's status, from its table: asking the API would be counted."""
        pages = self._dynamodb.get_paginator("scan").paginate(TableName=self._orders)
        for page in pages:
            for item in page["Items"]:
                if item["sk"]["S"] == sk and item["pk"]["S"].endswith(f"#{order_id}"):
                    return str(item["status"]["S"])
        return ""

    def _rest(self, seconds: float = _REST_SECONDS) -> None:
        """Wait until no function has asked for anything for so long."""
        quiet = time.monotonic()
        before = sum(self._proxy.calls.values())
        while time.monotonic() - quiet < seconds:
            time.sleep(0.1)
            if (now := sum(self._proxy.calls.values())) != before:
                before, quiet = now, time.monotonic()

    def _invocations(self, since: int) -> Counter[str]:
        logs = aws.client("logs", self._stack.endpoint_url)
        functions = aws.client("lambda", self._stack.endpoint_url)
        found: Counter[str] = Counter()
        for logical, physical in _functions(self._stack).items():
            config = functions.get_function_configuration(FunctionName=physical)
            group = config["LoggingConfig"]["LogGroup"]
            pages = logs.get_paginator("filter_log_events").paginate(
                logGroupName=group, startTime=since
            )
            for page in pages:
                found[logical] += sum(_STARTED in event["message"] for event in page["events"])
        return +found


def play() -> Seen:
    """The second life on a stack of its own: what is made once was made by the first."""
    with deployed() as (stack, proxy):
        played = Played(stack, proxy)
        played.live()
        return played.live()


def differences(here: Seen, there: Seen) -> Iterable[str]:
    """What was otherwise on MiniStack: a line per function and operation."""
    for function in sorted(here.invocations.keys() | there.invocations.keys()):
        if here.invocations[function] != there.invocations[function]:
            yield (
                f"{function}: invoked {here.invocations[function]}"
                f", on MiniStack {there.invocations[function]}"
            )
    for called in sorted(here.calls.keys() | there.calls.keys()):
        if here.calls[called] != there.calls[called]:
            yield f"{' '.join(called)}: {here.calls[called]}, on MiniStack {there.calls[called]}"
