"""Previews over HTTP: of ours, of what is stored, of drafts; for a sample's facts or an order's."""

import pytest
from moto.core import DEFAULT_ACCOUNT_ID
from moto.ses.models import ses_backends

from tests.integration.notify.test_notify_templates_api import (
    ARRIVES,
    CONFIRMED,
    MAIL,
    ORDER,
    SHOP,
    key,
    send,
)
from waybill import keys

__all__ = ["key"]


def an_order(aws):
    lines = [{"line_id": "1", "sku": "MUG-1", "quantity": 2}]
    aws.table("OrdersTable").put(
        keys.order(SHOP, ORDER)
        | {
            "number": "1001",
            "status": "confirmed",
            "currency": "EUR",
            "ship_country": "DE",
            "placed_at": "2026-11-22T09:00:00.000Z",
            "lines": lines,
        }
    )
    sold = [lines[0] | {"title": "Blue mug", "unit_price": 1250}]
    aws.table("OrdersTable").put(
        keys.order_details(SHOP, ORDER)
        | {
            "customer": {"email": "jane.canary@mail.example", "name": "Jane Canary"},
            "lines": sold,
            "totals": {"subtotal": 2500, "total": 2500},
            "currency": "EUR",
        }
    )
    aws.table("ShopsTable").put(keys.shop(SHOP) | {"name": "Tassen & Mehr", "currency": "EUR"})


def test_a_preview_of_ours_with_a_samples_facts(key, aws):
    an_order(aws)
    status, shown, _ = send("POST", key, "order_confirmed/email/de-AT/preview", {})
    assert (status, set(shown)) == (200, {"subject", "html", "text"})
    assert shown["subject"] == "Ihre Bestellung 7K3M9-QX2AT ist bestätigt"
    assert "Tassen & Mehr" in shown["text"]
    assert "€\xa045,10" in shown["html"]


def test_a_preview_of_a_draft_for_an_order_writes_nothing(key, aws):
    an_order(aws)
    before = aws.items("NotificationsTable")
    draft = MAIL | {"labels": {"hello": "Servus {{ name }}!", "total": "Macht"}}
    asked = {"template": draft, "order_id": ORDER}
    status, shown, _ = send("POST", key, "order_confirmed/email/de/preview", asked)
    assert status == 200
    assert shown["subject"] == "Order 1001 is yours"
    for part in ("Hurray, Jane Canary", "Servus Jane Canary!", "Blue mug", "Macht: 25,00\xa0€"):
        assert part in shown["text"]
    assert "Blue mug" in shown["html"]
    assert aws.items("NotificationsTable") == before
    assert ses_backends[DEFAULT_ACCOUNT_ID][aws.region].sent_messages == []


def test_a_preview_is_of_what_a_reader_would_get(key):
    send("PUT", key, "order_confirmed/email/de", MAIL)
    assert send("POST", key, "order_confirmed/email/de-AT/preview", {})[1]["subject"].startswith(
        "Order 7K"
    )
    ours = send("POST", key, "order_confirmed/email/en/preview", {})[1]
    assert ours["subject"].startswith("Your order")


def test_a_preview_of_an_sms_counts_its_parts(key):
    status, shown, _ = send("POST", key, f"{ARRIVES}/preview", {})
    assert (status, set(shown)) == (200, {"text", "encoding", "parts"})
    assert (shown["encoding"], shown["parts"]) == ("GSM-7", 1)
    for body, encoding, parts in [
        ("Привет {{ number }}", "UCS-2", 1),
        ("x" * 161, "GSM-7", 2),
        ("Привет" * 20, "UCS-2", 2),
    ]:
        draft = {"template": {"body": body}}
        shown = send("POST", key, f"{ARRIVES}/preview", draft)[1]
        assert (shown["encoding"], shown["parts"]) == (encoding, parts)


@pytest.mark.parametrize(
    ("place", "body", "pointer"),
    [
        (CONFIRMED, {"template": MAIL | {"body": "{{ 10**9**9 }}"}}, "/template/body"),
        (CONFIRMED, {"template": {"body": "x"}}, "/template/subject"),
        (CONFIRMED, {"template": MAIL | {"body": "- "}}, "/template/body"),
        (CONFIRMED, {"template": MAIL | {"labels": {"why": ""}}}, "/template/labels/why"),
        (CONFIRMED, {"order_id": "ord_nobody"}, "/order_id"),
        ("delivered/email/en", {"order_id": ORDER}, "/order_id"),  # nothing was shipped
        (ARRIVES, {"template": {"body": "x" * 900}}, "/template/body"),
        (CONFIRMED, {"templates": {}}, "/templates"),
    ],
)
def test_a_preview_that_cannot_be_is_422(key, aws, place, body, pointer):
    an_order(aws)
    status, problem, _ = send("POST", key, f"{place}/preview", body)
    assert status == 422
    assert problem["errors"][0]["pointer"] == pointer


def test_a_preview_of_a_shipment_has_its_parcels(key, aws):
    an_order(aws)
    orders = aws.table("OrdersTable")
    orders.put(orders.get(keys.order(SHOP, ORDER)) | {"shipments": {"shp_a": {}, "shp_b": {}}})
    for shipment_id, number in (("shp_a", "EE1"), ("shp_b", "EE2")):
        aws.table("ShipmentsTable").put(
            keys.shipment(SHOP, shipment_id)
            | {
                "status": "in_transit",
                "token": "tok1",
                "lines": [{"line_id": "1", "quantity": 1}],
                "parcels": [{"carrier": "ems", "tracking_number": number}],
            }
        )
    shown = send("POST", key, "delivered/email/en/preview", {"order_id": ORDER})[1]
    assert "EMS EE2" in shown["text"]
    assert "https://track.shop.example/track/tok1" in shown["text"]


def test_a_preview_for_the_shop_names_the_order(key, aws):
    an_order(aws)
    shown = send("POST", key, "order_held/email/en/preview", {"order_id": ORDER})[1]
    assert shown["subject"] == "Order 1001 is on hold"
    assert "Jane" not in shown["html"]
