"""Bad input over public HTTP: a problem+json with the right status, and nothing stored."""

import base64
import hashlib
import hmac
import json
import secrets

import pytest
import requests

from local import aws, props


def send(stack, method, path, key=None, body=None, raw=None, headers=None):
    sent = dict(headers or {})
    if key is not None:
        sent["Authorization"] = f"Bearer {key}"
    data = raw if raw is not None else None if body is None else json.dumps(body).encode()
    return requests.request(method, f"{stack.api_url}{path}", data=data, headers=sent, timeout=30)


def assert_problem(answer, status):
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == status
    assert problem["type"].startswith("urn:problem-type:waybill:")
    assert problem["title"]
    return problem


@pytest.fixture
def nothing_stored(stack):
    """Fails the test if it left anything in any table."""
    dynamodb = aws.client("dynamodb", stack.endpoint_url)

    def count():
        return {
            name: dynamodb.scan(TableName=name, Select="COUNT", ConsistentRead=True)["Count"]
            for name in dynamodb.list_tables()["TableNames"]
        }

    before = count()
    yield
    assert count() == before


def order(**changes):
    return props.order("CUP", 1, 500, {"email": "bad@customer.example"}) | changes


def line(**changes):
    return [order()["lines"][0] | changes]


@pytest.mark.parametrize(
    "key",
    [
        None,
        "",
        "wb_",
        "nonsense",
        "wb_operator_wrong",
        "wb_0000000000000000000000000000000000_x",
        "wb_a" * 500,
    ],
)
def test_missing_and_unknown_keys_are_401(stack, shop, nothing_stored, key):
    answer = send(stack, "POST", "/v1/orders", key, order())
    assert_problem(answer, 401)
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_revoked_key_is_401(stack, calls, shop):
    shop_id, _ = shop
    made = calls.operator(
        "POST", f"/v1/shops/{shop_id}/api-keys", {"name": "short-lived", "scopes": ["orders:read"]}
    )
    revoked = send(
        stack, "DELETE", f"/v1/shops/{shop_id}/api-keys/{made['id']}", stack.operator_key
    )
    assert revoked.status_code == 204
    assert_problem(send(stack, "GET", "/v1/orders", made["key"]), 401)


def test_a_missing_scope_is_403(stack, calls, shop):
    shop_id, _ = shop
    made = calls.operator(
        "POST", f"/v1/shops/{shop_id}/api-keys", {"name": "reader", "scopes": ["orders:read"]}
    )
    assert send(stack, "GET", "/v1/orders", made["key"]).status_code == 200
    assert_problem(send(stack, "POST", "/v1/orders", made["key"], order()), 403)
    assert_problem(send(stack, "GET", "/v1/stock-levels?sku=CUP", made["key"]), 403)


def test_another_shops_order_is_404(told, stack, shop):
    story, _ = told
    _, key = shop
    assert_problem(send(stack, "GET", f"/v1/orders/{story.orders['direct']}", key), 404)
    assert_problem(send(stack, "GET", f"/v1/shipments/{story.shipment_id}", key), 404)
    assert_problem(send(stack, "GET", f"/v1/shops/{story.shop_id}/api-keys", key), 404)


@pytest.mark.parametrize(
    ("raw", "status"),
    [(b"", 422), (b"{", 400), (b"not json", 400), (b"[]", 422), (b"\xff\xfe", 400), (b"null", 422)],
)
def test_malformed_json(stack, shop, nothing_stored, raw, status):
    _, key = shop
    assert_problem(send(stack, "POST", "/v1/orders", key, raw=raw), status)


def test_an_unknown_field_is_422_with_its_pointer(stack, shop, nothing_stored):
    _, key = shop
    problem = assert_problem(send(stack, "POST", "/v1/orders", key, order(colour="red")), 422)
    assert [error["pointer"] for error in problem["errors"]] == ["/colour"]


