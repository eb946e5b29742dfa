"""The judge sees what is wrong with stock, and lets pass what is right."""

import pytest

from tests.simulation.judge.fabricated import OTHER, SHOP, Tale, Written, breaks, order_id


@pytest.fixture
def tale() -> Tale:
    return Tale().ready()


def test_a_unit_is_received_reserved_shipped(tale: Tale) -> None:
    tale.place()
    tale.allocate()
    tale.confirm()
    tale.write(tale.shipment())
    tale.write(tale.shipped())
    tale.reads(1)
    rows = [tale.row(1, quantity=2, shipped=2)]
    level = tale.level(on_hand=-2, reserved=-2)
    tale.write(*tale.allocation(1, rows, order_version=3, decided=False), level)
    assert tale.judge.coverage()["allocations"] == 2


@pytest.mark.parametrize("number", ["on_hand", "reserved", "backordered", "available"])
def test_each_number_of_a_level_is_explained(tale: Tale, number: str) -> None:
    with breaks("levels"):
        tale.write(tale.level(**{number: 1}), tale.movement(0))


def test_a_movement_without_its_level(tale: Tale) -> None:
    with breaks("levels"):
        tale.write(tale.movement(1))


def test_a_movement_rewritten(tale: Tale) -> None:
    (key,) = [key for key in tale.tables["InventoryTable"] if "#movements#" in key[0]]
    item = tale.now("InventoryTable", *key) | {"reason": "other"}
    with breaks("ledger"):
        tale.write(("InventoryTable", item))


def test_a_movement_that_moved_something_else(tale: Tale) -> None:
    with breaks("ledger"):
        tale.write(tale.level(on_hand=2, available=2), tale.movement(2, quantity=3))


def test_a_movement_may_make_available_negative_but_not_what_is_on_hand(tale: Tale) -> None:
    tale.place()
    tale.allocate()
    tale.write(tale.level(on_hand=-4, available=-4), tale.movement(-4, kind="adjusted"))
    with breaks("levels"):
        tale.write(tale.level(on_hand=-2, available=-2), tale.movement(-2, kind="adjusted"))


def test_an_idempotency_key_that_moves_twice(tale: Tale) -> None:
    def marked() -> None:
        level, movement = tale.level(on_hand=1, available=1), tale.movement(1)
        marker = {"pk": f"{SHOP}#mrq_1", "sk": "movement-request", "shop_id": SHOP}
        marker |= {"movement_id": movement[1]["movement_id"]}
        tale.write(level, movement, ("InventoryTable", marker))

    marked()
    with breaks("idempotency"):
        marked()


def test_an_item_is_never_deleted(tale: Tale) -> None:
    key = (f"{SHOP}#sku#TEE", "item")
    with breaks("deleted"):
        change = Written("InventoryTable", key, tale.tables["InventoryTable"][key], None)
        tale.judge.wrote(0.0, "x", 1, [change])


def test_a_write_nobody_saw(tale: Tale) -> None:
    tale.tables["InventoryTable"][f"{SHOP}#sku#TEE", "item"]["tracked"] = False
    item = tale.now("InventoryTable", f"{SHOP}#sku#TEE", "item") | {"version": 2}
    with breaks("mirror"):
        tale.write(("InventoryTable", item))


def test_a_version_that_jumps(tale: Tale) -> None:
    table, level = tale.level(on_hand=1, available=1)
    with breaks("versions"):
        tale.write((table, level | {"version": 9}), tale.movement(1))


def test_safety_stock_changes_on_item_and_levels_together(tale: Tale) -> None:
    item = tale.now("InventoryTable", f"{SHOP}#sku#TEE", "item")
    item |= {"version": 2, "safety_stock": 9}
    table, level = tale.level(available=-9)
    level["safety_stock"] = 9
    tale.write(("InventoryTable", item), (table, level))  # and available may become negative
    with breaks("settings"):
        tale.write(("InventoryTable", item | {"version": 3, "safety_stock": 1}))


def test_a_level_its_item_does_not_know(tale: Tale) -> None:
    table, level = tale._level("TEE", "elsewhere")
    with breaks("settings"):
        tale.write((table, level))


# --- promises -----------------------------------------------------------------------------------


def test_units_promised_that_are_not_there(tale: Tale) -> None:
    tale.place(lines={"TEE": 6})
    rows = [tale.row(1, quantity=6)]
    with breaks("oversold"):
        tale.write(*tale.allocation(1, rows, allocated=6), tale.level(reserved=6, available=-6))


def test_a_parcel_nobody_reserved_may_make_available_negative(tale: Tale) -> None:
    tale.place(lines={"TEE": 6})
    tale.write(tale.shipment(units=6))
    tale.write(tale.shipped(units=6))
    tale.reads(1)
    rows = [tale.row(1, quantity=6, shipped=6)]
    level = tale.level(on_hand=-6, available=-6)
    tale.write(*tale.allocation(1, rows, allocated=6, order_version=2), level)


def test_a_reservation_without_its_allocation(tale: Tale) -> None:
    tale.place()
    with breaks("gate"):
        tale.write(
            tale.reservation(1, 1, tale.row(1, quantity=2)), tale.level(reserved=2, available=-2)
        )


