"""Stock between two locations: at once, in transit, received in parts, lost on the way."""

import pytest

from inventory.movements.repository import LedgerRepository
from tests.integration.inventory.inventory_shop import Shop, deliver
from waybill import keys

ONCE = {"Idempotency-Key": "lorry-1"}


@pytest.fixture
def shop(aws, monkeypatch):
    monkeypatch.setattr("inventory.patience.time.sleep", lambda _: None)
    shop = Shop(aws)
    shop.stocked("A", 10)
    shop.call("PUT", "/v1/locations/shed", {"name": "Shed", "country": "DE"}, expect=201)
    return shop


def transferred(quantity=4, **more):
    ends = {"location_id": "hq", "to_location_id": "shed"}
    return {"sku": "A", "kind": "transferred", "quantity": quantity} | ends | more


def arriving(transfer_id, quantity=4, **more):
    body = {"sku": "A", "location_id": "shed", "kind": "received", "quantity": quantity}
    return body | {"transfer_id": transfer_id} | more


def move(shop, body, expect=201, **options):
    return shop.call("POST", "/v1/stock-movements", body, expect=expect, **options)


def stock(shop, location_id):
    level = shop.level("A", location_id)
    return level["on_hand"], level["available"], level["incoming"]


def of(shop, transfer_id):
    found = shop.call("GET", f"/v1/transfers/{transfer_id}", expect=200)
    return found["status"], found["in_transit"], found["received"], found["written_off"]


def ledger(shop):
    rows = shop.call("GET", "/v1/stock-movements", query={"sku": "A"}, expect=200)["items"]
    return sorted((row["location_id"], row["kind"], row["delta"], row["incoming"]) for row in rows)


def proven(shop):
    """Each level is what the rows of the ledger add up to."""
    for place in ("hq", "shed"):
        rows = [row for row in ledger(shop) if row[0] == place]
        on_hand, _, incoming = stock(shop, place)
        assert (on_hand, incoming) == (sum(r[2] for r in rows), sum(r[3] for r in rows))


def test_units_change_their_place_in_one_movement_with_a_row_at_each_end(shop):
    told = move(shop, transferred(reference="T-1", reason="too many"))
    assert (told["location_id"], told["delta"], told["quantity"]) == ("hq", -4, 4)
    assert told["transfer_id"].startswith("trf_")
    assert (stock(shop, "hq"), stock(shop, "shed")) == ((6, 6, 0), (4, 4, 0))
    assert ledger(shop) == [
        ("hq", "received", 10, 0),
        ("hq", "transferred", -4, 0),
        ("shed", "transferred", 4, 0),
    ]
    rows = shop.call("GET", "/v1/stock-movements", query={"sku": "A"}, expect=200)["items"]
    assert [row["transfer_id"] for row in rows] == [told["transfer_id"]] * 2 + [None]
    shown = shop.call("GET", f"/v1/transfers/{told['transfer_id']}", expect=200)
    assert (shown["location_id"], shown["to_location_id"]) == ("hq", "shed")
    assert (shown["reference"], shown["reason"], shown["sku"]) == ("T-1", "too many", "A")
    assert of(shop, told["transfer_id"]) == ("received", 0, 4, 0)
    proven(shop)


