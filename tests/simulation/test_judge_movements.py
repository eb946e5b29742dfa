"""The judge sees what is wrong with transfers and closed locations, and lets pass what is right."""

from typing import Any

import pytest

from tests.simulation.judge.fabricated import SHOP, Tale, breaks
from tests.simulation.judge.verdict import Call, Item

TRANSFER = "trf_1"


@pytest.fixture
def tale() -> Tale:
    """Five TEE at hq, none at the outlet."""
    tale = Tale()
    tale.location()
    tale.location("outlet")
    tale.sku(at=("hq", "outlet"))
    tale.receive(5)
    return tale


def transfer(tale: Tale, **changes: Any) -> tuple[str, Item]:
    key = (f"{SHOP}#{TRANSFER}", "transfer")
    before = tale.tables["InventoryTable"].get(key)
    new = {
        "pk": key[0], "sk": key[1], "shop_id": SHOP, "transfer_id": TRANSFER, "sku": "TEE",
        "location_id": "hq", "to_location_id": "outlet", "quantity": 2, "received": 0,
        "written_off": 0, "version": 0, "created_at": "now",
    }  # fmt: skip
    item = dict(before or new)
    return "InventoryTable", item | {"version": item["version"] + 1} | changes


def row(tale: Tale, place: str, units: int, **changes: Any) -> tuple[str, Item]:
    numbers = {"quantity": abs(units), "kind": "transferred", "transfer_id": TRANSFER}
    name = f"mov_{place}{sum(map(len, tale.tables.values())):020}"
    return tale.movement(units, place=place, movement_id=name, sk=name, **(numbers | changes))


def send(tale: Tale, units: int = 2, **changes: Any) -> None:
    """Units leave hq for the outlet."""
    tale.write(
        tale.level(on_hand=-units, available=-units),
        tale.level(place="outlet", incoming=units),
        row(tale, "hq", -units),
        row(tale, "outlet", 0, incoming=units, quantity=units),
        transfer(tale, quantity=units, **changes),
    )


def arrive(tale: Tale, units: int = 1, **changes: Any) -> None:
    tale.write(
        tale.level(place="outlet", on_hand=units, available=units, incoming=-units),
        row(tale, "outlet", units, kind="received", incoming=-units),
        transfer(tale, **({"received": units} | changes)),
    )


def test_a_transfer_leaves_and_arrives_and_the_rest_is_lost(tale: Tale) -> None:
    send(tale)
    arrive(tale)
    tale.write(
        tale.level(place="outlet", incoming=-1),
        row(tale, "outlet", 0, kind="adjusted", quantity=-1, incoming=-1),
        transfer(tale, written_off=1),
    )


def test_a_transfer_at_once(tale: Tale) -> None:
    tale.write(
        tale.level(on_hand=-2, available=-2),
        tale.level(place="outlet", on_hand=2, available=2),
        row(tale, "hq", -2),
        row(tale, "outlet", 2),
        transfer(tale, received=2),
    )


def test_promised_units_leave(tale: Tale) -> None:
    tale.place(lines={"TEE": 4})
    tale.reads(1)
    tale.write(
        *tale.allocation(1, [tale.row(1, quantity=4)], allocated=4),
        tale.level(reserved=4, available=-4),
    )
    with breaks("transfers"):
        send(tale)


def test_one_end_alone(tale: Tale) -> None:
    with breaks("transfers"):
        tale.write(tale.level(on_hand=-2, available=-2), row(tale, "hq", -2), transfer(tale))


def test_rows_without_their_transfer(tale: Tale) -> None:
    with breaks("transfers"):
        tale.write(tale.level(on_hand=-2, available=-2), row(tale, "hq", -2))


def test_more_arrives_than_was_sent(tale: Tale) -> None:
    send(tale)
    with breaks("levels"):
        arrive(tale, 3)


def test_what_arrives_is_not_what_the_transfer_says(tale: Tale) -> None:
    send(tale)
    with breaks("transfers"):
        arrive(tale, 1, received=2)


