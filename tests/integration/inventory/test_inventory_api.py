"""The HTTP API of inventory against moto."""

import pytest

from inventory.catalog.repository import SettingsRepository
from inventory.movements.repository import LedgerRepository
from tests.integration.inventory.inventory_shop import Shop
from tests.support.http import OPERATOR_KEY


def movement(**changes):
    body = {"sku": "A", "location_id": "hq", "kind": "received", "quantity": 5}
    return body | changes


def test_a_location_is_made_replaced_shown_and_listed(shop):
    place = {"name": "Head office", "priority": 1, "country": "DE"}
    made = shop.call("PUT", "/v1/locations/hq", place, expect=201)
    assert (made["id"], made["version"], made["_headers"]["ETag"]) == ("hq", 1, '"1"')
    assert shop.call("PUT", "/v1/locations/hq", place, expect=200)["version"] == 1
    changed = shop.call("PUT", "/v1/locations/hq", place | {"priority": 2}, expect=200)
    assert (changed["priority"], changed["version"]) == (2, 2)
    assert shop.call("GET", "/v1/locations/hq", expect=200)["priority"] == 2
    listed = shop.call("GET", "/v1/locations", expect=200)
    assert [it["id"] for it in listed["items"]] == ["hq"]
    assert listed["next_cursor"] is None


def test_locations_are_listed_by_id_page_by_page(shop):
    for name in ("shed", "hq", "outlet"):
        shop.call("PUT", f"/v1/locations/{name}", {"name": name, "country": "DE"}, expect=201)
    pages, cursor = [], {}
    while cursor is not None:
        page = shop.call("GET", "/v1/locations", query={"limit": "2"} | cursor, expect=200)
        pages.append([it["id"] for it in page["items"]])
        cursor = {"cursor": page["next_cursor"]} if page["next_cursor"] else None
    assert pages == [["hq", "outlet"], ["shed"]]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/locations/h.q", {"name": "x", "priority": 1, "country": "DE"}),
        ("/v1/locations/" + "x" * 65, {"name": "x", "priority": 1, "country": "DE"}),
        ("/v1/locations/hq", {"name": "x", "priority": 1, "country": "Germany"}),
        ("/v1/locations/hq", {"name": "", "priority": 1, "country": "DE"}),
        ("/v1/locations/hq", {"name": "x", "priority": 1.5, "country": "DE"}),
        ("/v1/locations/hq", {"name": "x", "priority": 1, "country": "DE", "stock": 3}),
        ("/v1/items/A", {"title": "A", "oversell_policy": "maybe"}),
        ("/v1/items/A", {"title": "A", "backorder_limit": -1}),
        ("/v1/items/A", {"title": "A", "safety_stock": 1.5}),
        ("/v1/items/A", {"title": "A\u0007"}),
        ("/v1/items/A", {}),
        ("/v1/items/" + "x" * 101, {"title": "A"}),
        ("/v1/items/ A", {"title": "A"}),
    ],
)
def test_wrong_settings_are_422_and_store_nothing(shop, path, body):
    problem = shop.call("PUT", path, body, expect=422)
    assert problem["errors"]
    assert shop.aws.items("InventoryTable") == []


def test_a_stale_if_match_is_412_with_the_current_etag(shop):
    shop.call("PUT", "/v1/items/A", {"title": "one"}, expect=201)
    shop.call("PUT", "/v1/items/A", {"title": "2"}, headers={"If-Match": '"1"'}, expect=200)
    stale = shop.call("PUT", "/v1/items/A", {"title": "3"}, headers={"If-Match": '"1"'}, expect=412)
    assert stale["_headers"]["ETag"] == '"2"'
    shop.call("PUT", "/v1/items/B", {"title": "3"}, headers={"If-Match": '"1"'}, expect=412)


@pytest.mark.parametrize(
    ("path", "body"),
    [("/v1/items/A", {"title": "A"}), ("/v1/locations/hq", {"name": "HQ", "country": "DE"})],
)
def test_what_must_be_new_or_must_exist_is_neither_replaced_nor_made(shop, path, body):
    new, there = {"If-None-Match": "*"}, {"If-Match": "*"}
    shop.call("PUT", path, body, headers=there, expect=412)
    shop.call("PUT", path, body, headers=new, expect=201)
    refused = shop.call("PUT", path, body, headers=new, expect=412)
    assert refused["_headers"]["ETag"] == '"1"'
    shop.call("PUT", path, body, headers=there, expect=200)
    shop.call("PUT", path, body, headers={"If-None-Match": '"1"'}, expect=400)


@pytest.mark.parametrize("sku", ["A", "a b", "50%", "A#1", "ärmel", 'x"y', "a/b", "a/b/c", "a?b"])
def test_every_printable_sku_is_addressable(shop, sku):
    """HTTP APIs decode rawPath, but for the escape of "%"."""
    path = "/v1/items/" + sku.replace("%", "%25")
    assert shop.call("PUT", path, {"title": "T"}, expect=201)["sku"] == sku
    assert shop.call("GET", path, expect=200)["sku"] == sku