def test_units_in_transit_are_received_in_parts_and_the_rest_is_written_off(shop):
    transfer_id = move(shop, transferred(in_transit=True))["transfer_id"]
    assert (stock(shop, "hq"), stock(shop, "shed")) == ((6, 6, 0), (0, 0, 4))
    assert of(shop, transfer_id) == ("in_transit", 4, 0, 0)
    told = move(shop, arriving(transfer_id, 1))
    assert (told["delta"], told["incoming"], told["transfer_id"]) == (1, -1, transfer_id)
    assert stock(shop, "shed") == (1, 1, 3)
    lost = {"kind": "adjusted", "reason": "dropped"}
    told = move(shop, arriving(transfer_id, -2, **lost))
    assert (told["delta"], told["incoming"], told["quantity"]) == (0, -2, -2)
    assert (stock(shop, "hq"), stock(shop, "shed")) == ((6, 6, 0), (1, 1, 1))
    assert of(shop, transfer_id) == ("in_transit", 1, 1, 2)
    refused = move(shop, arriving(transfer_id, 2), expect=409)
    assert refused["in_transit"] == 1
    assert "1 units are still in transit" in refused["detail"]
    move(shop, arriving(transfer_id, -2, **lost), expect=409)
    move(shop, arriving(transfer_id, 1))
    assert of(shop, transfer_id) == ("received", 0, 2, 2)
    assert stock(shop, "shed") == (2, 2, 0)
    move(shop, arriving(transfer_id, 1), expect=409)
    proven(shop)


def test_a_transfer_breaks_no_promise(shop):
    shop.call("PUT", "/v1/items/A", {"title": "A", "safety_stock": 1}, expect=200)
    assert deliver(shop.image("ord_1", ("A", 6))) == []
    refused = move(shop, transferred(4), expect=409)
    assert (refused["available"], refused["detail"]) == (3, "3 units are free")
    assert shop.numbers("A") == (10, 6, 3)
    move(shop, transferred(3))
    assert shop.numbers("A") == (7, 6, 0)
    assert move(shop, transferred(1), expect=409)["available"] == 0


@pytest.mark.parametrize("in_transit", [False, True])
def test_units_that_were_promised_while_a_transfer_was_decided_stay(shop, in_transit, monkeypatch):
    record = LedgerRepository.record
    racing = [True]

    def raced(self, *args):
        if racing.pop() if racing else False:
            assert deliver(shop.image("ord_1", ("A", 8))) == []
        record(self, *args)

    monkeypatch.setattr(LedgerRepository, "record", raced)
    assert move(shop, transferred(in_transit=in_transit), expect=409)["available"] == 2
    assert shop.numbers("A") == (10, 8, 2)


def test_a_part_that_is_received_twice_at_once_arrives_once(shop, monkeypatch):
    transfer_id = move(shop, transferred(in_transit=True))["transfer_id"]
    record = LedgerRepository.record
    racing = [True]

    def raced(self, *args):
        if racing.pop() if racing else False:
            move(shop, arriving(transfer_id, 3))
        record(self, *args)

    monkeypatch.setattr(LedgerRepository, "record", raced)
    assert move(shop, arriving(transfer_id, 3), expect=409)["in_transit"] == 1
    assert (stock(shop, "shed"), of(shop, transfer_id)) == ((3, 3, 1), ("in_transit", 1, 3, 0))


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"sku": "none"}, "/sku"),
        ({"location_id": "nowhere"}, "/location_id"),
        ({"to_location_id": "nowhere"}, "/to_location_id"),
        ({"to_location_id": "hq"}, "/to_location_id"),
        ({"to_location_id": None}, "/to_location_id"),
        ({"quantity": 0}, "/quantity"),
        ({"quantity": 1.0}, "/quantity"),
        ({"quantity": True}, "/quantity"),
        ({"quantity": 1_000_001}, "/quantity"),
        ({"in_transit": 1}, "/in_transit"),
        ({"transfer_id": "trf_1"}, "/transfer_id"),
        ({"kind": "received", "to_location_id": None, "transfer_id": "trf_1"}, "/transfer_id"),
        ({"kind": "received", "to_location_id": None, "transfer_id": "mov_1"}, "/transfer_id"),
    ],
)
def test_a_wrong_transfer_is_422_and_moves_nothing(shop, changes, pointer):
    before = shop.aws.items("InventoryTable")
    problem = move(shop, transferred() | changes, expect=422)
    assert [error["pointer"] for error in problem["errors"]] == [pointer]
    assert shop.aws.items("InventoryTable") == before


