"""Stock proven from its rows, by the hour and when somebody asks; parked orders tried again."""

import json
from datetime import timedelta

import pytest

from inventory import on_order_change, on_schedule, on_table_change
from inventory.allocation import redriving
from inventory.checks import checking
from tests.integration.inventory.inventory_shop import Shop, deliver
from tests.integration.inventory.test_inventory_relay import RecordingBus, record
from waybill import keys
from waybill.clock import system_clock, to_text
from waybill.relay import Bus

TABLE = "InventoryTable"


class Context:
    """As long as it takes."""

    def __init__(self, milliseconds: int = 900_000) -> None:
        self.milliseconds = milliseconds

    def get_remaining_time_in_millis(self) -> int:
        return self.milliseconds


@pytest.fixture(autouse=True)
def _no_sleep(monkeypatch):
    monkeypatch.setattr("inventory.patience.time.sleep", lambda _: None)


def hour(context=None):
    return on_schedule.lambda_handler({}, context or Context())


def tamper(shop, sku, **by):
    level = shop.aws.table(TABLE).get(keys.level(shop.id, sku, "hq"))
    shop.aws.table(TABLE).put(level | {name: level[name] + n for name, n in by.items()})


def kept(shop, sku):
    return shop.aws.table(TABLE).get(keys.stock_check(shop.id, sku, "hq"))


def ago(days):
    return to_text(system_clock() - timedelta(days=days))


def check(shop, sku, *, expect=200, **body):
    return shop.call("POST", "/v1/stock-checks", {"sku": sku} | body, expect=expect)


# --- by the hour --------------------------------------------------------------------------------


def test_what_changed_is_proven_and_what_drifts_is_told_once(shop, monkeypatch):
    bus = RecordingBus()
    monkeypatch.setattr(on_table_change, "_bus", lambda: Bus(bus, "waybill-test"))
    shop.stocked("A", 10)
    shop.call("PUT", "/v1/items/B", {"title": "B"}, expect=201)
    shop.receive("B", 10)
    tamper(shop, "B", on_hand=2)
    assert hour() == {
        "proven": 1, "drifting": 1, "postponed": 0, "failed": 0, "healed": 0, "kept": 0,
    }  # fmt: skip
    found = kept(shop, "B")
    assert found["drift"] == {"on_hand": 2}
    assert hour()["drifting"] == 1
    assert kept(shop, "B") == found
    assert kept(shop, "A") is None

    made = record(found, found)
    del made["dynamodb"]["OldImage"]
    again = record(found, found | {"version": 2, "movements": 10})
    gone = record(found, found | {"version": 3, "drift": {}, "drift_since": None})
    for told in (made, again, gone):
        answer = on_table_change.lambda_handler({"Records": [told]}, None)
        assert answer == {"batchItemFailures": []}
    (entry,) = bus.entries
    detail = json.loads(entry["Detail"])
    assert (entry["DetailType"], detail["key"]) == ("StockDriftFound", "check#B@hq")
    assert detail["data"] == {"sku": "B", "location_id": "hq", "drift": {"on_hand": 2}}


def test_old_rows_are_added_up_and_a_late_return_asks_for_its_day(shop, monkeypatch):
    monkeypatch.setattr(checking, "WORTH_KEEPING", 1)
    shop.stocked("A", 10)
    images = [
        shop.image(f"ord_{n}", ("A", 1), fulfilled=[1 if n < 3 else 0], placed_at=ago(9 - n))
        for n in range(4)
    ]
    assert deliver(*images) == []
    assert hour()["proven"] == 1
    opening = kept(shop, "A")
    assert opening["days"] == {ago(9 - n)[:10]: [1, 0] for n in range(3)}
    assert [line.rpartition("#")[2] for line in opening["open_lines"]] == ["ord_3"]
    returned = images[0] | {"version": 2}
    returned["lines"] = [returned["lines"][0] | {"restocked": {"hq": 1}}]
    tamper(shop, "A", reserved=1)
    assert deliver(returned) == []
    assert shop.aws.table(TABLE).get(keys.level(shop.id, "A", "hq"))["stale_days"] == {ago(9)[:10]}
    assert hour()["drifting"] == 1
    level = shop.aws.table(TABLE).get(keys.level(shop.id, "A", "hq"))
    assert "stale_days" not in level
    assert "unchecked_pk" in level
    assert kept(shop, "A")["days"][ago(9)[:10]] == [1, 1]
    assert deliver(returned | {"version": 3, "status": "cancelled"}) == []
    tamper(shop, "A", reserved=-1)
    assert hour()["proven"] == 1


