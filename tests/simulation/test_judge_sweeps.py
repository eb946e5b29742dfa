"""The judge sees a question that nobody asks, and an order that never asks."""

import json
from typing import Any

import pytest

from tests.simulation.judge.fabricated import SHOP, Tale, breaks, shipment_id

CREATED = "1970-01-01T00:00:01.000Z"


@pytest.fixture
def sent() -> Tale:
    """A shipment of an order, created one second after the world."""
    tale = Tale().ready()
    tale.place()
    tale.allocate()
    tale.confirm()
    tale.write(tale.shipment(created_at=CREATED))
    return tale


def watermark(swept_to: float) -> tuple[str, dict[str, Any]]:
    item = {"pk": "carrier#ems", "sk": "watermark", "swept_to_ms": int(swept_to * 1000)}
    return "ShipmentsTable", item


def question(name: str) -> str:
    return json.dumps({"carrier": "ems", "shipments": [[SHOP, name]]})


def test_a_shipment_that_is_asked_about(sent: Tale) -> None:
    sent.write(watermark(20.9))
    sent.judge.sent(0.0, question(shipment_id(1)[:18]), "ems#0")
    sent.write(watermark(60.0))


def test_a_shipment_that_is_passed(sent: Tale) -> None:
    sent.judge.sent(0.0, question(shipment_id(2)), "ems#0")
    with breaks("unasked"):
        sent.write(watermark(21.0))


def test_a_shipment_that_was_not_to_be_seen_in_time() -> None:
    tale = Tale().ready()
    tale.place()
    tale.allocate()
    tale.confirm()
    tale.write(tale.shipment(created_at="1969-12-31T23:59:49.000Z"))  # it came late, at 0
    tale.write(watermark(60.0))


def held(tale: Tale, *skus: str) -> None:
    """A platform's order, of which some SKU is unknown."""
    seen = {
        "pk": f"{SHOP}#shopify#7", "sk": "observation", "shop_id": SHOP, "version": 1,
        "platform": "shopify", "external_id": "7",
        "order": {"request": {}, "cancelled_at": None},
    }  # fmt: skip
    tale.write(("ShopsTable", seen))
    tale.place(
        1, dict.fromkeys(skus, 1), channel="shopify", external_id="7", platform_version=1,
        asks_stock=False, demand_changed=False,
    )  # fmt: skip


def test_an_order_of_an_unknown_sku_waits() -> None:
    tale = Tale().ready()
    held(tale, "TEE", "NEW")
    tale.sku("NEW")  # the platform has not told of it since
    tale.settle()


def test_an_order_of_a_known_sku_that_does_not_ask() -> None:
    tale = Tale().ready()
    held(tale, "TEE")
    with breaks("undecided"):
        tale.settle()