def test_an_allocation_that_says_other_than_the_ledger(tale: Tale) -> None:
    tale.place()
    wrong = tale.allocation(1, [tale.row(1, quantity=2)])
    wrong[0][1]["reservations"] = [tale.row(1, quantity=1)]
    with breaks("gate"):
        tale.write(*wrong, tale.level(reserved=2, available=-2))


def test_a_version_of_an_order_applied_twice(tale: Tale) -> None:
    tale.place()
    tale.allocate()
    with breaks("gate"):
        tale.write(
            *tale.allocation(1, [tale.row(1, quantity=4)], allocated=4),
            tale.level(reserved=2, available=-2),
        )


def test_a_reservation_that_takes_back_what_it_gave_back(tale: Tale) -> None:
    tale.place()
    tale.allocate()
    level = tale.level(reserved=-2, available=2)
    tale.write(*tale.allocation(1, [tale.row(1, released=2)], decision="released",
                                allocated=0, order_version=2), level, invocation=7)  # fmt: skip
    with breaks("ledger"):
        row = tale.row(1, released=1)
        tale.write(*tale.allocation(1, [row], decision="released", order_version=3), invocation=7)


def test_a_tombstone_that_holds_stock(tale: Tale) -> None:
    tale.place()
    with breaks("tombstone"):
        tale.write(
            *tale.allocation(1, [tale.row(1, quantity=2)], decision="released"),
            tale.level(reserved=2, available=-2),
        )


def test_a_tombstone_that_comes_to_life(tale: Tale) -> None:
    tale.place()
    tale.write(*tale.allocation(1, [], decision="released", allocated=0), invocation=7)
    with breaks("tombstone"):
        tale.write(*tale.allocation(1, [], order_version=2, allocated=0), invocation=7)


def test_more_owed_than_the_limit() -> None:
    tale = Tale()
    tale.location()
    tale.sku(oversell_policy="backorder", backorder_limit=2)
    tale.place(1)
    tale.place(2)
    tale.reads(1, invocation=1)
    tale.reads(2, invocation=2)
    for number in (1, 2):
        rows = [tale.row(number, backordered=2)]
        wrong = tale.allocation(number, rows, decision="backordered", allocated=0, backordered=2)
        if number == 1:
            tale.write(*wrong, tale.level(backordered=2), invocation=1)
            continue
        with breaks("backorder limit"):
            tale.write(*wrong, tale.level(backordered=2), invocation=2)


# --- tenants ------------------------------------------------------------------------------------


def test_an_item_under_another_shops_key(tale: Tale) -> None:
    table, movement = tale.movement(1)
    with breaks("tenants"):
        tale.write((table, movement | {"shop_id": OTHER}))


def test_an_item_nobody_knows(tale: Tale) -> None:
    with breaks("keys"):
        tale.write(("InventoryTable", {"pk": f"{SHOP}#what", "sk": "ever", "shop_id": SHOP}))


def test_a_parked_record(tale: Tale) -> None:
    parked = {"pk": "parked#orders", "sk": f"{SHOP}#{order_id(1)}|order"}
    with breaks("parked"):
        tale.write(("InventoryTable", parked))


def by_hand(tale: Tale, *, is_mended: bool) -> None:
    """Somebody makes of an order what no room can read, or mends it."""
    table, item = tale.changed()
    tale.tables[table][item["pk"], item["sk"]] |= {"allocation": "all" if is_mended else "some"}
    key = (item["pk"], item["sk"])
    change = Written(table, key, None, tale.now(table, *key))
    tale.judge.tampered(change, is_mended=is_mended)


PARKED = {"pk": "parked#orders", "sk": f"{SHOP}#{order_id(1)}|order"}


def parks(tale: Tale) -> None:
    """The order is set aside."""
    tale.write(("InventoryTable", PARKED))


def takes_up(tale: Tale) -> None:
    """What was set aside is done with."""
    key = (PARKED["pk"], PARKED["sk"])
    old = tale.tables["InventoryTable"].pop(key)
    tale.judge.wrote(0.0, "schedule", 1, [Written("InventoryTable", key, old, None)])


@pytest.fixture
def decided(tale: Tale) -> Tale:
    """An order whose story is told to its end."""
    tale.place()
    tale.allocate()
    tale.confirm()
    tale.tell()
    return tale


def test_what_somebody_broke_is_set_aside_and_taken_up_once_it_is_mended(decided: Tale) -> None:
    by_hand(decided, is_mended=False)
    parks(decided)
    by_hand(decided, is_mended=True)
    takes_up(decided)
    decided.settle()


def test_what_somebody_broke_is_not_set_aside(decided: Tale) -> None:
    by_hand(decided, is_mended=False)
    by_hand(decided, is_mended=True)
    with breaks("parked"):
        decided.settle()


def test_what_was_mended_is_still_set_aside(decided: Tale) -> None:
    by_hand(decided, is_mended=False)
    parks(decided)
    by_hand(decided, is_mended=True)
    with breaks("parked"):
        decided.settle()


def test_what_nobody_has_mended_is_done_with(decided: Tale) -> None:
    by_hand(decided, is_mended=False)
    parks(decided)
    with breaks("parked"):
        takes_up(decided)
