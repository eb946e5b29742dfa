"""The judge sees a question that nobody asks, and an order that never asks."""

import json
from contextlib import nullcontext
from typing import Any

import pytest

from tests.simulation.judge.asking import check_asking
from tests.simulation.judge.fabricated import KEY, SHOP, Tale, breaks, order_id, shipment_id
from tests.simulation.judge.verdict import Call

CREATED = "1970-01-01T00:00:01.000Z"
UNKNOWN = {"id": "hold_1", "kind": "OTHER", "note": "unknown SKU"}


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


def held(tale: Tale, *skus: str, **changes: Any) -> None:
    """A platform's order, of which some SKU is unknown."""
    tells(tale, 1)
    tale.place(
        1, dict.fromkeys(skus, 1), channel="shopify", external_id="7", platform_version=1,
        asks_stock=False, demand_changed=False, **changes,
    )  # fmt: skip


def tells(tale: Tale, version: int) -> None:
    """The platform says something of its order."""
    seen = {
        "pk": f"{SHOP}#shopify#7", "sk": "observation", "shop_id": SHOP, "version": version,
        "platform": "shopify", "external_id": "7",
        "order": {"request": {}, "cancelled_at": None},
    }  # fmt: skip
    tale.write(("ShopsTable", seen))


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


def asking(tale: Tale, **changes: Any) -> tuple[str, dict[str, Any]]:
    """The order without its hold, from now on asking for stock."""
    table, item = tale.changed(holds=[], demand=True, **changes)
    del item["asks_stock"]
    return table, item


@pytest.mark.parametrize("known", [True, False])
def test_an_order_asks_once_its_own_skus_are_known_and_not_before(known: bool) -> None:
    tale = Tale().ready()
    held(tale, "TEE", "NEW", holds=[UNKNOWN])
    if known:
        tale.sku("NEW")
    tells(tale, 2)
    with nullcontext() if known else breaks("asking"):
        tale.write(asking(tale, platform_version=2))


def test_an_order_whose_unknown_sku_was_cancelled_before_the_platform_told_again() -> None:
    tale = Tale().ready()
    held(tale, "TEE", "NEW", holds=[UNKNOWN])
    tee, new = tale.lines()
    body = {"reason": "customer", "lines": [{"line_id": new["line_id"], "quantity": 1}]}
    path = f"/v1/orders/{order_id(1)}/cancel"
    tale.judge.asked(0.0, "client", Call("POST", path, body, key=KEY))
    tale.write(tale.changed(lines=[tee, new | {"cancelled": 1}]))
    check_asking(tale.judge.world)
    tells(tale, 2)
    tale.write(tale.changed(platform_version=2))
    with breaks("undecided"):
        check_asking(tale.judge.world)


def test_an_order_asks_once_its_shop_releases_it() -> None:
    tale = Tale().ready()
    held(tale, "TEE", "NEW", holds=[UNKNOWN])
    tale.write(asking(tale))


def test_an_order_that_its_shop_releases_and_that_does_not_ask() -> None:
    tale = Tale().ready()
    held(tale, "TEE", "NEW", holds=[UNKNOWN])
    with breaks("order's life"):
        tale.write(tale.changed(holds=[]))


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
