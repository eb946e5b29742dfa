"""A hundred callers place one order at once: it is one, and each gets the same bytes."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.integration.orders.orders_world import Shop, everything, one_call_at_a_time, order_body

CALLERS = 100


@pytest.fixture
def shop(aws, monkeypatch):
    shop = Shop(aws)
    shop.place()  # key, rules and SKUs are known, so that callers meet at the write
    one_call_at_a_time(monkeypatch, "get", "batch_get", "put", "transact")
    return shop


def at_once(shop, bodies, **headers):
    def place(number):
        return shop.send("POST", "/v1/orders", bodies[number % len(bodies)], headers=headers)

    with ThreadPoolExecutor(CALLERS) as pool:
        return list(pool.map(place, range(CALLERS)))


@pytest.mark.parametrize(
    ("body", "headers"),
    [(order_body(), {"Idempotency-Key": "k-1"}), (order_body(external_id="A-1"), {})],
    ids=["key", "external id"],
)
def test_the_same_request_is_one_order(shop, aws, body, headers):
    before = len(everything(aws))
    answers = at_once(shop, [body], **headers)
    assert {answer["statusCode"] for answer in answers} == {201}
    assert len({answer["body"] for answer in answers}) == 1
    assert len(everything(aws)) == before + 2  # the order and its details


def test_of_different_requests_under_one_key_one_is_placed_and_the_others_are_told(shop, aws):
    before = len(everything(aws))
    bodies = [order_body(), order_body(note="please wrap it")]
    answers = at_once(shop, bodies, **{"Idempotency-Key": "k-1"})
    placed = {json.loads(a["body"])["id"] for a in answers if a["statusCode"] == 201}
    assert len(placed) == 1
    assert {answer["statusCode"] for answer in answers} <= {201, 422, 503}
    assert len({answer["body"] for answer in answers if answer["statusCode"] == 201}) == 1
    assert len(everything(aws)) == before + 2
