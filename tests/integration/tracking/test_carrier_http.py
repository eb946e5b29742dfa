"""The one place that talks to carriers, against a server that misbehaves on loopback."""

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tracking.carriers import http
from tracking.carriers.base import (
    CarrierError,
    FailingError,
    GarbledError,
    RateLimitedError,
    RefusedError,
    Request,
    UnreachableError,
)


class Handler(BaseHTTPRequestHandler):
    """Misbehaves as its path says."""

    hits: list[str]

    def do_GET(self) -> None:
        self.hits.append(self.path)
        kind = self.path.partition("?")[0].strip("/")
        if kind.isdigit():
            self.send_response(int(kind))
            self.send_header("Location", "/ok")
            self.send_header("Retry-After", "7")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        self.send_response(200)
        if kind == "zipped":
            self.send_header("Content-Encoding", "gzip")
        if kind == "cut":
            self.send_header("Content-Length", "100")
        self.end_headers()
        if kind == "slow":
            for _ in range(40):
                self.wfile.write(b" ")
                self.wfile.flush()
                time.sleep(0.05)
        self.wfile.write(b"x" * 5_000_000 if kind == "huge" else b'{"a":1}')

    def log_message(self, *_: object) -> None:
        pass


class Server(ThreadingHTTPServer):
    """Says nothing of clients that hang up: that is what they are here for."""

    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        pass


@pytest.fixture
def base() -> Iterator[str]:
    Handler.hits = []
    server = Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


def send(url: str) -> bytes:
    return http.CarrierHttp().send(Request(url)).body


def test_an_answer_comes_back_whole(base: str) -> None:
    assert send(f"{base}/ok") == b'{"a":1}'


@pytest.mark.parametrize(
    ("path", "error"),
    [
        ("401", RefusedError),
        ("403", RefusedError),
        ("429", RateLimitedError),
        ("500", FailingError),
        ("503", FailingError),
        ("302", GarbledError),
        ("huge", GarbledError),
        ("zipped", GarbledError),
        ("cut", UnreachableError),
    ],
)
def test_what_goes_wrong_has_a_name(base: str, path: str, error: type[CarrierError]) -> None:
    with pytest.raises(error) as raised:
        send(f"{base}/{path}?token=secret")
    assert "secret" not in repr(raised.value)
    assert raised.value.__cause__ is None
    assert len(Handler.hits) == 1  # no redirect is followed, nothing is asked twice


def test_the_carrier_says_when_to_come_back(base: str) -> None:
    with pytest.raises(RateLimitedError) as raised:
        send(f"{base}/429")
    assert raised.value.retry_after == "7"


def test_an_answer_that_drips_is_cut_off(base: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "MAX_SECONDS", 0.2)
    with pytest.raises(UnreachableError):
        send(f"{base}/slow")


def test_a_carrier_that_hangs_is_left_in_time(base: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "TIMEOUT", (0.5, 0.02))
    with pytest.raises(UnreachableError):
        send(f"{base}/slow")


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/x", "https://[bad", "http://"])
def test_nobody_there_is_no_answer(url: str) -> None:
    with pytest.raises(UnreachableError):
        send(url)