def test_a_row_that_moves_something_else(tale: Tale) -> None:
    with breaks("ledger"):
        tale.write(
            tale.level(on_hand=1, available=1), tale.movement(1, kind="adjusted", quantity=2)
        )


def test_a_count_that_is_not_what_was_counted(tale: Tale) -> None:
    tale.write(tale.level(on_hand=2, available=2), tale.movement(2, kind="counted", quantity=7))
    with breaks("ledger"):
        tale.write(tale.level(on_hand=2, available=2), tale.movement(2, kind="counted"))


def test_incoming_is_explained(tale: Tale) -> None:
    with breaks("levels"):
        tale.write(tale.level(incoming=1), tale.movement(0, kind="counted", quantity=5))


# --- closed locations -----------------------------------------------------------------------------


def close(tale: Tale, place: str, **changes: Any) -> None:
    item = tale.now("InventoryTable", f"{SHOP}#locations", place)
    item |= {"version": item["version"] + 1} | (changes or {"closed": True})
    tale.write(("InventoryTable", item))


@pytest.mark.parametrize("changes", [{"closed": True}, {"closing": True}])
def test_nothing_arrives_at_a_closed_location(tale: Tale, changes: dict[str, bool]) -> None:
    close(tale, "outlet", **changes)
    with breaks("closed"):
        send(tale)


def test_nothing_is_promised_at_a_closed_location(tale: Tale) -> None:
    tale.place()
    tale.reads(1)
    item = tale.now("InventoryTable", f"{SHOP}#locations", "hq")
    tale.tables["InventoryTable"][f"{SHOP}#locations", "hq"] = item | {"closed": True}
    tale.judge.world.tables["InventoryTable"][f"{SHOP}#locations", "hq"] = item | {"closed": True}
    with breaks("closed"):
        rows = [tale.row(1, quantity=2)]
        tale.write(*tale.allocation(1, rows), tale.level(reserved=2, available=-2))


def test_a_location_in_use_is_not_closed(tale: Tale) -> None:
    with breaks("closed"):
        close(tale, "hq")


def test_an_empty_location_is_not_refused(tale: Tale) -> None:
    call = Call("PUT", "/v1/locations/outlet", {"closed": True}, key=f"wb_{'a' * 26}key_secret")
    tale.judge.asked(0.0, "client", call)
    with breaks("status"):
        tale.judge.answered(0.0, "client", call, 409, {}, {})
    used = Call("PUT", "/v1/locations/hq", {"closed": True}, key=f"wb_{'a' * 26}key_secret")
    tale.judge.asked(0.0, "client", used)
    tale.judge.answered(0.0, "client", used, 409, {}, {})


@pytest.mark.parametrize(
    ("asked", "fits"),
    [
        ({"kind": "transferred", "quantity": 6, "to_location_id": "outlet"}, True),
        ({"kind": "transferred", "quantity": 5, "to_location_id": "outlet"}, False),
        ({"kind": "adjusted", "quantity": -6}, True),
        ({"kind": "adjusted", "quantity": -5}, False),
        ({"kind": "received", "quantity": 5}, False),
        ({"kind": "counted", "quantity": 9}, False),
        ({"kind": "received", "quantity": 3, "transfer_id": TRANSFER}, True),
        ({"kind": "received", "quantity": 2, "transfer_id": TRANSFER}, False),
    ],
)
def test_a_movement_is_refused_for_a_reason(tale: Tale, asked: dict[str, Any], fits: bool) -> None:
    tale.receive(2)
    send(tale)
    body = {"sku": "TEE", "location_id": "hq"} | asked
    call = Call("POST", "/v1/stock-movements", body, key=f"wb_{'a' * 26}key_secret")
    tale.judge.asked(0.0, "client", call)
    if fits:
        tale.judge.answered(0.0, "client", call, 409, {}, {})
        return
    with breaks("status"):
        tale.judge.answered(0.0, "client", call, 409, {}, {})
