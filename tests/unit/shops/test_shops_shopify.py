"""Shopify's orders in our terms: exact money, what is ordered of what, and when."""

from typing import Any

import pytest

from shops.platforms import shopify
from shops.platforms.adapter import PlatformOrder, PlatformPayloadError
from tests.support.shopify import body, line, order


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
