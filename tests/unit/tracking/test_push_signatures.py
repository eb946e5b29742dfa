"""All that is known to go wrong with a signed push of EasyPost's, and what then: case by case.

What is signed are the body's bytes and nothing else: in hexadecimal behind a prefix, by HMAC-SHA256
under the webhook's secret in Unicode's form NFKD (docs.easypost.com, "Webhooks: HMAC validation",
and EasyPost's client libraries). Events come again and in any order; no time of theirs is signed
beside the body's own.
"""

import base64
import gzip
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final
from unicodedata import normalize

import pytest

from tests.support.http import http_event
from tests.support.tracking import NOW
from tests.unit.tracking.test_pushing import (
    ARRIVED,
    DELIVERED,
    MOVING,
    SECRET,
    World,
    detail,
    event,
    sign,
    tracker,
)
from tracking.api import lambda_handler
from tracking.carriers.easypost_events import SECRETS

PATH: Final = "/webhooks/carriers/easypost"
HEADER: Final = "X-Hmac-Signature"
PREFIX: Final = "hmac-sha256-hex="
OLD: Final = "geheim"
KEY: Final = normalize("NFKD", SECRET).encode()
RAW: Final = json.dumps(
    json.loads(event(tracker(MOVING | {"message": "naïve ☕"}))), ensure_ascii=False
).encode()
DOCUMENT: Final[dict[str, Any]] = json.loads(RAW)
GOOD: Final = sign(RAW)
HEX: Final = GOOD.removeprefix(PREFIX)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    """A shipment that is followed, and a webhook whose secret is being changed."""
    world = World(webhook_secret=SECRET, former_webhook_secret=OLD)
    monkeypatch.setattr("tracking.news.routes.pushing", lambda: world.pushing)
    return world


def receive(raw: bytes, sent: Mapping[str, str], *, binary: bool = True) -> tuple[int, str]:
    """Push bytes, as API Gateway hands them on: in base64 or as text."""
    pushed = http_event("POST", PATH, headers=dict(sent))
    pushed["body"] = base64.b64encode(raw).decode() if binary else raw.decode()
    pushed["isBase64Encoded"] = binary
    answer = lambda_handler(pushed, None)
    return answer["statusCode"], answer["body"]


def told(signature: str, name: str = HEADER) -> dict[str, str]:
    """The headers of a push with this signature."""
    return {name: signature}


def trust(world: World, *secrets: str) -> None:
    """Set up EasyPost with these secrets and no others."""
    known = world.carriers.known_settings["easypost"]
    credentials = {"api_key": "k"} | dict(zip(SECRETS, secrets, strict=False))
    world.carriers.known_settings["easypost"] = replace(known, credentials=credentials)


def digest(how: str, key: bytes = KEY, raw: bytes = RAW) -> bytes:
    return hmac.digest(key, raw, how)


# --- signatures ---------------------------------------------------------------------------------

