"""The shops room over its real handlers, table and conditions."""

import base64
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from types import SimpleNamespace
from typing import Any

import pytest

from shops import api as shops_api
from shops.models import Stamp
from shops.repository import ShopsRepository
from tests.support.http import OPERATOR_KEY, http_event
from tests.support.shopify import body, headers, order
from waybill import access
from waybill.auth import CACHE_SECONDS
from waybill.views import ShopsView

NEW = {"name": "Mugs", "currency": "EUR", "time_zone": "Europe/Berlin", "payment_rule": "paid"}
SECRET = "hush"


def send(method: str, path: str, document: Any = None, **given: Any) -> tuple[int, Any, dict]:
    answer = shops_api.lambda_handler(http_event(method, path, document, **given), None)
    found = {name.lower(): value for name, value in answer["headers"].items()}
    text = answer["body"]
    return answer["statusCode"], json.loads(text) if text else None, found


def create_shop(**changes: Any) -> str:
    return send("POST", "/v1/shops", NEW | changes, key=OPERATOR_KEY)[1]["id"]


def create_key(shop_id: str, *scopes: str, key: str = OPERATOR_KEY) -> str:
    document = {"name": "backend", "scopes": list(scopes or ("*",))}
    status, created, _ = send("POST", f"/v1/shops/{shop_id}/api-keys", document, key=key)
    assert status == 201, created
    return created["key"]


@pytest.fixture
def shop(aws):
    return create_shop()


@pytest.fixture
def key(shop):
    return create_key(shop)


def status_of(*call: Any, **given: Any) -> int:
    status, document, found = send(*call, **given)
    if status >= 400:
        assert found["content-type"] == "application/problem+json"
        assert document["status"] == status
    return status


# --- shops -------------------------------------------------------------------------------------


def test_a_shop_is_created_and_read(aws):
    status, created, found = send("POST", "/v1/shops", NEW, key=OPERATOR_KEY)
    assert status == 201
    assert found["etag"] == '"1"'
    assert found["location"] == f"/v1/shops/{created['id']}"
    status, read, found = send("GET", found["location"], key=OPERATOR_KEY)
    assert (status, read, found["etag"]) == (200, created, '"1"')


def test_a_shop_is_stored_with_the_time_it_was_answered_with(aws, monkeypatch):
    ticks = (datetime(2026, 11, 1, tzinfo=UTC) + timedelta(seconds=n) for n in count())
    monkeypatch.setattr("waybill.clock.datetime", SimpleNamespace(now=lambda _zone: next(ticks)))
    _, created, found = send("POST", "/v1/shops", NEW, key=OPERATOR_KEY)
    _, read, _ = send("GET", found["location"], key=OPERATOR_KEY)
    assert read == created


def test_the_stored_shop_has_what_every_item_has(aws, shop):
    item = aws.table("ShopsTable").get({"pk": shop, "sk": "shop"})
    assert item["version"] == 1
    assert item["actor"] == "key:operator"
    assert item["correlation_id"] == "req-test-request"
    assert item["shop_id"] == shop
    assert ShopsView(aws.table("ShopsTable")).shop(shop)["payment_rule"] == "paid"


def test_a_replay_answers_with_identical_bytes(aws):
    event = http_event(
        "POST", "/v1/shops", NEW, key=OPERATOR_KEY, headers={"Idempotency-Key": "k1"}
    )
    first, second = (shops_api.lambda_handler(event, None) for _ in range(2))
    assert first == second
    assert len(aws.items("ShopsTable")) == 1


def test_a_replay_with_another_body_is_422(aws):
    given = {"key": OPERATOR_KEY, "headers": {"Idempotency-Key": "k1"}}
    assert status_of("POST", "/v1/shops", NEW, **given) == 201
    assert status_of("POST", "/v1/shops", NEW | {"name": "Cups"}, **given) == 422
    assert len(aws.items("ShopsTable")) == 1


def test_shops_are_listed_newest_first_page_by_page(aws):
    ids = [create_shop(name=f"shop {n}") for n in range(5)]
    found: list[dict] = []
    query = {"limit": "2"}
    while True:
        status, page, _ = send("GET", "/v1/shops", key=OPERATOR_KEY, query=query)
        assert status == 200
        found += page["items"]
        if page["next_cursor"] is None:
            break
        query["cursor"] = page["next_cursor"]
    assert {shop["id"] for shop in found} == set(ids)
    assert len(found) == 5
    assert [s["created_at"] for s in found] == sorted(
        (s["created_at"] for s in found), reverse=True
    )