@pytest.mark.parametrize("quantity", [0, -1, 1.5, 1e12, "1", None, True])
def test_quantities_out_of_bounds_are_422(stack, shop, nothing_stored, quantity):
    _, key = shop
    answer = send(stack, "POST", "/v1/orders", key, order(lines=line(quantity=quantity)))
    problem = assert_problem(answer, 422)
    assert problem["errors"][0]["pointer"] == "/lines/0/quantity"
    movement = {"sku": "CUP", "location_id": "HOME", "kind": "received", "quantity": quantity}
    assert_problem(send(stack, "POST", "/v1/stock-movements", key, movement), 422)


def test_an_unknown_sku_is_422_with_its_pointer(stack, shop, nothing_stored):
    _, key = shop
    answer = send(stack, "POST", "/v1/orders", key, order(lines=line(sku="NO-SUCH")))
    problem = assert_problem(answer, 422)
    assert problem["errors"][0]["pointer"] == "/lines/0/sku"


def test_a_body_over_a_megabyte_is_413(stack, shop, nothing_stored):
    _, key = shop
    answer = send(stack, "POST", "/v1/orders", key, order(note="x" * 1_000_001))
    assert_problem(answer, 413)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 404),
        ("GET", "/nothing/here", 404),
        ("GET", "/v1/orders/ord_none", 404),
        ("DELETE", "/v1/orders", 405),
        ("PUT", "/v1/shipments", 405),
        ("POST", "/v1/health", 405),
        ("GET", "/track/none", 404),
        ("GET", "/unsubscribe/none", 404),
        ("POST", "/unsubscribe/none", 404),
        ("GET", "/v1/customers/none/preferences", 404),
        ("DELETE", "/v1/customers/none/preferences", 405),
    ],
)
def test_unknown_paths_and_methods(stack, shop, nothing_stored, method, path, status):
    _, key = shop
    answer = send(stack, method, path, key)
    assert_problem(answer, status)
    if status == 405:
        assert answer.headers["Allow"]


def test_webhooks_need_a_secret_and_a_right_signature(stack, calls, shop, nothing_stored):
    shop_id, _ = shop
    body = json.dumps(props.shopify_order("5000000000001", "CUP", 1, 500)).encode()
    guess = base64.b64encode(hmac.new(b"", body, hashlib.sha256).digest()).decode()
    path = f"/webhooks/shopify/{shop_id}"
    headers = props.shopify_headers(guess)
    assert_problem(send(stack, "POST", path, raw=body, headers=headers), 401)
    for wrong in ("", "AAAA", guess[:-2] + "A="):
        headers = props.shopify_headers(wrong)
        assert_problem(send(stack, "POST", path, raw=body, headers=headers), 401)


def test_a_webhook_signed_with_another_secret_is_401(told, stack, nothing_stored):
    story, _ = told
    body = json.dumps(props.shopify_order("5000000000002", "CUP", 1, 500)).encode()
    digest = hmac.new(secrets.token_bytes(16), body, hashlib.sha256).digest()
    headers = props.shopify_headers(base64.b64encode(digest).decode())
    answer = send(stack, "POST", f"/webhooks/shopify/{story.shop_id}", raw=body, headers=headers)
    assert_problem(answer, 401)


def test_a_wrong_check_digit_is_422(told, stack):
    story, _ = told
    right = props.ems_number("EA", "DE")
    wrong = right[:10] + str((int(right[10]) + 1) % 10) + right[11:]
    wanted = {"order_id": story.orders["platform"], "parcels": [{"tracking_number": wrong}]}
    for parcel in ({"tracking_number": wrong}, {"tracking_number": wrong, "carrier": "ems"}):
        answer = send(
            stack, "POST", "/v1/shipments", story.shop_key, wanted | {"parcels": [parcel]}
        )
        problem = assert_problem(answer, 422)
        assert problem["errors"][0]["pointer"] == "/parcels/0/tracking_number"
    order_id = story.orders["platform"]
    assert story.call("GET", f"/v1/shipments?order_id={order_id}")["items"] == []