WRONG: Final[Mapping[str, Mapping[str, str]]] = {
    "none": {},
    "empty": told(""),
    "blank": told("   "),
    "in another platform's header": told(GOOD, "X-Shopify-Hmac-Sha256"),
    "in Authorization": told(f"Bearer {GOOD}", "Authorization"),
    "in a header of nearly that name": told(GOOD, "X-Hmac-Signature-V2"),
    "without its prefix": told(HEX),
    "its prefix alone": told(PREFIX),
    "with another prefix": told(f"sha256={HEX}"),
    "with its prefix twice": told(PREFIX + GOOD),
    "with its prefix in capitals": told(PREFIX.upper() + HEX),
    "in capitals": told(PREFIX + HEX.upper()),
    "base64": told(PREFIX + base64.b64encode(digest("sha256")).decode()),
    "base64 of the hexadecimal": told(PREFIX + base64.b64encode(HEX.encode()).decode()),
    "truncated": told(GOOD[:-2]),
    "its first half": told(GOOD[: len(PREFIX) + 32]),
    "with a byte more": told(f"{GOOD}00"),
    "with a space in it": told(f"{PREFIX} {HEX}"),
    "in quotes": told(f'"{GOOD}"'),
    "twice, as gateways join headers": told(f"{GOOD},{GOOD}"),
    "a wrong one before it": told(f"{sign(RAW, 'x')},{GOOD}"),
    "no ASCII": told(PREFIX + "\N{SNOWMAN}" * 64),
    "digits of another script": told(PREFIX + HEX.replace("0", "\N{ARABIC-INDIC DIGIT ZERO}")),
    "no text": told("\udce9"),
    "a megabyte": told(PREFIX + "0" * 1_000_000),
    "zeros": told(PREFIX + "0" * 64),
    "by SHA-1": told(PREFIX + digest("sha1").hex()),
    "by SHA-512": told(PREFIX + digest("sha512").hex()),
    "a hash without a key": told(PREFIX + hashlib.sha256(RAW).hexdigest()),
    "a hash of the secret and the body": told(PREFIX + hashlib.sha256(KEY + RAW).hexdigest()),
    "of another body": told(sign(b"{}")),
    "of no body": told(sign(b"")),
    "of the document, encoded anew": told(sign(json.dumps(DOCUMENT).encode())),
    "of the tracker alone": told(sign(json.dumps(DOCUMENT["result"]).encode())),
    "of the body in base64": told(sign(base64.b64encode(RAW))),
    "under another secret": told(sign(RAW, "other")),
    "under no secret": told(sign(RAW, "")),
    "under the API's key": told(sign(RAW, "k")),
    "under the secret in another case": told(sign(RAW, SECRET.upper())),
    "under the secret and a line's end": told(sign(RAW, f"{SECRET}\n")),
    "under both secrets together": told(sign(RAW, OLD + SECRET)),
    "under the secret, its letters left composed": told(
        PREFIX + digest("sha256", normalize("NFC", SECRET).encode()).hex()
    ),
}
"""Signatures of RAW that are none."""

