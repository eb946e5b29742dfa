"""The front door: clients call the HTTP API, wait, and try again as real ones do."""

import json
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from tests.simulation.judge import Call, Judge
from tests.simulation.judge.answers import shop_of
from tests.simulation.processes.faults import Fault
from tests.simulation.processes.host import Result
from tests.simulation.processes.machine import Machine, Process
from tests.support.http import http_event
from tests.support.template import functions

_ATTEMPTS: Final = 12
_GATEWAY_FAILURE: Final = 500
_DEFAULT: Final = "$default"
_BODY: Final = 80
"""Characters of a body that a story tells."""
_TOLD: Final = ("If-Match", "If-None-Match", "Idempotency-Key", "Prefer")


@dataclass(frozen=True)
class Answer:
    """What a client got."""

    status: int
    headers: dict[str, str]
    body: Any

    @property
    def ok(self) -> bool:
        """Whether it was done."""
        return 200 <= self.status < 300


def routes() -> dict[str, str]:
    """Function by path prefix, from the template; ``$default`` for the rest."""
    found: dict[str, str] = {}
    for name, properties in functions().items():
        for event in properties.get("Events", {}).values():
            if event["Type"] == "HttpApi":
                path = event["Properties"].get("Path", _DEFAULT)
                found[path.removesuffix("/{proxy+}")] = name
    return found


@dataclass
class Gateway:
    """API Gateway: hands a call to the function whose path it is."""

    machine: Machine
    judge: Judge
    routes: Mapping[str, str] = field(default_factory=routes)
    seen: Counter[str] = field(default_factory=Counter)
    """Calls that were done, by what they did."""

    def function_of(self, path: str) -> str:
        """The function with the longest prefix of a path."""
        fitting = [p for p in self.routes if path == p or path.startswith(f"{p}/")]
        return self.routes[max(fitting, key=len, default=_DEFAULT)]

    def client(self, name: str, key: str | None) -> "Client":
        """Somebody who calls with a key."""
        return Client(self, Process(name, "client"), key)


@dataclass
class Client:
    """One who calls the API, one call after the other, in a task of its own."""

    gateway: Gateway
    process: Process
    key: str | None
    patience: float = float("inf")
    """Seconds after which a call is given up and made again; it runs on, whatever comes of it."""

    @property
    def machine(self) -> Machine:
        """The world."""
        return self.gateway.machine

    def sleep(self, seconds: float) -> None:
        """Wait."""
        self.machine.sleep(seconds)

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        attempts: int = _ATTEMPTS,
        raw: str | None = None,
        query: dict[str, str] | None = None,
        **headers: str,
    ) -> Answer:
        """Call until there is an answer that is not "try again"; the last one, after many."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        call = Call(method, path, body if raw is None else raw, sent, query or {}, key=self.key)
        answer = Answer(0, {}, None)
        for attempt in range(attempts):
            answer = self._attempt(call, raw)
            if answer.ok:
                self.gateway.seen[_deed(call)] += 1
            if answer.status not in (0, 429) and answer.status < _GATEWAY_FAILURE:
                return answer
            self.sleep(min(60.0, 0.2 * 2**attempt) * (0.5 + self.machine.dice.random()))
        return answer

    def _attempt(self, call: Call, raw: str | None) -> Answer:
        """One call; status 0 where no answer came."""
        faults, name = self.machine.faults, self.process.name
        event = http_event(
            call.method,
            call.path,
            None if raw is not None else call.body,
            key=self.key,
            headers=call.headers,
            query=call.query,
            raw=raw,
        )
        self.gateway.judge.asked(self.machine.now, name, call)
        function = self.gateway.function_of(call.path)
        result = self._result(function, event)
        if result is None:
            self.gateway.seen["hung up"] += 1
            self._tell(call, "hangs up")
            return Answer(0, {}, None)
        if faults.strikes(Fault.LOST_ANSWER):
            if call.method != "GET" and _answer(result).ok:
                faults.count(Fault.LOST_ANSWER)
            self._tell(call, "no answer")
            return Answer(0, {}, None)
        answer = _answer(result)
        self._tell(call, f"{answer.status}{_told(answer)}")
        self.gateway.judge.answered(
            self.machine.now, name, call, answer.status, answer.headers, answer.body
        )
        return answer

    def _tell(self, call: Call, how: str) -> None:
        """Tell of a call: what was asked for, on what condition, and how that went."""
        shop = shop_of(call) or call.path
        self.machine.tell(self.process.name, f"{described(call)} → {how}", shop)

    def _result(self, function: str, event: dict[str, Any]) -> Result | None:
        """How the invocation ended; None where that took longer than this client waits."""

        def arrange(wake: Callable[[Result | None], None]) -> None:
            self.machine.invoke(function, event, wake)
            if self.machine.faults.on and self.patience < float("inf"):
                self.machine.after(self.patience, lambda: wake(None))

        result: Result | None = self.machine.wait(arrange)
        return result


def _deed(call: Call) -> str:
    """What a call does: its method and path, without the ids in it."""
    known = {"v1", "webhooks", "track"}
    parts = [part for part in call.path.split("/") if part and part not in known]
    named = [part for part in parts if not re.search(r"\d|_", part)]
    return f"{call.method} {'/'.join(named)}"


def _answer(result: Result) -> Answer:
    if result.kind != "returned":
        return Answer(_GATEWAY_FAILURE, {}, None)
    value = result.value
    text = value.get("body") or ""
    headers = {name.lower(): text for name, text in (value.get("headers") or {}).items()}
    is_json = "json" in headers.get("content-type", "")
    return Answer(value["statusCode"], headers, json.loads(text) if text and is_json else text)


def described(call: Call) -> str:
    """A call, with as much of its body as a story wants."""
    told = f"{call.method} {call.path}"
    if isinstance(call.body, dict):
        body = json.dumps(call.body, separators=(",", ":"))
        told += f" {body if len(body) <= _BODY else body[: _BODY - 1] + '…'}"
    return told + "".join(
        f" {name}: {call.headers[name]}" for name in _TOLD if name in call.headers
    )


def _told(answer: Answer) -> str:
    """The parts of an answer that a story wants."""
    if not isinstance(answer.body, dict):
        return ""
    names = ("id", "status", "inventory_status", "fulfillment_status", "title", "detail")
    told = [f"{name} {answer.body[name]}" for name in names if answer.body.get(name)]
    return f" ({', '.join(told)})" if told else ""