def test_shops_are_the_operators_alone(aws, shop, key):
    assert status_of("POST", "/v1/shops", NEW, key=key) == 403
    assert status_of("GET", "/v1/shops", key=key) == 403
    assert status_of("POST", "/v1/shops", NEW) == 401
    assert status_of("GET", "/v1/shops", key="wb_operator_wrong") == 401


@pytest.mark.parametrize(
    ("document", "status"),
    [({}, 422), (NEW | {"currency": "euro"}, 422), (NEW | {"time_zone": "Mars"}, 422), ([], 422)],
)
def test_a_wrong_shop_is_refused_and_nothing_stored(aws, document, status):
    assert status_of("POST", "/v1/shops", document, key=OPERATOR_KEY) == status
    assert aws.items("ShopsTable") == []


def test_broken_json_is_400(aws):
    assert status_of("POST", "/v1/shops", raw="{", key=OPERATOR_KEY) == 400


# --- amending ----------------------------------------------------------------------------------

OWN = {
    "quiet_hours": {"start": "21:00", "end": "08:00"},
    "alert_email": "canary@mail.example",
    "locale": "de-AT",
    "message_budgets": {"email": 100, "sms": 0},
}


def test_a_shops_own_settings_are_stored_and_shown(aws):
    status, created, found = send("POST", "/v1/shops", NEW | OWN, key=OPERATOR_KEY)
    assert status == 201
    assert {name: created[name] for name in OWN} == OWN
    key = create_key(created["id"])
    assert send("GET", found["location"], key=key)[1] == created
    seen = ShopsView(aws.table("ShopsTable")).shop(created["id"])
    assert {name: seen[name] for name in OWN} == OWN


def test_a_shop_is_amended_in_what_is_named(aws, shop, key):
    path = f"/v1/shops/{shop}"
    _, before, _ = send("GET", path, key=key)
    status, after, found = send("PATCH", path, OWN, key=key)
    assert (status, found["etag"]) == (200, '"2"')
    assert after == before | OWN | {"updated_at": after["updated_at"]}
    assert send("GET", path, key=key)[1] == after
    budgets = {"message_budgets": {"sms": None}, "quiet_hours": None, "payment_rule": "none"}
    _, last, _ = send("PATCH", path, budgets, key=key)
    assert last["message_budgets"] == {"email": 100, "sms": None}
    assert (last["quiet_hours"], last["payment_rule"]) == (None, "none")
    assert last["alert_email"] == OWN["alert_email"]
    item = aws.table("ShopsTable").get({"pk": shop, "sk": "shop"})
    assert (item["version"], item["actor"]) == (3, f"key:{key.split('_')[1]}")
    assert item["correlation_id"] == "req-test-request"
    assert item["request_hash"]


def test_an_amendment_that_changes_nothing_writes_nothing(aws, shop, key):
    path = f"/v1/shops/{shop}"
    _, first, _ = send("PATCH", path, OWN, key=key)
    before = aws.items("ShopsTable")
    for document in (OWN, {}, {"name": NEW["name"]}):
        status, same, found = send("PATCH", path, document, key=key)
        assert (status, same, found["etag"]) == (200, first, '"2"')
    assert aws.items("ShopsTable") == before


def test_an_amendment_of_what_is_no_longer_so_is_412(aws, shop, key):
    path = f"/v1/shops/{shop}"
    given = {"key": key, "headers": {"If-Match": '"1"'}}
    assert status_of("PATCH", path, {"name": "Cups"}, **given) == 200
    status, _, found = send("PATCH", path, {"name": "Bowls"}, **given)
    assert (status, found["etag"]) == (412, '"2"')
    assert send("GET", path, key=key)[1]["name"] == "Cups"
    assert status_of("PATCH", path, {"name": "x"}, key=key, headers={"If-Match": "x"}) == 400


def test_a_retry_of_creating_is_answered_as_then_after_an_amendment(aws):
    given = {"key": OPERATOR_KEY, "headers": {"Idempotency-Key": "k1"}}
    _, created, _ = send("POST", "/v1/shops", NEW | OWN, **given)
    path = f"/v1/shops/{created['id']}"
    send("PATCH", path, {"name": "Cups", "alert_email": None}, key=OPERATOR_KEY)
    assert send("POST", "/v1/shops", NEW | OWN, **given)[:2] == (201, created)
    assert send("GET", path, key=OPERATOR_KEY)[1]["name"] == "Cups"


def test_a_write_whose_answer_was_lost_is_known_when_it_is_sent_again(aws, shop):
    store = ShopsRepository(aws.table("ShopsTable"))
    known = store.shop(shop)
    stamp = Stamp("2026-07-02T00:00:00.000Z", "key:k", "req-1")
    settings = known.settings.model_copy(update={"name": "Cups"})
    after = replace(known, settings=settings, updated_at=stamp.at, version=2)
    assert store.amend_shop(after, stamp)
    assert store.amend_shop(after, stamp)
    assert not store.amend_shop(after, replace(stamp, correlation_id="req-2"))
    assert store.shop(shop) == after


