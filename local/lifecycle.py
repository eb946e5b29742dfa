"""Brings a whole stack up and down: MiniStack, the carrier simulator, the deployment."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from botocore.exceptions import BotoCoreError, ClientError

from local import aws, engine, process, simulator
from local.bridges import api_url
from local.deploy import deploy
from local.errors import LocalError, one_line
from local.home import REGION, ROOT, STACK_NAME, Home, Stack
from local.template import Package, prepare

Say = Callable[[str], None]

_ANSWER_SECONDS = 10


def up(home: Home, *, fresh: bool, say: Say) -> Stack:
    """Start what does not run yet, deploy the checkout as it is now, and wait until it answers.

    What this call started is stopped again when the call fails; what ran before keeps running.
    """
    package = prepare(ROOT, home.endpoint_url)
    with home.one_command():
        if fresh:
            _stop(home)
            home.wipe()
        was_running = engine.running(home)
        try:
            return _up(home, package, was_running=was_running, say=say)
        except BaseException:
            if not was_running:
                _stop(home)
            raise


def _up(home: Home, package: Package, *, was_running: bool, say: Say) -> Stack:
    if was_running and not engine.answers(home):
        raise LocalError(
            f"MiniStack on port {home.port} runs but does not answer: "
            f"`python -m local down --port {home.port}`, then up again"
        )
    if was_running:
        say(f"MiniStack runs on port {home.port} already: deploying what changed")
    else:
        home.make()
        engine.start(home, say)
    if not simulator.running(home):
        simulator.start(home)
    outputs = deploy(package, home.endpoint_url, say)
    stack = _describe(home, outputs)
    _wait_for_answer(home, stack)
    home.describe(stack)
    return stack


def _describe(home: Home, outputs: dict[str, str]) -> Stack:
    try:
        secrets = aws.client("secretsmanager", home.endpoint_url)
        secret = secrets.get_secret_value(SecretId=outputs["OperatorSecret"])["SecretString"]
    except KeyError as missing:
        raise LocalError(f"the template has no output {missing}") from None
    except (BotoCoreError, ClientError) as error:
        raise LocalError(f"the operator's secret cannot be read: {one_line(error)}") from None
    return Stack(
        api_url=api_url(home.endpoint_url),
        operator_key=f"wb_operator_{secret}",
        endpoint_url=home.endpoint_url,
        region=REGION,
        stack_name=STACK_NAME,
        mail_url=f"{home.endpoint_url}/_ministack/ses/messages",
        sms_url=f"{home.endpoint_url}/_ministack/sns/sms-messages",
        carrier_simulator_url=simulator.url(home),
    )


def _wait_for_answer(home: Home, stack: Stack) -> None:
    last = "nothing"

    def healthy() -> bool:
        nonlocal last
        try:
            status, body = aws.fetch(f"{stack.api_url}/v1/health", timeout=30)
        except OSError as error:
            last = one_line(error)
            return not engine.running(home)
        last = f"{status} {one_line(body.decode(errors='replace'))}"
        return status == HTTPStatus.OK or not engine.running(home)

    if not process.wait_until(healthy, _ANSWER_SECONDS) or not last.startswith("200 "):
        raise LocalError(f"the stack does not answer GET /v1/health: {last}; see {home.engine_log}")


def down(home: Home) -> bool:
    """Stop a stack so that its data survives; False when nothing of it was running."""
    if not (engine.running(home) or simulator.running(home)):
        return False
    with home.one_command():
        if not _stop(home):
            raise LocalError(
                f"MiniStack did not end by itself and was killed; what it held since it was "
                f"last stopped is lost (see {home.engine_log})"
            )
    return True


def _stop(home: Home) -> bool:
    # MiniStack first: while it drains, a worker may still be asking a carrier.
    clean = engine.stop(home)
    simulator.stop(home)
    return clean


def running_stack(home: Home) -> Stack:
    """Return the stack that runs on a port; a LocalError says what is wrong if none does."""
    stack = home.described()
    if engine.died(home):
        raise LocalError(f"MiniStack on port {home.port} died; see {home.engine_log}")
    if not engine.running(home):
        raise LocalError(f"no stack is running on port {home.port}")
    if stack is None or not engine.answers(home):
        raise LocalError(f"the stack on port {home.port} does not answer; see {home.engine_log}")
    if not simulator.running(home):
        raise LocalError(f"the carrier simulator of port {home.port} died; `up` starts it again")
    return stack