CHANGED: Final[Mapping[str, bytes]] = {
    "a byte changed": RAW.replace(b"DENVER", b"DENVES"),
    "a byte less": RAW[:-1],
    "a space behind": RAW + b" ",
    "a line's end behind": RAW + b"\n",
    "a space before": b" " + RAW,
    "encoded anew, escaped": json.dumps(DOCUMENT).encode(),
    "encoded anew, close": json.dumps(DOCUMENT, separators=(",", ":"), ensure_ascii=False).encode(),
    "encoded anew, sorted": json.dumps(DOCUMENT, ensure_ascii=False, sort_keys=True).encode(),
    "letters composed otherwise": RAW.replace("ï".encode(), "i\u0308".encode()),
    "a mark of UTF-8 before": b"\xef\xbb\xbf" + RAW,
    "in UTF-16": RAW.decode().encode("utf-16"),
    "in Latin-1": RAW.decode().replace("☕", "").encode("latin-1"),
    "no UTF-8": RAW.replace("ï".encode(), b"\xff"),
    "in base64": base64.b64encode(RAW),
    "compressed": gzip.compress(RAW),
    "twice": RAW + RAW,
    "its half": RAW[: len(RAW) // 2],
    "empty": b"",
    "of another number": RAW.replace(b"EE00", b"EE01"),
}
"""Bodies that came to be of RAW on the way, with its signature."""


@pytest.mark.parametrize("sent", WRONG.values(), ids=WRONG)
def test_a_wrong_signature_is_refused_and_nothing_kept(
    world: World, sent: Mapping[str, str]
) -> None:
    before = world.shipment
    answers = {receive(RAW, sent, binary=binary) for binary in (True, False)}
    answers.add(receive(RAW, told(sign(RAW, "x"))))  # all of them are refused alike
    [(status, _)] = answers
    assert status == 401
    assert (world.shipment, world.shipments.writes) == (before, 0)


@pytest.mark.parametrize("raw", CHANGED.values(), ids=CHANGED)
def test_a_changed_body_is_refused_and_nothing_kept(world: World, raw: bytes) -> None:
    before = world.shipment
    for binary in (True, False) if _is_text(raw) else (True,):
        assert receive(raw, told(GOOD), binary=binary)[0] == 401
    assert (world.shipment, world.shipments.writes) == (before, 0)


def _is_text(raw: bytes) -> bool:
    return raw.decode(errors="replace").encode() == raw


# --- what is right ------------------------------------------------------------------------------

RIGHT: Final[Mapping[str, tuple[bytes, Mapping[str, str]]]] = {
    "as documented": (RAW, told(GOOD)),
    "header's name in lower case": (RAW, told(GOOD, HEADER.lower())),
    "header's name in upper case": (RAW, told(GOOD, HEADER.upper())),
    "white space around it": (RAW, told(f" {GOOD} ")),
    "the secret before": (RAW, told(sign(RAW, OLD))),
    "another media type": (RAW, told(GOOD) | {"Content-Type": "text/plain; charset=latin-1"}),
    "no media type": (RAW, told(GOOD) | {"Content-Type": ""}),
    "white space": (json.dumps(DOCUMENT, indent=4).encode(), {}),
    "a space before and a line's end behind": (b" " + RAW + b"\n", {}),
    "escaped": (json.dumps(DOCUMENT).encode(), {}),
    "members nobody knows": (json.dumps(DOCUMENT | {"later": [1]}).encode(), {}),
}


@pytest.mark.parametrize("binary", [True, False])
@pytest.mark.parametrize(("raw", "sent"), RIGHT.values(), ids=RIGHT)
def test_what_is_signed_is_kept(
    world: World, raw: bytes, sent: Mapping[str, str], *, binary: bool
) -> None:
    assert receive(raw, sent or told(sign(raw)), binary=binary) == (200, "")
    assert world.shipment.state.status == "in_transit"


UNREADABLE: Final[Mapping[str, bytes]] = {
    "empty": b"",
    "a mark of UTF-8 before": b"\xef\xbb\xbf" + RAW,
    "in UTF-16": RAW.decode().encode("utf-16"),
    "in UTF-32": RAW.decode().encode("utf-32"),
    "no UTF-8": RAW.replace("ï".encode(), b"\xff"),
    "in base64": base64.b64encode(RAW),
    "compressed": gzip.compress(RAW),
    "twice": RAW + RAW,
    "its half": RAW[: len(RAW) // 2],
}


@pytest.mark.parametrize("raw", UNREADABLE.values(), ids=UNREADABLE)
def test_what_is_signed_and_cannot_be_read_breaks_nothing(world: World, raw: bytes) -> None:
    """It is answered 200, for it would be the same when it came again."""
    assert receive(raw, told(sign(raw)))[0] == 200
    assert receive(RAW, told(GOOD))[0] == 200
    assert world.shipment.state.status == "in_transit"


@pytest.mark.parametrize("trusted", [(SECRET,), (SECRET, OLD), (OLD, SECRET), (), ("", OLD)])
@pytest.mark.parametrize("secret", [SECRET, OLD, "other", ""])
def test_every_secret_is_compared_at_its_full_length(
    world: World, monkeypatch: pytest.MonkeyPatch, trusted: Sequence[str], secret: str
) -> None:
    trust(world, *trusted)
    compared: list[tuple[bytes, bytes]] = []
    real = hmac.compare_digest

    def noted(expected: bytes, given: bytes) -> bool:
        compared.append((expected, given))
        return real(expected, given)

    monkeypatch.setattr(hmac, "compare_digest", noted)
    right = [each for each in trusted if each]
    assert receive(RAW, told(sign(RAW, secret)))[0] == (200 if secret in right else 401)
    given = sign(RAW, secret).encode()
    assert compared == [(sign(RAW, each).encode(), given) for each in right]


# --- what comes again, and when -----------------------------------------------------------------


def told_by(
    *details: dict[str, Any], event_id: str = "evt_1", minutes: float = 0.0, number: str = "EE00"
) -> bytes:
    """An event, and when its tracker was as it says."""
    at = (NOW + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")
    return event(tracker(*details, number=number, updated_at=at), event_id=event_id)


_MISSORTED: Final = detail(4, "in_transit", "missorted")
FIRST: Final = told_by(MOVING)
SECOND: Final = told_by(MOVING, ARRIVED, event_id="evt_2", minutes=1)
THIRD: Final = told_by(MOVING, ARRIVED, DELIVERED, event_id="evt_3", minutes=2)
_AGES: Final = 60 * 24 * 365.0 * 100

REPLAYS: Final[Mapping[str, tuple[Sequence[bytes], str, int, int]]] = {
    "at once": ([FIRST, FIRST, FIRST], "in_transit", 1, 1),
    "after a newer one": ([FIRST, SECOND, FIRST], "in_transit", 2, 2),
    "out of order": ([THIRD, FIRST, SECOND], "delivered", 3, 1),
    "all of it again, backwards": (
        [FIRST, SECOND, THIRD, THIRD, SECOND, FIRST],
        "delivered",
        3,
        3,
    ),
    "the same content, another event": (
        [FIRST, told_by(MOVING, event_id="evt_9")],
        "in_transit",
        1,
        1,
    ),
    "newer content, the same event": ([FIRST, told_by(MOVING, ARRIVED)], "in_transit", 2, 2),
    "less than was known, said to be newer": (
        [THIRD, told_by(MOVING, minutes=9)],
        "delivered",
        3,
        1,
    ),
    "a scan that nobody told, said to be older": (
        [THIRD, told_by(_MISSORTED, minutes=-9)],
        "delivered",
        4,
        2,
    ),
    "scans in another order": ([THIRD, told_by(DELIVERED, ARRIVED, MOVING)], "delivered", 3, 1),
    "two scans alike, then one": ([told_by(MOVING, MOVING), FIRST], "in_transit", 2, 1),
    "a scan of tomorrow": ([told_by(MOVING, detail(-24, "delivered"))], "in_transit", 1, 1),
    "of a clock that is an age ahead": (
        [told_by(MOVING, minutes=_AGES), SECOND],
        "in_transit",
        2,
        2,
    ),
    "of a clock that is an age behind": (
        [told_by(MOVING, minutes=-_AGES), SECOND],
        "in_transit",
        2,
        2,
    ),
    "of another number": ([FIRST, told_by(MOVING, ARRIVED, number="EE99")], "in_transit", 1, 1),
    "about something else": (
        [FIRST, event({"object": "Batch"}, "batch.updated")],
        "in_transit",
        1,
        1,
    ),
    "of a tracker that was deleted": (
        [FIRST, event(tracker(MOVING, ARRIVED), "tracker.deleted")],
        "in_transit",
        1,
        1,
    ),
}
"""What is pushed, one after the other; the status, the scans and the news that came of it."""


@pytest.mark.parametrize(("pushed", "status", "scans", "news"), REPLAYS.values(), ids=REPLAYS)
def test_what_is_known_is_known_once_whatever_comes_again(
    world: World, pushed: Sequence[bytes], status: str, scans: int, news: int
) -> None:
    for raw in pushed:
        assert receive(raw, told(sign(raw)))[0] == 200
    shipment = world.shipment
    assert (shipment.state.status, len(shipment.parcels[0].scans)) == (status, scans)
    assert world.shipments.writes == news


@pytest.mark.parametrize(
    "left", [(), ("",), ("new",), ("new", OLD), None], ids=["none", "empty", "new", "both", "unset"]
)
def test_a_replay_after_its_secret_was_taken_away_is_refused(
    world: World, left: Sequence[str] | None
) -> None:
    assert receive(FIRST, told(sign(FIRST)))[0] == 200
    if left is None:
        world.carriers.known_settings.clear()
    else:
        trust(world, *left)
    for raw in (FIRST, THIRD):
        assert receive(raw, told(sign(raw)))[0] == 401
        assert receive(raw, told(sign(raw, "")))[0] == 401
    assert world.shipment.state.status == "in_transit"
