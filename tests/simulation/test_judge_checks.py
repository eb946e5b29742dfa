"""The judge sees a false alarm, a level that nobody looks at, and a wrong opening balance."""

from typing import Any

import pytest

from tests.simulation.judge.fabricated import SHOP, Tale, breaks
from tests.simulation.judge.verdict import Item

LEVEL = (f"{SHOP}#sku#TEE", "level#hq")


@pytest.fixture
def tale() -> Tale:
    return Tale().ready()


def look(tale: Tale, invocation: int = 5) -> None:
    tale.judge.read(0.0, f"process {invocation}", invocation, "InventoryTable", [LEVEL])


def prove(tale: Tale, invocation: int = 5) -> None:
    """A check takes the level off its list."""
    level = tale.now("InventoryTable", *LEVEL)
    del level["unchecked_pk"]
    tale.write(("InventoryTable", level), invocation=invocation)


def opening(**changes: Any) -> tuple[str, Item]:
    return "InventoryTable", {
        "pk": LEVEL[0], "sk": "check#hq", "shop_id": SHOP, "sku": "TEE", "location_id": "hq",
        "version": 1, "until": "2026-11-03", "movements": 5, "incoming": 0,
        "days": {"2026-11-02": [2, 0]}, "older": [0, 0], "kept_from": "2026-08-03",
        "open_lines": [], "drift": {}, "drift_since": None,
    } | changes  # fmt: skip


def told(tale: Tale, name: str, version: int) -> None:
    data = {"sku": "TEE", "location_id": "hq"}
    detail = {"shop_id": SHOP, "key": "TEE@hq", "version": version, "data": data}
    tale.judge.told(name, detail)


def fall_short(tale: Tale) -> None:
    tale.place()
    tale.allocate()
    tale.write(tale.level(on_hand=-4, available=-4), tale.movement(-4, kind="adjusted"))


def settle(tale: Tale) -> None:
    tale.judge._checks.settle()


def test_a_level_that_was_looked_at_is_proven(tale: Tale) -> None:
    look(tale)
    prove(tale)
    settle(tale)
    assert tale.judge.coverage()["levels proven"] == 1


def test_a_level_that_changed_since_it_was_looked_at(tale: Tale) -> None:
    look(tale)
    tale.receive(1)
    with breaks("unchecked"):
        prove(tale)


def test_a_level_that_changes_is_to_be_checked(tale: Tale) -> None:
    table, level = tale.level(on_hand=1, available=1)
    del level["unchecked_pk"]
    with breaks("unchecked"):
        tale.write((table, level), tale.movement(1))


def test_a_level_that_no_check_has_seen_at_the_end(tale: Tale) -> None:
    with breaks("unchecked"):
        settle(tale)


def test_drift_where_there_is_none(tale: Tale) -> None:
    with breaks("drift"):
        tale.write(opening(drift={"on_hand": 1}))
    with breaks("drift"):
        told(tale, "StockDriftFound", 1)


@pytest.mark.parametrize(
    "wrong",
    [{}, {"movements": 4}, {"days": {}}, {"days": {"2026-11-02": [2, 1]}}, {"older": [1, 0]}],
)
def test_an_opening_balance_is_a_sum_of_rows(tale: Tale, wrong: dict[str, Any]) -> None:
    tale.place()
    tale.allocate()
    tale.confirm()
    tale.write(tale.shipment())
    tale.write(tale.shipped())
    tale.reads(1)
    rows = [tale.row(1, quantity=2, shipped=2)]
    level = tale.level(on_hand=-2, reserved=-2)
    tale.write(*tale.allocation(1, rows, order_version=3, decided=False), level)
    look(tale)
    prove(tale)
    tale.write(opening(**wrong))
    if wrong:
        with breaks("opening"):
            settle(tale)
    else:
        settle(tale)
        assert tale.judge.coverage()["opening balances"] == 1


def test_a_shortfall_is_told_where_it_comes_to_be(tale: Tale) -> None:
    fall_short(tale)
    version = tale.now("InventoryTable", *LEVEL)["version"]
    look(tale)
    prove(tale)
    with breaks("told"):
        settle(tale)
    told(tale, "StockOversold", version)
    told(tale, "StockOversold", version)  # at least once
    settle(tale)
    with breaks("told"):
        told(tale, "StockOversold", version + 1)
