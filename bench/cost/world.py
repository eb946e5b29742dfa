"""A shop with stock, the functions of template.yaml, and the account they use, in one process."""

import importlib
import json
import math
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, Final
from unittest.mock import patch

import boto3

from bench.cost.account import CARRIER, Account
from bench.cost.carrier import Carrier
from bench.cost.clock import Clock
from bench.cost.deliveries import Deliveries, Streams, room_of
from bench.cost.logs import Logs
from bench.cost.prices import Assumed
from bench.cost.tally import Tally, Use
from bench.cost.units import indexes_of
from bench.engines import REGION, environment
from tests.simulation.delivery.configs import FunctionConfig, Wiring
from tests.simulation.delivery.wiring import read_wiring
from tests.support.gateway import chosen, gateway
from tests.support.http import http_event
from tests.support.template import functions, resources, template
from tracking.accounts.usage import DRAWN
from tracking.carriers.http import CarrierHttp

OPERATOR_SECRET: Final = "operator"
_GIVEN: Final = {
    "PUBLIC_URL": "https://track.shop.example",
    "MAIL_SENDER": "orders@waybill.example",
}
"""Variables that depend on a deployment's parameters."""
_PATIENCE_MS: Final = 300_000

Json = dict[str, Any]


def tables() -> dict[str, Any]:
    """The template's tables, by logical id."""
    return resources("AWS::DynamoDB::Table")


def memory_of(function: str) -> int:
    """Megabytes of a function."""
    default = template()["Globals"]["Function"]["MemorySize"]
    return int(functions()[function].get("MemorySize", default))


def logs_each_invocation() -> bool:
    """Whether Lambda logs the start and the end of each invocation, as the template is deployed."""
    globals_, parameters = template()["Globals"]["Function"], template()["Parameters"]
    level = globals_.get("LoggingConfig", {}).get("SystemLogLevel", "INFO")
    if isinstance(level, dict):
        level = parameters[level["Ref"]]["Default"]
    return str(level) != "WARN"


