"""Shopify's orders in our terms: exact money, tolerant of nulls, and never another error."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shops.platforms import ADAPTERS, shopify
from shops.platforms.adapter import Kind, PlatformOrder, PlatformPayloadError
from tests.support.shopify import ADDRESS, body, headers, line, order, sign


def parse(document: Any) -> PlatformOrder:
    return shopify.parse(body(document).encode())


def eur(amount: int) -> dict[str, Any]:
    return {"amount": amount, "currency": "EUR"}


# --- orders ------------------------------------------------------------------------------------


def test_an_order_becomes_a_request_of_ours():
    assert parse(order()).document() == {
        "platform": "shopify",
        "external_id": "9007199254740993123",
        "number": "#1071",
        "observed_at": "2026-07-01T12:30:16.000Z",
        "placed_at": "2026-07-01T12:30:14.000Z",
        "cancelled_at": None,
        "cancel_reason": None,
        "test": False,
        "request": {
            "external_id": "9007199254740993123",
            "channel": "shopify",
            "currency": "EUR",
            "customer": {
                "email": "ana@mail.example",
                "name": "Ana Lima",
                "phone": "+351910000000",
            },
            "shipping_address": {
                "name": "Ana Lima",
                "line1": "Rua Augusta 12",
                "line2": "3 esq",
                "city": "Lisboa",
                "region": "Lisboa",
                "postal_code": "1100-053",
                "country": "PT",
            },
            "billing_address": {
                "name": "Ana Lima",
                "line1": "Rua Augusta 12",
                "line2": "3 esq",
                "city": "Lisboa",
                "region": "Lisboa",
                "postal_code": "1100-053",
                "country": "PT",
            },
            "lines": [
                {
                    "sku": "MUG-BLUE",
                    "quantity": 2,
                    "unit_price": eur(1250),
                    "discount": eur(125),
                    "tax": eur(475),
                    "title": "Mug - Blue",
                    "requires_shipping": True,
                }
            ],
            "shipping_price": eur(500),
            "prices_include_tax": False,
            "payments": [
                {"kind": "captured", "amount": eur(3350), "reference": "shopify:captured"}
            ],
            "tags": ["vip", "gift"],
            "note": "Ring twice",
            "test": False,
        },
        "lines": [
            {
                "external_id": "866550311766439020",
                "variant_id": "808950810",
                "current_quantity": 2,
            }
        ],
    }


def test_ids_over_2_to_the_53_stay_exact():
    raw = body(order()).replace("9007199254740993123", "18446744073709551615")
    assert shopify.parse(raw.encode()).external_id == "18446744073709551615"


def test_an_id_may_come_as_text():
    assert parse(order(id="42")).external_id == "42"


@pytest.mark.parametrize(
    "identifier", [0, -1, 1.0, 1e18, 10**20, "", "x", "01", "1" * 21, None, []]
)
def test_an_id_is_never_guessed(identifier):
    with pytest.raises(PlatformPayloadError):
        parse(order(id=identifier))


@pytest.mark.parametrize(
    ("currency", "price", "amount"), [("JPY", "1250", 1250), ("KWD", "1.250", 1250)]
)
def test_money_has_its_currencys_minor_units(currency, price, amount):
    priced = order(
        currency=currency,
        line_items=[line(price=price, discount_allocations=[], tax_lines=[])],
        shipping_lines=[],
        total_price="0",
        total_outstanding=None,
    )
    assert parse(priced).request["lines"][0]["unit_price"]["amount"] == amount


@pytest.mark.parametrize("price", ["12.505", "NaN", "1e3", "", None, "-1", "12,50", [], {}, True])
def test_a_price_that_is_none_is_refused(price):
    with pytest.raises(PlatformPayloadError):
        parse(order(line_items=[line(price=price)]))


def test_amounts_that_add_up_to_too_much_are_refused():
    huge = [{"amount": "9999999999999.99"}] * 2
    with pytest.raises(PlatformPayloadError):
        parse(order(line_items=[line(discount_allocations=huge)]))


def test_an_old_payload_without_allocations_has_its_total_discount():
    old = line(total_discount="3.00")
    del old["discount_allocations"]
    assert parse(order(line_items=[old])).request["lines"][0]["discount"] == eur(300)


def test_allocations_win_over_the_total_discount():
    both = line(total_discount="3.00", discount_allocations=[])
    assert parse(order(line_items=[both])).request["lines"][0]["discount"] == eur(0)


def test_shipping_tax_belongs_to_shipping_unless_prices_include_it():
    assert parse(order()).request["shipping_price"] == eur(500)
    assert parse(order(taxes_included=True)).request["shipping_price"] == eur(400)
    assert parse(order(shipping_lines=None)).request["shipping_price"] == eur(0)


def test_a_discount_on_the_order_is_not_counted_twice():
    assert "discounts" not in parse(order()).request


@pytest.mark.parametrize("taxes_included", [True, False])
def test_our_total_is_shopifys(taxes_included):
    # 2 x 12.50 - 1.25 + 4.75 tax + (5.00 - 1.00 + 1.00 tax) shipping
    request = parse(order(taxes_included=taxes_included)).request
    (item,) = request["lines"]
    total = (
        item["quantity"] * item["unit_price"]["amount"]
        - item["discount"]["amount"]
        + request["shipping_price"]["amount"]
        + (0 if taxes_included else item["tax"]["amount"])
    )
    assert total == (2775 if taxes_included else 3350)


# --- payments ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "facts"),
    [
        ("pending", []),
        ("authorized", [("authorized", 3350)]),
        ("partially_paid", [("captured", 2350)]),
        ("paid", [("captured", 3350)]),
        ("partially_refunded", [("captured", 3350)]),
        ("refunded", [("captured", 3350)]),
        ("voided", [("voided", 3350)]),
        ("PAID", [("captured", 3350)]),
        ("expired", []),
        ("something new", []),
        (None, []),
    ],
)
def test_a_financial_status_is_money_facts(status, facts):
    payments = parse(order(financial_status=status, total_outstanding="10.00")).request["payments"]
    assert [(fact["kind"], fact["amount"]["amount"]) for fact in payments] == facts


def test_partially_paid_without_the_rest_is_not_guessed():
    unknown = order(financial_status="partially_paid", total_outstanding=None)
    assert parse(unknown).request["payments"] == []


def test_nothing_to_pay_is_no_payment():
    assert parse(order(total_price="0.00")).request["payments"] == []


def test_successful_refunds_are_facts_with_their_transaction():
    refunds = [
        {
            "transactions": [
                {"id": 7, "kind": "refund", "status": "success", "amount": "3.00"},
                {"id": 8, "kind": "refund", "status": "failure", "amount": "4.00"},
                {"id": 9, "kind": "void", "status": "success", "amount": "5.00"},
            ]
        },
        {"transactions": None},
    ]
    payments = parse(order(financial_status="partially_refunded", refunds=refunds)).request
    assert payments["payments"][1:] == [
        {"kind": "refunded", "amount": eur(300), "reference": "shopify:refunded:7"}
    ]


# --- people and places -------------------------------------------------------------------------


def test_what_is_missing_is_null_not_invented():
    bare = order(
        customer=None, shipping_address=None, billing_address=None, email="", phone="", note=None
    )
    request = parse(bare).request
    assert request["customer"] is None
    assert request["shipping_address"] is None
    assert request["billing_address"] is None
    assert request["note"] is None


def test_an_empty_mail_falls_back_to_the_customers():
    told = parse(order(email="", customer={"email": "b@mail.example"})).request["customer"]
    assert told == {"email": "b@mail.example", "name": "Ana Lima"}
    told = parse(order(email=" ", customer={"email": ""})).request["customer"]
    assert "email" not in told


def test_the_phone_of_an_address_is_not_the_customers():
    assert "phone" not in parse(order(customer=None)).request["customer"]


def test_an_address_may_lack_anything():
    empty = dict.fromkeys(ADDRESS)
    assert set(parse(order(shipping_address=empty)).request["shipping_address"].values()) == {None}
    assert parse(order(shipping_address={})).request["shipping_address"]["country"] is None


def test_an_address_without_name_is_its_persons_or_companys():
    told = parse(order(shipping_address=ADDRESS | {"name": None})).request["shipping_address"]
    assert told["name"] == "Ana Lima"
    nobody = {"name": "", "first_name": None, "last_name": "", "company": "Mugs Ltd"}
    told = parse(order(shipping_address=ADDRESS | nobody)).request["shipping_address"]
    assert told["name"] == "Mugs Ltd"


def test_the_provinces_code_is_its_region_where_it_has_one():
    coded = ADDRESS | {"province": "Ontario", "province_code": "ON"}
    assert parse(order(shipping_address=coded)).request["shipping_address"]["region"] == "ON"


# --- lines -------------------------------------------------------------------------------------


@pytest.mark.parametrize("sku", ["", "  ", None])
def test_a_line_without_sku_says_so(sku):
    assert parse(order(line_items=[line(sku=sku)])).request["lines"][0]["sku"] == ""


def test_a_line_may_lack_what_only_describes_it():
    bare = {"quantity": 1, "price": "1.00"}
    parsed = parse(order(line_items=[bare]))
    assert parsed.request["lines"] == [
        {
            "sku": "",
            "quantity": 1,
            "unit_price": eur(100),
            "discount": eur(0),
            "tax": eur(0),
        }
    ]
    assert parsed.lines == [{"external_id": None, "variant_id": None, "current_quantity": 1}]


def test_what_was_ordered_and_what_is_left_are_apart():
    parsed = parse(order(line_items=[line(quantity=3, current_quantity=1)]))
    assert parsed.request["lines"][0]["quantity"] == 3
    assert parsed.lines[0]["current_quantity"] == 1


def test_lines_of_nothing_are_left_out_on_both_sides():
    parsed = parse(order(line_items=[line(quantity=0), line(id=5)]))
    assert len(parsed.request["lines"]) == len(parsed.lines) == 1
    assert parsed.lines[0]["external_id"] == "5"


@pytest.mark.parametrize("lines", [[], [line(quantity=0)], None, {}, [None]])
def test_an_order_of_nothing_is_refused(lines):
    with pytest.raises(PlatformPayloadError):
        parse(order(line_items=lines))


@pytest.mark.parametrize("quantity", [-1, 1.5, 10**12, None, "two"])
def test_a_quantity_that_is_none_is_refused(quantity):
    with pytest.raises(PlatformPayloadError):
        parse(order(line_items=[line(quantity=quantity)]))


# --- times and ends ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reason", "ours"),
    [
        ("customer", "customer"),
        ("fraud", "fraud"),
        ("inventory", "inventory"),
        ("declined", "declined"),
        ("staff", "staff"),
        ("other", "other"),
        ("something new", "other"),
        (None, "other"),
    ],
)
def test_a_cancelled_order_has_a_reason(reason, ours):
    cancelled = order(cancelled_at="2026-07-02T00:00:00+02:00", cancel_reason=reason)
    parsed = parse(cancelled)
    assert (parsed.cancelled_at, parsed.cancel_reason) == ("2026-07-01T22:00:00.000Z", ours)


def test_a_reason_without_cancellation_is_no_reason():
    assert parse(order(cancel_reason="fraud")).cancel_reason is None


@pytest.mark.parametrize("name", ["updated_at", "created_at"])
def test_an_order_without_its_times_is_refused(name):
    with pytest.raises(PlatformPayloadError):
        parse(order(**{name: None}))


@pytest.mark.parametrize(
    "text", ["", "yesterday", "2026-07-01T14:30:16", "0001-01-01T00:00:00+14:00"]
)
def test_a_time_that_is_no_instant_is_refused(text):
    with pytest.raises(PlatformPayloadError):
        parse(order(updated_at=text))


def test_an_order_never_processed_was_placed_when_it_was_created():
    assert parse(order(processed_at=None)).placed_at == "2026-07-01T12:30:15.000Z"


def test_a_number_is_the_name_then_the_count_then_the_id():
    assert parse(order(name="")).number == "1071"
    assert parse(order(name=None, order_number=None)).number == "9007199254740993123"


@pytest.mark.parametrize("tags", ["", None, " , ,"])
def test_no_tags_are_none(tags):
    assert parse(order(tags=tags)).request["tags"] == []


def test_a_test_order_says_so():
    parsed = parse(order(test=True))
    assert (parsed.test, parsed.request["test"]) == (True, True)


# --- anything else -----------------------------------------------------------------------------


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


# --- headers and signatures --------------------------------------------------------------------


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


@pytest.mark.parametrize("secrets", [("a",), ("a", "b"), ("b", "a")])
def test_any_configured_secret_verifies(secrets):
    adapter = ADAPTERS["shopify"]
    assert adapter.verify(secrets, b"{}", sign("{}", "a"))


@pytest.mark.parametrize(
    ("secrets", "signature"),
    [
        ((), sign("{}", "a")),
        ((), ""),
        ((), sign("{}", "")),
        ((), sign("{}", "no platform secret is configured")),
        (("a",), ""),
        (("a",), sign("{}", "b")),
        (("a",), sign("{} ", "a")),
        (("a",), sign("{}", "a").lower()),
        (("a",), sign("{}", "a") + "="),
        (("a",), "é"),
        (("a",), "\ud800"),
    ],
)
def test_nothing_else_verifies(secrets, signature):
    assert not ADAPTERS["shopify"].verify(secrets, b"{}", signature)
