"""Shopify's webhooks as a test sends them: the REST Order of its documentation, and headers."""

import base64
import hashlib
import hmac
import json
from typing import Any

ADDRESS: dict[str, Any] = {
    "first_name": "Ana",
    "last_name": "Lima",
    "name": "Ana Lima",
    "company": None,
    "address1": "Rua Augusta 12",
    "address2": "3 esq",
    "city": "Lisboa",
    "province": "Lisboa",
    "province_code": None,
    "zip": "1100-053",
    "country": "Portugal",
    "country_code": "PT",
    "phone": "+351 21 000 0000",
}


def line(**changes: Any) -> dict[str, Any]:
    """A line item."""
    return {
        "id": 866550311766439020,
        "variant_id": 808950810,
        "product_id": 632910392,
        "sku": "MUG-BLUE",
        "title": "Mug",
        "variant_title": "Blue",
        "name": "Mug - Blue",
        "quantity": 2,
        "current_quantity": 2,
        "fulfillable_quantity": 2,
        "fulfillment_status": None,
        "price": "12.50",
        "total_discount": "0.00",
        "discount_allocations": [{"amount": "1.25", "discount_application_index": 0}],
        "tax_lines": [
            {"title": "VAT", "rate": 0.2, "price": "4.00"},
            {"title": "City", "rate": 0.01, "price": "0.75"},
        ],
        "grams": 567,
        "requires_shipping": True,
        "gift_card": False,
        "properties": [],
    } | changes


def order(**changes: Any) -> dict[str, Any]:
    """An order, paid and shipped nowhere yet."""
    return {
        "id": 9007199254740993123,
        "admin_graphql_api_id": "gid://shopify/Order/9007199254740993123",
        "name": "#1071",
        "order_number": 1071,
        "created_at": "2026-07-01T14:30:15+02:00",
        "updated_at": "2026-07-01T14:30:16+02:00",
        "processed_at": "2026-07-01T14:30:14+02:00",
        "cancelled_at": None,
        "cancel_reason": None,
        "closed_at": None,
        "currency": "EUR",
        "presentment_currency": "USD",
        "financial_status": "paid",
        "fulfillment_status": None,
        "email": "ana@mail.example",
        "phone": None,
        "tags": "vip, gift , vip",
        "note": "Ring twice",
        "taxes_included": False,
        "test": False,
        "subtotal_price": "23.75",
        "total_price": "33.50",
        "total_tax": "5.75",
        "total_discounts": "1.25",
        "total_outstanding": "0.00",
        "customer": {
            "id": 207119551,
            "first_name": "Ana",
            "last_name": "Lima",
            "email": "ana@mail.example",
            "phone": "+351910000000",
        },
        "billing_address": dict(ADDRESS),
        "shipping_address": dict(ADDRESS),
        "discount_codes": [{"code": "SUMMER", "amount": "1.25", "type": "fixed_amount"}],
        "discount_applications": [],
        "tax_lines": [{"title": "VAT", "rate": 0.2, "price": "5.75"}],
        "shipping_lines": [
            {
                "title": "Standard",
                "price": "5.00",
                "discount_allocations": [{"amount": "1.00"}],
                "tax_lines": [{"price": "1.00"}],
            }
        ],
        "fulfillments": [],
        "refunds": [],
        "line_items": [line()],
    } | changes


def body(document: Any) -> str:
    """The raw body."""
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False)


def sign(raw: str | bytes, secret: str) -> str:
    """The signature header's value."""
    data = raw.encode() if isinstance(raw, str) else raw
    return base64.b64encode(hmac.digest(secret.encode(), data, hashlib.sha256)).decode()


def headers(
    raw: str | bytes, secret: str, topic: str = "orders/create", *, prefix: str = "X-", **more: str
) -> dict[str, str]:
    """The headers of a delivery."""
    return {
        f"{prefix}Shopify-Topic": topic,
        f"{prefix}Shopify-Hmac-Sha256": sign(raw, secret),
        f"{prefix}Shopify-Shop-Domain": "mugs.myshopify.example",
        f"{prefix}Shopify-Webhook-Id": "b54557e4-bdd9-4b37-8a5f-bf7d70bcd043",
    } | more
