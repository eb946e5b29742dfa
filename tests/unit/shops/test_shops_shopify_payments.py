"""What of a Shopify order was paid and given back."""

from typing import Any

import pytest

from shops.platforms import shopify
from shops.platforms.adapter import PlatformOrder
from tests.support.shopify import body, order


def parse(document: Any) -> PlatformOrder:
    return shopify.parse(body(document).encode())


def eur(amount: int) -> dict[str, Any]:
    return {"amount": amount, "currency": "EUR"}


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
