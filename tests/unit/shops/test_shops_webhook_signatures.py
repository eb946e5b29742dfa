"""All that is known to go wrong with a signed delivery of Shopify's, and what then: case by case.

What is signed are the body's bytes and nothing else (shopify.dev, "Verify webhook deliveries"): in
base64, by HMAC-SHA256 under the app's client secret. Deliveries come again and in any order
("Ignore duplicates", "Order of events"); neither their ids nor any time of theirs is signed.
"""

import base64
import gzip
import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pytest

from shops import api as shops_api
from shops.models import Stamp
from shops.repository import ShopsRepository
from shops.webhooks import WebhookService
from tests.support.http import http_event
from tests.support.memory_dynamo import MemoryDynamo, memory_tables
from tests.support.shopify import body, headers, order, sign
from waybill.dynamo import Table
from waybill.ids import random_id
from waybill.views import ShopsView

SECRET: Final = "Hush"
OLD: Final = "hush-before"
ID: Final = "9007199254740993123"
STAMP: Final = Stamp("2026-07-01T12:00:00.000Z", "key:1", "req-1")
SIGNATURE: Final = "X-Shopify-Hmac-Sha256"


def _signed_with_a_slash() -> bytes:
    """An order whose signature has what base64 for URLs writes otherwise."""
    texts = (body(order(note=f"naïve ☕ {number}")).encode() for number in range(1000))
    return next(raw for raw in texts if "/" in sign(raw, SECRET) and "+" in sign(raw, SECRET))


RAW: Final = _signed_with_a_slash()
GOOD: Final = sign(RAW, SECRET)
DOCUMENT: Final[dict[str, Any]] = json.loads(RAW)


@pytest.fixture(scope="module")
def table() -> Iterator[Table]:
    """One table for all cases: each has a shop of its own."""
    with memory_tables():
        yield Table(MemoryDynamo(lambda: 0.0), "ShopsTable")


class Shop:
    """A shop with Shopify's secrets, and what is known of its order."""

    def __init__(self, table: Table) -> None:
        self.id = random_id("shop")
        self._table = table
        self._shops = ShopsRepository(table)

    def trust(self, *secrets: str) -> None:
        """Set the secrets."""
        self._shops.set_platform(self.id, "shopify", secrets, STAMP)

    def receive(
        self, raw: bytes, sent: Mapping[str, str], *, binary: bool = True
    ) -> tuple[int, str]:
        """Deliver bytes, as API Gateway hands them on: in base64 or as text."""
        return receive(self.id, raw, sent, binary=binary)

    @property
    def order(self) -> dict[str, Any] | None:
        """The newest observation of the order."""
        return ShopsView(self._table).platform_order(self.id, "shopify", ID)

    @property
    def aside(self) -> list[str]:
        """Topics of what was set aside for a person."""
        found = self._table.client.items("ShopsTable")
        mine = [item for item in found if item.get("shop_id") == self.id]
        return [item["topic"] for item in mine if item["pk"].startswith("parked#")]


