"""The carrier simulator's process of a stack, always on the same port: its URL is in the data."""

from __future__ import annotations

from http import HTTPStatus

from local import aws, process
from local.errors import LocalError
from local.home import Home

_START_SECONDS = 10
_DISTANCE = 10_000
_LAST_PORT = 65_535


def url(home: Home) -> str:
    """Return the base of every simulated carrier's paths."""
    return f"http://127.0.0.1:{_stored_port(home)}"


def running(home: Home) -> bool:
    """Say whether a stack's simulator lives."""
    return process.holder(home.simulator_lock) is not None


def answers(home: Home) -> bool:
    """Say whether the simulator answers on its port."""
    try:
        return aws.fetch(f"{url(home)}/_control/credentials", timeout=2)[0] == HTTPStatus.OK
    except OSError:
        return False


def start(home: Home) -> None:
    """Start the simulator on the stack's own port, chosen at the first start."""
    if not home.simulator_port.exists():
        home.simulator_port.write_text(f"{_choose(home.port)}\n")
    port = _stored_port(home)
    if not process.port_is_free(port):
        raise LocalError(f"port {port}, where this stack's carrier simulator lives, is taken")
    started = process.start(
        "local.carriers",
        ["--port", str(port), "--lock", str(home.simulator_lock), "--file", str(home.journeys)],
        aws.environment(home.endpoint_url),
        home.simulator_log,
    )
    process.wait_until(lambda: answers(home) or started.poll() is not None, _START_SECONDS)
    if started.poll() is not None or not answers(home):
        said = process.last_line(home.simulator_log)
        raise LocalError(f"the carrier simulator did not start: {said} ({home.simulator_log})")


def stop(home: Home) -> None:
    """Stop the simulator; its journeys are on disk."""
    process.stop(home.simulator_lock, 10)


def _stored_port(home: Home) -> int:
    return int(home.simulator_port.read_text())


def _choose(port: int) -> int:
    """Choose a free port at a fixed distance, where the system hands out none by itself."""
    base = port + _DISTANCE if port + _DISTANCE <= _LAST_PORT else port - _DISTANCE
    for candidate in range(base, base + 100):
        if candidate <= _LAST_PORT and process.port_is_free(candidate):
            return candidate
    return process.free_port()
