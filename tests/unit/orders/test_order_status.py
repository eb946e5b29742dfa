"""Derived statuses: quantities and money in, statuses out."""

from dataclasses import replace

import pytest

from orders.order import CancelReason, Payments
from orders.status import (
    FulfillmentStatus,
    InventoryStatus,
    PaymentStatus,
    ReturnStatus,
    statuses,
)
from tests.unit.orders.orders_builders import lines, order


@pytest.mark.parametrize(
    ("money", "expected"),
    [
        (Payments(), PaymentStatus.PENDING),
        (Payments(authorized=100), PaymentStatus.AUTHORIZED),
        (Payments(authorized=100, captured=40), PaymentStatus.PARTIALLY_PAID),
        (Payments(authorized=100, captured=100), PaymentStatus.PAID),
        (Payments(captured=120), PaymentStatus.PAID),
        (Payments(authorized=100, voided=100), PaymentStatus.VOIDED),
        (Payments(captured=100, refunded=1), PaymentStatus.PARTIALLY_REFUNDED),
        (Payments(captured=100, refunded=100), PaymentStatus.REFUNDED),
        (Payments(captured=40, refunded=40), PaymentStatus.REFUNDED),
    ],
)
def test_payment_status(money, expected):
    assert statuses(order(total=100, payments=money)).payment is expected


def test_an_order_that_costs_nothing_is_paid():
    assert statuses(order(total=0)).payment is PaymentStatus.PAID


@pytest.mark.parametrize(
    ("version", "allocated", "backordered", "cancelled", "expected"),
    [
        (0, 0, 0, 0, InventoryStatus.PENDING),
        (1, 4, 0, 0, InventoryStatus.ALLOCATED),
        (1, 3, 0, 0, InventoryStatus.PARTIALLY_ALLOCATED),
        (1, 3, 0, 1, InventoryStatus.ALLOCATED),
        (1, 3, 1, 0, InventoryStatus.BACKORDERED),
        (1, 0, 4, 0, InventoryStatus.BACKORDERED),
        (1, 0, 1, 0, InventoryStatus.PARTIALLY_ALLOCATED),
        (1, 0, 0, 0, InventoryStatus.OUT_OF_STOCK),
        (1, 0, 0, 4, InventoryStatus.PENDING),
    ],
)
def test_inventory_status(version, allocated, backordered, cancelled, expected):
    line = lines(4, allocated=allocated, backordered=backordered, cancelled=cancelled)
    assert statuses(order(lines=line, inventory_version=version)).inventory is expected


def test_an_order_cancelled_for_lack_of_stock_still_says_so():
    short = order(
        lines=lines(4, cancelled=4), inventory_version=1, cancel_reason=CancelReason.INVENTORY
    )
    assert statuses(short).inventory is InventoryStatus.OUT_OF_STOCK


@pytest.mark.parametrize(
    ("cancelled", "fulfilled", "delivered", "expected"),
    [
        (0, 0, 0, FulfillmentStatus.UNFULFILLED),
        (0, 1, 0, FulfillmentStatus.PARTIALLY_FULFILLED),
        (0, 3, 0, FulfillmentStatus.FULFILLED),
        (2, 1, 0, FulfillmentStatus.FULFILLED),
        (0, 3, 1, FulfillmentStatus.PARTIALLY_DELIVERED),
        (0, 3, 3, FulfillmentStatus.DELIVERED),
        (1, 2, 2, FulfillmentStatus.DELIVERED),
        (3, 1, 1, FulfillmentStatus.UNFULFILLED),
    ],
)
def test_fulfillment_status(cancelled, fulfilled, delivered, expected):
    line = lines(3, cancelled=cancelled, fulfilled=fulfilled, delivered=delivered)
    assert statuses(order(lines=line)).fulfillment is expected


def test_what_needs_no_shipping_does_not_keep_an_order_from_being_delivered():
    shipped, digital = lines(1, 5)
    both = (replace(shipped, fulfilled=1, delivered=1), replace(digital, requires_shipping=False))
    assert statuses(order(lines=both)).fulfillment is FulfillmentStatus.DELIVERED


@pytest.mark.parametrize(
    ("returned", "expected"),
    [
        (0, ReturnStatus.NONE),
        (1, ReturnStatus.PARTIALLY_RETURNED),
        (2, ReturnStatus.RETURNED),
    ],
)
def test_return_status(returned, expected):
    line = lines(3, fulfilled=2, delivered=2, returned=returned)
    assert statuses(order(lines=line)).returns is expected
