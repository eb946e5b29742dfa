"""A location is closed once nothing is there, promised there or on its way, whoever races."""

import pytest

from inventory.errors import ChangedMeanwhileError
from inventory.events import level_events
from inventory.level_repository import LevelRepository
from inventory.movements.repository import LedgerRepository
from tests.integration.inventory.inventory_shop import Meanwhile, Shop, deliver
from waybill import keys
from waybill.batch import Change
from waybill.dynamo import Table
from waybill.events import EventName

PLACE = {"name": "Shed", "country": "DE", "priority": 10}
CLOSED = PLACE | {"closed": True}


@pytest.fixture
def shop(aws, monkeypatch):
    monkeypatch.setattr("inventory.patience.time.sleep", lambda _: None)
    shop = Shop(aws)
    shop.stocked("A", 10)
    shop.call("PUT", "/v1/locations/shed", PLACE, expect=201)
    return shop


def put(shop, body=CLOSED, expect=200, **options):
    return shop.call("PUT", "/v1/locations/shed", body, expect=expect, **options)


def shed(shop):
    return shop.call("GET", "/v1/locations/shed", expect=200)


def move(shop, kind, quantity, *, expect=201, **more):
    body = {"sku": "A", "location_id": "shed", "kind": kind, "quantity": quantity, "reason": "r"}
    return shop.call("POST", "/v1/stock-movements", body | more, expect=expect)


def test_an_empty_location_is_closed_and_opened_again(shop):
    shop.receive("A", 1, "shed")
    move(shop, "adjusted", -1)
    closed = put(shop)
    assert (closed["closed"], closed["closing"], closed["name"]) == (True, False, "Shed")
    assert closed["_headers"]["ETag"] == f'"{closed["version"]}"'
    assert put(shop)["version"] == closed["version"], "the same again writes nothing"
    for kind, units in (("received", 1), ("adjusted", 1), ("counted", 1)):
        assert "shed is closed" in move(shop, kind, units, expect=409)["detail"]
    for in_transit in (False, True):
        ends = {"location_id": "hq", "to_location_id": "shed", "in_transit": in_transit}
        move(shop, "transferred", 1, expect=409, **ends)
    move(shop, "counted", 0)
    assert put(shop, PLACE)["closed"] is False
    move(shop, "received", 1)


def test_a_new_location_may_be_closed_and_nothing_opens_a_level_there(shop):
    shop.call("PUT", "/v1/locations/later", CLOSED, expect=201)
    move(shop, "received", 1, expect=409, location_id="later")
    levels = shop.call("GET", "/v1/stock-levels", query={"location_id": "later"}, expect=200)
    assert levels["items"] == []


def test_what_may_be_owed_is_owed_at_an_open_location(shop):
    shop.call("PUT", "/v1/locations/later", CLOSED | {"priority": 0}, expect=201)
    shop.call("PUT", "/v1/items/B", {"title": "B", "oversell_policy": "backorder"}, expect=201)
    assert deliver(shop.image("ord_1", ("B", 2))) == []
    assert shop.allocation("ord_1")["decision"] == "backordered"
    levels = shop.call("GET", "/v1/stock-levels", query={"sku": "B"}, expect=200)["items"]
    assert [it["backordered"] for it in levels if it["location_id"] != "later"] == [2]
    assert "later" not in {it["location_id"] for it in levels}


@pytest.mark.parametrize("left", ["on_hand", "reserved", "incoming", "backordered"])
def test_a_location_in_use_stays_open_and_its_skus_are_named(shop, left):
    shop.receive("A", 1, "shed")
    move(shop, "adjusted", -1)
    level = keys.level(shop.id, "A", "shed")
    table = shop.aws.table("InventoryTable")
    table.put(table.get(level) | {left: 2})
    before = shed(shop)
    refused = put(shop, expect=409)
    assert refused["skus"] == ["A"]
    assert "A" in refused["detail"]
    assert shed(shop)["version"] == before["version"], "a refusal writes nothing"


def test_a_refusal_names_a_few_of_many(shop):
    shop.receive("A", 1, "shed")
    shop.copies_of("A", [f"B{number}" for number in range(7)])
    refused = put(shop, expect=409)
    assert refused["skus"] == ["A", "B0", "B1", "B2", "B3"]
    assert "and 3 more" in refused["detail"]


