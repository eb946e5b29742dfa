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
    return json.dumps({"carrier": "ems", "shipments": [[SHOP, name]], "since_ms": 0})


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


# --- carriers that may not be asked everything at once --------------------------------------------


def of_carrier(carrier: str, *, shipments: int = 1) -> Tale:
    """New shipments of one parcel each, all one second old."""
    tale = Tale().ready(20)
    for number in range(1, shipments + 1):
        tale.place(number)
        tale.allocate(number)
        parcels = [{"tracking_number": f"N{number}", "carrier": carrier}]
        tale.write(tale.shipment(number, created_at=CREATED, parcels=parcels))
    return tale


def mark(carrier: str, seconds: float, asked: int = 0) -> tuple[str, dict[str, Any]]:
    item = {"pk": f"carrier#{carrier}", "sk": "watermark", "swept_to_ms": int(seconds * 1000)}
    return "ShipmentsTable", item | {"day": "1970-01-01", "asked": asked}


@pytest.mark.parametrize("carrier", ["dhl", "ups", "usps"])
def test_a_limited_carriers_shipment_that_is_passed(carrier: str) -> None:
    tale = of_carrier(carrier)
    asked = "easypost" if carrier == "usps" else carrier
    tale.write(mark(asked, 10.0))
    with breaks("unasked"):
        tale.write(mark(asked, 70.0))


def test_more_than_a_carrier_may_be_asked_at_once() -> None:
    tale = of_carrier("dhl", shipments=3)
    tale.write(mark("dhl", 20.0))
    tale.write(mark("dhl", 21.0, asked=1))  # one second: one question
    tale = of_carrier("dhl", shipments=3)
    tale.write(mark("dhl", 20.0))
    with breaks("unasked"):
        tale.write(mark("dhl", 23.0, asked=0))


@pytest.mark.parametrize(("spent", "is_room"), [(5, False), (4, True)])
def test_a_budget_that_is_spent(spent: int, is_room: bool) -> None:
    tale = of_carrier("ems")
    settings = {"pk": "carrier#ems", "sk": "settings", "daily_budget": 60}
    usage = {"pk": "carrier#ems", "sk": "usage", "version": 1, "days": {"1970-01-01": [spent, 0]}}
    tale.write(("ShipmentsTable", settings))
    tale.write(("ShipmentsTable", usage))
    if is_room:  # of 60 a day, 5 may be asked at midnight, and one more soon
        with breaks("unasked"):
            tale.write(mark("ems", 70.0))
    else:
        tale.write(mark("ems", 21.0, asked=1))