@dataclass
class World:
    """Everything that an order's life needs; :func:`a_world` makes one."""

    endpoint: str
    assumed: Assumed
    clock: Clock = field(default_factory=Clock)
    carrier: Carrier = field(default_factory=Carrier)
    account: Account = field(default_factory=lambda: Account(OPERATOR_SECRET, indexes_of(tables())))
    wiring: Wiring = field(default_factory=read_wiring)
    logs: Logs = field(default_factory=Logs)
    tally: Tally = field(default_factory=Tally)
    step: str = "setup"
    invocations: Counter[str] = field(default_factory=Counter)
    """By function."""
    deliveries: Deliveries = field(init=False)
    _handlers: dict[str, Callable[[Any, Any], Any]] = field(default_factory=dict)
    _routes: list[Any] = field(default_factory=lambda: list(gateway()))

    def __post_init__(self) -> None:
        dynamodb = self.client("dynamodb")
        arns = {
            table: dynamodb.describe_table(TableName=table)["Table"]["LatestStreamArn"]
            for table in tables()
        }
        streams = Streams(self.client("dynamodbstreams"), arns)
        self.deliveries = Deliveries(self.wiring, self.account, streams, self)
        for table in arns:
            streams.read(table)  # what was written before is nobody's here

    def client(self, service: str) -> Any:
        """A client of the engine, for the bench's own looks."""
        return boto3.client(
            service,
            endpoint_url=self.endpoint,
            region_name=REGION,
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )

    # --- what deliveries ask for ----------------------------------------------------------------

    def now(self) -> float:
        """Seconds since 1970."""
        return self.clock.now.timestamp()

    def use(self, use: Use, amount: float, room: str) -> None:
        """Count a use in the step that is played."""
        self.tally.add(self.step, room, use, amount)

    def invoke(self, function: FunctionConfig, event: Any, *, traced: bool = False) -> Any:
        """Run a function as Lambda does, and count what that takes."""
        room = room_of(function)
        handler = self._handler(function.handler)
        context = SimpleNamespace(
            get_remaining_time_in_millis=lambda: _PATIENCE_MS,
            function_name=function.name,
            aws_request_id="request",
        )
        printed = self.logs.bytes
        self.account.latencies.clear()
        self.account.running = function.name
        self.invocations[function.name] += 1
        with self.account.counted(
            lambda use, amount, owner: self.use(use, amount, f"{room}, {owner}" if owner else room)
        ):
            started = time.process_time()
            answer = handler(event, context)
            cpu = time.process_time() - started
        self.use(Use.INVOCATION, 1, room)
        memory = memory_of(function.name)
        took = self.assumed.seconds(cpu, memory, self.account.latencies)
        self.use(Use.GB_SECOND, math.ceil(took * 1000) / 1000 * memory / 1024, room)
        platform = self.assumed.platform_log_bytes if logs_each_invocation() else 0
        self.use(Use.LOG_BYTE, self.logs.bytes - printed + platform, room)
        if traced:
            self.use(Use.TRACE, self.assumed.traced_share, room)
        return answer

    def takes_the_lots_mean(self, _task: Any) -> bool:
        """Of the tasks that have news to tell one in a few writes it: here each a part of that."""
        self.use(Use.WRITE_UNIT, 1 / DRAWN, f"tracking, {CARRIER}")
        return False

    def _handler(self, path: str) -> Callable[[Any, Any], Any]:
        if path not in self._handlers:
            module, _, name = path.rpartition(".")
            self._handlers[path] = getattr(importlib.import_module(module), name)
        return self._handlers[path]

    # --- what a life asks for -------------------------------------------------------------------

    def call(self, method: str, path: str, body: Any = None, *, key: str) -> Json:
        """Call the API; raises RuntimeError where it refuses."""
        handler = chosen(path.partition("?")[0], self._routes)
        (function,) = (f for f in self.wiring.functions.values() if f.handler == handler)
        self.use(Use.HTTP, 1, room_of(function))
        self.use(Use.LOG_BYTE, self.assumed.access_log_bytes, room_of(function))
        answer = self.invoke(function, http_event(method, path, body, key=key), traced=True)
        if answer["statusCode"] >= 300:  # noqa: PLR2004 - a refusal, or worse
            raise RuntimeError(f"{method} {path}: {answer['body']}")
        told: Json = json.loads(answer["body"])
        return told


@contextmanager
def a_world(endpoint: str, assumed: Assumed) -> Iterator[World]:
    """A world over DynamoDB Local, whose tables are there and empty."""
    world = World(endpoint, assumed)
    variables = environment(endpoint) | _variables(world.wiring)
    for name in ("POWERTOOLS_LOG_LEVEL", "POWERTOOLS_METRICS_DISABLED"):
        variables.pop(name, None)

    def send(_http: Any, request: Any) -> Any:
        world.account.latencies.append("carrier")
        return world.carrier.send(request)

    with ExitStack() as stack:
        for each in (
            patch.dict(os.environ, variables),
            world.clock.shown(),
            world.logs.taken(),
            world.account.open(),
            patch.object(CarrierHttp, "send", send),
        ):
            stack.enter_context(each)
        worker = importlib.import_module("tracking.on_sweep_task")._worker()  # noqa: SLF001
        stack.enter_context(patch.object(worker, "draws", world.takes_the_lots_mean))
        yield world


def _variables(wiring: Wiring) -> dict[str, str]:
    """One environment for all functions: a resource is known by its logical id."""
    found: dict[str, str] = {}
    for function in wiring.functions.values():
        for name, value in function.environment.items():
            if name in _GIVEN:
                found[name] = _GIVEN[name]
            elif isinstance(value, str) and value in wiring.queues:
                fifo = ".fifo" if wiring.queues[value].fifo else ""
                found[name] = f"https://sqs.{REGION}.amazonaws.com/0/{value}{fifo}"
            elif name != "OPERATOR_SECRET":
                found[name] = str(value)
    return found | {"OPERATOR_SECRET": "OperatorSecret"}