def test_items_are_listed_newest_first_page_by_page(shop):
    for name in ("one", "two", "three"):
        shop.call("PUT", f"/v1/items/{name}", {"title": name}, expect=201)
    first = shop.call("GET", "/v1/items", query={"limit": "2"}, expect=200)
    cursor = first["next_cursor"]
    rest = shop.call("GET", "/v1/items", query={"limit": "2", "cursor": cursor}, expect=200)
    found = [it["sku"] for it in first["items"] + rest["items"]]
    assert sorted(found) == ["one", "three", "two"]
    stamps = [it["created_at"] for it in first["items"] + rest["items"]]
    assert stamps == sorted(stamps, reverse=True)


def test_unknown_ids_and_other_shops_are_404(shop, aws):
    shop.stocked("A", 5)
    other = Shop(aws, "b")
    for path in ("/v1/locations/hq", "/v1/items/A", "/v1/locations/none", "/v1/items/none"):
        other.call("GET", path, expect=404)
    assert other.call("GET", "/v1/stock-levels", query={"sku": "A"}, expect=200)["items"] == []


def test_scopes_hold(aws):
    reader = Shop(aws, "c", scopes=("inventory:read",))
    reader.call("GET", "/v1/locations", expect=200)
    reader.call("PUT", "/v1/items/A", {"title": "A"}, expect=403)
    reader.call("GET", "/v1/items", key="wb_nonsense_key", expect=401)
    reader.call("GET", "/v1/items", key=OPERATOR_KEY, expect=403)
    reader.call("DELETE", "/v1/items/A", expect=405)


def test_stock_is_received_adjusted_and_counted(shop):
    shop.stocked("A")
    received = shop.call("POST", "/v1/stock-movements", movement(reference="PO-7"), expect=201)
    assert (received["delta"], received["reference"], received["sku"]) == (5, "PO-7", "A")
    loss = movement(kind="adjusted", quantity=-2, reason="broken")
    assert shop.call("POST", "/v1/stock-movements", loss, expect=201)["delta"] == -2
    assert shop.numbers("A") == (3, 0, 3)
    counted = shop.call(
        "POST", "/v1/stock-movements", movement(kind="counted", quantity=10), expect=201
    )
    assert (counted["quantity"], counted["delta"]) == (10, 7)
    assert shop.numbers("A") == (10, 0, 10)
    listed = shop.call("GET", "/v1/stock-movements", query={"sku": "A"}, expect=200)["items"]
    assert sum(row["delta"] for row in listed) == 10
    assert {row["kind"] for row in listed} == {"received", "adjusted", "counted"}


@pytest.mark.parametrize(
    "changes",
    [
        {"quantity": 0},
        {"quantity": -1},
        {"quantity": 1.5},
        {"quantity": "5"},
        {"quantity": 1_000_001},
        {"quantity": 1e12},
        {"quantity": True},
        {"kind": "adjusted", "quantity": 0, "reason": "x"},
        {"kind": "adjusted", "quantity": 1},
        {"kind": "counted", "quantity": -1},
        {"kind": "stolen"},
        {"sku": "none"},
        {"sku": ""},
        {"sku": "A\n"},
        {"location_id": "nowhere"},
        {"location_id": "a b"},
        {"on_hand": 7},
    ],
)
def test_a_wrong_movement_is_422_and_moves_nothing(shop, changes):
    shop.stocked("A", 5)
    before = shop.aws.items("InventoryTable")
    problem = shop.call("POST", "/v1/stock-movements", movement(**changes), expect=422)
    assert problem["_headers"]["Content-Type"] == "application/problem+json"
    assert shop.aws.items("InventoryTable") == before


def test_broken_json_is_400(shop):
    shop.call("POST", "/v1/stock-movements", raw="{", expect=400)


def test_on_hand_never_becomes_negative_by_a_movement(shop):
    shop.stocked("A", 5)
    loss = movement(kind="adjusted", quantity=-6, reason="lost")
    shop.call("POST", "/v1/stock-movements", loss, expect=409)
    assert shop.numbers("A") == (5, 0, 5)
    assert (
        len(shop.call("GET", "/v1/stock-movements", query={"sku": "A"}, expect=200)["items"]) == 1
    )


def test_a_movement_is_recorded_once_per_idempotency_key(shop):
    shop.stocked("A")
    once = {"Idempotency-Key": "delivery-1"}
    first = shop.call("POST", "/v1/stock-movements", movement(), headers=once, expect=201)
    again = shop.call("POST", "/v1/stock-movements", movement(), headers=once, expect=201)
    assert {k: v for k, v in first.items() if k[0] != "_"} == {
        k: v for k, v in again.items() if k[0] != "_"
    }
    assert shop.numbers("A") == (5, 0, 5)
    shop.call("POST", "/v1/stock-movements", movement(quantity=6), headers=once, expect=422)
    assert shop.numbers("A") == (5, 0, 5)


