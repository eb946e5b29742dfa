"""Orders' images in, stock reserved, shipped and released: the handler against moto."""

from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from inventory import composition
from tests.integration.inventory.inventory_shop import Shop, deliver
from waybill import keys
from waybill.batch import BatchFailedError


@pytest.fixture
def shop(aws, monkeypatch):
    monkeypatch.setattr("inventory.patience.time.sleep", lambda _: None)
    return Shop(aws)


class Interfering:
    """The DynamoDB client, but for what a test does to its transactions."""

    def __init__(self, client: Any, *acts: Any) -> None:
        self._client = client
        self._acts = list(acts)
        self.transactions = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def transact_write_items(self, **request: Any) -> Any:
        self.transactions += 1
        act = self._acts.pop(0) if self._acts else None
        return act(self._client, request) if act else self._client.transact_write_items(**request)


def conflict(_client, request):
    reasons = [{"Code": "TransactionConflict"}] + [{"Code": "None"}] * (
        len(request["TransactItems"]) - 1
    )
    raise ClientError(
        {
            "Error": {"Code": "TransactionCanceledException", "Message": ""},
            "CancellationReasons": reasons,
        },
        "TransactWriteItems",
    )


def answer_lost(client, request):
    client.transact_write_items(**request)
    raise ReadTimeoutError(endpoint_url="https://dynamodb")


def interfere(monkeypatch, *acts) -> Interfering:
    table = composition.inventory_table()
    client = Interfering(table.client, *acts)
    monkeypatch.setattr(table, "client", client)
    return client


def rows(shop, sku):
    listed = shop.call("GET", "/v1/reservations", query={"sku": sku}, expect=200)["items"]
    return {row["order_id"]: (row["quantity"], row["shipped"], row["state"]) for row in listed}


def test_an_order_is_allocated(shop):
    shop.stocked("A", 5)
    assert deliver(shop.image("ord_1", ("A", 3))) == []
    assert shop.numbers("A") == (5, 3, 2)
    stored = shop.allocation("ord_1")
    assert (stored["decision"], stored["decided"]) == ("allocated", True)
    assert (stored["order_version"], stored["version"]) == (1, 1)
    assert (stored["order_id"], stored["shop_id"]) == ("ord_1", shop.id)
    assert stored["correlation_id"] == "c-ord_1"
    assert stored["lines"] == {"line_1": {"allocated": 3, "backordered": 0}}
    (held,) = stored["reservations"]
    assert (held["sku"], held["location_id"], held["quantity"]) == ("A", "hq", 3)
    by_order = shop.call("GET", "/v1/reservations", query={"order_id": "ord_1"}, expect=200)
    by_sku = shop.call("GET", "/v1/reservations", query={"sku": "A"}, expect=200)
    assert by_order["items"] == by_sku["items"]
    assert by_sku["items"][0]["state"] == "open"


def test_the_first_placed_is_served_and_the_rest_hear_of_the_shortfall(shop):
    shop.stocked("A", 2)
    images = [shop.image(f"ord_{n}", ("A", 1)) for n in (3, 1, 2)]
    assert deliver(*images) == []
    decisions = [shop.allocation(f"ord_{n}")["decision"] for n in (1, 2, 3)]
    assert decisions == ["allocated", "allocated", "out_of_stock"]
    assert shop.allocation("ord_3")["decided"]
    assert set(rows(shop, "A")) == {"ord_1", "ord_2"}
    assert shop.numbers("A") == (2, 2, 0)


def test_delivered_again_cut_differently_and_late_nothing_changes(shop):
    shop.stocked("A", 10)
    images = [shop.image(f"ord_{n}", ("A", 1)) for n in range(1, 6)]
    cancelled = shop.image("ord_2", ("A", 1), version=2, status="cancelled")
    deliver(*images, cancelled)
    before = shop.aws.items("InventoryTable")
    deliver(*images, cancelled)
    deliver(*images[3:], *images[:2])
    for image in (cancelled, *reversed(images)):
        deliver(image)
    assert shop.aws.items("InventoryTable") == before
    assert shop.numbers("A") == (10, 4, 6)