@pytest.fixture
def shop(table: Table, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """One that trusts two secrets, as while the app's is rotated."""
    service = WebhookService(ShopsRepository(table))
    monkeypatch.setattr(shops_api, "_webhooks", lambda: service)
    return trusting(table, OLD, SECRET)


def trusting(table: Table, *secrets: str) -> Shop:
    """A shop with these secrets."""
    shop = Shop(table)
    shop.trust(*secrets)
    return shop


def receive(
    shop_id: str, raw: bytes, sent: Mapping[str, str], *, binary: bool = True
) -> tuple[int, str]:
    event = http_event("POST", f"/webhooks/shopify/{shop_id}", headers=dict(sent))
    event["body"] = base64.b64encode(raw).decode() if binary else raw.decode()
    event["isBase64Encoded"] = binary
    answer = shops_api.lambda_handler(event, None)
    return answer["statusCode"], answer["body"]


def signed(raw: bytes, secret: str = SECRET, **more: str) -> dict[str, str]:
    """The headers of a delivery."""
    return headers(raw, secret, **more)


def told(signature: str | None, name: str = SIGNATURE) -> dict[str, str]:
    """The headers of a delivery with this signature, or with none."""
    rest = {name: text for name, text in signed(RAW).items() if name != SIGNATURE}
    return rest if signature is None else rest | {name: signature}


def digest(how: str, key: bytes = SECRET.encode(), raw: bytes = RAW) -> bytes:
    return hmac.digest(key, raw, how)


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


# --- signatures ---------------------------------------------------------------------------------

_ALPHABET: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_SAME_BYTES: Final = f"{GOOD[:42]}{_ALPHABET[_ALPHABET.index(GOOD[42]) ^ 1]}="
"""Decodes to what the signature does: the last bits of the last letter are of no account."""

WRONG: Final[Mapping[str, Mapping[str, str]]] = {
    "none": told(None),
    "empty": told(""),
    "blank": told("   "),
    "in another platform's header": told(GOOD, "X-Hmac-Signature"),
    "in Authorization": told(f"Bearer {GOOD}", "Authorization"),
    "in a header of nearly that name": told(GOOD, "X-Shopify-Hmac-Sha-256"),
    "hexadecimal": told(digest("sha256").hex()),
    "base64 of the hexadecimal": told(b64(digest("sha256").hex().encode())),
    "base64 of the base64": told(b64(GOOD.encode())),
    "base64 for URLs": told(GOOD.replace("/", "_").replace("+", "-")),
    "without padding": told(GOOD.rstrip("=")),
    "with more padding": told(f"{GOOD}="),
    "truncated": told(GOOD[:-4]),
    "its first half": told(b64(digest("sha256")[:16])),
    "with a byte more": told(b64(digest("sha256") + b"\0")),
    "in lower case": told(GOOD.lower()),
    "other letters of the same bytes": told(_SAME_BYTES),
    "with a space in it": told(f"{GOOD[:10]} {GOOD[10:]}"),
    "with a prefix": told(f"sha256={GOOD}"),
    "in quotes": told(f'"{GOOD}"'),
    "twice, as gateways join headers": told(f"{GOOD},{GOOD}"),
    "a wrong one before it": told(f"{sign(RAW, 'x')},{GOOD}"),
    "no ASCII": told("é" * 44),
    "no text": told("\ud800"),
    "a megabyte": told("A" * 1_000_000),
    "by SHA-1": told(b64(digest("sha1"))),
    "by SHA-512": told(b64(digest("sha512"))),
    "a hash without a key": told(b64(hashlib.sha256(RAW).digest())),
    "a hash of the secret and the body": told(b64(hashlib.sha256(SECRET.encode() + RAW).digest())),
    "of another body": told(sign(b"{}", SECRET)),
    "of no body": told(sign(b"", SECRET)),
    "of the document, encoded anew": told(sign(json.dumps(DOCUMENT), SECRET)),
    "of the body in base64": told(sign(b64(RAW), SECRET)),
    "of the body with the topic": told(sign(b"orders/create" + RAW, SECRET)),
    "under another secret": told(sign(RAW, "other")),
    "under no secret": told(sign(RAW, "")),
    "under the secret in another case": told(sign(RAW, SECRET.lower())),
    "under the secret and a line's end": told(sign(RAW, f"{SECRET}\n")),
    "under a part of the secret": told(sign(RAW, SECRET[:3])),
    "under both secrets together": told(sign(RAW, OLD + SECRET)),
    "under the secret's base64": told(sign(RAW, b64(SECRET.encode()))),
}
"""Signatures of RAW that are none."""

CHANGED: Final[Mapping[str, bytes]] = {
    "a byte changed": RAW.replace(b"MUG", b"MUH", 1),
    "a digit changed": RAW.replace(b"33.50", b"33.51"),
    "a byte less": RAW[:-1],
    "a space behind": RAW + b" ",
    "a line's end behind": RAW + b"\n",
    "a space before": b" " + RAW,
    "encoded anew, spaced": json.dumps(DOCUMENT, ensure_ascii=False).encode(),
    "encoded anew, escaped": json.dumps(DOCUMENT, separators=(",", ":")).encode(),
    "encoded anew, sorted": json.dumps(
        DOCUMENT, separators=(",", ":"), ensure_ascii=False, sort_keys=True
    ).encode(),
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
    "a name twice": RAW.replace(b'{"id"', b'{"id":1,"id"', 1),
}
"""Bodies that came to be of RAW on the way, with its signature."""


@pytest.mark.parametrize("sent", WRONG.values(), ids=WRONG)
def test_a_wrong_signature_is_refused(shop: Shop, sent: Mapping[str, str]) -> None:
    for binary in (True, False):
        assert shop.receive(RAW, sent, binary=binary)[0] == 401
    assert (shop.order, shop.aside) == (None, [])


@pytest.mark.parametrize("raw", CHANGED.values(), ids=CHANGED)
def test_a_changed_body_is_refused(shop: Shop, raw: bytes) -> None:
    for binary in (True, False) if _is_text(raw) else (True,):
        assert shop.receive(raw, told(GOOD), binary=binary)[0] == 401
    assert (shop.order, shop.aside) == (None, [])


def _is_text(raw: bytes) -> bool:
    return raw.decode(errors="replace").encode() == raw


def test_what_is_refused_is_refused_alike_whoever_it_is_for(table: Table, shop: Shop) -> None:
    ids = (shop.id, trusting(table).id, f"shop_{'z' * 26}", "shop_", "x" * 60)
    writes = table.client.written
    refused = {receive(each, RAW, signed(RAW, "other")) for each in ids}
    refused |= {receive(shop.id, RAW, sent) for sent in (*WRONG.values(), *_UNSIGNED_TOPICS)}
    refused |= {receive(each, RAW, signed(RAW)) for each in ids[1:]}
    [(status, _)] = refused
    assert (status, table.client.written) == (401, writes)


_UNSIGNED_TOPICS: Final = [
    signed(RAW, "other", topic=topic) for topic in ("products/update", "shop/redact", "", "x" * 999)
]


# --- what is right ------------------------------------------------------------------------------

RIGHT: Final[Mapping[str, tuple[bytes, Mapping[str, str]]]] = {
    "as documented": (RAW, signed(RAW)),
    "header names in lower case": (RAW, {name.lower(): it for name, it in signed(RAW).items()}),
    "header names in upper case": (RAW, {name.upper(): it for name, it in signed(RAW).items()}),
    "header names without X-": (RAW, headers(RAW, SECRET, prefix="")),
    "the secret before": (RAW, signed(RAW, OLD)),
    "another media type": (RAW, signed(RAW) | {"Content-Type": "text/plain; charset=latin-1"}),
    "no media type": (RAW, signed(RAW) | {"Content-Type": ""}),
    "white space": (json.dumps(DOCUMENT, indent=4).encode(), {}),
    "a space before and a line's end behind": (b" " + RAW + b"\n", {}),
    "escaped": (json.dumps(DOCUMENT).encode(), {}),
    "members nobody knows": (json.dumps(DOCUMENT | {"later": [1]}).encode(), {}),
}


@pytest.mark.parametrize("binary", [True, False])
@pytest.mark.parametrize(("raw", "sent"), RIGHT.values(), ids=RIGHT)
def test_what_is_signed_is_taken_in(
    shop: Shop, raw: bytes, sent: Mapping[str, str], *, binary: bool
) -> None:
    assert shop.receive(raw, sent or signed(raw), binary=binary) == (200, "")
    assert shop.order is not None
    assert shop.order["order"]["request"]["note"] == DOCUMENT["note"]


_STANDS_IN: Final = "no platform secret is configured"
"""What is compared with where there is no secret, so that this takes as long."""


@pytest.mark.parametrize("trusted", [(SECRET,), (SECRET, OLD), (OLD, SECRET), ()])
@pytest.mark.parametrize("secret", [SECRET, OLD, "other", "", _STANDS_IN])
def test_every_secret_is_compared_at_its_full_length(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, trusted: Sequence[str], secret: str
) -> None:
    shop.trust(*trusted)
    compared: list[tuple[bytes, bytes]] = []
    real = hmac.compare_digest

    def noted(expected: bytes, given: bytes) -> bool:
        compared.append((expected, given))
        return real(expected, given)

    monkeypatch.setattr(hmac, "compare_digest", noted)
    status, _ = shop.receive(RAW, signed(RAW, secret))
    assert status == (200 if secret in trusted else 401)
    assert len(compared) == max(1, len(trusted))
    assert {given for _, given in compared} == {sign(RAW, secret).encode()}
    assert {expected for expected, _ in compared} >= {sign(RAW, s).encode() for s in trusted}


# --- what comes again, and when -----------------------------------------------------------------


@dataclass(frozen=True)
class Delivery:
    """One of a case's deliveries, signed and right but for what is said."""

    note: str = "first"
    second: int = 10
    """Of the minute when the platform last changed the order."""
    topic: str = "orders/updated"
    id: str = "delivery-1"
    triggered: str = ""
    year: int = 2026
    secret: str = SECRET
    status: int = 200

    def sent(self) -> tuple[bytes, dict[str, str]]:
        """The body and the headers."""
        at = f"{self.year}-07-01T12:30:{self.second:02}Z"
        raw = body(order(note=self.note, updated_at=at)).encode()
        more = {"X-Shopify-Webhook-Id": self.id, "X-Shopify-Event-Id": f"event-{self.id}"}
        if self.triggered:
            more["X-Shopify-Triggered-At"] = self.triggered
        return raw, headers(raw, self.secret, self.topic, **more)


FIRST: Final = Delivery()
NEWER: Final = Delivery("newer", 20, id="delivery-2")
NEWEST: Final = Delivery("newest", 30, id="delivery-3")

REPLAYS: Final[Mapping[str, tuple[Sequence[Delivery], str, int]]] = {
    "at once": ([FIRST, FIRST, FIRST], "first", 1),
    "after a newer one": ([FIRST, NEWER, FIRST], "newer", 2),
    "out of order": ([NEWEST, FIRST, NEWER], "newest", 1),
    "all of it again, backwards": (
        [FIRST, NEWER, NEWEST, NEWEST, NEWER, FIRST],
        "newest",
        3,
    ),
    "the same content, another delivery": ([FIRST, Delivery(id="other")], "first", 1),
    "newer content, the same delivery": ([FIRST, Delivery("newer", 20)], "newer", 2),
    "other content of the same second": ([FIRST, Delivery("other")], "first", 1),
    "under another topic": ([FIRST, Delivery(topic="orders/cancelled")], "first", 1),
    "newer, under the topic of a new order": ([NEWER, Delivery("a", 40, "orders/create")], "a", 2),
    "under a topic in capitals": ([Delivery(topic="ORDERS/PAID")], "first", 1),
    "newer, under an unknown topic": ([FIRST, Delivery("b", 40, "orders/delete")], "first", 1),
    "newer, under no topic": ([FIRST, Delivery("b", 40, "")], "first", 1),
    "newer, as a request about a person": ([FIRST, Delivery("b", 40, "shop/redact")], "first", 1),
    "under the secret before": ([FIRST, Delivery("newer", 20, secret=OLD)], "newer", 2),
    "older, said to be triggered later": (
        [NEWER, Delivery(triggered="2999-01-01T00:00:00Z")],
        "newer",
        1,
    ),
    "of a clock that is years ahead": (
        [Delivery("ahead", year=2999), NEWER],
        "ahead",
        1,
    ),
    "of a clock that is years behind": ([Delivery(year=1999), NEWER], "newer", 2),
    "said to be triggered in a time that is none": ([Delivery(triggered="soon")], "first", 1),
    "said to be triggered years ago": ([Delivery(triggered="1999-01-01T00:00:00Z")], "first", 1),
}
"""What is delivered, one after the other; the note that stands in the end, and its version."""


@pytest.mark.parametrize(("deliveries", "note", "version"), REPLAYS.values(), ids=REPLAYS)
def test_the_newest_state_stands_whatever_comes_again(
    shop: Shop, deliveries: Sequence[Delivery], note: str, version: int
) -> None:
    for delivery in deliveries:
        assert shop.receive(*delivery.sent())[0] == 200
    assert shop.order is not None
    assert (shop.order["order"]["request"]["note"], shop.order["version"]) == (note, version)
    assert shop.aside == [each.topic for each in deliveries if each.topic == "shop/redact"]


@pytest.mark.parametrize("left", [(), (OLD,), ("new", OLD)], ids=["none", "other", "both new"])
def test_a_replay_after_its_secret_was_taken_away_is_refused(
    shop: Shop, left: Sequence[str]
) -> None:
    assert shop.receive(*FIRST.sent())[0] == 200
    shop.trust(*left)
    for delivery in (FIRST, NEWER):
        assert shop.receive(*delivery.sent())[0] == 401
    assert shop.order is not None
    assert shop.order["version"] == 1


def test_what_another_shops_secret_signed_is_refused(table: Table, shop: Shop) -> None:
    theirs = trusting(table, "theirs")
    assert theirs.receive(RAW, signed(RAW, "theirs"))[0] == 200
    assert shop.receive(RAW, signed(RAW, "theirs"))[0] == 401
    assert theirs.receive(RAW, signed(RAW))[0] == 401
    assert (shop.order, theirs.order and theirs.order["version"]) == (None, 1)


def test_an_app_in_two_shops_signs_for_both_and_each_keeps_its_own(
    table: Table, shop: Shop
) -> None:
    """The signature names no shop: what tells them apart is where it is delivered."""
    theirs = trusting(table, SECRET)
    assert theirs.receive(*FIRST.sent())[0] == 200
    assert shop.order is None
    assert shop.receive(*NEWER.sent())[0] == 200
    assert theirs.order is not None
    assert theirs.order["order"]["request"]["note"] == "first"