@pytest.mark.parametrize(
    "document",
    [{"currency": "USD"}, {"country": "DE"}, {"name": None}, {"alert_email": "a@x"}, []],
)
def test_a_wrong_amendment_is_422_and_quotes_nothing(aws, shop, key, document):
    before = aws.items("ShopsTable")
    assert status_of("PATCH", f"/v1/shops/{shop}", document, key=key) == 422
    assert aws.items("ShopsTable") == before


def test_where_a_shop_is_told_what_needs_it_is_in_no_log(aws, logs):
    _, created, _ = send("POST", "/v1/shops", NEW | OWN, key=OPERATOR_KEY)
    path = f"/v1/shops/{created['id']}"
    send("PATCH", path, {"alert_email": "canary-2@mail.example"}, key=OPERATOR_KEY)
    wrong = {"alert_email": "canary-3@mail.example, x"}
    _, problem, _ = send("PATCH", path, wrong, key=OPERATOR_KEY)
    assert problem["errors"][0]["pointer"] == "/alert_email"
    send("GET", path, key=OPERATOR_KEY)
    assert "canary" not in logs.text + json.dumps(problem)


# --- API keys ----------------------------------------------------------------------------------


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


def test_a_key_that_never_was_is_404(aws, shop):
    path = f"/v1/shops/{shop}/api-keys/{shop[5:]}00000000"
    assert status_of("DELETE", path, key=OPERATOR_KEY) == 404
    assert len(aws.items("ShopsTable")) == 1


def test_a_key_for_a_shop_that_never_was_is_404(aws):
    path = f"/v1/shops/shop_{'z' * 26}/api-keys"
    assert status_of("POST", path, {"name": "x", "scopes": ["*"]}, key=OPERATOR_KEY) == 404
    assert aws.items("ShopsTable") == []


# --- platforms and webhooks --------------------------------------------------------------------


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


def test_binary_delivery_is_the_same(aws, shop, key):
    set_secrets(shop, key, SECRET)
    raw = body(order(note="naïve ☕"))
    event = http_event("POST", f"/webhooks/shopify/{shop}", headers=headers(raw, SECRET))
    event |= {"body": base64.b64encode(raw.encode()).decode(), "isBase64Encoded": True}
    assert shops_api.lambda_handler(event, None)["statusCode"] == 200
    assert observed(aws, shop)["order"]["request"]["note"] == "naïve ☕"


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


def test_what_nobody_signed_is_401_alike_and_leaves_nothing(aws, shop, key):
    raw = body(order())
    answers = set()
    unconfigured = create_shop()
    set_secrets(shop, key, SECRET)
    before = aws.items("ShopsTable")
    for shop_id, given in (
        (shop, headers(raw, "wrong")),
        (shop, {"X-Shopify-Topic": "orders/create"}),
        (unconfigured, headers(raw, SECRET)),
        (f"shop_{'z' * 26}", headers(raw, SECRET)),
        ("nonsense", headers(raw, SECRET)),
    ):
        event = http_event("POST", f"/webhooks/shopify/{shop_id}", raw=raw, headers=given)
        answer = shops_api.lambda_handler(event, None)
        answers.add((answer["statusCode"], answer["body"]))
    assert len(answers) == 1
    assert answers.pop()[0] == 401
    assert aws.items("ShopsTable") == before


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


def test_where_storing_fails_the_answer_is_5xx(aws, shop, key, monkeypatch):
    set_secrets(shop, key, SECRET)
    monkeypatch.setattr(shops_api._webhooks().store.table, "name", "Gone")
    assert deliver(shop, body(order())) == 500


# --- the rest ----------------------------------------------------------------------------------


def test_health_needs_no_key(aws):
    assert send("GET", "/v1/health")[1] == {"status": "ok", "version": "0.1.0"}


def test_the_api_describes_itself(aws):
    status, document, found = send("GET", "/openapi.json")
    assert (status, found["content-type"]) == (200, "application/json")
    assert document["openapi"] == "3.1.0"
    assert "/v1/shops" in document["paths"]


@pytest.mark.parametrize("path", ["/", "/v2/shops", "/v1/nothing", "/favicon.ico", "/openapiXjson"])
def test_an_unknown_path_is_a_404_problem(aws, path):
    assert status_of("GET", path) == 404


def test_another_method_is_405(aws):
    assert status_of("DELETE", "/v1/health") == 405
    assert status_of("PUT", "/v1/shops") == 405