def test_a_cancelled_order_gives_back_what_it_held(shop):
    shop.stocked("A", 5)
    deliver(shop.image("ord_1", ("A", 3)))
    deliver(shop.image("ord_1", ("A", 3), version=4, status="cancelled"))
    assert shop.numbers("A") == (5, 0, 5)
    stored = shop.allocation("ord_1")
    assert (stored["decision"], stored["order_version"]) == ("released", 4)
    assert (stored["decided"], stored["version"]) == (True, 2)
    assert rows(shop, "A") == {"ord_1": (0, 0, "released")}


@pytest.mark.parametrize("status", ["cancelled", "expired"])
def test_a_tombstone_keeps_a_late_image_from_reserving(shop, status):
    shop.stocked("A", 5)
    deliver(shop.image("ord_1", ("A", 3), version=2, status=status))
    deliver(shop.image("ord_1", ("A", 3), version=1))
    assert shop.numbers("A") == (5, 0, 5)
    stored = shop.allocation("ord_1")
    assert (stored["decision"], stored["decided"]) == ("released", False)


def test_a_shipment_leaves_the_shelf_and_the_reservation(shop):
    shop.stocked("A", 5)
    deliver(shop.image("ord_1", ("A", 3), status="confirmed"))
    deliver(shop.image("ord_1", ("A", 3), version=2, status="confirmed", fulfilled=[2]))
    assert shop.numbers("A") == (3, 1, 2)
    assert rows(shop, "A") == {"ord_1": (3, 2, "open")}
    assert shop.allocation("ord_1")["decided"] is False
    deliver(shop.image("ord_1", ("A", 3), version=3, status="confirmed", fulfilled=[3]))
    assert shop.numbers("A") == (2, 0, 2)
    assert rows(shop, "A") == {"ord_1": (3, 3, "shipped")}
    assert shop.allocation("ord_1")["decision"] == "allocated"


def test_an_edit_reserves_what_it_adds_and_releases_what_it_drops(shop):
    shop.stocked("A", 5)
    shop.call("PUT", "/v1/items/B", {"title": "B"}, expect=201)
    shop.receive("B", 5)
    deliver(shop.image("ord_1", ("A", 3), ("B", 1)))
    deliver(shop.image("ord_1", ("A", 1), ("B", 4), version=2))
    assert (shop.numbers("A"), shop.numbers("B")) == ((5, 1, 4), (5, 4, 1))


def test_only_the_newest_image_of_an_order_counts(shop):
    shop.stocked("A", 5)
    client_sees_one = [shop.image("ord_1", ("A", n), version=n) for n in (1, 3, 2)]
    deliver(*client_sees_one)
    assert shop.allocation("ord_1")["version"] == 1
    assert shop.numbers("A") == (5, 3, 2)


def test_a_backorder_before_the_first_delivery_is_owed_at_the_first_location(shop):
    shop.call("PUT", "/v1/locations/b", {"name": "b", "country": "DE", "priority": 1}, expect=201)
    shop.call("PUT", "/v1/locations/a", {"name": "a", "country": "DE", "priority": 2}, expect=201)
    settings = {"title": "A", "oversell_policy": "backorder", "backorder_limit": 3}
    shop.call("PUT", "/v1/items/A", settings, expect=201)
    deliver(shop.image("ord_1", ("A", 2)), shop.image("ord_2", ("A", 2)))
    assert shop.allocation("ord_1")["decision"] == "backordered"
    assert shop.allocation("ord_1")["lines"]["line_1"] == {"allocated": 0, "backordered": 2}
    assert shop.allocation("ord_2")["decision"] == "out_of_stock"
    level = shop.level("A", "b")
    assert (level["backordered"], level["reserved"], level["available"]) == (2, 0, 0)


def test_what_leaves_before_the_first_delivery_is_on_the_ledger_at_once(shop):
    """Else it is written whenever the order is planned next, by whatever wakes it: seed 103."""
    shop.call("PUT", "/v1/locations/hq", {"name": "hq", "country": "DE", "priority": 1}, expect=201)
    shop.call("PUT", "/v1/items/A", {"title": "A"}, expect=201)
    assert deliver(shop.image("ord_1", ("A", 2))) == []
    assert shop.allocation("ord_1")["decision"] == "out_of_stock"
    assert shop.call("GET", "/v1/stock-levels", query={"sku": "A"}, expect=200)["items"] == []
    assert deliver(shop.image("ord_1", ("A", 2), version=2, fulfilled=[2])) == []
    assert shop.numbers("A") == (-2, 0, -2)
    assert rows(shop, "A") == {"ord_1": (2, 2, "shipped")}
    shop.receive("A", 5)
    assert shop.numbers("A") == (3, 0, 3)


