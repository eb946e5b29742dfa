"""The story's props: a tracking number, a journey, a platform's order, and the sweep's schedule."""

from __future__ import annotations

import random
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

from local import aws
from local.home import Stack

_S10_WEIGHTS = (8, 6, 4, 2, 3, 5, 9, 7)


def shop() -> dict[str, Any]:
    """Return a shop that may send SMS now: its quiet hour is on the other side of the clock."""
    opposite = datetime.now(UTC) + timedelta(hours=12)
    return {
        "name": "Bean & Leaf",
        "currency": "EUR",
        "country": "IE",
        "time_zone": "Europe/Dublin",
        "quiet_hours": {
            "start": f"{opposite:%H:00}",
            "end": f"{opposite + timedelta(hours=1):%H:00}",
        },
    }


JOURNEY = [
    {"code": "EMA", "place": "TOKYO"},
    {"code": "EMB", "place": "TOKYO INT"},
    {"code": "EMC", "place": "TOKYO INT"},
    {"code": "EMD", "place": "DUBLIN MAILS CENTRE"},
    {"code": "EDB", "place": "DUBLIN MAILS CENTRE"},
    {"code": "EDC", "place": "DUBLIN MAILS CENTRE"},
    {"code": "EMF", "place": "DUBLIN MAILS CENTRE"},
    {"code": "EMG", "place": "DUBLIN 2"},
    {"code": "EDG", "place": "DUBLIN 2"},
    {"code": "EMI", "place": "DUBLIN 2"},
]


def s10_check_digit(serial: str) -> int:
    """Return the check digit of a UPU S10 serial of eight digits (UPU standard S10)."""
    total = sum(weight * int(digit) for weight, digit in zip(_S10_WEIGHTS, serial, strict=True))
    digit = 11 - total % 11
    return {10: 0, 11: 5}.get(digit, digit)


def ems_number(service: str, country: str) -> str:
    """Make up an S10 number with a right check digit: service indicator E? means EMS."""
    serial = f"{random.SystemRandom().randint(0, 99_999_999):08d}"
    return f"{service}{serial}{s10_check_digit(serial)}{country}"


def order(sku: str, quantity: int, price: int, customer: dict[str, str]) -> dict[str, Any]:
    """Return an order of one line to Dublin, paid for; price in cents."""
    return {
        "external_id": f"web-{secrets.token_hex(4)}",
        "currency": "EUR",
        "customer": {"name": "Ada Sample", **customer},
        "shipping_address": {
            "name": "Ada Sample",
            "line1": "1 Sample Street",
            "city": "Dublin",
            "postal_code": "D02 X285",
            "country": "IE",
        },
        "lines": [
            {
                "sku": sku,
                "quantity": quantity,
                "title": "Espresso beans, 1 kg",
                "unit_price": {"amount": price, "currency": "EUR"},
            }
        ],
        "payments": [
            {"kind": "captured", "amount": {"amount": price * quantity, "currency": "EUR"}}
        ],
    }


def fire_sweep(stack: Stack) -> None:
    """Bring the sweep forward: a one-time schedule on the same target, role and input.

    The sweep's own schedule is found in the stack: a schedule of the function TrackingSchedule.
    """
    cloudformation = aws.client("cloudformation", stack.endpoint_url)
    scheduler = aws.client("scheduler", stack.endpoint_url)
    resources = cloudformation.describe_stack_resources(StackName=stack.stack_name)
    names = [
        resource["PhysicalResourceId"]
        for resource in resources["StackResources"]
        if resource["ResourceType"] == "AWS::Scheduler::Schedule"
        and resource["LogicalResourceId"].startswith("TrackingSchedule")
    ]
    if len(names) != 1:
        raise ValueError(f"the stack has {len(names)} schedules of the sweep instead of one")
    target = scheduler.get_schedule(Name=names[0])["Target"]
    scheduler.create_schedule(
        Name=f"sweep-now-{secrets.token_hex(4)}",
        ScheduleExpression=f"at({datetime.now(UTC):%Y-%m-%dT%H:%M:%S})",
        FlexibleTimeWindow={"Mode": "OFF"},
        ActionAfterCompletion="DELETE",
        Target={key: target[key] for key in ("Arn", "RoleArn", "Input") if key in target},
    )


