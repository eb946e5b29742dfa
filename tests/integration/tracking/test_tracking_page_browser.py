"""The tracking page as a browser shows it, on a phone and on a desk, with its own headers.

Chromium is driven from outside, without any script on the page, which allows none. Pictures of what
it shows stay under .local/screenshots.
"""

import json
import os
import shutil
import struct
import subprocess
import threading
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.integration.conftest import account
from tests.support.http import http_event
from tests.support.template import ROOT
from tests.support.tracking import a_shipment
from tracking.api import lambda_handler
from tracking.carriers.base import Answer, Question
from tracking.news.answers import hear
from tracking.parcels.shipment import Parcel
from tracking.parcels.states import Certainty, Estimate, Scan, scan_of
from tracking.shipments.repository import ShipmentsTable
from waybill import keys

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
BROWSER = next(filter(None, map(shutil.which, BROWSERS)), None)
PICTURES = ROOT / ".local" / "screenshots"
NOW = datetime.now(UTC).replace(microsecond=0)
WIDTHS = (390, 1200)
MARGIN = 16
PERSONAL = ("Ada", "Sample Street", "+49151")

pytestmark = pytest.mark.skipif(
    BROWSER is None and "CI" not in os.environ,
    reason=f"no browser: install one of {', '.join(BROWSERS)}",
)


def scan(hours: float, code: str, place: str, offset: int, text: str = "") -> Scan:
    at = NOW - timedelta(hours=hours)
    return scan_of(at, Certainty.OFFSET, code, offset=offset, place=place, text=text)


DELIVERED = (
    scan(70, "EMA", "TOKYO", 540),
    scan(60, "EMC", "TOKYO INT", 540),
    scan(30, "EMD", "DUBLIN MAILS CENTRE", 0),
    scan(9, "EDG", "DUBLIN 2", 0),
    scan(2, "EMI", "Ada Sample, 1 Sample Street, Dublin +4915112345678", 0, "signed by Ada"),
)
CLEARANCE = "Clearance event. Shipment is on hold, documents are required for customs"
HELD = (
    scan(50, "transit", "TOKYO - JAPAN", 540, "Shipment picked up"),
    scan(5, "transit", "LEIPZIG - GERMANY", 60, CLEARANCE),
)


@dataclass(frozen=True)
class Shown:
    """What Chromium makes of a page."""

    dom: str
    width: int
    rows: list[list[int]]
    """Luminance of every pixel, 0 to 255."""

    def darkest(self, columns: slice) -> int:
        return min(min(row[columns]) for row in self.rows)


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    """The pages as the API answers them, over HTTP."""
    with pytest.MonkeyPatch.context() as patch, account(patch) as aws:
        answers = {name: _answer(token) for name, token in _pages(aws).items()}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer = answers.get(self.path.strip("/"))
            self.send_response(answer["statusCode"] if answer else 404)
            for name, value in answer["headers"].items() if answer else ():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer["body"].encode() if answer else b"")

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


def _pages(aws: Any) -> dict[str, str]:
    """Shipments that are there, and their tokens."""
    aws.table("ShopsTable").put(keys.shop("shop_a") | {"name": "Bean & Leaf"})
    tomorrow, yesterday = (
        Estimate(at, at + timedelta(hours=4), Certainty.OFFSET, 60)
        for at in (NOW + timedelta(days=1), NOW - timedelta(days=1))
    )
    tokens = {"unknown": "trk_" + "z" * 26}
    for number, (name, carrier, parcel, scans, estimate) in enumerate(
        (
            ("delivered", "ems", "EB123456785JP", DELIVERED, tomorrow),
            ("exception", "dhl", "4603215665", HELD, tomorrow),
            ("late", "ems", "EE473124829CN", DELIVERED[:3], yesterday),
        )
    ):
        new = a_shipment(carrier, number=number)
        new = replace(new, parcels=(Parcel(parcel, carrier),), created_at=NOW, updated_at=NOW)
        answer = Answer(known=True, scans=scans, estimate=estimate)
        shipment = hear(new, carrier, {Question(parcel, carrier): answer}, NOW).shipment
        ShipmentsTable(aws.table("ShipmentsTable")).create(shipment, "key:1")
        tokens[name] = shipment.token
    return tokens


