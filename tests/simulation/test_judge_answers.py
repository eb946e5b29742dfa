"""The judge sees what is wrong with answers, and lets pass what is right."""

from typing import Any

import pytest

from tests.simulation.judge import Call
from tests.simulation.judge.fabricated import (
    KEY,
    MAIL,
    OTHER,
    SHOP,
    Tale,
    breaks,
    order_id,
    shipment_id,
)

BODY = {"external_id": "web-1", "lines": [{"sku": "TEE", "quantity": 2}]}
ORDERS = "/v1/orders"
ONE = f"/v1/orders/{order_id(1)}"


@pytest.fixture
def tale() -> Tale:
    tale = Tale().ready()
    tale.place(external_id="web-1")
    return tale


def test_the_same_request_is_answered_the_same(tale: Tale) -> None:
    tale.answers("POST", ORDERS, 201, tale.shown(), sent=BODY)
    tale.answers("POST", ORDERS, 503, {}, sent=BODY)
    tale.answers("POST", ORDERS, 201, tale.shown(), sent=BODY)
    tale.answers("POST", ORDERS, 409, {}, sent=BODY | {"lines": []})


@pytest.mark.parametrize("wrong", [{"status": "draft"}, {"extra": 1}])
def test_the_same_request_is_answered_otherwise(tale: Tale, wrong: dict[str, Any]) -> None:
    tale.answers("POST", ORDERS, 201, tale.shown(), sent=BODY)
    with breaks("idempotency"):
        tale.answers("POST", ORDERS, 201, tale.shown(**wrong), sent=BODY)


def test_the_same_request_is_refused(tale: Tale) -> None:
    tale.answers("POST", ORDERS, 201, tale.shown(), sent=BODY)
    with breaks("idempotency"):
        tale.answers("POST", ORDERS, 409, {}, sent=BODY)


def test_another_request_under_the_same_identity(tale: Tale) -> None:
    headers = {"Idempotency-Key": "once"}
    tale.answers("POST", ORDERS, 201, tale.shown(), sent={"lines": [1]}, headers=headers)
    with breaks("idempotency"):
        tale.answers("POST", ORDERS, 201, tale.shown(), sent={"lines": [2]}, headers=headers)


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": order_id(9)},
        {"number": "other"},
        {"placed_at": "other"},
        {"totals": {"total": {"amount": 1}}},
        {"customer": {"email": "yan@customer.example"}},
    ],
)
def test_answered_and_not_stored(tale: Tale, wrong: dict[str, Any]) -> None:
    with breaks("lost"):
        tale.answers("POST", ORDERS, 201, tale.shown(**wrong), sent=BODY)


PRICED = {"sku": "TEE", "quantity": 2, "unit_price": {"amount": 50, "currency": "EUR"}}


def test_an_order_is_kept_as_it_was_asked_for(tale: Tale) -> None:
    taxed = PRICED | {"tax": {"amount": 19, "currency": "EUR"}}
    asked = {"lines": [taxed], "prices_include_tax": True, "customer": {"email": MAIL}}
    tale.answers("POST", ORDERS, 201, tale.shown(), sent=BODY | asked)


@pytest.mark.parametrize(
    "asked",
    [
        {"customer": {"email": "yan@customer.example"}},
        {"customer": {"phone": "+4915100000000"}},
        {"shipping_address": {"line1": "Canary Street 1"}},
        {"lines": [PRICED | {"quantity": 3}]},
        {"lines": [PRICED], "shipping_price": {"amount": 1, "currency": "EUR"}},
        {"lines": [PRICED], "discounts": [{"amount": {"amount": 1, "currency": "EUR"}}]},
        {"lines": [PRICED | {"tax": {"amount": 1, "currency": "EUR"}}]},
    ],
)
def test_an_order_is_kept_otherwise_than_asked_for(tale: Tale, asked: dict[str, Any]) -> None:
    with breaks("kept"):
        tale.answers("POST", ORDERS, 201, tale.shown(), sent=BODY | asked)


def test_a_conflict_with_nobody(tale: Tale) -> None:
    with breaks("status"):
        tale.answers("POST", ORDERS, 409, {}, sent=BODY | {"external_id": "web-2"})


@pytest.mark.parametrize(
    ("path", "status"), [(ORDERS, 500), (ORDERS, 400), (ONE, 403), ("/v1/items/a%2Fb", 409)]
)
def test_a_status_that_is_not_legitimate(tale: Tale, path: str, status: int) -> None:
    tale.judge.faults = False
    with breaks("status"):
        tale.answers("GET", path, status)


def test_refusals_for_now_are_legitimate_only_while_there_are_faults(tale: Tale) -> None:
    for status in (429, 500, 503):
        tale.answers("GET", ONE, status)


def test_a_call_that_hung_before_the_last_fault_may_fail_after_it(tale: Tale) -> None:
    call = Call("GET", ONE, None, {}, key=KEY)
    tale.judge.asked(0.0, "client", call)
    tale.judge.faults = False
    tale.judge.answered(29.0, "client", call, 500, {}, None)
    tale.judge.asked(30.0, "client", call)
    with breaks("status"):
        tale.judge.answered(31.0, "client", call, 500, {}, None)


def test_a_handler_never_fails_by_itself(tale: Tale) -> None:
    with breaks("status"):
        tale.answers("GET", ONE, 500, {"type": "urn:problem-type:waybill:internal-error"})


# --- one order ----------------------------------------------------------------------------------


def test_an_order_is_shown_as_it_is(tale: Tale) -> None:
    tale.answers("GET", ONE, 200, tale.shown(), etag='"1"')
    tale.allocate()
    tale.confirm()
    tale.answers("GET", ONE, 200, tale.shown(inventory_status="allocated"), etag='"2"')