def test_without_time_nothing_is_begun(shop):
    shop.stocked("A", 10)
    assert deliver(shop.image("ord_1", ("A", 1)) | {"status": "teleported"}) == []
    assert set(hour(Context(20_000)).values()) == {0}
    assert hour()["proven"] == 1


def test_a_level_that_cannot_be_checked_is_told_after_everything_else_is_done(shop):
    shop.stocked("A", 10)
    shop.aws.table(TABLE).update(keys.level(shop.id, "A", "hq"), "REMOVE safety_stock")
    placed(shop, shop.image("ord_1", ("B", 1)), broken=True)
    with pytest.raises(on_schedule.StockChecksFailedError):
        hour()
    assert parked(shop) == []


# --- when somebody asks -------------------------------------------------------------------------


def test_a_statement_says_why_a_number_is_what_it_is(shop):
    shop.stocked("A", 50, safety_stock=5)
    loss = {"sku": "A", "location_id": "hq", "kind": "adjusted", "quantity": -2, "reason": "broken"}
    shop.call("POST", "/v1/stock-movements", loss, expect=201)
    image = shop.image("ord_2", ("A", 3), fulfilled=[2])
    image["lines"][0]["restocked"] = {"hq": 1}
    assert deliver(shop.image("ord_1", ("A", 4)), image) == []
    answer = check(shop, "A")
    assert answer["sku"] == "A"
    (level,) = answer["levels"]
    assert (level["location_id"], level["verdict"]) == ("hq", "proven")
    assert level["on_hand"] == {"stored": 47, "computed": 47}
    assert level["reserved"] == {"stored": 5, "computed": 5}
    assert level["available"] == {"stored": 37, "computed": 37}
    assert (level["safety_stock"], level["truncated"]) == (5, False)
    assert level["opening"] == {
        "until": None, "movements": 0, "incoming": 0, "shipped": 0, "returned": 0,
    }  # fmt: skip
    moved = [(row["kind"], row["delta"], row["reason"]) for row in level["movements"]]
    assert moved == [("received", 50, None), ("adjusted", -2, "broken")]
    lines = {row.pop("order_id"): row for row in level["lines"]}
    assert lines["ord_2"] == {
        "placed_at": "2026-11-22T10:00:00.002Z", "quantity": 3, "shipped": 2, "returned": 1,
        "backordered": 0, "state": "open",
    }  # fmt: skip
    assert lines["ord_1"]["quantity"] == 4


def test_a_statement_opens_with_what_was_added_up(shop, monkeypatch):
    monkeypatch.setattr(checking, "WORTH_KEEPING", 1)
    shop.stocked("A", 10)
    old = [shop.image(f"ord_{n}", ("A", 2), fulfilled=[2], placed_at=ago(9)) for n in (1, 2)]
    assert deliver(*old, shop.image("ord_3", ("A", 1), placed_at=ago(8))) == []
    check(shop, "A")
    (level,) = check(shop, "A")["levels"]
    assert level["opening"]["until"] == ago(2)[:10] + "T00:00:00.000Z"
    assert (level["opening"]["shipped"], level["opening"]["movements"]) == (4, 0)
    assert [row["order_id"] for row in level["lines"]] == ["ord_3"]
    assert level["on_hand"] == {"stored": 6, "computed": 6}
    (whole,) = check(shop, "A", from_start=True)["levels"]
    assert whole["opening"]["until"] is None
    assert len(whole["lines"]) == 3


