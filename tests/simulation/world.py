"""A simulated deployment: the functions of the template, what wakes them, and who watches."""

import json
import os
import random
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import parse_qs

import boto3
from botocore import UNSIGNED
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from greenlet import getcurrent
from moto import mock_aws
from moto.core.models import botocore_stubber

from tests.simulation.aws.change import Change
from tests.simulation.aws.cloud import Cloud, Hooks, Request
from tests.simulation.aws.dynamodb import MotoDynamoDB
from tests.simulation.delivery import Deliveries
from tests.simulation.delivery.configs import Wiring
from tests.simulation.delivery.wiring import read_wiring
from tests.simulation.judge import Judge
from tests.simulation.people.carrier import Carrier
from tests.simulation.people.front import Gateway
from tests.simulation.processes import runtime
from tests.simulation.processes.faults import Fault, Faults
from tests.simulation.processes.machine import Function, Machine, Task
from tests.support.http import OPERATOR_SECRET
from tests.support.template import create_table_arguments, resources

REGION: Final = "eu-central-1"
START: Final = datetime(2026, 11, 2, 9, 0, tzinfo=UTC).timestamp()
"""A Monday morning."""
MAIL_SENDER: Final = "orders@waybill.example"
_LOSES: Final = "InventoryOrderChangeFunction"
"""Who may lose a record of a stream: what heals it is the schedule of undecided orders."""
_WORTH_KEEPING: Final = 3
"""Rows that a new opening balance must spare: a seed has too few for the usual number."""
_GIVEN: Final = {"PUBLIC_URL": "https://track.shop.example", "MAIL_SENDER": MAIL_SENDER}
"""Variables that depend on a deployment's parameters."""
_MESSAGE_ID: Final = re.compile(rb"<MessageId>([^<]+)</MessageId>")


class World:
    """Everything of one seed."""

    def __init__(self, seed: int, wiring: Wiring, handlers: Mapping[str, Any]) -> None:
        """``handlers``: a function's code by its logical id. Within ``mock_aws`` only."""
        dice = random.Random(seed)
        self.seed = seed
        self.faults = Faults(dice)
        self.machine = Machine(dice, self.faults, START)
        runtime.reset(self.machine, seed)
        self.machine.functions = {
            name: Function(handlers[name], config.timeout)
            for name, config in wiring.functions.items()
        }
        self.judge = Judge()
        self.machine.on_log = lambda process, line: self.judge.logged(process.name, line)
        self.machine.on_interrupted = lambda process, why: self.judge.interrupted(
            process.name, process.invocation, why
        )
        self._queue_of_url = _make_resources(wiring)
        arguments = [create_table_arguments(table) for table in tables()]
        self.dynamodb = MotoDynamoDB(REGION, lambda: self.machine.now, arguments)
        hooks = Hooks(self._wrote, self._read, self._accepted)
        self.cloud = Cloud(self.machine, self.dynamodb, hooks)
        self.delivery = Deliveries(self.machine, wiring)
        self.gateway = Gateway(self.machine, self.judge)
        self.carrier = Carrier(self.machine)
        self._lost = False

    # --- what AWS did ---------------------------------------------------------------------------

    def _wrote(self, request: Request, changes: list[Change]) -> None:
        who = request.process.name
        self.judge.wrote(self.machine.now, who, request.invocation, changes)
        for change in changes:
            self.delivery.put(change.table, change.record, lost_for=self._lost_for(change))

    def _lost_for(self, change: Change) -> str | None:
        """Who never hears of a new order, once a seed: it must be found by the schedule."""
        is_new_order = change.table == "OrdersTable" and change.key[1] == "order" and not change.old
        if self._lost or not is_new_order or not self.faults.strikes(Fault.RECORD_LOST):
            return None
        self._lost = True
        self.faults.count(Fault.RECORD_LOST)
        self.machine.tell("stream", f"loses {change.key[0]} for {_LOSES}")
        return _LOSES

    def _read(self, request: Request) -> None:
        document = request.document()
        asked = document.get("RequestItems") or {
            document["TableName"]: {"Keys": [document["Key"]]} if "Key" in document else {}
        }
        for table, wanted in asked.items():
            keys = [(key["pk"]["S"], key["sk"]["S"]) for key in wanted.get("Keys", ())]
            who = request.process.name
            self.judge.read(self.machine.now, who, request.invocation, table, keys)

    def _accepted(self, request: Request, response: AWSResponse) -> None:
        take: Callable[[Request, AWSResponse], None] | None = {
            "PutEvents": self._events,
            "SendMessageBatch": self._messages,
            "SendEmail": self._mail,
            "Publish": self._sms,
        }.get(request.operation)
        if take:
            take(request, response)

    def _events(self, request: Request, response: AWSResponse) -> None:
        for entry in request.document()["Entries"]:
            self.machine.tell(request.process.name, f"tells {entry['DetailType']}")
            self.judge.told(entry["DetailType"], json.loads(entry["Detail"]))
            self.delivery.bus.put(entry)

    def _messages(self, request: Request, response: AWSResponse) -> None:
        document = request.document()
        queue = self.delivery.queues[self._queue_of_url[document["QueueUrl"]]]
        for entry in document["Entries"]:
            queue.send(
                entry["MessageBody"],
                entry.get("MessageGroupId"),
                entry.get("MessageDeduplicationId"),
            )

    def _mail(self, request: Request, response: AWSResponse) -> None:
        document = request.document()
        (to,) = document["Destination"]["ToAddresses"]
        content = document["Content"]["Simple"]
        subject, text = content["Subject"]["Data"], content["Body"]["Text"]["Data"]
        tags = {tag["Name"]: tag["Value"] for tag in document.get("EmailTags", ())}
        identifier = json.loads(response.content)["MessageId"]
        self.machine.tell(request.process.name, f"SES takes {tags.get('message_id')}: {subject}")
        self.judge.mailed(self.machine.now, to, subject, text, tags, identifier)

    def _sms(self, request: Request, response: AWSResponse) -> None:
        form = parse_qs(_text(request.sent.body))
        found = _MESSAGE_ID.search(response.content)
        assert found is not None
        (to,), (text,) = form["PhoneNumber"], form["Message"]
        self.machine.tell(request.process.name, "SNS takes an SMS")
        self.judge.texted(self.machine.now, to, text, found[1].decode())


