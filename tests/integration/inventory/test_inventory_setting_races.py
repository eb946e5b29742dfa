"""Settings, levels and ids that two make at once: nothing of the first is lost."""

import pytest

from inventory.catalog.repository import SettingsRepository
from inventory.errors import ChangedMeanwhileError
from inventory.level_repository import LevelRepository
from inventory.movements import service
from inventory.stock import LevelKey
from tests.integration.inventory.inventory_shop import Meanwhile, Shop
from waybill import keys
from waybill.dynamo import Table

NEW = {"If-None-Match": "*"}
SHED = {"name": "Shed", "country": "DE", "priority": 10}


@pytest.fixture
def shop(aws, monkeypatch):
    monkeypatch.setattr("inventory.patience.time.sleep", lambda _: None)
    return Shop(aws)


def put(shop, path, body, expect=200, **headers):
    return shop.call("PUT", path, body, expect=expect, headers=headers)


def test_of_two_who_make_a_location_at_once_one_makes_it(shop, monkeypatch):
    path = "/v1/locations/shed"
    theirs = SHED | {"name": "Theirs"}
    Meanwhile(monkeypatch, SettingsRepository, "put_location", lambda: put(shop, path, theirs, 201))
    put(shop, path, SHED, 412, **NEW)
    stored = shop.call("GET", path, expect=200)
    assert (stored["name"], stored["version"]) == ("Theirs", 1)


def test_of_two_who_change_a_location_at_once_the_slower_is_told(shop, monkeypatch):
    path = "/v1/locations/shed"
    put(shop, path, SHED, 201)
    theirs = SHED | {"name": "Theirs"}
    Meanwhile(monkeypatch, SettingsRepository, "put_location", lambda: put(shop, path, theirs))
    put(shop, path, SHED | {"priority": 1}, 412, **{"If-Match": '"1"'})
    stored = shop.call("GET", path, expect=200)
    assert (stored["name"], stored["version"]) == ("Theirs", 2)


def test_of_two_who_make_an_item_at_once_one_makes_it(shop, monkeypatch):
    def theirs():
        put(shop, "/v1/items/A", {"title": "Theirs", "safety_stock": 2}, 201)

    Meanwhile(monkeypatch, SettingsRepository, "put_item", theirs)
    put(shop, "/v1/items/A", {"title": "Ours"}, 412, **NEW)
    stored = shop.call("GET", "/v1/items/A", expect=200)
    assert (stored["title"], stored["safety_stock"]) == ("Theirs", 2)


def test_levels_that_are_opened_at_once_are_both_known_to_their_item(shop, monkeypatch):
    """Or a change of its safety stock would miss one of them."""
    shop.stocked("A", 5)
    for place in ("shed", "attic"):
        put(shop, f"/v1/locations/{place}", SHED, 201)
    Meanwhile(monkeypatch, Table, "transact", lambda: shop.receive("A", 3, "attic"))
    shop.receive("A", 7, "shed")
    put(shop, "/v1/items/A", {"title": "A", "safety_stock": 2})
    numbers = [shop.numbers("A", place) for place in ("hq", "attic", "shed")]
    assert numbers == [(5, 0, 3), (3, 0, 1), (7, 0, 5)]


def test_a_level_that_is_there_is_not_emptied_where_its_item_does_not_list_it(shop):
    shop.stocked("A", 5)
    table, key = shop.aws.table("InventoryTable"), keys.item(shop.id, "A")
    table.put(table.get(key) | {"locations": []})
    with pytest.raises(ChangedMeanwhileError):
        LevelRepository(table).open_level(LevelKey(shop.id, "A", "hq"), "2026-11-22T10:00:00.000Z")
    assert shop.numbers("A") == (5, 0, 5)


@pytest.mark.parametrize("kind", ["mov", "trf"])
def test_an_id_that_comes_up_twice_takes_nothing_from_its_first_owner(shop, monkeypatch, kind):
    shop.stocked("A", 9)
    put(shop, "/v1/locations/shed", SHED, 201)
    made = service.sortable_id
    body = {"sku": "A", "location_id": "hq", "to_location_id": "shed", "kind": "transferred"}
    first = shop.call("POST", "/v1/stock-movements", body | {"quantity": 4}, expect=201)
    taken = [first["id" if kind == "mov" else "transfer_id"]]

    def twice(prefix, now):
        return taken.pop() if prefix == kind and taken else made(prefix, now)

    monkeypatch.setattr(service, "sortable_id", twice)
    shop.call("POST", "/v1/stock-movements", body | {"quantity": 1}, expect=201)
    rows = shop.call("GET", "/v1/stock-movements", query={"sku": "A"}, expect=200)["items"]
    assert sorted(row["delta"] for row in rows) == [-4, -1, 1, 4, 9]
    path = f"/v1/transfers/{first['transfer_id']}"
    assert shop.call("GET", path, expect=200)["quantity"] == 4
    assert (shop.numbers("A"), shop.numbers("A", "shed")) == ((4, 0, 4), (5, 0, 5))
