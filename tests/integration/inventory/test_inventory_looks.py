"""Looks at stock: by SKU, location and order; the ledger, and who holds what, newest first."""

import pytest

from tests.integration.inventory.inventory_shop import Shop, deliver
from waybill import keys
from waybill.dynamo import Table


@pytest.fixture
def shop(aws, monkeypatch):
    monkeypatch.setattr("inventory.patience.time.sleep", lambda _: None)
    shop = Shop(aws)
    shop.stocked("A", 50)
    shop.call("PUT", "/v1/locations/shed", {"name": "Shed", "country": "DE"}, expect=201)
    return shop


@pytest.fixture
def reads(monkeypatch):
    """How many rows each query read."""
    query, counts = Table.query, []

    def counted(*args, **named):
        items, last = query(*args, **named)
        counts.append(len(items))
        return items, last

    monkeypatch.setattr(Table, "query", counted)
    return counts


def look(shop, path, expect=200, **query):
    return shop.call("GET", path, query=query, expect=expect)


def pages(shop, path, reads=None, **query):
    """Every page of a list, each within its budget of rows."""
    found, cursor = [], {}
    while True:
        if reads is not None:
            reads.clear()
        page = look(shop, path, **query, **cursor)
        assert len(page["items"]) <= int(query["limit"])
        assert reads is None or sum(reads) <= 10 * int(query["limit"])
        found.append(page["items"])
        if page["next_cursor"] is None:
            return found
        cursor = {"cursor": page["next_cursor"]}


def flat(lists):
    return [item for items in lists for item in items]


# --- levels ---------------------------------------------------------------------------------------


def test_a_locations_levels_are_listed_by_sku_page_by_page(shop):
    for sku in ("C", "B", "a/b"):
        shop.call("PUT", f"/v1/items/{sku}", {"title": sku}, expect=201)
        shop.receive(sku, 2, "shed")
    found = pages(shop, "/v1/stock-levels", location_id="shed", limit="2")
    assert [[it["sku"] for it in page] for page in found] == [["B", "C"], ["a/b"]]
    assert {it["on_hand"] for it in flat(found)} == {2}
    (level,) = look(shop, "/v1/stock-levels", location_id="hq")["items"]
    assert level == {
        "sku": "A", "location_id": "hq", "on_hand": 50, "reserved": 0, "available": 50,
        "backordered": 0, "incoming": 0, "shortfall": 0,
    }  # fmt: skip


def test_where_a_level_is_found_outlives_its_changes(shop):
    """The index is written when a level is opened; what changes a level leaves it alone."""
    assert deliver(shop.image("ord_1", ("A", 2))) == []
    shop.call("PUT", "/v1/items/A", {"title": "A", "safety_stock": 3}, expect=200)
    place = {"name": "hq", "country": "FR", "priority": 2}
    shop.call("PUT", "/v1/locations/hq", place, expect=200)
    level = shop.aws.table("InventoryTable").get(keys.level(shop.id, "A", "hq"))
    assert level["location_pk"] == keys.levels_at(shop.id, "hq")
    place = shop.aws.table("InventoryTable").get(keys.location(shop.id, "hq"))
    assert place["levels"] == 1


def test_one_level_is_named_by_sku_and_location(shop):
    shop.receive("A", 3, "shed")
    assert len(look(shop, "/v1/stock-levels", sku="A")["items"]) == 2
    (level,) = look(shop, "/v1/stock-levels", sku="A", location_id="shed")["items"]
    assert (level["location_id"], level["on_hand"]) == ("shed", 3)
    assert look(shop, "/v1/stock-levels", sku="A", location_id="none")["items"] == []


def test_an_orders_levels_are_where_it_has_lines(shop):
    for sku in ("B", "C"):
        shop.call("PUT", f"/v1/items/{sku}", {"title": sku}, expect=201)
        shop.receive(sku, 5, "shed")
    assert deliver(shop.image("ord_1", ("C", 1), ("A", 2))) == []
    found = pages(shop, "/v1/stock-levels", order_id="ord_1", limit="1")
    assert [(it["sku"], it["location_id"], it["reserved"]) for it in flat(found)] == [
        ("A", "hq", 2),
        ("C", "shed", 1),
    ]
    assert len(look(shop, "/v1/stock-levels", order_id="ord_1")["items"]) == 2
    assert look(shop, "/v1/stock-levels", order_id="ord_2")["items"] == []


def test_another_shops_stock_is_not_shown(shop, aws):
    assert deliver(shop.image("ord_1", ("A", 1))) == []
    other = Shop(aws, "b")
    for query in ({"location_id": "hq"}, {"order_id": "ord_1"}, {"sku": "A", "location_id": "hq"}):
        assert look(other, "/v1/stock-levels", **query)["items"] == []
    assert look(other, "/v1/stock-movements")["items"] == []
    assert look(other, "/v1/reservations", sku="A")["items"] == []


def test_lists_have_a_limit_and_take_their_own_cursors_only(shop):
    shop.receive("A", 1, "shed")
    cursors = {
        (path, *query.items()): look(shop, path, **query, limit="1")["next_cursor"]
        for path, query in (
            ("/v1/stock-levels", {"sku": "A"}),
            ("/v1/stock-movements", {}),
            ("/v1/stock-movements", {"sku": "A"}),
        )
    }
    for (path, *query), cursor in cursors.items():
        assert cursor
        for other, more in (
            ("/v1/stock-levels", {"location_id": "hq"}),
            ("/v1/stock-levels", {"order_id": "ord_1"}),
            ("/v1/stock-movements", {}),
            ("/v1/stock-movements", {"location_id": "hq"}),
            ("/v1/reservations", {"sku": "A"}),
        ):
            if (other, more) != (path, dict(query)):
                look(shop, other, 400, **more, cursor=cursor)
        for limit in ("0", "101", "x", "-1", "1.5"):
            look(shop, path, 422, limit=limit, **dict(query))


