"""Platforms' secrets and webhooks over the room's real handlers."""

import json

import pytest

from tests.integration.shops.shops_calls import create_key, create_shop, send, status_of
from tests.support.shopify import body, headers, order
from waybill.views import ShopsView

SECRET = "hush"


@pytest.fixture
def shop(aws):
    return create_shop()


@pytest.fixture
def key(shop):
    return create_key(shop)


def set_secrets(shop_id: str, key: str, *secrets: str) -> dict:
    path = f"/v1/shops/{shop_id}/platforms/shopify"
    status, document, _ = send("PUT", path, {"secrets": list(secrets)}, key=key)
    assert status == 200
    return document


def deliver(shop_id: str, raw: str, topic: str = "orders/create", *, secret=SECRET, **more) -> int:
    path = f"/webhooks/shopify/{shop_id}"
    return status_of("POST", path, raw=raw, headers=headers(raw, secret, topic, **more))


def observed(aws, shop_id: str) -> dict | None:
    view = ShopsView(aws.table("ShopsTable"))
    return view.platform_order(shop_id, "shopify", "9007199254740993123")


@pytest.mark.secrecy
def test_secrets_are_counted_and_never_shown(aws, shop, key):
    document = set_secrets(shop, key, "canary-1", "canary-2")
    assert document["secret_count"] == 2
    assert "canary" not in json.dumps(document)
    path = f"/v1/shops/{shop}/platforms/shopify"
    assert send("PUT", path, {}, key=key)[1]["secret_count"] == 2
    assert send("PUT", path, {"secrets": []}, key=key)[1]["secret_count"] == 0
    assert status_of("PUT", path, {"secrets": ["a", "b", "c"]}, key=key) == 422
    assert status_of("PUT", path.replace("shopify", "woocommerce"), {}, key=key) == 422
    assert status_of("PUT", path.replace("shopify", "magento"), {}, key=key) == 404


def test_a_signed_order_is_seen_by_other_rooms(aws, shop, key):
    set_secrets(shop, key, SECRET)
    assert deliver(shop, body(order())) == 200
    item = observed(aws, shop)
    assert item["topic"] == "orders/create"
    assert item["observed_at"] == "2026-07-01T12:30:16.000Z"
    assert item["version"] == 1
    assert item["actor"] == "platform:shopify"
    assert item["order"]["number"] == "#1071"
    assert item["order"]["request"]["shipping_address"]["country"] == "PT"


def test_only_news_is_written(aws, shop, key):
    set_secrets(shop, key, SECRET)
    newer, older = body(order(note="newer")), body(order(updated_at="2026-07-01T00:00:00Z"))
    for raw in (newer, newer, older, newer):
        assert deliver(shop, raw) == 200
    item = observed(aws, shop)
    assert (item["version"], item["order"]["request"]["note"]) == (1, "newer")
    assert deliver(shop, body(order(updated_at="2026-07-01T14:30:17+02:00")), "orders/paid") == 200
    assert (observed(aws, shop)["version"], observed(aws, shop)["topic"]) == (2, "orders/paid")


def test_in_one_second_what_was_triggered_later_wins(aws, shop, key):
    set_secrets(shop, key, SECRET)

    def told(note: str, triggered: str) -> None:
        triggered_at = {"X-Shopify-Triggered-At": f"2026-07-01T12:30:{triggered}Z"}
        assert deliver(shop, body(order(note=note)), **triggered_at) == 200

    told("second", "16.200")
    told("first", "16.100")
    assert observed(aws, shop)["order"]["request"]["note"] == "second"
    told("second", "16.300")  # nothing new in it
    assert observed(aws, shop)["version"] == 1
    told("third", "16.400")
    item = observed(aws, shop)
    assert (item["order"]["request"]["note"], item["version"]) == ("third", 2)
    assert deliver(shop, body(order(note="unknown when"))) == 200
    assert observed(aws, shop)["version"] == 2


def test_what_was_seen_earlier_does_not_win_by_being_told_of_later(aws, shop, key):
    set_secrets(shop, key, SECRET)
    for note, seconds, triggered in (("newer", "16", "16.100"), ("older", "15", "16.900")):
        raw = body(order(note=note, updated_at=f"2026-07-01T12:30:{seconds}Z"))
        when = {"X-Shopify-Triggered-At": f"2026-07-01T12:30:{triggered}Z"}
        assert deliver(shop, raw, **when) == 200
    item = observed(aws, shop)
    assert (item["order"]["request"]["note"], item["version"]) == ("newer", 1)


def test_a_webhook_may_have_4_mb_and_no_more(aws, shop, key):
    set_secrets(shop, key, SECRET)
    document = order()
    document["padding"] = "x" * (4_000_000 - len(body(document)) - len(',"padding":""'))
    raw = body(document)
    assert len(raw) == 4_000_000
    assert deliver(shop, raw) == 200
    assert observed(aws, shop)["version"] == 1
    assert deliver(shop, raw + " ") == 413


def test_other_topics_are_200_and_store_nothing(aws, shop, key):
    set_secrets(shop, key, SECRET)
    before = aws.items("ShopsTable")
    assert deliver(shop, "{}", "products/update") == 200
    assert aws.items("ShopsTable") == before


def test_what_is_no_order_is_parked_once(aws, shop, key):
    set_secrets(shop, key, SECRET)
    for _ in range(2):
        assert deliver(shop, "{") == 200
    (parked,) = (i for i in aws.items("ShopsTable") if i["pk"]["S"] == "parked#webhooks#shopify")
    assert parked["reason"]["S"].startswith("json_invalid")
    assert int(parked["expires_at"]["N"]) > 0


def test_where_storing_fails_the_answer_is_5xx(aws, shop, key):
    set_secrets(shop, key, SECRET)
    aws.client("dynamodb").delete_table(TableName="ShopsTable")
    assert deliver(shop, body(order())) == 500
