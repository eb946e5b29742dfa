"""The MiniStack process of a stack: started with IAM enforced and its state kept, and stopped."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from http import HTTPStatus

from local import aws, process
from local.errors import LocalError
from local.home import REGION, Home

_START_SECONDS = 30
# MiniStack drains for up to 10 s and then writes its state; killing it earlier would lose data.
_STOP_SECONDS = 60


def environment(home: Home) -> dict[str, str]:
    """Return MiniStack's environment, which each function inherits."""
    return aws.environment(home.endpoint_url) | {
        "GATEWAY_PORT": str(home.port),
        "BIND_HOST": "127.0.0.1",
        "MINISTACK_HOST": "127.0.0.1",  # queue URLs and links without a name look-up
        "MINISTACK_REGION": REGION,
        "AUTH": "true",  # functions hold their roles' permissions and no others
        "IOT_MTLS_ENABLED": "0",  # it would open port 8883
        "SFTP_ENABLED": "0",
        "PERSIST_STATE": "1",
        "STATE_DIR": str(home.state),
        "S3_PERSIST": "1",
        "S3_DATA_DIR": str(home.s3),
        "TMPDIR": str(home.temporary),
        "WAYBILL_LOCAL": "true",
        "PYTHONUNBUFFERED": "1",
    }


def running(home: Home) -> bool:
    """Say whether a stack's MiniStack process lives."""
    return process.holder(home.engine_lock) is not None


def answers(home: Home) -> bool:
    """Say whether MiniStack answers on a stack's port."""
    try:
        return aws.fetch(f"{home.endpoint_url}/_ministack/health", timeout=2)[0] == HTTPStatus.OK
    except OSError:
        return False


def start(home: Home, say: Callable[[str], None]) -> None:
    """Start MiniStack and wait until it answers; the port must be free."""
    if importlib.util.find_spec("ministack") is None:
        raise LocalError("MiniStack is not installed here: run `make setup` and use .venv")
    if not process.port_is_free(home.port):
        raise LocalError(f"port {home.port} is taken: choose another with --port")
    if died(home):
        say("MiniStack died last time: what changed since it was last stopped is lost")
    say(f"starting MiniStack on port {home.port}")
    home.unsaved.touch()
    started = process.start(
        "local.engine_process",
        ["--port", str(home.port), "--lock", str(home.engine_lock)],
        environment(home),
        home.engine_log,
    )
    process.wait_until(lambda: answers(home) or started.poll() is not None, _START_SECONDS)
    if started.poll() is not None:
        said = process.last_line(home.engine_log)
        raise LocalError(f"MiniStack did not start: {said} (all of it in {home.engine_log})")
    if not answers(home):
        stop(home)
        raise LocalError(f"MiniStack does not answer after {_START_SECONDS} s: {home.engine_log}")


def died(home: Home) -> bool:
    """Say whether MiniStack ended without being stopped."""
    return home.unsaved.exists() and not running(home)


def stop(home: Home) -> bool:
    """Stop MiniStack so that it saves its state; False when it had to be killed."""
    if not running(home):
        return True
    clean = process.stop(home.engine_lock, _STOP_SECONDS)
    if clean:
        home.unsaved.unlink(missing_ok=True)
    return clean