def test_a_stale_if_match_closes_nothing(shop):
    put(shop, expect=412, headers={"If-Match": '"9"'})
    assert shed(shop)["closed"] is False


def test_stock_that_is_received_while_it_closes_keeps_it_open(shop, monkeypatch):
    """After the first look and before the mark: the level is new, so the version moves on."""
    Meanwhile(monkeypatch, Table, "put", lambda: shop.receive("A", 1, "shed"))
    assert put(shop, expect=409)["skus"] == ["A"]
    assert (shed(shop)["closed"], shed(shop)["closing"]) == (False, False)
    assert shop.numbers("A", "shed") == (1, 0, 1)


def test_stock_at_a_known_level_received_while_it_closes_keeps_it_open(shop, monkeypatch):
    shop.receive("A", 1, "shed")
    move(shop, "adjusted", -1)
    Meanwhile(monkeypatch, Table, "put", lambda: shop.receive("A", 1, "shed"))
    assert put(shop, expect=409)["skus"] == ["A"]
    assert (shed(shop)["closed"], shed(shop)["closing"]) == (False, False)
    move(shop, "received", 1)


def test_nothing_arrives_once_it_is_marked(shop, monkeypatch):
    shop.receive("A", 1, "shed")
    move(shop, "adjusted", -1)
    refusals = []
    Meanwhile(
        monkeypatch,
        LevelRepository,
        "levels_in_use",
        lambda: refusals.append(move(shop, "received", 1, expect=409)),
        number=2,
    )
    assert put(shop)["closed"] is True
    assert "shed is being closed" in refusals[0]["detail"]
    assert shop.numbers("A", "shed") == (0, 0, 0)


def test_what_was_decided_before_it_closed_arrives_no_more(shop, monkeypatch):
    shop.receive("A", 1, "shed")
    move(shop, "adjusted", -1)
    Meanwhile(monkeypatch, LedgerRepository, "record", lambda: put(shop))
    move(shop, "received", 1, expect=409)
    assert (shed(shop)["closed"], shop.numbers("A", "shed")) == (True, (0, 0, 0))


def test_what_was_decided_before_the_mark_does_not_arrive_after_the_look(shop, monkeypatch):
    """A delivery is decided; the location is marked and looked at; only then it is written."""
    shop.receive("A", 1, "shed")
    move(shop, "adjusted", -1)
    record, looked = LedgerRepository.record, LevelRepository.levels_in_use
    refused, looks = [], []

    def written_late(*posting):
        def look(*args):
            found = looked(*args)
            looks.append(found)
            if len(looks) == 2:  # the one under the mark
                with pytest.raises(ChangedMeanwhileError) as caught:
                    record(*posting)
                refused.append(caught.value)
            return found

        monkeypatch.setattr(LedgerRepository, "record", record)
        monkeypatch.setattr(LevelRepository, "levels_in_use", look)
        put(shop)
        raise refused[0]

    monkeypatch.setattr(LedgerRepository, "record", written_late)
    move(shop, "received", 1, expect=409)
    assert (shed(shop)["closed"], shop.numbers("A", "shed")) == (True, (0, 0, 0))


def test_units_that_are_promised_while_it_closes_keep_it_open(shop, monkeypatch):
    """An order takes the only units between the mark and the look."""
    shop.receive("A", 1, "shed")
    image = shop.image("ord_1", ("A", 11))
    Meanwhile(monkeypatch, LevelRepository, "levels_in_use", lambda: deliver(image))
    put(shop, expect=409)
    assert shop.numbers("A", "shed") == (1, 1, 0)


def test_an_order_finds_nothing_at_a_closed_location(shop):
    shop.receive("A", 1, "shed")
    move(shop, "adjusted", -1)
    put(shop)
    assert deliver(shop.image("ord_1", ("A", 10))) == []
    assert (shop.numbers("A"), shop.numbers("A", "shed")) == ((10, 10, 0), (0, 0, 0))