def test_a_replay_that_raced_its_original_answers_the_original(shop, monkeypatch):
    shop.stocked("A")
    once = {"Idempotency-Key": "delivery-1"}
    first = shop.call("POST", "/v1/stock-movements", movement(), headers=once, expect=201)
    looks = iter([None])
    look = LedgerRepository.known_request
    monkeypatch.setattr(
        LedgerRepository,
        "known_request",
        lambda self, *args: next(looks, "look") and look(self, *args),
    )
    again = shop.call("POST", "/v1/stock-movements", movement(), headers=once, expect=201)
    assert again["id"] == first["id"]
    assert shop.numbers("A") == (5, 0, 5)


def test_movements_are_filtered_by_location_and_paged_newest_first(shop):
    shop.stocked("A", 1)
    shop.call("PUT", "/v1/locations/shed", {"name": "s", "country": "DE"}, expect=201)
    for units in (2, 3, 4):
        shop.receive("A", units, "shed")
        shop.receive("A", 1, "hq")
    query = {"sku": "A", "location_id": "shed", "limit": "2"}
    first = shop.call("GET", "/v1/stock-movements", query=query, expect=200)
    rest = shop.call(
        "GET", "/v1/stock-movements", query=query | {"cursor": first["next_cursor"]}, expect=200
    )
    found = first["items"] + rest["items"]
    assert {row["location_id"] for row in found} == {"shed"}
    assert sorted(row["quantity"] for row in found) == [2, 3, 4]
    assert len(first["items"]) == 2
    ids = [row["id"] for row in found]
    assert len(set(ids)) == 3


def test_another_lists_cursor_is_400(shop):
    shop.stocked("A", 1)
    shop.receive("A", 1)
    query = {"sku": "A", "limit": "1"}
    cursor = shop.call("GET", "/v1/stock-movements", query=query, expect=200)["next_cursor"]
    shop.call("GET", "/v1/stock-levels", query={"sku": "A", "cursor": cursor}, expect=400)


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/v1/stock-levels", {}),
        ("/v1/stock-levels", {"sku": "A", "order_id": "o"}),
        ("/v1/stock-levels", {"location_id": "hq", "order_id": "o"}),
        ("/v1/stock-levels", {"location_id": "h q"}),
        ("/v1/stock-movements", {"location_id": "h q"}),
        ("/v1/stock-movements", {"sku": "A", "colour": "red"}),
        ("/v1/reservations", {}),
        ("/v1/reservations", {"sku": "A", "order_id": "o"}),
        ("/v1/reservations", {"order_id": "o", "location_id": "hq"}),
        ("/v1/items", {"limit": "0"}),
    ],
)
def test_a_list_says_what_it_needs(shop, path, query):
    shop.call("GET", path, query=query, expect=422)


def test_safety_stock_changes_reach_every_level_in_the_same_write(shop):
    shop.stocked("A", 5)
    shop.call("PUT", "/v1/locations/shed", {"name": "s", "country": "DE"}, expect=201)
    shop.receive("A", 7, "shed")
    shop.call("PUT", "/v1/items/A", {"title": "A", "safety_stock": 2}, expect=200)
    assert (shop.numbers("A"), shop.numbers("A", "shed")) == ((5, 0, 3), (7, 0, 5))
    shop.call("PUT", "/v1/items/A", {"title": "A", "safety_stock": 1}, expect=200)
    assert (shop.numbers("A"), shop.numbers("A", "shed")) == ((5, 0, 4), (7, 0, 6))
    shop.call("PUT", "/v1/locations/attic", {"name": "a", "country": "DE"}, expect=201)
    shop.receive("A", 3, "attic")
    assert shop.numbers("A", "attic") == (3, 0, 2)


def test_a_level_opened_while_settings_change_gets_the_new_settings(shop, monkeypatch):
    shop.stocked("A", 5)
    shop.call("PUT", "/v1/locations/shed", {"name": "s", "country": "DE"}, expect=201)
    put_item = SettingsRepository.put_item
    racing = [True]

    def raced(self, *args):
        if racing.pop() if racing else False:
            shop.receive("A", 7, "shed")
        put_item(self, *args)

    monkeypatch.setattr(SettingsRepository, "put_item", raced)
    monkeypatch.setattr("inventory.patience.time.sleep", lambda _: None)
    shop.call("PUT", "/v1/items/A", {"title": "A", "safety_stock": 2}, expect=200)
    assert (shop.numbers("A"), shop.numbers("A", "shed")) == ((5, 0, 3), (7, 0, 5))