def test_drafts_leave_no_trace(shop):
    shop.stocked("A", 5)
    before = shop.aws.items("InventoryTable")
    assert deliver(shop.image("ord_1", ("A", 3), status="draft")) == []
    assert shop.aws.items("InventoryTable") == before


def test_shops_are_apart_within_one_transaction(shop, aws, monkeypatch):
    other = Shop(aws, "b")
    shop.stocked("A", 1)
    other.stocked("A", 5)
    client = interfere(monkeypatch)
    deliver(shop.image("ord_1", ("A", 1)), other.image("ord_1", ("A", 2)))
    assert client.transactions == 1
    assert (shop.numbers("A"), other.numbers("A")) == ((1, 1, 0), (5, 2, 3))


def test_poisonous_records_are_parked_and_the_others_of_the_batch_go_on(shop):
    poison = {
        42: {"status": "teleported"},
        43: {"lines": "none"},
        44: {"version": 0},
        45: {"allocation": None},
    }
    shop.stocked("A", 100)
    images = [shop.image(f"ord_{n}", ("A", 1)) | poison.get(n, {}) for n in range(1, 101)]
    assert deliver(*images) == []
    assert shop.numbers("A") == (100, 96, 4)
    for n in poison:
        key = keys.order(shop.id, f"ord_{n}")
        parked = shop.aws.table("InventoryTable").get(
            keys.parked("orders", f"{key['pk']}|{key['sk']}")
        )
        assert parked is not None
        assert parked["source_key"] == key
    deliver(shop.image("ord_42", ("A", 1), version=2))
    assert shop.allocation("ord_42")["decision"] == "allocated"


def test_an_order_that_cannot_be_stored_is_parked_alone(shop, monkeypatch):
    def refuse_ord_2(client, request):
        if "ord_2" in str(request):
            error = {"Error": {"Code": "ValidationException", "Message": ""}}
            raise ClientError(error, "TransactWriteItems")
        return client.transact_write_items(**request)

    shop.stocked("A", 5)
    interfere(monkeypatch, *[refuse_ord_2] * 4)
    assert deliver(*(shop.image(f"ord_{n}", ("A", 1)) for n in (1, 2, 3))) == []
    decided = [shop.allocation(f"ord_{n}") is not None for n in (1, 2, 3)]
    assert decided == [True, False, True]
    parked = [item for item in shop.aws.items("InventoryTable") if "parked_at" in item]
    assert len(parked) == 1


def test_a_conflict_is_tried_again(shop, monkeypatch):
    shop.stocked("A", 5)
    client = interfere(monkeypatch, conflict, conflict)
    assert deliver(shop.image("ord_1", ("A", 1))) == []
    assert client.transactions == 3
    assert shop.numbers("A") == (5, 1, 4)


def test_stock_sold_between_reading_and_writing_is_planned_again(shop, monkeypatch):
    shop.stocked("A", 1)

    def sold_first(client, request):
        monkeypatch.setattr(table, "client", client)
        deliver(shop.image("ord_9", ("A", 1)))
        monkeypatch.setattr(table, "client", interfering)
        return client.transact_write_items(**request)

    table = composition.inventory_table()
    interfering = interfere(monkeypatch, sold_first)
    assert deliver(shop.image("ord_1", ("A", 1))) == []
    assert shop.allocation("ord_9")["decision"] == "allocated"
    assert shop.allocation("ord_1")["decision"] == "out_of_stock"
    assert shop.numbers("A") == (1, 1, 0)


def test_a_version_applied_between_reading_and_writing_is_not_applied_twice(shop, monkeypatch):
    """Another consumer's older version moves what this one planned from."""
    shop.stocked("A", 9)

    def older_first(client, request):
        monkeypatch.setattr(table, "client", client)
        deliver(shop.image("ord_1", ("A", 2), version=1))
        monkeypatch.setattr(table, "client", interfering)
        return client.transact_write_items(**request)

    table = composition.inventory_table()
    interfering = interfere(monkeypatch, older_first)
    assert deliver(shop.image("ord_1", ("A", 3), version=2)) == []
    assert shop.numbers("A") == (9, 3, 6)
    assert shop.allocation("ord_1")["order_version"] == 2