def test_a_statement_shows_drift_and_repairs_nothing(shop):
    shop.stocked("A", 10)
    tamper(shop, "A", reserved=1)
    (level,) = check(shop, "A", location_id="hq")["levels"]
    assert level["verdict"] == "drift"
    assert level["reserved"] == {"stored": 1, "computed": 0}
    assert shop.level("A")["reserved"] == 1
    assert kept(shop, "A")["drift"] == {"reserved": 1}


def test_every_location_has_a_statement_or_one_is_asked_for(shop):
    shop.stocked("A", 10)
    shop.call("PUT", "/v1/locations/store", {"name": "s", "country": "DE"}, expect=201)
    shop.receive("A", 3, "store")
    answer = check(shop, "A")
    assert [level["on_hand"]["stored"] for level in answer["levels"]] == [10, 3]
    one = check(shop, "A", location_id="store")["levels"]
    assert [level["location_id"] for level in one] == ["store"]
    assert [row["delta"] for row in one[0]["movements"]] == [3]


def test_what_does_not_exist_is_named(shop, aws):
    shop.stocked("A", 1)
    other = Shop(aws, "b")
    assert check(shop, "B", expect=422)["errors"][0]["pointer"] == "/sku"
    assert check(other, "A", expect=422)["errors"][0]["pointer"] == "/sku"
    wrong = check(shop, "A", location_id="moon", expect=422)
    assert wrong["errors"][0]["pointer"] == "/location_id"
    assert check(shop, "A", from_start="yes", expect=422)["errors"][0]["pointer"] == "/from_start"


def test_an_item_without_stock_anywhere_has_no_statements(shop):
    shop.call("PUT", "/v1/items/A", {"title": "A"}, expect=201)
    assert check(shop, "A")["levels"] == []


def test_who_may_only_read_may_not_check(aws):
    reader = Shop(aws, "c", scopes=("inventory:read",))
    check(reader, "A", expect=403)


def test_a_statement_shows_so_many_rows_and_says_that_there_are_more(shop, monkeypatch):
    monkeypatch.setattr("inventory.checks.sku_check.SHOWN", 2)
    shop.stocked("A", 10)
    assert deliver(*(shop.image(f"ord_{n}", ("A", 1)) for n in range(3))) == []
    (level,) = check(shop, "A")["levels"]
    assert (len(level["lines"]), level["truncated"]) == (2, True)
    assert level["reserved"] == {"stored": 3, "computed": 3}


def test_what_takes_too_long_is_left_to_the_schedule(shop, monkeypatch):
    monkeypatch.setattr("inventory.checks.sku_check.TIME", timedelta(0))
    shop.stocked("A", 10)
    (level,) = check(shop, "A")["levels"]
    assert level["verdict"] == "postponed"
    assert level["on_hand"] == {"stored": 10, "computed": None}
    assert (level["opening"], level["lines"]) == (None, [])


# --- parked orders ------------------------------------------------------------------------------


def placed(shop, *images, broken=False):
    """Orders as they stand in OrdersTable, delivered to inventory; ``broken``: it cannot."""
    for image in images:
        shop.aws.table("OrdersTable").put(image)
    with pytest.MonkeyPatch.context() as patch:
        if broken:

            def fails(image):
                raise ValueError("a bug")

            patch.setattr(on_order_change, "read_demand", fails)
        assert deliver(*images) == []


def parked(shop):
    pk = keys.parked("orders", "")["pk"]
    rows, _ = shop.aws.table(TABLE).query("pk = :pk", {":pk": pk})
    return [row["source_key"]["pk"].rpartition("#")[2] for row in rows]


