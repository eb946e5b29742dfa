"""The one place that talks to carriers, against a server that misbehaves on loopback."""

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

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
    credentials: list[str | None]
    hung_up: threading.Event
    ports: set[int]

    def do_POST(self) -> None:
        told = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(201)
        self.end_headers()
        self.wfile.write(self.headers["X-Kind"].encode() + b" " + told)

    def do_GET(self) -> None:
        self.hits.append(self.path)
        self.credentials.append(self.headers["Authorization"])
        kind = self.path.partition("?")[0].strip("/")
        if kind == "kept":
            self.protocol_version, self.close_connection = "HTTP/1.1", False
            self.ports.add(self.client_address[1])
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")
            return
        if kind.isdigit():
            self.send_response(int(kind))
            self.send_header("Location", "/ok")
            self.send_header("Retry-After", "7")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        if kind == "drip-headers":
            self._drip(b"HTTP/1.1 200 OK\r\nX-Slow: " + b"z" * 10_000)
            return
        self.send_response(200)
        if kind == "drip-body":
            self.send_header("Content-Length", "10000")
        if kind == "zipped":
            self.send_header("Content-Encoding", "gzip")
        if kind == "cut":
            self.send_header("Content-Length", "100")
        self.end_headers()
        if kind == "drip-body":
            self._drip(b"x" * 10_000)
            return
        if kind == "slow":
            for _ in range(40):
                self.wfile.write(b" ")
                self.wfile.flush()
                time.sleep(0.05)
        self.wfile.write(b"x" * 5_000_000 if kind == "huge" else b'{"a":1}')

    def _drip(self, what: bytes) -> None:
        """A byte now and then, each well before any timeout between two packets."""
        try:
            for byte in what:
                self.wfile.write(bytes([byte]))
                self.wfile.flush()
                time.sleep(0.02)
        except OSError:
            self.hung_up.set()

    def log_message(self, *_: object) -> None:
        pass


class Server(ThreadingHTTPServer):
    """Says nothing of clients that hang up: that is what they are here for."""

    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        pass


@pytest.fixture
def base() -> Iterator[str]:
    Handler.hits, Handler.credentials = [], []
    Handler.hung_up = threading.Event()
    Handler.ports = set()
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


def test_what_is_posted_arrives_with_its_headers(base: str) -> None:
    request = Request(f"{base}/echo", {"X-Kind": "form"}, "POST", b"a=1")
    answer = http.CarrierHttp().send(request)
    assert (answer.status, answer.body) == (201, b"form a=1")


def test_carriers_are_asked_directly_even_where_the_environment_names_a_proxy(
    base: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")  # where nobody listens
    assert send(f"{base}/ok") == b'{"a":1}'


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer ours"}])
def test_carriers_are_shown_the_credentials_that_were_set_and_none_of_the_environment(
    base: str, headers: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password else\n")
    monkeypatch.setenv("NETRC", str(netrc))
    http.CarrierHttp().send(Request(f"{base}/ok", headers))
    assert Handler.credentials == [headers.get("Authorization")]


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


@pytest.mark.parametrize("path", ["drip-headers", "drip-body", "slow"])
def test_an_answer_that_drips_is_cut_off_in_time(
    base: str, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "MAX_SECONDS", 0.3)
    carrier = http.CarrierHttp()
    began = time.monotonic()
    with pytest.raises(UnreachableError):
        carrier.send(Request(f"{base}/{path}"))
    assert time.monotonic() - began < 1.5
    monkeypatch.setattr(http, "MAX_SECONDS", 5.0)
    assert carrier.send(Request(f"{base}/ok")).body == b'{"a":1}'


@pytest.mark.parametrize("path", ["drip-headers", "drip-body"])
def test_the_connection_of_an_answer_that_drips_is_closed(
    base: str, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or each would leave a thread and a socket behind, for as long as the carrier likes."""
    monkeypatch.setattr(http, "MAX_SECONDS", 0.2)
    before = threading.active_count()
    with pytest.raises(UnreachableError):
        send(f"{base}/{path}")
    assert Handler.hung_up.wait(5)
    for thread in threading.enumerate():
        if thread.name.endswith("(_exchange)"):
            thread.join(5)
    assert threading.active_count() <= before + 1  # the server's own, which may be ending


def test_a_connection_is_kept_and_cut_all_the_same_when_it_drips(
    base: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    carrier = http.CarrierHttp()
    for _ in range(3):
        assert carrier.send(Request(f"{base}/kept")).status == 200
    assert len(Handler.ports) == 1
    monkeypatch.setattr(http, "MAX_SECONDS", 0.2)
    with pytest.raises(UnreachableError):
        carrier.send(Request(f"{base}/drip-body"))
    assert Handler.hung_up.wait(5)


def test_after_a_failure_the_next_question_is_asked_all_the_same(base: str) -> None:
    carrier = http.CarrierHttp()
    for path in ("ok", "500", "ok", "401", "ok"):
        if path == "ok":
            assert carrier.send(Request(f"{base}/{path}")).status == 200
        else:
            with pytest.raises(CarrierError):
                carrier.send(Request(f"{base}/{path}"))


def test_a_carrier_that_hangs_is_left_in_time(base: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "TIMEOUT", (0.5, 0.02))
    with pytest.raises(UnreachableError):
        send(f"{base}/slow")


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/x", "https://[bad", "http://"])
def test_nobody_there_is_no_answer(url: str) -> None:
    with pytest.raises(UnreachableError):
        send(url)