def test_what_is_received_is_of_the_transfer_that_is_named(shop):
    transfer_id = move(shop, transferred(in_transit=True))["transfer_id"]
    shop.call("PUT", "/v1/items/B", {"title": "B"}, expect=201)
    for changes in ({"sku": "B"}, {"location_id": "hq"}):
        move(shop, arriving(transfer_id) | changes, expect=422)
    assert of(shop, transfer_id) == ("in_transit", 4, 0, 0)


def test_another_shop_sees_and_receives_nothing_of_it(shop, aws):
    transfer_id = move(shop, transferred(in_transit=True))["transfer_id"]
    other = Shop(aws, "b")
    other.stocked("A")
    other.call("PUT", "/v1/locations/shed", {"name": "Shed", "country": "DE"}, expect=201)
    other.call("GET", f"/v1/transfers/{transfer_id}", expect=404)
    move(other, arriving(transfer_id), expect=422)
    shop.call("GET", "/v1/transfers/none", expect=404)
    assert of(shop, transfer_id) == ("in_transit", 4, 0, 0)


@pytest.mark.parametrize("in_transit", [False, True])
def test_a_transfer_and_its_receipt_are_recorded_once_per_key(shop, in_transit):
    def same(body, headers):
        first, again = (move(shop, body, headers=headers) for _ in range(2))
        assert {**first, "_headers": 0} == {**again, "_headers": 0}
        return first

    body = transferred(in_transit=in_transit)
    transfer_id = same(body, ONCE)["transfer_id"]
    move(shop, body | {"quantity": 5}, expect=422, headers=ONCE)
    move(shop, body | {"in_transit": not in_transit}, expect=422, headers=ONCE)
    if in_transit:
        same(arriving(transfer_id, 1), {"Idempotency-Key": "dock-1"})
        loss = arriving(transfer_id, -1, kind="adjusted", reason="dropped")
        same(loss, {"Idempotency-Key": "dock-2"})
        assert of(shop, transfer_id) == ("in_transit", 2, 1, 1)
    markers = [it for it in shop.aws.items("InventoryTable") if "fingerprint" in it]
    assert len(markers) == (3 if in_transit else 1)
    proven(shop)


def test_every_level_that_moved_is_to_be_checked(shop):
    move(shop, transferred(in_transit=True))
    for place in ("hq", "shed"):
        level = shop.aws.table("InventoryTable").get(keys.level(shop.id, "A", place))
        assert level["unchecked_pk"] == keys.unchecked("A")


def test_an_untracked_items_movements_are_recorded_as_ever(shop):
    shop.call("PUT", "/v1/items/A", {"title": "A", "tracked": False}, expect=200)
    move(shop, transferred())
    assert (stock(shop, "hq"), stock(shop, "shed")) == ((6, 6, 0), (4, 4, 0))


def test_a_level_that_is_full_says_so(shop):
    table = shop.aws.table("InventoryTable")
    key = keys.level(shop.id, "A", "hq")
    table.put(table.get(key) | {"on_hand": 999_999_999, "available": 999_999_999})
    received = {"sku": "A", "location_id": "hq", "kind": "received", "quantity": 2}
    refused = move(shop, received, expect=409)
    assert refused["on_hand"] == 999_999_999
    assert "1000000000" in refused["detail"]
    move(shop, received | {"quantity": 1})


def test_a_loss_below_what_is_promised_shows_a_shortfall(shop):
    assert deliver(shop.image("ord_1", ("A", 6))) == []
    loss = {"sku": "A", "location_id": "hq", "kind": "adjusted", "quantity": -8, "reason": "fire"}
    move(shop, loss)
    level = shop.level("A")
    assert (level["on_hand"], level["reserved"], level["available"]) == (2, 6, -4)
    assert level["shortfall"] == 4
    refused = move(shop, loss, expect=409)
    assert (refused["on_hand"], refused["detail"]) == (2, "2 units are on hand")
