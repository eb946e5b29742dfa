"""The simulator's HTTP server: the carriers' own paths, and a control API under /_control.

Control, plain JSON:

    PUT, POST, GET   /_control/<carrier>/<number>  set a journey, add to it, read it
    PUT, GET, DELETE /_control/faults/<carrier>    let it be faulty: {"kind", "times"?, "seconds"?}
    PUT              /_control/webhook             where EasyPost pushes to: {"url", "secret"}
    GET              /_control/pushes              what it has pushed
    POST             /_control/pushes/<event>      the same event again
    GET, DELETE      /_control/calls               what trackers asked
    GET              /_control/credentials         what each carrier wants to see
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from local.carriers import CARRIERS, easypost
from local.carriers.faults import Faults, spoiled
from local.carriers.journeys import Answer, Journey, Journeys, Request, as_told
from local.carriers.pushes import Pushes

_CONTROL = "/_control/"
_BODY_LIMIT = 1_000_000
_NAMES = frozenset(carrier.NAME for carrier in CARRIERS)


class Simulator:
    """What the simulator does, apart from HTTP."""

    def __init__(self, file: Path | None = None) -> None:
        self._journeys = Journeys(file)
        self._faults = Faults()
        self._pushes = Pushes()
        self._calls: list[dict[str, Any]] = []
        self._lock = threading.Lock()

    def answer(self, request: Request) -> Answer:
        """Answer a tracker as its carrier would, or obey the control API."""
        if request.path.startswith(_CONTROL):
            parts = request.path.removeprefix(_CONTROL).split("/")
            try:
                return self._control(request, parts)
            except (ValueError, KeyError, TypeError) as error:
                return Answer(422, {"error": str(error)})
        for carrier in CARRIERS:
            answer: Answer | None = carrier.answer(request, self._journeys)
            if answer is not None:
                answer = self._spoil(carrier, request, answer)
                self._remember(carrier.NAME, request, answer)
                return answer
        return Answer(404, {"error": f"no carrier answers {request.method} {request.path}"})

    def _spoil(self, carrier: ModuleType, request: Request, answer: Answer) -> Answer:
        fault = self._faults.take(carrier.NAME)
        if fault is None:
            return answer
        if fault.kind == "expired":
            self._journeys.revoke_tokens()
            expired: Answer = carrier.answer(request, self._journeys)
            return expired
        if fault.kind == "empty":
            return self._nothing(carrier, request, answer)
        return spoiled(fault, answer.number)

    def _nothing(self, carrier: ModuleType, request: Request, answer: Answer) -> Answer:
        """Return what the carrier says of a number that it has never heard of."""
        empty: Answer = carrier.answer(request, self._journeys.without_parcels())
        return empty if answer.number else answer

    def _remember(self, carrier: str, request: Request, answer: Answer) -> None:
        call = {
            "at": datetime.now(UTC).isoformat(),
            "carrier": carrier,
            "method": request.method,
            "number": answer.number,
            "status": answer.status,
        }
        with self._lock:
            self._calls.append(call)

    def _control(self, request: Request, parts: list[str]) -> Answer:
        answer = Answer(404, {"error": f"the control API has no {request.path}"})
        match parts:
            case ["calls"]:
                answer = self._called(request)
            case ["credentials"]:
                answer = Answer(200, {carrier.NAME: carrier.CREDENTIALS for carrier in CARRIERS})
            case ["webhook"] if request.method == "PUT":
                told = json.loads(request.body)
                self._pushes.point(str(told["url"]), str(told["secret"]))
                answer = Answer(200, {"url": told["url"]})
            case ["pushes"] if request.method == "GET":
                answer = Answer(200, {"pushes": self._pushes.log})
            case ["pushes", event] if request.method == "POST":
                if sent := self._pushes.send(event):
                    answer = Answer(200, sent)
            case ["faults", name] if name in _NAMES:
                answer = self._fault(request, name)
            case [name, number] if name in _NAMES:
                answer = self._journey(request, name, number.upper())
        return answer

    def _called(self, request: Request) -> Answer:
        with self._lock:
            if request.method == "DELETE":
                self._calls.clear()
            return Answer(200, {"count": len(self._calls), "calls": list(self._calls)})

    def _fault(self, request: Request, carrier: str) -> Answer:
        if request.method == "PUT":
            self._faults.put(carrier, json.loads(request.body))
        elif request.method == "DELETE":
            self._faults.mend(carrier)
        fault = self._faults.of(carrier)
        return Answer(200, {"kind": fault.kind, "times": fault.times} if fault else {})

    def _journey(self, request: Request, carrier: str, number: str) -> Answer:
        if request.method == "GET":
            known = self._journeys.of(carrier, number)
            if known is None:
                return Answer(404, {"error": f"{carrier} knows no {number}"})
            return Answer(200, as_told(known))
        if request.method not in ("PUT", "POST"):
            return Answer(405, {"error": f"{request.method} is not for journeys"})
        told = json.loads(request.body)
        append = request.method == "POST"
        journey = self._journeys.put(carrier, number, told, append=append)
        pushed = self._push(number, journey) if carrier == easypost.NAME else None
        return Answer(200, as_told(journey) | ({"pushed": pushed} if pushed else {}))

    def _push(self, number: str, journey: Journey) -> dict[str, Any] | None:
        """Tell who made a tracker of the number."""
        carrier = self._journeys.tracked_as(number)
        return self._pushes.tell(easypost.tracker(number, carrier, journey)) if carrier else None


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 60

    def _handle(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        if length > _BODY_LIMIT:
            self._send(Answer(413, {"error": "too large"}))
            return
        url = urlsplit(self.path)
        request = Request(
            self.command,
            unquote(url.path),
            parse_qs(url.query),
            {name.lower(): value for name, value in self.headers.items()},
            self.rfile.read(length),
        )
        server: _Server = self.server  # type: ignore[assignment]
        answer = server.simulator.answer(request)
        if answer.silent_seconds:
            server.wait(answer.silent_seconds)
            self.close_connection = True
            return
        self._send(answer)

    do_GET = do_POST = do_PUT = do_DELETE = _handle  # noqa: N815 - http.server's names

    def _send(self, answer: Answer) -> None:
        is_page = answer.raw is not None
        body = answer.raw if answer.raw is not None else json.dumps(answer.document).encode()
        kind = "text/html" if is_page else "application/json"
        self.send_response(answer.status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Say nothing: a path may hold a token."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, port: int, simulator: Simulator) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.simulator = simulator
        self._closing = threading.Event()
        self.wait: Callable[[float], bool] = self._closing.wait

    def server_close(self) -> None:
        """End those who are kept waiting as well."""
        self._closing.set()
        super().server_close()


def serve(port: int, file: Path | None = None) -> ThreadingHTTPServer:
    """Bind the simulator on loopback; the caller runs `serve_forever`. Port 0 takes any."""
    return _Server(port, Simulator(file))