def _text(body: Any) -> str:
    return body.decode() if isinstance(body, bytes) else str(body)


def tables() -> list[str]:
    """The logical ids of all tables."""
    return list(resources("AWS::DynamoDB::Table"))


# --- what is there before any seed ----------------------------------------------------------------


def load() -> tuple[Wiring, dict[str, Any]]:
    """Import the code under test, once: what wakes it, and its handlers by function."""
    runtime.install()
    wiring = read_wiring()
    handlers = {
        name: runtime.import_handler(config.handler) for name, config in wiring.functions.items()
    }
    _cut_wires()
    _lower_thresholds()
    return wiring, handlers


def _lower_thresholds() -> None:
    from inventory.checks import checking  # noqa: PLC0415

    checking.WORTH_KEEPING = _WORTH_KEEPING


def _cut_wires() -> None:
    """Let requests of simulated processes end in their world: AWS's, and the carriers'."""
    import waybill.aws  # noqa: PLC0415
    from tracking.carriers import base, http  # noqa: PLC0415

    emitter = waybill.aws._session().get_component("event_emitter")
    emitter.unregister("before-send", botocore_stubber)
    emitter.register(
        "choose-signer.dynamodb", lambda **_: UNSIGNED
    )  # nobody looks at signatures here

    def before_send(request: AWSPreparedRequest, event_name: str, **_: Any) -> AWSResponse:
        task = getcurrent()
        assert isinstance(task, Task)
        return task.machine.cloud.send(task.process, event_name, request)

    emitter.register("before-send", before_send)

    def send(_self: Any, request: base.Request) -> base.Response:
        task = getcurrent()
        assert isinstance(task, Task)
        answer = task.machine.carrier.ask(request.url)
        if answer is None:
            raise base.UnreachableError("simulated")
        status, body = answer
        if status == 429:
            raise base.RateLimitedError("30")
        if status >= 500:
            raise base.FailingError("simulated")
        return base.Response(status, "application/json", body)

    http.CarrierHttp.send = send


@contextmanager
def new_world(seed: int, wiring: Wiring, handlers: Mapping[str, Any]) -> Iterator[World]:
    """A world that is gone afterwards."""
    os.environ.update(
        AWS_ACCESS_KEY_ID="testing", AWS_SECRET_ACCESS_KEY="testing", AWS_DEFAULT_REGION=REGION
    )
    with mock_aws():
        world = World(seed, wiring, handlers)
        world.machine.cloud = world.cloud
        world.machine.carrier = world.carrier
        yield world


def _make_resources(wiring: Wiring) -> dict[str, str]:
    """Make what the template has, and the environment of the functions; queues by their URL."""
    dynamodb = boto3.client("dynamodb", region_name=REGION)
    for table in tables():
        dynamodb.create_table(**create_table_arguments(table))
    made: dict[str, str] = {}
    queues: dict[str, str] = {}
    events = boto3.client("events", region_name=REGION)
    for name in resources("AWS::Events::EventBus"):
        events.create_event_bus(Name=name)
        made[name] = name
    sqs = boto3.client("sqs", region_name=REGION)
    for name, queue in wiring.queues.items():
        fifo = {"FifoQueue": "true"} if queue.fifo else {}
        real = sqs.create_queue(QueueName=name + (".fifo" if queue.fifo else ""), Attributes=fifo)
        made[name] = real["QueueUrl"]
        queues[real["QueueUrl"]] = name
    secrets = boto3.client("secretsmanager", region_name=REGION)
    for name in resources("AWS::SecretsManager::Secret"):
        made[name] = secrets.create_secret(Name=name, SecretString=OPERATOR_SECRET)["ARN"]
    ses = boto3.client("sesv2", region_name=REGION)
    ses.create_email_identity(EmailIdentity=MAIL_SENDER)
    for name in resources("AWS::SES::ConfigurationSet"):
        ses.create_configuration_set(ConfigurationSetName=name)
    _set_environment(wiring, made)
    return queues


def _set_environment(wiring: Wiring, made: Mapping[str, str]) -> None:
    """One environment for all functions: each name means the same to each of them."""
    seen: dict[str, str] = {}
    for function in wiring.functions.values():
        for name, value in function.environment.items():
            text = _GIVEN.get(name) or made.get(value, value)
            if seen.setdefault(name, text) != text:
                raise AssertionError(f"{name} means different things to two functions")
    os.environ.update(seen)
