"""API keys over the room's real handlers: what they open, and who makes them."""

import json

import pytest

from shops import api as shops_api
from shops.repository import ShopsRepository
from shops.service import ShopsService
from tests.integration.shops.shops_calls import create_key, create_shop, send, status_of
from tests.support.http import OPERATOR_KEY
from waybill import access
from waybill.auth import CACHE_SECONDS
from waybill.clock import system_clock


@pytest.fixture
def shop(aws):
    return create_shop()


@pytest.fixture
def key(shop):
    return create_key(shop)


def test_a_key_opens_its_own_shop(aws, shop, key):
    assert send("GET", f"/v1/shops/{shop}", key=key)[1]["id"] == shop
    other = create_shop()
    assert status_of("GET", f"/v1/shops/{other}", key=key) == 404


def test_a_secret_is_shown_once_and_hashed_at_rest(aws, shop, key):
    secret = key.split("_", 2)[2]
    assert secret not in json.dumps(aws.items("ShopsTable"))
    listed = send("GET", f"/v1/shops/{shop}/api-keys", key=key)[1]
    assert secret not in json.dumps(listed)
    (item,) = listed["items"]
    assert set(item) == {"id", "name", "scopes", "created_at", "revoked_at"}
    assert (item["name"], item["scopes"], item["revoked_at"]) == ("backend", ["*"], None)


def test_an_idempotency_key_is_refused_where_a_secret_is_shown(aws, shop):
    given = {"key": OPERATOR_KEY, "headers": {"Idempotency-Key": "k"}}
    document = {"name": "x", "scopes": ["*"]}
    assert status_of("POST", f"/v1/shops/{shop}/api-keys", document, **given) == 400
    assert send("GET", f"/v1/shops/{shop}/api-keys", key=OPERATOR_KEY)[1]["items"] == []


def test_keys_are_listed_page_by_page(aws, shop):
    made = {create_key(shop).split("_")[1] for _ in range(3)}
    path = f"/v1/shops/{shop}/api-keys"
    _, first, _ = send("GET", path, key=OPERATOR_KEY, query={"limit": "2"})
    cursor = first["next_cursor"]
    _, second, _ = send("GET", path, key=OPERATOR_KEY, query={"limit": "2", "cursor": cursor})
    ids = [item["id"] for item in first["items"] + second["items"]]
    assert set(ids) == made
    assert ids == sorted(ids, reverse=True)
    assert second["next_cursor"] is None


def test_a_cursor_of_another_shop_is_400(aws, shop):
    for _ in range(2):
        create_key(shop)
    path = f"/v1/shops/{shop}/api-keys"
    cursor = send("GET", path, key=OPERATOR_KEY, query={"limit": "1"})[1]["next_cursor"]
    other = f"/v1/shops/{create_shop()}/api-keys"
    assert status_of("GET", other, key=OPERATOR_KEY, query={"cursor": cursor}) == 400


def test_a_shop_makes_keys_for_itself_within_its_scopes(aws, shop, key):
    limited = create_key(shop, "shops:write", "orders:read", key=key)
    create_key(shop, "orders:read", key=limited)
    path = f"/v1/shops/{shop}/api-keys"
    for scopes in (["*"], ["orders:write"]):
        document = {"name": "x", "scopes": scopes}
        assert status_of("POST", path, document, key=limited) == 403
    reader = create_key(shop, "shops:read", key=key)
    assert status_of("POST", path, {"name": "x", "scopes": ["shops:read"]}, key=reader) == 403
    assert status_of("GET", path, key=reader) == 200
    assert status_of("GET", path, key=limited) == 403


def test_another_shop_is_404_on_every_route(aws, shop, key):
    other = create_shop()
    theirs = create_key(other).split("_")[1]
    document = {"name": "x", "scopes": ["*"]}
    before = aws.items("ShopsTable")
    for call in (
        ("GET", f"/v1/shops/{other}"),
        ("PATCH", f"/v1/shops/{other}", {"name": "Cups"}),
        ("GET", f"/v1/shops/{other}/api-keys"),
        ("POST", f"/v1/shops/{other}/api-keys", document),
        ("DELETE", f"/v1/shops/{other}/api-keys/{theirs}"),
        ("DELETE", f"/v1/shops/{shop}/api-keys/{theirs}"),
        ("PUT", f"/v1/shops/{other}/platforms/shopify", {"secrets": ["x"]}),
    ):
        assert status_of(*call, key=key) == 404
    assert aws.items("ShopsTable") == before


def test_every_route_refuses_a_missing_key(aws, shop):
    for route in shops_api.api.routes:
        path = route.path.replace("<shop_id>", shop).replace("<key_id>", "k")
        if route.scope is not None:
            path = path.replace("<platform>", "shopify")
            assert status_of(route.method, path, {}) == 401
            assert status_of(route.method, path, {}, key="wb_x_y") == 401


def test_a_revoked_key_opens_nothing_once_the_cache_is_old(aws, shop, key, monkeypatch):
    now = [1000.0]
    monkeypatch.setattr(access.authenticator(), "_now", lambda: now[0])
    path = f"/v1/shops/{shop}"
    assert status_of("GET", path, key=key) == 200
    key_id = key.split("_")[1]
    for _ in range(2):  # again is the same as once
        assert status_of("DELETE", f"{path}/api-keys/{key_id}", key=OPERATOR_KEY) == 204
    now[0] += CACHE_SECONDS
    assert status_of("GET", path, key=key) == 401
    (item,) = send("GET", f"{path}/api-keys", key=OPERATOR_KEY)[1]["items"]
    assert item["revoked_at"] is not None
    stored = aws.table("ShopsTable").get({"pk": shop, "sk": f"key#{key_id}"})
    assert stored["version"] == 2


def test_keys_that_are_made_in_the_same_instant_are_two(aws, shop, monkeypatch):
    at = system_clock()
    service = ShopsService(ShopsRepository(aws.table("ShopsTable")), lambda: at)
    monkeypatch.setattr(shops_api, "_service", lambda: service)
    one, other = create_key(shop), create_key(shop)
    assert one.split("_")[1] != other.split("_")[1]
    for made in (one, other):
        assert status_of("GET", f"/v1/shops/{shop}", key=made) == 200


def test_a_key_that_never_was_is_404(aws, shop):
    path = f"/v1/shops/{shop}/api-keys/{shop[5:]}00000000"
    assert status_of("DELETE", path, key=OPERATOR_KEY) == 404
    assert len(aws.items("ShopsTable")) == 1


def test_a_key_for_a_shop_that_never_was_is_404(aws):
    path = f"/v1/shops/shop_{'z' * 26}/api-keys"
    assert status_of("POST", path, {"name": "x", "scopes": ["*"]}, key=OPERATOR_KEY) == 404
    assert aws.items("ShopsTable") == []