# --- the ledger -----------------------------------------------------------------------------------


def test_the_whole_ledger_is_listed_newest_first(shop, reads):
    shop.call("PUT", "/v1/items/B", {"title": "B"}, expect=201)
    for units in (1, 2, 3):
        shop.receive("B", units, "shed")
        shop.receive("A", units)
    found = flat(pages(shop, "/v1/stock-movements", reads, limit="2"))
    stamps = [row["created_at"] for row in found]
    assert stamps == sorted(stamps, reverse=True)
    assert len({row["id"] for row in found}) == 7
    here = flat(pages(shop, "/v1/stock-movements", reads, location_id="shed", limit="2"))
    assert [(row["sku"], row["quantity"]) for row in here] == [("B", 3), ("B", 2), ("B", 1)]
    both = look(shop, "/v1/stock-movements", sku="A", location_id="shed")
    assert both["items"] == []
    assert [it["sku"] for it in look(shop, "/v1/items")["items"]].count("A") == 1


@pytest.mark.parametrize("query", [{}, {"sku": "A"}])
def test_a_filter_reads_ten_times_the_limit_and_goes_on(shop, reads, query):
    shop.receive("A", 7, "shed")
    for _ in range(12):
        shop.receive("A", 1)
    found = pages(shop, "/v1/stock-movements", reads, location_id="shed", limit="1", **query)
    assert [len(page) for page in found][:2] == [0, 1]
    assert [row["quantity"] for row in flat(found)] == [7]


# --- reservations ---------------------------------------------------------------------------------


@pytest.mark.parametrize("limit", ["2", "5", "50"])
def test_reservations_are_listed_by_placement_newest_first(shop, reads, limit):
    orders = [f"ord_{number:02}" for number in range(20)]
    assert deliver(*(shop.image(order_id, ("A", 1)) for order_id in orders)) == []
    found = pages(shop, "/v1/reservations", reads, sku="A", limit=limit)
    assert [row["order_id"] for row in flat(found)] == orders[::-1]
    assert [len(page) for page in found[:-1]] == [int(limit)] * (len(found) - 1)


def test_an_order_with_lines_at_two_locations_has_both_on_the_list(shop, reads):
    shop.receive("A", 10, "shed")
    images = [shop.image(f"ord_{n}", ("A", 50 + n)) for n in (1, 2, 3)]
    assert deliver(images[0]) == []
    table = shop.aws.table("InventoryTable")
    (line,) = [it for it in _lines(shop) if it["location_id"] == "shed"]
    for n in (2, 3):  # as lines lie, without the stock
        for place in ("hq", "shed"):
            key = keys.reservation(shop.id, "A", place, images[n - 1]["placed_at"], f"ord_{n}")
            table.put(line | key | {"order_id": f"ord_{n}", "location_id": place})
    found = pages(shop, "/v1/reservations", reads, sku="A", limit="3")  # ends between the two
    assert [(row["order_id"], row["location_id"]) for row in flat(found)] == [
        (f"ord_{n}", place) for n in (3, 2, 1) for place in ("shed", "hq")
    ]
    here = flat(pages(shop, "/v1/reservations", reads, sku="A", location_id="hq", limit="1"))
    assert [row["order_id"] for row in here] == ["ord_3", "ord_2", "ord_1"]


def _lines(shop):
    found = [
        shop.aws.table("InventoryTable").query("pk = :pk", {":pk": pk})[0]
        for place in ("hq", "shed")
        for pk in (keys.reservation_bucket(shop.id, "A", place, n) for n in range(8))
    ]
    return flat(found)


def test_a_forged_cursor_is_400(shop):
    orders = [shop.image(f"ord_{number}", ("A", 1)) for number in range(3)]
    assert deliver(*orders) == []
    cursor = look(shop, "/v1/reservations", sku="A", limit="1")["next_cursor"]
    look(shop, "/v1/reservations", 400, sku="A", location_id="hq", cursor=cursor)
    look(shop, "/v1/reservations", 400, sku="B", cursor=cursor)
    look(shop, "/v1/reservations", 400, sku="A", cursor=cursor[:-4])


def test_what_came_back_stands_on_the_reservation(shop):
    assert deliver(shop.image("ord_1", ("A", 2), fulfilled=[2])) == []
    image = shop.image("ord_1", ("A", 2), fulfilled=[2], version=2)
    image["lines"][0]["restocked"] = {"hq": 1}
    assert deliver(image) == []
    for query in ({"sku": "A"}, {"order_id": "ord_1"}):
        (row,) = look(shop, "/v1/reservations", **query)["items"]
        assert (row["shipped"], row["returned"], row["state"]) == (2, 1, "shipped")


# --- items ----------------------------------------------------------------------------------------


def test_a_preorder_ends_with_its_release(shop):
    settings = {"title": "P", "oversell_policy": "preorder"}
    released = settings | {"release_at": "2026-11-22T11:00:00.002+01:00"}
    told = shop.call("PUT", "/v1/items/P", released, expect=201)
    assert told["release_at"] == "2026-11-22T10:00:00.002Z"
    assert shop.call("GET", "/v1/items/P", expect=200)["release_at"] == told["release_at"]
    assert deliver(shop.image("ord_1", ("P", 1)), shop.image("ord_2", ("P", 1))) == []
    assert shop.allocation("ord_1")["decision"] == "backordered"
    assert shop.allocation("ord_2")["decision"] == "out_of_stock"
    problem = shop.call("PUT", "/v1/items/P", released | {"oversell_policy": "deny"}, expect=422)
    assert [error["pointer"] for error in problem["errors"]] == ["/release_at"]
