"""Platforms' orders: read leniently, placed always, held where a person must look."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from orders.order import CancelReason, HoldKind, OrderStatus, ShopRules
from orders.placing import Origin, place, shortcomings
from orders.platform import as_observed, clean, read_platform_order
from tests.unit.orders.orders_builders import ADDRESS, NOW, SHOP, body, money


def document(**changes):
    told = {
        "platform": "shopify",
        "external_id": "820982911946154508",
        "number": "#1071",
        "observed_at": "2026-03-04T05:06:08.000Z",
        "placed_at": "2026-03-04T07:06:07+02:00",
        "cancelled_at": None,
        "cancel_reason": None,
        "test": False,
        "request": body(),
        "lines": [],
    }
    return told | changes


def read(version=1, **changes):
    return read_platform_order("shopify", "820982911946154508", version, document(**changes))


def observed(seen, *, unknown=False):
    order, details = place(
        seen.request,
        Origin.of(SHOP, seen.request),
        ShopRules(),
        NOW,
        placed_at=seen.placed_at,
        number=seen.number,
    )
    problems = shortcomings(seen.request)
    return as_observed(
        order, details, seen, unknown_skus=unknown, shortcomings=problems, at=NOW
    ), details


def test_a_platforms_order_keeps_its_number_and_its_instant():
    seen = read()
    order, _ = observed(seen)
    assert (order.number, order.channel, order.external_id) == (
        "#1071",
        "shopify",
        "820982911946154508",
    )
    assert order.placed_at.isoformat() == "2026-03-04T05:06:07+00:00"
    assert (order.updated_at, order.platform_version) == (NOW, 1)
    assert (order.status, order.holds) == (OrderStatus.PENDING, ())


def test_texts_are_cleaned_and_what_cannot_be_read_is_left_out():
    seen = read(
        request=body(
            customer={"email": "no at sign", "name": " A\x00B\n", "phone": "1" * 41, "vip": True},
            shipping_address=dict.fromkeys(ADDRESS) | {"country": "Spain"},
            billing_address=None,
            note="first\nsecond\x07",
            tags=["x" * 70, "  ", "gift"],
            metadata={"k": "v" * 600, " ": "lost"},
            colour="red",
        )
    )
    request = seen.request
    assert (request.customer.email, request.customer.name, request.customer.phone) == (
        None,
        "A B",
        None,
    )
    assert request.shipping_address is not None
    assert request.shipping_address.country == ""
    assert request.note == "first\nsecond"
    assert list(request.tags) == ["x" * 64, "gift"]
    assert request.metadata == {"k": "v" * 500}


@pytest.mark.parametrize("customer", [None, {}])
def test_an_order_may_have_no_customer(customer):
    assert read(request=body() | {"customer": customer}).request.customer.email is None


def test_an_incomplete_address_is_a_hold():
    for address in (None, ADDRESS | {"city": None, "country": "Spain"}):
        order, _ = observed(read(request=body() | {"shipping_address": address}))
        assert [hold.kind for hold in order.holds] == [HoldKind.INCORRECT_ADDRESS]
        assert order.asks_stock


def test_an_unknown_sku_is_a_hold_and_inventory_is_not_asked():
    order, _ = observed(read(), unknown=True)
    assert [(hold.kind, hold.note) for hold in order.holds] == [(HoldKind.OTHER, "unknown SKU")]
    assert not order.asks_stock


def test_discounts_that_exceed_prices_take_all_of_it_and_are_a_hold():
    line = {"sku": "TEE", "quantity": 1, "unit_price": money(100), "discount": money(150)}
    order, details = observed(read(request=body(lines=[line], discounts=[{"amount": money(7)}])))
    assert (order.total, details.totals.discount) == (0, 100)
    assert [hold.kind for hold in order.holds] == [HoldKind.OTHER]


@pytest.mark.parametrize(
    ("told", "reason"),
    [("fraud", CancelReason.FRAUD), (None, CancelReason.OTHER), ("new", CancelReason.OTHER)],
)
def test_an_order_first_seen_cancelled_is_placed_cancelled(told, reason):
    order, _ = observed(read(cancelled_at="2026-03-04T06:00:00Z", cancel_reason=told))
    assert (order.status, order.cancel_reason) == (OrderStatus.CANCELLED, reason)


@pytest.mark.parametrize(
    "line",
    [
        {"sku": "TEE", "quantity": 0, "unit_price": money(1)},
        {"sku": "TEE", "quantity": 1, "unit_price": money(-1)},
        {"sku": "TEE", "quantity": 1},
    ],
)
def test_amounts_and_quantities_are_not_bent(line):
    with pytest.raises(ValidationError):
        read(request=body(lines=[line]))


def test_what_makes_no_sense_is_not_quoted():
    told = {"customer": {"email": "ana@mail.example"}, "note": "canary"}
    with pytest.raises(ValidationError, match=r"request\.lines\n  Field required") as raised:
        read(request=told)
    assert "ana@" not in str(raised.value)
    assert "canary" not in str(raised.value)


@given(st.text(), st.integers(0, 50))
def test_a_cleaned_text_is_short_and_without_controls(text, limit):
    cleaned = clean(text, limit)
    assert len(cleaned) <= limit
    assert cleaned == cleaned.strip()
    cleaned.encode()
    assert not any(ord(c) < 32 or 0x7F <= ord(c) < 0xA0 for c in cleaned)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=9,
)


@given(
    st.sampled_from(["customer", "shipping_address", "billing_address", "note", "tags", "lines"]),
    _JSON,
)
def test_whatever_is_told_is_read_or_refused_as_a_value(field, told):
    try:
        order, details = observed(read(request=body() | {field: told}))
    except ValueError:
        return
    assert order.total == details.totals.total >= 0
