"""Calls of the shops room, for its tests."""

import json
from typing import Any

from shops import api as shops_api
from tests.support.http import OPERATOR_KEY, http_event

NEW = {"name": "Mugs", "currency": "EUR", "time_zone": "Europe/Berlin", "payment_rule": "paid"}


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


def status_of(*call: Any, **given: Any) -> int:
    status, document, found = send(*call, **given)
    if status >= 400:
        assert found["content-type"] == "application/problem+json"
        assert document["status"] == status
    return status
