"""What can be wrong with a carrier: each answers in its way, for as many questions as it is told.

rate-limited  429 with Retry-After          html     200, and a page of a load balancer
error         500                           empty    nothing is known, in the carrier's own words
hang          no answer, then a cut line    blank    200 without a byte
unauthorized  401                           expired  all access tokens end, once
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from typing import Any

from local.carriers.journeys import Answer

KINDS = (
    "rate-limited",
    "error",
    "hang",
    "html",
    "empty",
    "blank",
    "unauthorized",
    "expired",
)

_PAGE = b"<!doctype html><title>Maintenance</title><h1>We will be back soon</h1>"


@dataclass(frozen=True)
class Fault:
    """One carrier's fault; times: how many questions it still spoils, None: until it is mended."""

    kind: str
    times: int | None = None
    seconds: float = 30.0
    """Retry-After, and how long nothing is said."""


class Faults:
    """Faults by carrier; safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: dict[str, Fault] = {}

    def put(self, carrier: str, told: Any) -> Fault:
        """Let a carrier be faulty; raises ValueError for what is no fault."""
        kind = told.get("kind") if isinstance(told, dict) else None
        if kind not in KINDS:
            raise ValueError(f"a fault is one of {', '.join(KINDS)}")
        times = told.get("times")
        fault = Fault(
            str(kind),
            None if times is None else int(times),
            float(told.get("seconds", 30.0)),
        )
        with self._lock:
            self._faults[carrier] = fault
        return fault

    def mend(self, carrier: str) -> None:
        """Let a carrier be well again."""
        with self._lock:
            self._faults.pop(carrier, None)

    def of(self, carrier: str) -> Fault | None:
        """Return a carrier's fault."""
        with self._lock:
            return self._faults.get(carrier)

    def take(self, carrier: str) -> Fault | None:
        """Return the fault that spoils this question, and count it."""
        with self._lock:
            fault = self._faults.get(carrier)
            if fault is None:
                return None
            left = None if fault.times is None else fault.times - 1
            if left is not None and left <= 0:
                del self._faults[carrier]
            else:
                self._faults[carrier] = replace(fault, times=left)
            return fault


def spoiled(fault: Fault, number: str) -> Answer:
    """Return what comes of a question, for the kinds that are no carrier's own."""
    match fault.kind:
        case "rate-limited":
            wait = {"Retry-After": str(round(fault.seconds))}
            return Answer(429, {"title": "Too many requests", "status": 429}, number, wait)
        case "error":
            return Answer(500, {"title": "Internal Server Error", "status": 500}, number)
        case "hang":
            return Answer(0, None, number, silent_seconds=fault.seconds)
        case "html":
            return Answer(200, None, number, raw=_PAGE)
        case "blank":
            return Answer(200, None, number, raw=b"")
        case _:
            return Answer(401, {"title": "Unauthorized", "status": 401}, number)
