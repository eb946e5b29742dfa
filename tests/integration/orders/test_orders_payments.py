"""Payments over moto: the handlers, the items, the answers, and a hundred callers at once."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from orders.composition import repository
from tests.integration.orders.orders_world import (
    Shop,
    everything,
    money,
    one_call_at_a_time,
    relay,
)
from waybill.relay import Bus


@pytest.fixture
def shop(aws):
    return Shop(aws)


def pay(shop, order_id, minor=100, expect=201, key=None, **more):
    body = {"kind": "captured", "amount": money(minor)} | more
    headers = {"Idempotency-Key": key} if key else {}
    return shop.call(
        "POST", f"/v1/orders/{order_id}/payments", body, expect=expect, headers=headers
    )


def test_a_payment_is_answered_stored_and_shown_with_its_order(shop, aws):
    order_id = shop.place()["id"]
    told = pay(shop, order_id, 4000, reference="pi_1")
    assert told["id"].startswith("pay_")
    assert (told["kind"], told["amount"], told["reference"]) == ("captured", money(4000), "pi_1")
    assert told["return_id"] is None
    stored = {item["sk"]: item for item in everything(aws)}
    assert set(stored) == {"order", "details", f"payment#{told['id']}"}
    assert stored[f"payment#{told['id']}"]["actor"].startswith("key:")
    second = pay(shop, order_id, 97)
    order = shop.read(order_id)
    assert order["payments"] == [told, second]
    assert order["payment_status"] == "partially_paid"
    assert order["balance"] == {"to_collect": money(900), "to_refund": money(0)}
    cancelled = shop.cancel(order_id)
    assert cancelled["payments"] == [told, second]
    assert cancelled["current_total"] == money(0)
    assert cancelled["balance"] == {"to_collect": money(0), "to_refund": money(4097)}


def test_payments_are_shown_in_the_order_in_which_they_were_told(shop):
    order_id = shop.place()["id"]
    for minor in range(1, 9):
        pay(shop, order_id, minor)
    told = [payment["recorded_at"] for payment in shop.read(order_id)["payments"]]
    assert len(told) == 8
    assert told == sorted(told)


def test_another_shops_order_has_no_payments(shop, aws):
    order_id = shop.place()["id"]
    other = Shop(aws, "b")
    pay(other, order_id, expect=404)
    pay(shop, "ord_none", expect=404)


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"amount": money(1, "USD")}, "/amount/currency"),
        ({"amount": {"amount": -1, "currency": "EUR"}}, "/amount/amount"),
        ({"amount": {"amount": 1.5, "currency": "EUR"}}, "/amount/amount"),
        ({"kind": "stolen"}, "/kind"),
        ({"reference": "a\u0007"}, "/reference"),
        ({"colour": "red"}, "/colour"),
    ],
)
def test_what_is_no_payment_is_pointed_at(shop, aws, changes, pointer):
    order_id = shop.place()["id"]
    problem = pay(shop, order_id, expect=422, **changes)
    assert [error["pointer"] for error in problem["errors"]] == [pointer]
    assert len(everything(aws)) == 2


def test_a_crash_after_the_write_is_answered_the_same(shop):
    order_id = shop.place()["id"]
    first = pay(shop, order_id, key="k")
    assert pay(shop, order_id, key="k") == first
    pay(shop, order_id, 101, key="k", expect=422)
    assert shop.item(order_id)["payments"] == {"captured": 100}
    problem = pay(shop, order_id, 101, kind="refunded", expect=409)
    assert (problem["refundable"], problem["order_status"]) == (money(100), "pending")


def test_100_payments_with_one_key_at_once_are_one_fact(shop, aws, monkeypatch):
    order_id = shop.place()["id"]
    pay(shop, order_id, 1)  # the key is known, so that callers meet at the write
    one_call_at_a_time(monkeypatch, "transact", "get")
    with ThreadPoolExecutor(100) as pool:
        told = set(pool.map(lambda _: json.dumps(pay(shop, order_id, 7, key="k")), range(100)))
    assert len(told) == 1
    facts = repository().payments(shop.id, order_id)
    assert sorted(fact.payment.amount for fact in facts) == [1, 7]
    assert shop.item(order_id)["payments"] == {"captured": 8}
    assert shop.item(order_id)["version"] == 3


def test_a_payment_is_told_on_the_bus(shop, monkeypatch):
    order_id = shop.place()["id"]
    before = shop.item(order_id)
    pay(shop, order_id)
    put = []
    monkeypatch.setattr(
        Bus, "put", lambda self, events: [put.append(e.name) is None for e in events]
    )
    relay((before, shop.item(order_id)))
    assert put == ["OrderPaymentRecorded"]