def test_orders_go_on_at_a_location_that_is_looked_at(shop, monkeypatch):
    move(shop, "received", 3)
    table = shop.aws.table("InventoryTable")
    table.put(table.get(keys.location(shop.id, "shed")) | {"closing": True})
    assert deliver(shop.image("ord_1", ("A", 13))) == []
    assert shop.numbers("A", "shed") == (3, 3, 0)


@pytest.mark.parametrize("body", [PLACE, CLOSED])
def test_a_mark_that_was_left_behind_goes_with_the_next_settings(shop, body):
    table = shop.aws.table("InventoryTable")
    table.put(table.get(keys.location(shop.id, "shed")) | {"closing": True})
    move(shop, "received", 1, expect=409)
    assert shed(shop)["closing"] is True
    after = put(shop, body)
    assert (after["closing"], after["closed"]) == (False, body.get("closed", False))


@pytest.mark.parametrize(("late", "status"), [(1, 409), (99, 503)])
def test_an_index_that_is_behind_closes_nothing(shop, monkeypatch, late, status):
    shop.receive("A", 1, "shed")
    query_all = Table.query_all
    behind = iter([True] * late)

    def read(*args, **named):
        return iter(()) if next(behind, False) else query_all(*args, **named)

    monkeypatch.setattr(Table, "query_all", read)
    put(shop, expect=status)
    assert (shed(shop)["closed"], shed(shop)["closing"]) == (False, False)


def test_what_comes_back_from_a_customer_is_put_on_a_closed_shelf_too(shop):
    """It is a fact, and no movement; it may leave again."""
    shop.receive("A", 1, "shed")
    move(shop, "adjusted", -1)
    put(shop)
    assert deliver(shop.image("ord_1", ("A", 1), fulfilled=[1])) == []
    image = shop.image("ord_1", ("A", 1), fulfilled=[1], version=2)
    image["lines"][0]["restocked"] = {"shed": 1}
    assert deliver(image) == []
    assert shop.numbers("A", "shed") == (1, 0, 1)
    move(shop, "transferred", 1, to_location_id="hq")
    assert shop.numbers("A") == (10, 0, 10)


def test_what_came_back_while_it_was_closed_is_told_once_it_serves_again(shop, monkeypatch):
    """Orders may wait for it, and nothing else would tell them."""
    table = shop.aws.table("InventoryTable")
    key = keys.level(shop.id, "A", "shed")
    shop.receive("A", 1, "shed")
    move(shop, "adjusted", -1)
    put(shop)
    deliver(shop.image("ord_1", ("A", 1), fulfilled=[1]))
    image = shop.image("ord_1", ("A", 1), fulfilled=[1], version=2)
    image["lines"][0]["restocked"] = {"shed": 1}
    deliver(image)
    before = table.get(key)
    served = []
    tell_again = LevelRepository.tell_again

    def told(*args):
        served.append(shed(shop))
        tell_again(*args)

    monkeypatch.setattr(LevelRepository, "tell_again", told)
    after = put(shop, PLACE)
    assert (after["closed"], after["closing"]) == (False, False)
    assert [(place["closed"], place["closing"]) for place in served] == [(False, True)]
    events = list(level_events(Change("1", dict(key), before, table.get(key))))
    assert [event.name for event in events] == [EventName.STOCK_INCREASED]
    assert shop.numbers("A", "shed") == (1, 0, 1)


def test_who_opens_a_location_and_dies_is_made_up_for(shop, monkeypatch):
    shop.receive("A", 1, "shed")
    move(shop, "adjusted", -1)
    put(shop)
    deliver(shop.image("ord_1", ("A", 1), fulfilled=[1]))
    image = shop.image("ord_1", ("A", 1), fulfilled=[1], version=2)
    image["lines"][0]["restocked"] = {"shed": 1}
    deliver(image)
    with monkeypatch.context() as patched:
        patched.setattr(LevelRepository, "tell_again", lambda *_: 1 / 0)
        put(shop, PLACE, expect=500)
    assert (shed(shop)["closed"], shed(shop)["closing"]) == (False, True)
    put(shop, PLACE)
    assert shed(shop)["closing"] is False
    level = shop.aws.table("InventoryTable").get(keys.level(shop.id, "A", "shed"))
    assert "reopened_at" in level
