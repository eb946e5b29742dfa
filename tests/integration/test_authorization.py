"""Every route that has a scope: no key, a bad key, a missing scope, the operator's key."""

import json

import pytest

from local.openapi import apis
from tests.support.http import OPERATOR_KEY, http_event
from waybill import keys
from waybill.auth import SCOPES, format_key, hash_secret

APIS = apis()
GUARDED = [
    (room, route) for room, api in APIS.items() for route in api.routes if route.scope is not None
]
SHOP = "shop_" + "0" * 26


def send(room, route, key):
    path = route.path
    for name in route.parameters:
        path = path.replace(f"<{name}>", SHOP if name == "shop_id" else "x")
    answer = APIS[room].lambda_handler(http_event(route.method, path, {}, key=key), None)
    return answer["statusCode"], json.loads(answer["body"])


def a_key(aws, *scopes):
    key_id, secret = "0" * 26 + "00000001", "s" * 43
    stored = {"hash": hash_secret(secret), "scopes": list(scopes), "shop_id": SHOP}
    aws.table("ShopsTable").put(keys.api_key(SHOP, key_id) | stored)
    return format_key(key_id, secret)


def name_of(case):
    return f"{case[1].method} {case[1].path}"


@pytest.mark.parametrize("case", GUARDED, ids=name_of)
def test_without_a_known_key_nothing_is_answered(aws, case):
    room, route = case
    for key in (None, "wb_x_y", f"wb_{'0' * 34}_guess", "wb_operator_guess"):
        status, problem = send(room, route, key)
        assert status == 401, problem


@pytest.mark.parametrize("case", GUARDED, ids=name_of)
def test_a_key_of_every_other_scope_is_refused(aws, case):
    room, route = case
    wrong = SCOPES - {"*", route.scope}
    status, problem = send(room, route, a_key(aws, *sorted(wrong)))
    assert status == 403, problem


@pytest.mark.parametrize("case", GUARDED, ids=name_of)
def test_the_operator_reaches_the_deployments_paths_and_no_shops_data(aws, case):
    room, route = case
    status, problem = send(room, route, OPERATOR_KEY)
    if route.scope == "operator" or route.scope.startswith("shops:"):
        assert status not in {401, 403}, problem
    else:
        assert status == 403, problem


def test_the_public_routes_are_these_and_no_others():
    public = {
        (route.method, route.path)
        for api in APIS.values()
        for route in api.routes
        if route.scope is None
    }
    assert public == {
        ("GET", "/v1/health"),
        ("GET", "/openapi.json"),
        ("GET", "/track/<token>"),
        ("GET", "/unsubscribe/<token>"),
        ("POST", "/unsubscribe/<token>"),
        ("POST", "/webhooks/<platform>/<shop_id>"),
        ("POST", "/webhooks/carriers/easypost"),
    }
