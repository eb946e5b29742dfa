"""Backorders have a limit, whoever else is promised units between the look and the promise."""

import pytest

from inventory import composition
from inventory.allocation.repository import AllocationRepository
from tests.integration.inventory.inventory_shop import Meanwhile, Shop, deliver
from tests.support.replicas import Behind


@pytest.fixture
def shop(aws, monkeypatch):
    monkeypatch.setattr("inventory.patience.time.sleep", lambda _: None)
    return Shop(aws)


def owed(shop):
    level = shop.level("A")
    return level["on_hand"], level["available"], level["backordered"]


def decisions(shop, *orders):
    return [shop.allocation(order_id)["decision"] for order_id in orders]


def overtaken(monkeypatch, rival):
    """Let a rival be decided when the next order is planned, and not yet written."""
    Meanwhile(monkeypatch, AllocationRepository, "commit", rival)


def test_of_two_orders_at_once_no_more_is_owed_than_may_be(shop, monkeypatch):
    shop.stocked("A", oversell_policy="backorder", backorder_limit=2)
    shop.receive("A", 1)
    assert deliver(shop.image("ord_1", ("A", 1))) == []
    overtaken(monkeypatch, lambda: deliver(shop.image("ord_2", ("A", 1))))
    assert deliver(shop.image("ord_3", ("A", 2))) == []
    assert decisions(shop, "ord_2", "ord_3") == ["backordered", "out_of_stock"]
    assert owed(shop) == (1, 0, 1)


def test_the_last_unit_goes_to_one_of_two_and_the_other_waits_for_all(shop, monkeypatch):
    shop.stocked("A", 1, oversell_policy="backorder", backorder_limit=9)
    overtaken(monkeypatch, lambda: deliver(shop.image("ord_1", ("A", 1))))
    assert deliver(shop.image("ord_2", ("A", 3))) == []
    assert decisions(shop, "ord_1", "ord_2") == ["allocated", "backordered"]
    assert owed(shop) == (1, 0, 3)


def test_units_that_came_do_not_hide_what_is_owed_meanwhile(shop, monkeypatch):
    """As many are there as were seen; but more are owed by now than may be beside these."""
    shop.stocked("A", 1, oversell_policy="backorder", backorder_limit=3)

    def taken_and_filled_up():
        deliver(shop.image("ord_1", ("A", 3)))
        shop.receive("A", 1)

    overtaken(monkeypatch, taken_and_filled_up)
    assert deliver(shop.image("ord_2", ("A", 3))) == []
    assert decisions(shop, "ord_1", "ord_2") == ["backordered", "out_of_stock"]
    assert owed(shop) == (2, 1, 2)


def test_an_order_right_after_the_shops_first_location_is_owed_there(shop, monkeypatch):
    shop.stocked("A", oversell_policy="backorder", backorder_limit=2)
    table = composition.inventory_table()
    monkeypatch.setattr(table, "client", Behind(table.client))
    assert deliver(shop.image("ord_1", ("A", 2))) == []
    assert decisions(shop, "ord_1") == ["backordered"]
    assert shop.level("A")["backordered"] == 2
