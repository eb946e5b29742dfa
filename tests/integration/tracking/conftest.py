"""Shops with keys and orders, on the template's own tables."""

from typing import Any

import pytest

from tests.integration.tracking.tracking_shop import LINES, SHOPS, Carrier, call
from tests.support.http import OPERATOR_KEY
from waybill import keys
from waybill.auth import hash_secret


@pytest.fixture
def shops(aws: Any) -> Any:
    """Two shops with a key each; the first has two orders."""
    for shop in SHOPS:
        shop_id, key_id = f"shop_{shop}", f"{shop}1"
        table = aws.table("ShopsTable")
        table.put(keys.shop(shop_id) | {"name": "Tea & Co"})
        item = {"hash": hash_secret("secret"), "scopes": ["*"]}
        table.put(keys.api_key(shop_id, key_id) | item)
    for order_id in ("ord_1", "ord_2"):
        key = keys.order(f"shop_{SHOPS[0]}", order_id)
        aws.table("OrdersTable").put(key | {"status": "confirmed", "lines": LINES})
    return aws


@pytest.fixture
def carrier(shops: Any, monkeypatch: pytest.MonkeyPatch) -> Carrier:
    put = call("PUT", "/v1/carriers/ems", {"credentials": {"token": "t"}}, key=OPERATOR_KEY)
    assert put["statusCode"] == 200
    return Carrier(monkeypatch)
