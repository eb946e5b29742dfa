"""Puts the process that runs under the simulator: its time, its chance, its memory, its output.

Lambda gives each execution environment a memory of its own, and every process a clock and sources
of chance. Here many share one Python process, so what the code reads is replaced before the rooms
are imported: ``time.sleep``, ``time.monotonic``, ``secrets``, ``uuid4``, ``functools.cache``,
standard output, and the one place that asks for the date. Outside of simulated processes each
does as it always did.
"""

import functools
import io
import random
import secrets
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, TextIO

from botocore.retries.quota import RetryQuota
from botocore.useragent import UserAgentString
from greenlet import getcurrent
from jinja2 import Environment
from moto.core.model_instances import reset_model_data
from moto.moto_api._internal import mock_random

from tests.simulation.processes.machine import Machine, Task

_ROOMS = ("orders", "inventory", "tracking", "notify", "shops", "customers", "reports", "waybill")

_real_sleep = time.sleep
_real_monotonic = time.monotonic
_real_randbits = secrets.randbits
_real_uuid4 = uuid.uuid4
_outside: dict[Any, Any] = {}
_quotas: list[RetryQuota] = []
_installed = False


def _task() -> Task | None:
    running = getcurrent()
    return running if isinstance(running, Task) else None


def _sleep(seconds: float) -> None:
    task = _task()
    if task is None:
        _real_sleep(seconds)
    else:
        task.machine.sleep(seconds)


def _monotonic() -> float:
    task = _task()
    return task.machine.now if task else _real_monotonic()


def _randbits(bits: int) -> int:
    task = _task()
    return task.machine.chance.getrandbits(bits) if task else _real_randbits(bits)


def _token_urlsafe(size: int = 32) -> str:
    return format(_randbits(8 * size), "x")


def _uuid4() -> uuid.UUID:
    return uuid.UUID(int=_randbits(128), version=4) if _task() else _real_uuid4()


def _now(zone: Any = None) -> datetime:
    task = _task()
    return datetime.fromtimestamp(task.machine.now, UTC) if task else datetime.now(zone)


def _cache_per_process(function: Callable[..., Any]) -> Callable[..., Any]:
    """``functools.cache``, remembered by the simulated process that calls."""

    @functools.wraps(function)
    def cached(*args: Any) -> Any:
        task = _task()
        memory = task.process.memory if task else _outside
        key = (function, args)
        if key not in memory:
            memory[key] = function(*args)
        return memory[key]

    cached.cache_clear = _outside.clear  # type: ignore[attr-defined]
    return cached


class _Output(io.TextIOBase):
    """Standard output: of a simulated process, its log; else where it always went."""

    def __init__(self, real: TextIO) -> None:
        self._real = real

    def write(self, text: str) -> int:
        task = _task()
        if task is None:
            return self._real.write(text)
        if text.strip():
            task.machine.log(task.process, text.rstrip("\n"))
        return len(text)

    def flush(self) -> None:
        self._real.flush()


def install() -> None:
    """Replace what the rooms will import; once, before any of them is."""
    global _installed  # noqa: PLW0603
    if _installed:
        return
    loaded = [name for name in sys.modules if name.partition(".")[0] in _ROOMS]
    if loaded:
        raise RuntimeError(f"imported before the simulator: {', '.join(sorted(loaded))}")
    _installed = True
    time.sleep, time.monotonic = _sleep, _monotonic
    secrets.randbits, secrets.token_urlsafe = _randbits, _token_urlsafe
    uuid.uuid4 = _uuid4
    sys.stdout = _Output(sys.stdout)  # type: ignore[assignment]
    with _own_caches():
        import waybill.aws  # noqa: PLC0415
        import waybill.clock  # noqa: PLC0415

    # Making these takes long, and they keep nothing of those who use them but botocore's count of
    # retries, which reset() sets back: all processes share them.
    for name in ("_session", "client", "client_without_retries"):
        made = functools.cache(getattr(waybill.aws, name).__wrapped__)
        setattr(waybill.aws, name, made)
    Environment.compile = _compiled_once(Environment.compile)
    UserAgentString.to_string = lambda self: "simulated"  # built anew for each request otherwise
    RetryQuota.__init__ = _remembered(RetryQuota.__init__)
    waybill.clock.datetime = SimpleNamespace(now=_now, fromisoformat=datetime.fromisoformat)


@contextmanager
def _own_caches() -> Iterator[None]:
    real = functools.cache
    functools.cache = _cache_per_process  # type: ignore[assignment]
    try:
        yield
    finally:
        functools.cache = real


def import_handler(path: str) -> Callable[[Any, Any], Any]:
    """Import ``room.module.lambda_handler`` with caches per simulated process."""
    module, _, name = path.rpartition(".")
    with _own_caches():
        imported = __import__(module, fromlist=[name])
    handler: Callable[[Any, Any], Any] = getattr(imported, name)
    return handler


def _compiled_once(compile_template: Callable[..., Any]) -> Callable[..., Any]:
    """Jinja's compiler, remembering: every process makes the same environment of its own."""
    known: dict[tuple[Any, ...], Any] = {}

    def compiled(environment: Environment, source: str, *names: Any) -> Any:
        key = (source, *names)
        if key not in known:
            known[key] = compile_template(environment, source, *names)
        return known[key]

    return compiled


def _remembered(make: Callable[..., None]) -> Callable[..., None]:
    def init(quota: RetryQuota, *args: Any, **named: Any) -> None:
        make(quota, *args, **named)
        _quotas.append(quota)

    return init


def reset(machine: Machine, seed: int) -> None:
    """Forget what a seed before this one left behind."""
    _outside.clear()
    for quota in _quotas:
        quota._available_capacity = quota._max_capacity
    reset_model_data()  # moto remembers each object that it ever made
    random.seed(seed)
    mock_random.seed(seed)
    machine.chance = random.Random(seed)