def test_an_order_is_shown_as_it_was(tale: Tale) -> None:
    shown = tale.shown()
    tale.allocate()
    tale.confirm()
    with breaks("stale answer"):
        tale.answers("GET", ONE, 200, shown, etag='"1"')


@pytest.mark.parametrize(
    "wrong",
    [
        {"status": "confirmed"},
        {"inventory_status": "allocated"},
        {"fulfillment_status": "fulfilled"},
        {"payment_status": "paid"},
        {"holds": [{"kind": "OTHER"}]},
    ],
)
def test_an_order_is_shown_as_something_else(tale: Tale, wrong: dict[str, Any]) -> None:
    with breaks("answer"):
        tale.answers("GET", ONE, 200, tale.shown(**wrong), etag='"1"')


def test_quantities_that_are_not_stored(tale: Tale) -> None:
    shown = tale.shown()
    shown["lines"][0]["quantities"]["allocated"] = 1
    with breaks("answer"):
        tale.answers("GET", ONE, 200, shown, etag='"1"')


def test_an_order_that_exists_is_not_found(tale: Tale) -> None:
    tale.answers("GET", f"/v1/orders/{order_id(2)}", 404)
    with breaks("lost"):
        tale.answers("GET", ONE, 404)


def test_a_cancel_that_cancelled(tale: Tale) -> None:
    tale.write(
        tale.changed(status="cancelled", lines=tale.lines(cancelled=2), cancel_reason="staff",
                     cancelled_at="", demand=True)
    )  # fmt: skip
    tale.answers("POST", f"{ONE}/cancel", 200, tale.shown(), etag='"2"')
    tale.answers("POST", f"{ONE}/cancel", 409)


def test_a_cancel_that_did_not(tale: Tale) -> None:
    with breaks("cancelled"):
        tale.answers("POST", f"{ONE}/cancel", 200, tale.shown(), etag='"1"')


def test_a_cancel_that_is_refused_without_reason(tale: Tale) -> None:
    with breaks("status"):
        tale.answers("POST", f"{ONE}/cancel", 409)


# --- tenants ------------------------------------------------------------------------------------


def test_an_id_of_another_shop(tale: Tale) -> None:
    foreign = f"wb_{'b' * 26}key_secret"
    tale.answers("GET", ONE, 404, {"detail": order_id(1)}, key=foreign)  # it asked for it
    with breaks("tenants"):
        tale.answers("GET", ORDERS, 200, {"items": [{"id": order_id(1)}]}, key=foreign)


def test_an_id_of_two_shops(tale: Tale) -> None:
    tale.known(OTHER)
    for table, item in (tale.details(1, {"TEE": 2}), tale.order(1, {"TEE": 2})):
        there = {"pk": f"{OTHER}#{order_id(1)}", "shop_id": OTHER}
        if item["sk"] == "details":
            tale.write((table, item | there))
            continue
        with breaks("tenants"):
            tale.write((table, item | there | {"list_pk": OTHER}))


# --- stock and shipments ------------------------------------------------------------------------


def _level(**changes: int) -> dict[str, Any]:
    numbers = {"on_hand": 5, "reserved": 0, "available": 5, "backordered": 0, "incoming": 0}
    return {"items": [{"sku": "TEE", "location_id": "hq"} | numbers | changes]}


def test_levels_of_one_moment(tale: Tale) -> None:
    tale.answers("GET", "/v1/stock-levels", 200, _level())
    with breaks("stale answer"):
        tale.answers("GET", "/v1/stock-levels", 200, _level(available=4))


def test_a_movement_that_is_stored(tale: Tale) -> None:
    (_, name) = next(key for key in tale.tables["InventoryTable"] if "#movements#" in key[0])
    sent = {"sku": "TEE", "location_id": "hq", "kind": "received", "quantity": 5}
    tale.answers("POST", "/v1/stock-movements", 201, {"id": name}, sent=sent)
    with breaks("lost"):
        tale.answers("POST", "/v1/stock-movements", 201, {"id": name}, sent=sent | {"quantity": 4})


@pytest.mark.parametrize(("units", "right"), [(-6, True), (-5, False)])
def test_a_movement_that_is_refused(tale: Tale, units: int, right: bool) -> None:
    sent = {"sku": "TEE", "location_id": "hq", "kind": "adjusted", "quantity": units}
    if right:
        tale.answers("POST", "/v1/stock-movements", 409, {}, sent=sent)
        return
    with breaks("status"):
        tale.answers("POST", "/v1/stock-movements", 409, {}, sent=sent)


def test_a_shipment_answered_again_as_it_was_created(tale: Tale) -> None:
    tale.write(tale.shipment())
    sent = {"order_id": order_id(1), "parcels": [{"tracking_number": "EE10"}]}
    body = {"id": shipment_id(1), "status": "pending"}
    tale.answers("POST", "/v1/shipments", 201, body, sent=sent)
    tale.answers("POST", "/v1/shipments", 201, body, sent=sent)
    with breaks("idempotency"):
        tale.answers("POST", "/v1/shipments", 201, body | {"status": "delivered"}, sent=sent)
    assert SHOP in tale.tables["ShipmentsTable"].popitem()[0][0]


def test_a_client_without_a_key_is_known_by_what_it_was_shown(tale: Tale) -> None:
    tale.answers("GET", ONE, 200, tale.shown(), etag='"1"', key=None)
    with breaks("lost"):
        tale.answers("GET", ONE, 404, key=None)
