"""A proxy on loopback that counts the requests of functions to AWS, and passes them on.

A function tells its name in its User-Agent (AWS_SDK_UA_APP_ID, "Application ID" in the AWS SDKs
reference guide); what tells none is not counted.
"""

import re
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

_APPLICATION: Final = re.compile(r"\bapp/(\w+)")
_MAIL: Final = "/v2/email/outbound-emails"
_HOP: Final = {"connection", "transfer-encoding", "keep-alive", "content-length"}

Called = tuple[str, str]
"""A function, and an operation."""


def operation_of(path: str, target: str, body: bytes) -> str:
    """The operation that a request asks for, in whichever protocol its service speaks."""
    if target:
        return target.rpartition(".")[2]
    if path.rstrip("/") == _MAIL:
        return "SendEmail"
    return parse_qs(body.decode(errors="replace")).get("Action", ["?"])[0]


class CountingProxy:
    """Counts while it runs."""

    def __init__(self, upstream: str) -> None:
        self.calls: Counter[Called] = Counter()
        self._upstream = urlsplit(upstream).netloc
        self._lock = threading.Lock()

    def count(self, agent: str, path: str, target: str, body: bytes) -> None:
        """Count a request, if a function sent it."""
        if named := _APPLICATION.search(agent):
            with self._lock:
                self.calls[named[1], operation_of(path, target, body)] += 1

    def forward(
        self, method: str, path: str, headers: dict[str, str], body: bytes
    ) -> tuple[int, list[tuple[str, str]], bytes]:
        """Pass a request on."""
        connection = HTTPConnection(self._upstream, timeout=60)
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            told = [(k, v) for k, v in answer.getheaders() if k.lower() not in _HOP]
            return answer.status, told, answer.read()
        except OSError:  # the engine is going down, or not up yet
            return HTTPStatus.BAD_GATEWAY, [], b""
        finally:
            connection.close()


def _handler(proxy: CountingProxy) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _pass_on(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            target = self.headers.get("X-Amz-Target", "")
            proxy.count(self.headers.get("User-Agent", ""), self.path, target, body)
            headers = {k: v for k, v in self.headers.items() if k.lower() not in _HOP}
            status, told, content = proxy.forward(self.command, self.path, headers, body)
            self.send_response_only(status)
            for name, value in told:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_DELETE = _pass_on  # noqa: N815 - the base class's names

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    return Handler


@contextmanager
def counting(upstream: str) -> Iterator[tuple[CountingProxy, str]]:
    """A proxy before an engine, and its address."""
    proxy = CountingProxy(upstream)
    with ThreadingHTTPServer(("127.0.0.1", 0), _handler(proxy)) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield proxy, f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()
