"""What shops writes of a platform's order is what orders reads of it, to the last cent."""

import json
from typing import Any

import pytest

from orders.details import Details
from orders.order import CancelReason, Order, ShopRules
from orders.placing import Origin, contradictions, place, shortcomings
from orders.platform import PlatformOrder, read_platform_order
from shops.platforms import shopify
from tests.support.shopify import ADDRESS, body, line, order
from waybill.clock import from_text

NOW = from_text("2026-07-01T13:00:00Z")


def seen(document: dict[str, Any]) -> PlatformOrder:
    parsed = shopify.parse(body(document).encode())
    stored = json.loads(json.dumps(parsed.document()))
    return read_platform_order(parsed.platform, parsed.external_id, 1, stored)


def placed(document: dict[str, Any]) -> tuple[Order, Details]:
    told = seen(document)
    assert contradictions(told.request) == []
    origin = Origin("shop_a", "ord_a", "hash", None)
    return place(told.request, origin, ShopRules(), NOW, placed_at=told.placed_at)


def test_an_order_arrives_whole():
    told = seen(order())
    assert told.number == "#1071"
    assert told.placed_at == from_text("2026-07-01T12:30:14Z")
    assert told.request.channel == "shopify"
    assert told.request.external_id == "9007199254740993123"
    assert told.request.customer.email == "ana@mail.example"
    assert told.request.shipping_address.postal_code == "1100-053"
    assert [one.sku for one in told.request.lines] == ["MUG-BLUE"]
    assert shortcomings(told.request) == []


@pytest.mark.parametrize(("taxes_included", "total"), [(False, "33.50"), (True, "27.75")])
def test_our_total_is_the_platforms(taxes_included, total):
    told, details = placed(order(taxes_included=taxes_included, total_price=total))
    assert told.total == int(total.replace(".", ""))
    assert details.totals.total == told.payments.captured


@pytest.mark.parametrize(
    "changes",
    [
        {"customer": None, "email": "", "phone": ""},
        {"shipping_address": None, "billing_address": None},
        {"shipping_address": dict.fromkeys(ADDRESS)},
        {"line_items": [line(sku=None, title=None, name=None)]},
        {"line_items": [line(requires_shipping=None)]},
        {"financial_status": None},
        {"note": None, "tags": None},
        {"cancelled_at": "2026-07-01T15:00:00+02:00", "cancel_reason": None},
    ],
)
def test_what_may_be_missing_is_missed_by_nobody(changes):
    told, _ = placed(order(**changes))
    assert told.lines


@pytest.mark.parametrize("reason", sorted(shopify.CANCEL_REASONS))
def test_reasons_to_cancel_have_the_same_names(reason):
    cancelled = order(cancelled_at="2026-07-01T15:00:00+02:00", cancel_reason=reason)
    assert seen(cancelled).cancel_reason is CancelReason(reason)
