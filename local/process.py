"""Starts, finds and stops the processes of a stack.

A process holds a lock on its own file for as long as it lives, so whether it lives is a question
to the operating system: neither a killed process nor a number that was given out again can lie.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO

from local.home import ROOT

# Popen objects are kept for as long as we live: what they stand for is meant to outlive us.
_started: list[subprocess.Popen[bytes]] = []


@contextlib.contextmanager
def hold(path: str | Path) -> Iterator[None]:
    """Hold the lock at path and write this process's id into it; for the child's side."""
    with Path(path).open("a+") as lock:
        # Whoever asks who holds the lock takes it for an instant, so one refusal says nothing.
        if not wait_until(lambda: _locked(lock, fcntl.LOCK_EX), 2):
            raise SystemExit(f"{path} is held by another process")
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def holder(path: Path) -> int | None:
    """Return the id of the process that holds the lock at path, or None when nobody does."""
    try:
        with path.open() as lock:
            return None if _locked(lock, fcntl.LOCK_SH) else int(lock.read())
    except (OSError, ValueError):
        return None


def _locked(file: IO[str], kind: int) -> bool:
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def start(
    module: str, arguments: Sequence[str], env: Mapping[str, str], log: Path
) -> subprocess.Popen[bytes]:
    """Start a module of this checkout as a process that outlives us and holds none of our pipes."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            cwd=ROOT,
            env=dict(env),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    _started.append(process)
    return process


def stop(lock: Path, seconds: float) -> bool:
    """Ask the holder of a lock to end and wait for it; False when it had to be killed."""
    pid = holder(lock)
    if not pid:
        return True
    _signal(pid, signal.SIGTERM)
    if wait_until(lambda: holder(lock) is None, seconds):
        return True
    _signal(pid, signal.SIGKILL)
    wait_until(lambda: holder(lock) is None, 5)
    return False


def _signal(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def wait_until(condition: Callable[[], bool], seconds: float) -> bool:
    """Wait for a condition; False when it did not come true in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def port_is_free(port: int) -> bool:
    """Say whether a port of loopback can be listened on."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """Return a port that nobody listens on, chosen by the operating system."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def last_line(log: Path) -> str:
    """Return the last line that says something, for an error message."""
    try:
        lines = [line.strip() for line in log.read_text(errors="replace").splitlines()]
    except OSError:
        return ""
    return next((line for line in reversed(lines) if line), "")