def shopify_headers(signature: str) -> dict[str, str]:
    """Return the headers of one delivery of Shopify's `orders/create`."""
    return {
        "Content-Type": "application/json",
        "X-Shopify-Topic": "orders/create",
        "X-Shopify-Hmac-Sha256": signature,
        "X-Shopify-Shop-Domain": "bean-and-leaf.myshopify.com",
        "X-Shopify-API-Version": "2026-10",
        "X-Shopify-Webhook-Id": secrets.token_hex(16),
        "X-Shopify-Event-Id": secrets.token_hex(16),
        "X-Shopify-Triggered-At": datetime.now(UTC).isoformat().replace("+00:00", "Z"),
    }


def shopify_order(order_id: str, sku: str, quantity: int, price: int) -> dict[str, Any]:
    """Return a REST Order as Shopify sends it: paid, two decimals, an address with an umlaut."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    shipping = 490
    subtotal = price * quantity
    total = subtotal + shipping
    address = {
        "first_name": "Jörg",
        "last_name": "Beispiel",
        "name": "Jörg Beispiel",
        "company": None,
        "address1": "Königstraße 5",
        "address2": "",
        "city": "Köln",
        "province": None,
        "province_code": None,
        "zip": "50667",
        "country": "Germany",
        "country_code": "DE",
        "phone": None,
        "latitude": 50.938,
        "longitude": 6.957,
    }
    return {
        "id": int(order_id),
        "admin_graphql_api_id": f"gid://shopify/Order/{order_id}",
        "name": "#1071",
        "order_number": 1071,
        "number": 71,
        "created_at": now,
        "updated_at": now,
        "processed_at": now,
        "cancelled_at": None,
        "cancel_reason": None,
        "closed_at": None,
        "currency": "EUR",
        "presentment_currency": "EUR",
        "financial_status": "paid",
        "fulfillment_status": None,
        "email": "joerg@customer.example",
        "contact_email": "joerg@customer.example",
        "phone": None,
        "customer_locale": "de-DE",
        "source_name": "web",
        "tags": "first-order, coffee",
        "note": None,
        "note_attributes": [],
        "taxes_included": True,
        "test": False,
        "confirmed": True,
        **_priced("subtotal_price", subtotal),
        **_priced("total_line_items_price", subtotal),
        **_priced("total_discounts", 0),
        **_priced("total_tax", 0),
        **_priced("total_price", total),
        "total_shipping_price_set": _money_set(shipping),
        "total_outstanding": "0.00",
        "customer": {
            "id": 7_001_002_003_004,
            "email": "joerg@customer.example",
            "first_name": "Jörg",
            "last_name": "Beispiel",
            "phone": None,
            "verified_email": True,
            "tags": "",
            "currency": "EUR",
        },
        "billing_address": address,
        "shipping_address": address,
        "discount_codes": [],
        "discount_applications": [],
        "tax_lines": [],
        "shipping_lines": [
            {
                "id": 4_001_002_003_005,
                "code": "Standard",
                "title": "Standard",
                "price": _decimal(shipping),
                "price_set": _money_set(shipping),
                "discounted_price": _decimal(shipping),
                "discounted_price_set": _money_set(shipping),
                "tax_lines": [],
                "discount_allocations": [],
            }
        ],
        "fulfillments": [],
        "refunds": [],
        "line_items": [
            {
                "id": 13_001_002_003_004,
                "variant_id": 43_001_002_003_004,
                "product_id": 8_001_002_003_004,
                "sku": sku,
                "title": "Espresso beans",
                "name": "Espresso beans - 1 kg",
                "variant_title": "1 kg",
                "vendor": "Bean & Leaf",
                "quantity": quantity,
                "current_quantity": quantity,
                "fulfillable_quantity": quantity,
                "fulfillment_status": None,
                "price": _decimal(price),
                "price_set": _money_set(price),
                "total_discount": "0.00",
                "total_discount_set": _money_set(0),
                "discount_allocations": [],
                "tax_lines": [],
                "grams": 1000,
                "requires_shipping": True,
                "taxable": True,
                "gift_card": False,
                "properties": [],
            }
        ],
    }


def _decimal(amount: int) -> str:
    return f"{amount // 100}.{amount % 100:02d}"


def _money_set(amount: int) -> dict[str, Any]:
    money = {"amount": _decimal(amount), "currency_code": "EUR"}
    return {"shop_money": money, "presentment_money": money}


def _priced(name: str, amount: int) -> dict[str, Any]:
    return {name: _decimal(amount), f"{name}_set": _money_set(amount)}
