"""The judge sees a false alarm, a level that nobody looks at, and a wrong opening balance."""

from typing import Any, Final

import pytest

from tests.simulation.judge.fabricated import SHOP, Tale, Written, breaks
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
        tells(tale, {"on_hand": 1})


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


# --- what somebody changes by hand --------------------------------------------------------------

LOST: Final = {"on_hand": -1, "available": -1}


def by_hand(tale: Tale, units: int, *, is_mended: bool) -> None:
    """Somebody changes how many units there are, past the ledger; or mends that."""
    old = tale.now("InventoryTable", *LEVEL)
    new = old | {name: old[name] + units for name in LOST}
    tale.tables["InventoryTable"][LEVEL] = new
    tale.judge.tampered(Written("InventoryTable", LEVEL, old, new), is_mended=is_mended)


def finds(tale: Tale, drift: dict[str, int], version: int = 1) -> None:
    """A check writes down what it finds."""
    tale.write(opening(drift=drift, version=version, until="0"))


def tells(tale: Tale, drift: dict[str, int]) -> None:
    """The bus hears of it."""
    data = {"sku": "TEE", "location_id": "hq", "drift": drift}
    detail = {"shop_id": SHOP, "key": "check#TEE@hq", "version": 1, "data": data}
    tale.judge.told("StockDriftFound", detail)


def proves(tale: Tale) -> None:
    look(tale)
    prove(tale)


def test_what_was_lost_is_found_told_and_proven_once_it_is_mended(tale: Tale) -> None:
    by_hand(tale, -1, is_mended=False)
    finds(tale, LOST)
    tells(tale, LOST)
    by_hand(tale, 1, is_mended=True)
    finds(tale, {}, version=2)
    proves(tale)
    settle(tale)


@pytest.mark.parametrize("drift", [{"on_hand": -1}, {"on_hand": -2, "available": -2}])
def test_a_difference_that_is_another(tale: Tale, drift: dict[str, int]) -> None:
    by_hand(tale, -1, is_mended=False)
    with breaks("drift"):
        finds(tale, drift)


def test_a_difference_that_no_check_has_found(tale: Tale) -> None:
    by_hand(tale, -1, is_mended=False)
    with breaks("drift"):
        tells(tale, LOST)


def test_what_was_found_may_be_told_when_it_is_mended(tale: Tale) -> None:
    by_hand(tale, -1, is_mended=False)
    finds(tale, LOST)
    by_hand(tale, 1, is_mended=True)
    tells(tale, LOST)


@pytest.mark.parametrize("found", [False, True])
def test_what_was_lost_and_is_not_found_or_not_told(tale: Tale, *, found: bool) -> None:
    by_hand(tale, -1, is_mended=False)
    if found:
        finds(tale, LOST)
    by_hand(tale, 1, is_mended=True)
    if found:
        finds(tale, {}, version=2)
    proves(tale)
    with breaks("drift"):
        settle(tale)


def test_what_was_lost_and_is_proven(tale: Tale) -> None:
    by_hand(tale, -1, is_mended=False)
    with breaks("levels"):
        proves(tale)


def test_a_drift_that_stays_on_record(tale: Tale) -> None:
    by_hand(tale, -1, is_mended=False)
    finds(tale, LOST)
    tells(tale, LOST)
    by_hand(tale, 1, is_mended=True)
    proves(tale)
    with breaks("drift"):
        settle(tale)