def _answer(token: str) -> dict[str, Any]:
    event = http_event("GET", f"/track/{token}", headers={"Accept": "text/html"})
    return lambda_handler(event, None)


def show(site: str, name: str, width: int, profile: Path) -> Shown:
    """Let Chromium show a page, and read what it shows."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    picture = PICTURES / f"{name}-{width}.png"
    picture.unlink(missing_ok=True)
    done = subprocess.run(
        [
            str(BROWSER),
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--hide-scrollbars",
            "--force-device-scale-factor=1",
            f"--window-size={width},900",
            f"--user-data-dir={profile}",
            f"--screenshot={picture}",
            "--dump-dom",
            f"{site}/{name}",
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert picture.exists(), done.stderr[-2000:]
    return Shown(done.stdout, *pixels(picture.read_bytes()))


def pixels(png: bytes) -> tuple[int, list[list[int]]]:
    """Width and luminance of a PNG with 8 bits a channel, not interlaced (RFC 2083)."""
    width, _, depth, kind, _, _, interlaced = struct.unpack(">IIBBBBB", png[16:29])
    assert (depth, interlaced) == (8, 0)
    channels = {2: 3, 6: 4}[kind]
    data, at = b"", 8
    while at < len(png):
        (size,) = struct.unpack(">I", png[at : at + 4])
        if png[at + 4 : at + 8] == b"IDAT":
            data += png[at + 8 : at + 8 + size]
        at += size + 12
    raw, stride = zlib.decompress(data), width * channels
    above, rows = bytearray(stride), []
    for start in range(0, len(raw), stride + 1):
        line = unfiltered(
            raw[start], bytearray(raw[start + 1 : start + 1 + stride]), above, channels
        )
        rows.append(
            [
                (line[i] * 299 + line[i + 1] * 587 + line[i + 2] * 114) // 1000
                for i in range(0, stride, channels)
            ]
        )
        above = line
    return width, rows


def unfiltered(kind: int, line: bytearray, above: bytearray, step: int) -> bytearray:
    """A row of a PNG without its filter."""
    for i in range(len(line)):
        left = line[i - step] if i >= step else 0
        corner = above[i - step] if i >= step else 0
        line[i] = (line[i] + predicted(kind, left, above[i], corner)) & 255
    return line


def predicted(kind: int, left: int, up: int, corner: int) -> int:
    """What a filter of PNG expects of a byte."""
    if kind == 4:
        guess = left + up - corner
        return min((left, up, corner), key=lambda each: abs(guess - each))
    return (0, left, up, (left + up) // 2)[kind]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("delivered", ("<h1>Delivered</h1>", "Sent by Bean &amp; Leaf", "TOKYO", "local time")),
        ("exception", ("<h1>Held by customs, documents are needed</h1>", "Expected ", "LEIPZIG")),
        (
            "late",
            (
                "<h1>Arrived in the country of destination</h1>",
                "Its last estimate was ",
                "TOKYO",
            ),
        ),
        ("unknown", ("<h1>Nothing is tracked here</h1>",)),
    ],
)
def test_a_page_is_whole_and_readable_at_every_width(
    site: str, tmp_path: Path, name: str, width: int, words: tuple[str, ...]
) -> None:
    shown = show(site, name, width, tmp_path)
    assert shown.width == width
    for text in words:
        assert text in shown.dom
    for personal in PERSONAL:
        assert personal not in shown.dom
    assert "<script" not in shown.dom
    # Its own style was let in by its own policy: there are margins, and nothing runs over them.
    assert shown.darkest(slice(0, MARGIN)) == shown.darkest(slice(-MARGIN, None)) == 255
    assert shown.darkest(slice(MARGIN, -MARGIN)) < 64  # black on white, not grey on grey


def test_the_page_of_an_unknown_address_is_a_404() -> None:
    answer = _answer("nothing")
    assert answer["statusCode"] == 404
    assert json.dumps(answer["headers"]).count("noindex") == 1
