"""The authorization matrix: each route of each room, asked with each kind of key."""

import json
from collections.abc import Callable

import pytest

from shops import api as shops_api
from tests.integration.authorization.matrix import (
    COLUMNS,
    GUARDED,
    NESTED,
    NESTING,
    OF_ANOTHER,
    Case,
)
from tests.integration.authorization.tenants import APIS, Answer, Tenants, name_of
from tests.integration.described.seeded import ask, units
from tests.integration.orders.orders_world import money, order_body
from tests.support import shopify
from tests.support.http import http_event
from waybill.routing import Route

_RECEIVED = {"sku": "CUP", "location_id": "depot", "kind": "received", "quantity": 1}
_MOVED = _RECEIVED | {"kind": "transferred", "to_location_id": "annex"}
_ARRIVED = _RECEIVED | {"location_id": "annex"}
MIXED: list[tuple[str, str, Callable[[str], object]]] = [
    ("POST /v1/orders", "sku", lambda sku: order_body(lines=[_line("PAN"), _line(sku)])),
    ("POST /v1/stock-movements", "sku", lambda sku: _RECEIVED | {"sku": sku}),
    ("POST /v1/stock-movements", "location_id", lambda at: _RECEIVED | {"location_id": at}),
    ("POST /v1/stock-movements", "location_id", lambda at: _MOVED | {"location_id": at}),
    ("POST /v1/stock-movements", "to_location_id", lambda to: _MOVED | {"to_location_id": to}),
    ("POST /v1/stock-movements", "transfer_id", lambda of: _ARRIVED | {"transfer_id": of}),
    (
        "POST /v1/returns/<return_id>/receive",
        "location_id",
        lambda at: {"lines": units(disposition="restock", location_id=at)},
    ),
]
"""Bodies in which one thing may be another's, by its name."""


def _line(sku: str) -> dict[str, object]:
    return {"sku": sku, "quantity": 1, "unit_price": money(100)}


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("case", GUARDED, ids=lambda case: case.name)
def test_matrix(tenants: Tenants, case: Case, column: str) -> None:
    COLUMNS[column](case, tenants)


@pytest.mark.parametrize("column", NESTING)
@pytest.mark.parametrize("case", NESTED, ids=lambda case: case.name)
def test_nested(tenants: Tenants, case: Case, column: str) -> None:
    NESTING[column](case, tenants)


@pytest.mark.parametrize("case", [c for c in GUARDED if c.route.body], ids=lambda case: case.name)
def test_a_body_that_names_anothers_things_is_as_one_that_names_nobodys(
    tenants: Tenants, case: Case
) -> None:
    """Where the path, if it names anything, names the caller's own."""
    assert f"{case.room}.{case.route.handler.__name__}" in tenants.bodies
    beside = case.ask_by(tenants, tenants.own, tenants.nobodys)
    tenants.restore()
    got = case.ask_by(tenants, tenants.own, tenants.theirs)
    assert got.status == beside.status != 404
    assert tenants.tells(got.text, tenants.theirs) == []
    assert tenants.others_unchanged()


@pytest.mark.parametrize(("route", "name", "body"), MIXED)
def test_one_thing_of_anothers_among_the_callers_own_is_as_one_of_nobodys(
    tenants: Tenants, route: str, name: str, body: Callable[[str], object]
) -> None:
    (case,) = (case for case in GUARDED if case.name == route)

    def said(value: str) -> Answer:
        tenants.restore()
        names = tenants.own | {name: value}
        return tenants.ask(case.room, case.route, names, tenants.key, body=body(value))

    assert said(tenants.own[name]).status < 300
    beside, got = said(tenants.nobodys[name]), said(tenants.theirs[name])
    assert got.status == beside.status == 422
    assert got.shown == beside.shown
    assert tenants.unchanged()


def test_every_route_is_in_the_matrix_and_no_other(say: Callable[[str], None]) -> None:
    assert OF_ANOTHER.keys() == {case.name for case in GUARDED}
    say(f"authorization routes={len(GUARDED)} columns={len(COLUMNS)}")
    assert len(GUARDED) * len(COLUMNS) == 63 * 11
    assert {case.name for case in NESTED} == {
        "DELETE /v1/orders/<order_id>/holds/<hold_id>",
        "GET /v1/orders/<order_id>/edits/<edit_id>",
        "POST /v1/orders/<order_id>/edits/<edit_id>/confirm",
        "DELETE /v1/orders/<order_id>/edits/<edit_id>",
        "DELETE /v1/shops/<shop_id>/api-keys/<key_id>",
    }


