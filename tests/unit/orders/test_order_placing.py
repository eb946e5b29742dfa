"""Which order a request means, what is refused, and what it becomes."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.details import MAX_STORED_BYTES
from orders.order import OrderStatus, ShopRules
from orders.placing import (
    Origin,
    contradictions,
    place,
    request_hash,
    shortcomings,
)
from orders.writing import as_first_placed
from tests.unit.orders.orders_builders import ADDRESS, NOW, SHOP, body, money, placed, request
from waybill.amounts import MAX_AMOUNT
from waybill.ids import derived_id, short_code


def pointers(errors):
    return [error.pointer for error in errors]


def test_an_external_id_names_the_order_whatever_the_key():
    one = request(external_id="1001", channel="pos")
    expected = derived_id("ord", SHOP, "pos", "1001")
    assert Origin.of(SHOP, one).order_id == expected
    assert Origin.of(SHOP, one, "key").order_id == expected


def test_without_an_external_id_the_key_names_the_order_else_chance():
    one = request()
    assert Origin.of(SHOP, one, "key").order_id == derived_id("ord", SHOP, "key")
    assert Origin.of(SHOP, one).order_id != Origin.of(SHOP, one).order_id


def test_a_hash_is_of_the_meaning_not_of_the_spelling():
    plain = request(metadata={"a": "1", "b": "2"})
    spelled = request(metadata={"b": "2", "a": "1"}, test=False, tags=[], channel="api")
    assert request_hash(plain) == request_hash(spelled)
    assert request_hash(plain) != request_hash(request(metadata={"a": "1"}))
    assert request_hash(request()) != request_hash(request(test=True))


@pytest.mark.parametrize(
    "other",
    [
        {"lines": [{"sku": "OTHER", "quantity": 1, "unit_price": money(1000)}]},
        {"currency": "USD"},
        {"customer": {"email": "yan@customer.example"}},
        {"shipping_address": ADDRESS | {"line1": "Elsewhere 1"}},
        {"billing_address": ADDRESS},
        {"shipping_price": money(1)},
        {"discounts": [{"amount": money(1)}]},
        {"payments": [{"kind": "captured", "amount": money(1)}]},
        {"prices_include_tax": True},
        {"allocation": "partial"},
        {"draft": True},
        {"note": "at the door"},
        {"tags": ["gift"]},
    ],
    ids=lambda other: next(iter(other)),
)
def test_another_order_has_another_hash(other):
    assert request_hash(request(**other)) != request_hash(request())


def test_a_placed_order_is_what_was_asked_for():
    order, details = placed(
        discounts=[{"code": "TEN", "amount": money(500)}],
        shipping_price=money(495),
        payments=[{"kind": "captured", "amount": money(1000), "reference": "pi_1"}],
        test=True,
    )
    assert (order.version, order.status, order.number) == (
        1,
        OrderStatus.PENDING,
        short_code(order.order_id),
    )
    assert [(line.line_id, line.sku, line.quantity) for line in order.lines] == [
        ("line_1", "TEE", 2),
        ("line_2", "MUG", 1),
    ]
    assert order.placed_at == order.updated_at == details.placed_at == NOW
    assert order.ship_country == "ES"
    assert order.payments.captured == 1000
    assert order.test
    assert details.totals.subtotal == 2 * 1999 + 999
    assert details.totals.discount == sum(line.share for line in details.lines) == 500
    assert order.total == details.totals.total == 4997 - 500 + 495


def test_a_draft_is_placed_as_one():
    assert placed(draft=True)[0].status is OrderStatus.DRAFT


def test_every_amount_must_be_in_the_orders_currency():
    wrong = request(
        lines=[
            {
                "sku": "TEE",
                "quantity": 1,
                "unit_price": money(1, "USD"),
                "discount": money(0, "USD"),
                "tax": money(0, "USD"),
            }
        ],
        discounts=[{"amount": money(0, "USD")}],
        shipping_price=money(0, "USD"),
        payments=[{"kind": "captured", "amount": money(0, "USD")}],
    )
    assert pointers(contradictions(wrong)) == [
        "/lines/0/unit_price/currency",
        "/lines/0/discount/currency",
        "/lines/0/tax/currency",
        "/discounts/0/amount/currency",
        "/shipping_price/currency",
        "/payments/0/amount/currency",
    ]


def test_an_order_beyond_all_money_is_refused():
    line = {"sku": "TEE", "quantity": 1_000_000, "unit_price": money(10**15)}
    assert pointers(contradictions(request(lines=[line]))) == ["/lines"]


@pytest.mark.parametrize(
    ("line", "order", "expected"),
    [
        ({}, {}, []),
        ({"tax": money(1)}, {}, ["/lines"]),
        ({}, {"shipping_price": money(1)}, ["/lines"]),
    ],
    ids=["price alone", "tax", "shipping"],
)
def test_tax_and_shipping_count_for_what_no_answer_could_tell(line, order, expected):
    most = {"sku": "TEE", "quantity": 1, "unit_price": money(MAX_AMOUNT)}
    assert pointers(contradictions(request(lines=[most | line], **order))) == expected


def test_an_order_too_large_to_be_stored_is_refused():
    line = {"sku": "TEE" * 33, "quantity": 1, "unit_price": money(1), "title": "🧦" * 200}
    huge = request(lines=[line] * 500)
    assert len(huge.model_dump_json().encode()) > MAX_STORED_BYTES
    assert pointers(contradictions(huge)) == ["/lines"]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        (
            {"lines": [{"sku": "A", "quantity": 2, "unit_price": money(5), "discount": money(11)}]},
            ["/lines/0/discount"],
        ),
        ({"discounts": [{"amount": money(4997)}]}, []),
        ({"discounts": [{"amount": money(4998)}]}, ["/discounts"]),
        (
            {
                "payments": [
                    {"kind": "captured", "amount": money(5)},
                    {"kind": "refunded", "amount": money(6)},
                ]
            },
            ["/payments"],
        ),
        ({"shipping_address": None}, ["/shipping_address"]),
        (
            {
                "shipping_address": None,
                "lines": [
                    {"sku": "A", "quantity": 1, "unit_price": money(5), "requires_shipping": False}
                ],
            },
            [],
        ),
        ({"shipping_address": ADDRESS | {"postal_code": ""}}, []),
    ],
)
def test_shortcomings_are_pointed_at(changes, expected):
    assert pointers(shortcomings(request(**changes))) == expected


def test_a_repetition_is_the_first_order_again():
    first_order, first = placed()
    wanted = request()
    later = place(wanted, Origin.of(SHOP, wanted, "key"), ShopRules(), NOW + timedelta(days=1))
    assert as_first_placed(*later, first=first) == (first_order, first)


@given(st.integers(0, 4997), st.booleans(), st.integers(0, 999))
def test_no_cent_is_lost_between_lines_and_totals(discount, inclusive, tax):
    two = [line | {"tax": money(tax)} for line in body()["lines"]]
    order, details = placed(
        lines=two, discounts=[{"amount": money(discount)}], prices_include_tax=inclusive
    )
    by_line = sum(
        line.quantity * line.unit_price
        - line.discount
        - line.share
        + (0 if inclusive else line.tax)
        for line in details.lines
    )
    assert order.total == by_line >= 0
