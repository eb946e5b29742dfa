"""The one place that talks to carriers: bounded in time and size, and errors as types.

URLs, headers and bodies hold tokens and addresses: none of them is logged, here or elsewhere.
"""

import socket
from collections.abc import Callable
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import Any, Final

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

from tracking.carriers.base import (
    FailingError,
    GarbledError,
    RateLimitedError,
    RefusedError,
    Request,
    Response,
    UnreachableError,
)

TIMEOUT: Final = (3.05, 8.0)
"""Seconds to connect, and between two packets of an answer."""
MAX_SECONDS: Final = 12.0
"""Seconds for a whole question, from the name's resolution to the last byte.

The timeouts above cannot bound it: a carrier that drips a byte a second keeps within each of them,
in its headers as in its body.
"""
MAX_BYTES: Final = 1_000_000
_CHUNK: Final = 32 * 1024

_REDIRECTS: Final = range(300, 400)
_FAILURES: Final = range(500, 600)


class CarrierHttp:
    """Sends a carrier's request and hands its answer back; keeps connections open."""

    def __init__(self) -> None:
        self._line = _Line()

    def send(self, request: Request) -> Response:
        """Send a request; raises a :class:`~tracking.carriers.base.CarrierError`.

        The exchange has a thread of its own, because a socket has no deadline. When its time is
        up it is told so by its sockets, which are cut, and nobody waits for it.
        """
        line = self._line
        outcomes: SimpleQueue[Response | Exception] = SimpleQueue()
        Thread(target=_exchange, args=(line, request, outcomes), daemon=True).start()
        try:
            outcome = outcomes.get(timeout=MAX_SECONDS)
        except Empty:
            self._line = _Line()
            line.cut()
            raise UnreachableError("too slow") from None
        if isinstance(outcome, Exception):
            raise outcome
        return outcome


class _Line:
    """A session, and a hold on its sockets from outside."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._is_cut = False
        self._sockets: list[socket.socket] = []
        self.session = requests.Session()
        # No proxies, .netrc or certificates from the environment: what is asked is what is set.
        self.session.trust_env = False
        self.session.headers["User-Agent"] = "Waybill/1 (+shipment tracking)"
        for scheme in ("http://", "https://"):
            self.session.mount(scheme, _WatchedAdapter(self.hold))

    def hold(self, opened: socket.socket) -> None:
        """Keep a hold on a socket, whatever TLS makes of the original; forget those before it."""
        with self._lock:
            for former in self._sockets:
                former.close()
            self._sockets = [opened.dup()]
            if self._is_cut:
                self._shut()

    def drop(self) -> None:
        """End the connection: after a failure it is not used again."""
        with self._lock:
            self._shut()

    def cut(self) -> None:
        """End what is going on, and all that would begin: reads see the end of the stream."""
        with self._lock:
            self._is_cut = True
            self._shut()
        self.session.close()

    def _shut(self) -> None:
        for held in self._sockets:
            with suppress(OSError):
                held.shutdown(socket.SHUT_RDWR)
            held.close()
        self._sockets = []


class _WatchedAdapter(HTTPAdapter):
    """Shows each new socket to somebody, before TLS begins on it."""

    def __init__(self, show: Callable[[socket.socket], None]) -> None:
        self._show = show
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Make the pools of connections."""
        super().init_poolmanager(*args, **kwargs)
        show = self._show

        class Http(HTTPConnection):
            def _new_conn(self) -> socket.socket:
                show(opened := super()._new_conn())
                return opened

        class Https(HTTPSConnection):
            def _new_conn(self) -> socket.socket:
                show(opened := super()._new_conn())
                return opened

        class HttpPool(HTTPConnectionPool):
            ConnectionCls = Http

        class HttpsPool(HTTPSConnectionPool):
            ConnectionCls = Https

        self.poolmanager.pool_classes_by_scheme = {"http": HttpPool, "https": HttpsPool}


def _exchange(line: _Line, request: Request, outcomes: SimpleQueue[Response | Exception]) -> None:
    try:
        outcomes.put(_answer(line.session, request))
    except Exception as error:
        line.drop()
        outcomes.put(error)


def _answer(session: requests.Session, request: Request) -> Response:
    try:
        with session.request(
            request.method,
            request.url,
            data=request.body or None,
            headers=dict(request.headers),
            timeout=TIMEOUT,
            allow_redirects=False,
            stream=True,
        ) as answer:
            _refuse(answer.status_code, answer.headers.get("Retry-After", ""))
            return Response(
                status=answer.status_code,
                content_type=answer.headers.get("Content-Type", ""),
                body=_read(answer),
            )
    except (requests.exceptions.ContentDecodingError, requests.exceptions.InvalidHeader):
        raise GarbledError("unreadable encoding") from None
    except (requests.RequestException, UnicodeError):  # its text quotes the URL: not chained
        raise UnreachableError("no answer") from None


def _read(answer: requests.Response) -> bytes:
    body = bytearray()
    for chunk in answer.iter_content(_CHUNK):
        body += chunk
        if len(body) > MAX_BYTES:
            raise GarbledError("too large")
    return bytes(body)


def _refuse(status: int, retry_after: str) -> None:
    """Raise for statuses that mean the same at every carrier."""
    if status in (401, 403):
        raise RefusedError
    if status == 429:  # noqa: PLR2004 - Too Many Requests
        raise RateLimitedError(retry_after)
    if status in _FAILURES:
        raise FailingError
    if status in _REDIRECTS:
        raise GarbledError("a redirect")
