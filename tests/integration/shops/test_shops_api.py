"""Shops over the room's real handlers, table and conditions."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from types import SimpleNamespace

import pytest

from shops import api as shops_api
from shops.models import Stamp
from shops.repository import ShopsRepository
from tests.integration.shops.shops_calls import NEW, create_key, create_shop, send, status_of
from tests.support.http import OPERATOR_KEY, http_event
from waybill.views import ShopsView


@pytest.fixture
def shop(aws):
    return create_shop()


@pytest.fixture
def key(shop):
    return create_key(shop)


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


@pytest.mark.secrecy
def test_where_a_shop_is_told_what_needs_it_is_in_no_log(aws, logs):
    _, created, _ = send("POST", "/v1/shops", NEW | OWN, key=OPERATOR_KEY)
    path = f"/v1/shops/{created['id']}"
    send("PATCH", path, {"alert_email": "canary-2@mail.example"}, key=OPERATOR_KEY)
    wrong = {"alert_email": "canary-3@mail.example, x"}
    _, problem, _ = send("PATCH", path, wrong, key=OPERATOR_KEY)
    assert problem["errors"][0]["pointer"] == "/alert_email"
    send("GET", path, key=OPERATOR_KEY)
    assert "canary" not in logs.text + json.dumps(problem)


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
