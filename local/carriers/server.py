"""The simulator's HTTP server: the carriers' own paths, and a control API under /_control.

Control, plain JSON: `PUT /_control/<carrier>/<number>` sets a journey and `POST` adds to it,
`GET` reads it; `GET /_control/calls` lists what trackers asked and `DELETE` forgets it;
`GET /_control/credentials` tells what each carrier wants to see.
"""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from local.carriers import CARRIERS
from local.carriers.journeys import Answer, Journeys, Request, as_told

_CONTROL = "/_control/"
_BODY_LIMIT = 1_000_000


class Simulator:
    """What the simulator does, apart from HTTP."""

    def __init__(self, file: Path | None = None) -> None:
        self._journeys = Journeys(file)
        self._calls: list[dict[str, Any]] = []
        self._lock = threading.Lock()

    def answer(self, request: Request) -> Answer:
        """Answer a tracker as its carrier would, or obey the control API."""
        if request.path.startswith(_CONTROL):
            return self._control(request, request.path.removeprefix(_CONTROL).split("/"))
        for carrier in CARRIERS:
            answer: Answer | None = carrier.answer(request, self._journeys)
            if answer is not None:
                self._remember(carrier.NAME, request, answer)
                return answer
        return Answer(404, {"error": f"no carrier answers {request.method} {request.path}"})

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
        if parts == ["calls"]:
            return self._called(request)
        if parts == ["credentials"]:
            return Answer(200, {carrier.NAME: carrier.CREDENTIALS for carrier in CARRIERS})
        if len(parts) == 2 and parts[0] in {carrier.NAME for carrier in CARRIERS}:  # noqa: PLR2004
            return self._journey(request, *parts)
        return Answer(404, {"error": f"the control API has no {request.path}"})

    def _called(self, request: Request) -> Answer:
        with self._lock:
            if request.method == "DELETE":
                self._calls.clear()
            return Answer(200, {"count": len(self._calls), "calls": list(self._calls)})

    def _journey(self, request: Request, carrier: str, number: str) -> Answer:
        if request.method == "GET":
            known = self._journeys.of(carrier, number.upper())
            if known is None:
                return Answer(404, {"error": f"{carrier} knows no {number}"})
            return Answer(200, as_told(known))
        if request.method not in ("PUT", "POST"):
            return Answer(405, {"error": f"{request.method} is not for journeys"})
        try:
            told = json.loads(request.body)
            journey = self._journeys.put(
                carrier, number.upper(), told, append=request.method == "POST"
            )
        except ValueError as error:
            return Answer(422, {"error": str(error)})
        return Answer(200, as_told(journey))


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
        simulator: Simulator = self.server.simulator  # type: ignore[attr-defined]
        self._send(simulator.answer(request))

    do_GET = do_POST = do_PUT = do_DELETE = _handle  # noqa: N815 - http.server's names

    def _send(self, answer: Answer) -> None:
        body = json.dumps(answer.document).encode()
        self.send_response(answer.status)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Say nothing: a path may hold a token."""


def serve(port: int, file: Path | None = None) -> ThreadingHTTPServer:
    """Bind the simulator on loopback; the caller runs `serve_forever`. Port 0 takes any."""
    server = ThreadingHTTPServer(("127.0.0.1", port), _Handler)
    server.daemon_threads = True
    server.simulator = Simulator(file)  # type: ignore[attr-defined]
    return server
