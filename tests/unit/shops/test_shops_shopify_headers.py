"""Headers and signatures of Shopify's webhooks."""

from typing import Any

import pytest

from shops.platforms import shopify
from shops.platforms.adapter import Kind, PlatformOrder
from tests.support.shopify import body, headers, sign


def parse(document: Any) -> PlatformOrder:
    return shopify.parse(body(document).encode())


def eur(amount: int) -> dict[str, Any]:
    return {"amount": amount, "currency": "EUR"}


def lower(given_headers: dict[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in given_headers.items()}


@pytest.mark.parametrize("prefix", ["X-", ""])
def test_headers_are_read_with_and_without_their_prefix(prefix):
    trigger = {f"{prefix}Shopify-Triggered-At": "2026-07-01T12:30:16.123456789Z"}
    read = shopify.read(lower(headers("{}", "s", "orders/create", prefix=prefix, **trigger)))
    assert read.topic == "orders/create"
    assert read.kind is Kind.ORDER
    assert read.signature == sign("{}", "s")
    assert read.triggered_at == "2026-07-01T12:30:16.123Z"


@pytest.mark.parametrize(
    ("topic", "kind"),
    [
        ("orders/create", Kind.ORDER),
        ("orders/updated", Kind.ORDER),
        ("orders/cancelled", Kind.ORDER),
        ("orders/paid", Kind.ORDER),
        ("orders/edited", Kind.ORDER),
        ("orders/fulfilled", Kind.ORDER),
        ("ORDERS/CREATE", Kind.ORDER),
        ("customers/data_request", Kind.COMPLIANCE),
        ("customers/redact", Kind.COMPLIANCE),
        ("shop/redact", Kind.COMPLIANCE),
        ("products/update", Kind.IGNORED),
        ("", Kind.IGNORED),
    ],
)
def test_topics_have_their_kind(topic, kind):
    assert shopify.read({"x-shopify-topic": topic}).kind is kind


def test_no_headers_are_nothing():
    read = shopify.read({})
    assert (read.topic, read.kind, read.signature, read.triggered_at) == ("", Kind.IGNORED, "", "")


def test_a_trigger_time_that_is_none_is_nothing():
    assert shopify.read({"x-shopify-triggered-at": "soon"}).triggered_at == ""


def test_the_signature_is_that_of_a_known_example():
    # openssl dgst -sha256 -hmac hush -binary | base64
    assert shopify.sign("hush", b'{"id":1}') == sign('{"id":1}', "hush")
    assert shopify.sign("key", b"The quick brown fox jumps over the lazy dog") == (
        "97yD9DBThCSxMpjmqm+xQ+9NWaFJRhdZl0edvC0aPNg="
    )
