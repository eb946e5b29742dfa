"""What is there before any seed, once in a Python process: the code, its resources, its wires."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import boto3
from botocore import UNSIGNED
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from greenlet import getcurrent
from moto import mock_aws
from moto.core.models import botocore_stubber
from moto.moto_api._internal import mock_random

from tests.simulation.aws.shortcut import shorten
from tests.simulation.delivery.configs import Wiring
from tests.simulation.delivery.wiring import read_wiring
from tests.simulation.processes import runtime
from tests.simulation.processes.machine import Function, Task
from tests.support.grants import Grant, granted
from tests.support.http import OPERATOR_SECRET
from tests.support.template import create_table_arguments, resources

REGION: Final = "eu-central-1"
MAIL_SENDER: Final = "orders@waybill.example"
_WORTH_KEEPING: Final = 3
"""Rows that a new opening balance must spare: a seed has too few for the usual number."""
_GIVEN: Final = {"PUBLIC_URL": "https://track.shop.example", "MAIL_SENDER": MAIL_SENDER}
"""Variables that depend on a deployment's parameters."""


@dataclass(frozen=True)
class Deployed:
    """The template, deployed."""

    wiring: Wiring
    functions: dict[str, Function]
    """By logical id."""
    queues: dict[str, str]
    """Logical ids by URL."""
    secrets: dict[str, str]
    """Logical ids by ARN."""
    grants: frozenset[Grant]
    """What the roles of the functions permit."""


def deploy() -> Deployed:
    """Import the code under test and make what the template has; moto stands in from now on."""
    os.environ.update(
        AWS_ACCESS_KEY_ID="testing", AWS_SECRET_ACCESS_KEY="testing", AWS_DEFAULT_REGION=REGION
    )
    runtime.install()
    wiring = read_wiring()
    functions = {
        name: Function(runtime.import_handler(config.handler), config.timeout)
        for name, config in wiring.functions.items()
    }
    mock_aws().start()
    mock_random.seed(0)  # moto names things by it
    queues = {
        f"https://sqs.{REGION}.amazonaws.com/0/{name}{'.fifo' if queue.fifo else ''}": name
        for name, queue in wiring.queues.items()
    }
    made = _make_resources()
    _set_environment(wiring, made | {name: url for url, name in queues.items()})
    _cut_wires()
    _lower_thresholds()
    secrets = {made[name]: name for name in resources("AWS::SecretsManager::Secret")}
    return Deployed(wiring, functions, queues, secrets, granted())


def tables() -> list[str]:
    """The logical ids of all tables."""
    return list(resources("AWS::DynamoDB::Table"))


def _make_resources() -> dict[str, str]:
    """Make what moto keeps; what each is known by to the functions, by logical id."""
    dynamodb = boto3.client("dynamodb")
    for table in tables():
        dynamodb.create_table(**create_table_arguments(table))
    made = {name: name for name in resources("AWS::Events::EventBus")}
    secrets = boto3.client("secretsmanager")
    for name in resources("AWS::SecretsManager::Secret"):
        made[name] = secrets.create_secret(Name=name, SecretString=OPERATOR_SECRET)["ARN"]
    ses = boto3.client("sesv2")
    ses.create_email_identity(EmailIdentity=MAIL_SENDER)
    for name in resources("AWS::SES::ConfigurationSet"):
        ses.create_configuration_set(ConfigurationSetName=name)
    return made


def _set_environment(wiring: Wiring, made: Mapping[str, str]) -> None:
    """One environment for all functions: each name means the same to each of them."""
    seen: dict[str, str] = {}
    for function in wiring.functions.values():
        for name, value in function.environment.items():
            text = _GIVEN.get(name) or made.get(value, value)
            if seen.setdefault(name, text) != text:
                raise AssertionError(f"{name} means different things to two functions")
    os.environ.update(seen)


def _lower_thresholds() -> None:
    from inventory.checks import checking  # noqa: PLC0415

    checking.WORTH_KEEPING = _WORTH_KEEPING


def _cut_wires() -> None:
    """Let requests of simulated processes end in their world: AWS's, and the carriers'."""
    import waybill.aws  # noqa: PLC0415
    from tracking.carriers import base, http  # noqa: PLC0415

    emitter = waybill.aws._session().get_component("event_emitter")
    emitter.unregister("before-send", botocore_stubber)

    def before_send(request: AWSPreparedRequest, event_name: str, **_: Any) -> AWSResponse:
        task = getcurrent()
        assert isinstance(task, Task)
        return task.machine.cloud.send(task.process, event_name, request)

    emitter.register("before-send", before_send)
    emitter.register("choose-signer", lambda **_: UNSIGNED)  # nobody looks at signatures here
    shorten(waybill.aws.client("dynamodb"))

    def send(_self: Any, request: base.Request) -> base.Response:
        task = getcurrent()
        assert isinstance(task, Task)
        answer = task.machine.carriers.ask(
            request.method, request.url, request.headers, request.body
        )
        if answer is None:
            raise base.UnreachableError("simulated")
        http._refuse(answer.status, answer.headers.get("Retry-After", ""))
        return base.Response(answer.status, "application/json", answer.raw or b"")

    http.CarrierHttp.send = send