def test_a_version_applied_meanwhile_is_what_the_next_one_starts_from(shop, monkeypatch):
    shop.stocked("A", 9)
    deliver(shop.image("ord_1", ("A", 2), version=1))

    def second_first(client, request):
        monkeypatch.setattr(table, "client", client)
        deliver(shop.image("ord_1", ("A", 6), version=2))
        monkeypatch.setattr(table, "client", interfering)
        return client.transact_write_items(**request)

    table = composition.inventory_table()
    interfering = interfere(monkeypatch, second_first)
    assert deliver(shop.image("ord_1", ("A", 3), version=3)) == []
    assert shop.numbers("A") == (9, 3, 6)
    assert shop.allocation("ord_1")["order_version"] == 3


def test_a_timeout_whose_write_was_applied_reserves_once(shop, monkeypatch):
    shop.stocked("A", 5)
    interfere(monkeypatch, answer_lost)
    images = [shop.image("ord_1", ("A", 1)), shop.image("ord_2", ("A", 1))]
    assert deliver(*images) == ["100"]
    assert deliver(*images, shop.image("ord_3", ("A", 1))) == []
    assert shop.numbers("A") == (5, 3, 2)


def test_the_lowest_undone_record_is_reported(shop, monkeypatch):
    shop.stocked("A", 500)
    interfere(monkeypatch, None, answer_lost)
    images = [shop.image(f"ord_{n}", ("A", 1)) for n in range(1, 101)]
    assert deliver(*images) == ["149"]
    assert deliver(*images[49:]) == []
    assert shop.numbers("A") == (500, 100, 400)


def test_local_stacks_learn_of_a_failure_by_an_exception(shop, monkeypatch):
    monkeypatch.setenv("WAYBILL_LOCAL", "true")
    shop.stocked("A", 5)
    interfere(monkeypatch, answer_lost)
    with pytest.raises(BatchFailedError):
        deliver(shop.image("ord_1", ("A", 1)))


def test_a_flash_sale_of_one_sku_takes_a_tenth_of_a_request_per_order(shop, monkeypatch):
    shop.stocked("A", 1000)
    requests = []
    client = interfere(monkeypatch)
    client.meta.events.register("before-call.dynamodb", lambda **_: requests.append(1))
    deliver(*(shop.image(f"ord_{n}", ("A", 1)) for n in range(1, 101)))
    assert len(requests) <= 10
    assert shop.numbers("A") == (1000, 100, 900)


def test_a_very_large_order_is_reserved_in_parts(shop):
    skus = [f"S{n:02}" for n in range(50)]
    shop.stocked("A", 2)
    shop.copies_of("A", skus)
    assert deliver(shop.image("ord_1", *((sku, 1) for sku in skus))) == []
    stored = shop.allocation("ord_1")
    assert (stored["decision"], stored["version"], len(stored["reservations"])) == (
        "allocated",
        2,
        50,
    )
    deliver(shop.image("ord_1", *((sku, 1) for sku in skus), version=2, status="cancelled"))
    assert {shop.numbers(sku) for sku in skus} == {(2, 0, 2)}
    assert shop.allocation("ord_1")["decision"] == "released"


def test_reservations_of_a_sku_are_paged_over_all_partitions(shop):
    shop.stocked("A", 50)
    deliver(*(shop.image(f"ord_{n}", ("A", 1)) for n in range(1, 31)))
    found, query = [], {"sku": "A", "limit": "7"}
    for _ in range(20):
        page = shop.call("GET", "/v1/reservations", query=query, expect=200)
        assert len(page["items"]) <= 7
        found += [row["order_id"] for row in page["items"]]
        if page["next_cursor"] is None:
            break
        query["cursor"] = page["next_cursor"]
    assert sorted(found) == sorted(f"ord_{n}" for n in range(1, 31))
    elsewhere = {"sku": "A", "location_id": "shed"}
    assert shop.call("GET", "/v1/reservations", query=elsewhere, expect=200)["items"] == []
