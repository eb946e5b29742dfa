"""Two movements at once: each was decided from what it read, and the later is decided again."""

import pytest

from inventory.movements.repository import LedgerRepository
from tests.integration.inventory.inventory_shop import Meanwhile, Shop
from waybill import keys

FULL = 1_000_000_000


@pytest.fixture
def shop(aws, monkeypatch):
    monkeypatch.setattr("inventory.patience.time.sleep", lambda _: None)
    shop = Shop(aws)
    shop.stocked("A", 5)
    shop.call("PUT", "/v1/locations/shed", {"name": "Shed", "country": "DE"}, expect=201)
    return shop


def move(shop, kind, quantity, expect=201, **more):
    body = {"sku": "A", "location_id": "hq", "kind": kind, "quantity": quantity, "reason": "r"}
    return shop.call("POST", "/v1/stock-movements", body | more, expect=expect)


def holding(shop, location_id="hq", **numbers):
    table, key = shop.aws.table("InventoryTable"), keys.level(shop.id, "A", location_id)
    table.put(table.get(key) | numbers)


def rows(shop):
    listed = shop.call("GET", "/v1/stock-movements", query={"sku": "A"}, expect=200)["items"]
    return sorted((row["kind"], row["delta"]) for row in listed)


def overtaken(monkeypatch, rival):
    """Let a rival's movement be recorded when the next one is decided, and not yet written."""
    Meanwhile(monkeypatch, LedgerRepository, "record", rival)


def test_what_is_lost_twice_at_once_is_not_lost_below_nothing(shop, monkeypatch):
    overtaken(monkeypatch, lambda: move(shop, "adjusted", -3))
    assert move(shop, "adjusted", -4, expect=409)["on_hand"] == 2
    assert shop.numbers("A") == (2, 0, 2)
    assert rows(shop) == [("adjusted", -3), ("received", 5)]


def test_a_count_is_of_what_is_there_when_it_is_written(shop, monkeypatch):
    overtaken(monkeypatch, lambda: move(shop, "received", 2))
    move(shop, "counted", 9)
    assert shop.numbers("A") == (9, 0, 9)
    assert rows(shop) == [("counted", 2), ("received", 2), ("received", 5)]


def test_two_deliveries_at_once_fill_no_level_beyond_what_it_can_hold(shop, monkeypatch):
    holding(shop, on_hand=FULL - 10, available=FULL - 10)
    overtaken(monkeypatch, lambda: move(shop, "received", 6))
    assert move(shop, "received", 6, expect=409)["on_hand"] == FULL - 4
    assert shop.numbers("A") == (FULL - 4, 0, FULL - 4)


def test_what_is_lost_on_the_way_was_on_the_way_when_it_is_written(shop, monkeypatch):
    """A number that somebody corrects by hand meanwhile does not become negative."""
    away = {"to_location_id": "shed", "in_transit": True}
    transfer_id = move(shop, "transferred", 4, **away)["transfer_id"]
    overtaken(monkeypatch, lambda: holding(shop, "shed", incoming=1))
    lost = {"location_id": "shed", "transfer_id": transfer_id}
    assert move(shop, "adjusted", -3, expect=409, **lost)["incoming"] == 1
    assert shop.level("A", "shed")["incoming"] == 1
    shown = shop.call("GET", f"/v1/transfers/{transfer_id}", expect=200)
    assert (shown["in_transit"], shown["written_off"]) == (4, 0)


def test_two_lorries_at_once_bring_no_more_than_a_level_can_hold(shop, monkeypatch):
    move(shop, "received", 1, location_id="shed")
    holding(shop, "shed", incoming=FULL - 3)
    away = {"to_location_id": "shed", "in_transit": True}
    overtaken(monkeypatch, lambda: move(shop, "transferred", 2, **away))
    assert move(shop, "transferred", 2, expect=409, **away)["incoming"] == FULL - 1
    assert shop.level("A", "shed")["incoming"] == FULL - 1
    assert shop.numbers("A") == (3, 0, 3)
