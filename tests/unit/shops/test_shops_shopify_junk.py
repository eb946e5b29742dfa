"""What is no Shopify order is refused, never another error."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shops.platforms import shopify
from shops.platforms.adapter import PlatformOrder, PlatformPayloadError
from tests.support.shopify import body, line, order


def parse(document: Any) -> PlatformOrder:
    return shopify.parse(body(document).encode())


def eur(amount: int) -> dict[str, Any]:
    return {"amount": amount, "currency": "EUR"}


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b"{}",
        b'"text"',
        b"\xff\xfe",
        b'{"id": NaN}',
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"webhook_id=1",
        body(order()).encode()[:-2],
        body(order()).encode("utf-16"),
    ],
)
def test_what_is_no_order_is_refused(raw):
    with pytest.raises(PlatformPayloadError):
        shopify.parse(raw)


@pytest.mark.secrecy
def test_a_refusal_quotes_nothing():
    with pytest.raises(PlatformPayloadError) as caught:
        parse(order(customer={"email": ["canary@mail.example"]}))
    assert caught.value.reason == "string_type at /customer/email"


JUNK = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from(["", "0", "-1", "1e9", "2026-07-01T00:00:00Z", "paid", "EUR", "x" * 5000]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(sorted(order()) + sorted(line())), inner, max_size=5)
    ),
    max_leaves=12,
)


def assert_parses_or_refuses(raw: bytes) -> None:
    try:
        parsed = shopify.parse(raw)
    except PlatformPayloadError:
        return
    document = json.loads(json.dumps(parsed.document()))
    assert document["external_id"].isdigit()
    assert document["observed_at"].endswith("Z")
    assert document["request"]["lines"]
    assert len(document["request"]["lines"]) == len(document["lines"])
    assert all(item["unit_price"]["amount"] >= 0 for item in document["request"]["lines"])


@given(st.binary(max_size=300))
def test_no_bytes_crash_it(raw):
    assert_parses_or_refuses(raw)


@given(JUNK)
def test_no_json_crashes_it(document):
    assert_parses_or_refuses(json.dumps(document).encode())


@settings(max_examples=400)
@given(st.data())
def test_no_field_replaced_by_junk_crashes_it(data):
    document = order()
    for _ in range(data.draw(st.integers(1, 3))):
        places = [document, document["line_items"], document["customer"]]
        place = data.draw(st.sampled_from([p for p in places if isinstance(p, dict) and p]))
        place[data.draw(st.sampled_from(sorted(place)))] = data.draw(JUNK)
        if not isinstance(document.get("line_items"), list):
            document["line_items"] = [line()]
        if not isinstance(document.get("customer"), dict):
            break
    assert_parses_or_refuses(json.dumps(document).encode())


@settings(max_examples=300)
@given(st.sampled_from(sorted(line())), JUNK)
def test_no_field_of_a_line_replaced_by_junk_crashes_it(name, junk):
    assert_parses_or_refuses(json.dumps(order(line_items=[line(**{name: junk})])).encode())


@given(st.integers(0, len(body(order()).encode())), st.binary(min_size=1, max_size=3))
def test_no_bytes_in_the_middle_crash_it(position, junk):
    raw = body(order()).encode()
    assert_parses_or_refuses(raw[:position] + junk + raw[position + len(junk) :])