def test_the_public_routes_are_these_and_no_others() -> None:
    public = {
        name_of(route) for api in APIS.values() for route in api.routes if route.scope is None
    }
    assert public == {
        "GET /v1/health",
        "GET /openapi.json",
        "GET /track/<token>",
        "GET /unsubscribe/<token>",
        "POST /unsubscribe/<token>",
        "POST /webhooks/<platform>/<shop_id>",
        "POST /webhooks/carriers/easypost",
    }


def test_two_tenants_may_use_one_key_and_one_name(tenants: Tenants) -> None:
    """An Idempotency-Key, an external id, a location's id and a SKU are a tenant's own."""
    keys = tenants.seeded.key, tenants.key
    placed: dict[str | None, list[str]] = {"web-2": [], None: []}
    for number, key in enumerate(keys, 1):
        shelf = {"name": f"Shelf {number}", "priority": 1, "country": "PT"}
        ask(APIS["inventory"], "PUT", "/v1/locations/hq", shelf, key=key)
        for sku in ("TEE", "MUG"):
            ask(APIS["inventory"], "PUT", f"/v1/items/{sku}", {"title": f"{number}"}, key=key)
        for name, ids in placed.items():
            once = {"Idempotency-Key": f"the-same-of-{name}"}
            event = http_event(
                "POST", "/v1/orders", order_body(external_id=name), headers=once, key=key
            )
            answers = [APIS["orders"].lambda_handler(event, None) for _ in range(2)]
            assert [answer["statusCode"] for answer in answers] == [201, 201]
            assert answers[0]["body"] == answers[1]["body"]
            ids.append(json.loads(answers[0]["body"])["id"])
    for first, second in placed.values():
        assert first != second
    for number, key in enumerate(keys, 1):
        for path, member, said in (
            ("/v1/locations/hq", "name", f"Shelf {number}"),
            ("/v1/items/TEE", "title", f"{number}"),
        ):
            assert ask(APIS["inventory"], "GET", path, None, key=key)[member] == said
        query = {"external_id": "web-2"}
        event = http_event("GET", "/v1/orders", key=key, query=query)
        answer = json.loads(APIS["orders"].lambda_handler(event, None)["body"])
        assert [order["id"] for order in answer["items"]] == [placed["web-2"][number - 1]]


def test_a_webhook_that_another_shop_signed_is_as_one_that_nobody_did(tenants: Tenants) -> None:
    path = f"/v1/shops/{tenants.shop_id}/platforms/shopify"
    ask(shops_api, "PUT", path, {"secrets": ["another-secret"]})
    raw = shopify.body(shopify.order())
    answers = []
    for shop, secret in (
        (tenants.theirs["shop_id"], "another-secret"),
        (tenants.nobodys["shop_id"], "another-secret"),
        (tenants.shop_id, "another-secret"),
    ):
        given = shopify.headers(raw, secret)
        event = http_event("POST", f"/webhooks/shopify/{shop}", raw=raw, headers=given)
        answers.append(shops_api.lambda_handler(event, None))
    assert answers[0] == answers[1]
    assert [answer["statusCode"] for answer in answers] == [401, 401, 200]
    assert tenants.others_unchanged()


@pytest.mark.parametrize("path", ["/track/<token>", "/unsubscribe/<token>"])
def test_a_public_page_knows_no_token_that_was_not_given(tenants: Tenants, path: str) -> None:
    """What is nearly a token is as what is none at all."""
    room = "tracking" if path.startswith("/track") else "notify"
    for route in APIS[room].routes:
        if route.path != path:
            continue
        given = [
            token for token in tenants.seeded.known["token"] if _opens(tenants, room, route, token)
        ]
        assert len(given) == 1
        nobodys = tenants.ask(room, route, {"token": "x" * len(given[0])}, None)
        changed = given[0][:-1] + ("A" if given[0][-1] != "A" else "B")
        for token in (changed, given[0][:-1], f"{given[0]}A", given[0].swapcase()):
            got = tenants.ask(room, route, {"token": token}, None)
            assert (got.status, got.shown) == (404, nobodys.shown)


def _opens(tenants: Tenants, room: str, route: Route, token: str) -> bool:
    return tenants.ask(room, route, {"token": token}, None).status == 200