def test_what_was_parked_is_applied_once_the_code_is_mended(shop):
    shop.stocked("A", 10)
    placed(shop, *(shop.image(f"ord_{n}", ("A", 1)) for n in (1, 2)), broken=True)
    assert sorted(parked(shop)) == ["ord_1", "ord_2"]
    assert hour()["healed"] == 2
    assert parked(shop) == []
    assert shop.numbers("A") == (10, 2, 8)
    assert shop.allocation("ord_1")["decision"] == "allocated"
    assert hour()["healed"] == 0


def test_who_fails_still_stays_parked_and_stops_nobody(shop):
    shop.stocked("A", 10)
    strange = shop.image("ord_1", ("A", 1), status="teleported")
    placed(shop, strange)
    placed(shop, *(shop.image(f"ord_{n}", ("A", 1)) for n in (2, 3)), broken=True)
    stray = keys.parked("orders", "x") | {"version": 1, "parked_at": "now"}
    shop.aws.table(TABLE).put(stray | {"source_key": "no key"})
    result = hour()
    assert (result["healed"], result["kept"]) == (2, 1)
    assert shop.numbers("A") == (10, 2, 8)
    shop.aws.table("OrdersTable").put(strange | {"status": "pending"})
    assert hour()["healed"] == 1
    assert shop.numbers("A") == (10, 3, 7)


def test_an_order_that_is_gone_or_newer_is_forgotten(shop):
    shop.stocked("A", 10)
    first = shop.image("ord_1", ("A", 1))
    placed(shop, first, shop.image("ord_2", ("A", 1)), broken=True)
    shop.aws.table("OrdersTable").delete(keys.order(shop.id, "ord_2"))
    placed(shop, first | {"version": 2, "status": "cancelled"})
    assert hour()["healed"] == 2
    assert parked(shop) == []
    assert shop.numbers("A") == (10, 0, 10)


def test_what_is_parked_again_meanwhile_is_kept(shop, monkeypatch):
    shop.stocked("A", 10)
    image = shop.image("ord_1", ("A", 1))
    placed(shop, image, broken=True)
    read = redriving.read_demand

    def parked_again(newest):
        monkeypatch.setattr(redriving, "read_demand", read)
        placed(shop, image | {"version": 2}, broken=True)
        return read(newest)

    monkeypatch.setattr(redriving, "read_demand", parked_again)
    assert hour()["kept"] == 1
    assert parked(shop) == ["ord_1"]
    assert hour()["healed"] == 1


@pytest.mark.parametrize(
    "again", [{"version": 2}, {"parked_at": "2999-01-01T00:00:00.000Z"}], ids=["newer", "later"]
)
def test_only_the_very_record_that_was_tried_is_forgotten(shop, monkeypatch, again):
    """A newer image parked in the same instant, or another one whose version nobody can read."""
    shop.stocked("A", 10)
    placed(shop, shop.image("ord_1", ("A", 1)), broken=True)
    table, read = shop.aws.table(TABLE), redriving.read_demand
    (row,), _ = table.query("pk = :pk", {":pk": keys.parked("orders", "")["pk"]})

    def parked_again(newest):
        table.put(row | again)
        return read(newest)

    monkeypatch.setattr(redriving, "read_demand", parked_again)
    assert hour()["kept"] == 1
    assert parked(shop) == ["ord_1"]


def test_stock_that_is_there_for_who_waits_is_given_when_a_parked_order_comes_to_wait(shop):
    shop.stocked("A", 0, oversell_policy="backorder")
    placed(shop, shop.image("ord_1", ("A", 1)))
    placed(shop, shop.image("ord_2", ("A", 1)), broken=True)
    shop.receive("A", 1)  # nobody tells of it
    assert hour()["healed"] == 1
    decisions = [shop.allocation(f"ord_{n}")["decision"] for n in (1, 2)]
    assert decisions == ["allocated", "backordered"]
