"""The judge sees whether shops are told of levels and of drift as they were."""

from contextlib import nullcontext

import pytest

from tests.simulation.judge.alerts import crossings, drifts
from tests.simulation.judge.fabricated import SHOP, Written, breaks
from tests.simulation.judge.fabricated_alerts import OUT, alert, alerted, gathers, note
from tests.simulation.judge.fabricated_facts import FactTale
from tests.simulation.judge.verdict import Item


@pytest.fixture
def tale() -> FactTale:
    """A shop with an address, and an order of it that is held."""
    return alerted()


@pytest.mark.parametrize(
    ("changes", "is_right"),
    [
        ({}, True),
        ({"available": 1}, False),
        ({"kind": "low"}, False),
        ({"kind": "oversold", "shortfall": 1}, False),
        ({"location_id": "annex"}, False),
    ],
    ids=["out", "number", "low", "oversold", "place"],
)
def test_of_a_level_that_was_never_so(tale: FactTale, changes: Item, *, is_right: bool) -> None:
    tale.write(tale.level(on_hand=-5, available=-5), tale.movement(-5, kind="adjusted"))
    entry = OUT | changes
    subject = f"TEE@{entry['location_id']}"
    tale.write(note(tale, "stock_alert", subject=subject))
    told = alert(entry, event="stock_alert")
    if is_right:
        tale.write(told)
        return
    with breaks("groundless message"):
        tale.write(told)


def test_low_and_oversold_levels() -> None:
    low: Item = {"sku": "TEE", "location_id": "hq", "reorder_point": 3}
    past = [
        low | {"available": available, "on_hand": on_hand, "reserved": 2}
        for available, on_hand in ((4, 6), (3, 5), (2, 4), (-1, 1))
    ]
    about = {"sku": "TEE", "location_id": "hq"}
    assert list(crossings(past)) == [
        about | {"kind": "low", "available": 3},
        about | {"kind": "out", "available": -1},
        about | {"kind": "oversold", "available": -1, "shortfall": 1},
    ]


def test_of_a_drift_where_there_is_none(tale: FactTale) -> None:
    tale.write(note(tale, "stock_drift", subject="check#TEE@hq"))
    with breaks("groundless message"):
        tale.write(alert({"sku": "TEE", "location_id": "hq", "drift": {}}, event="stock_drift"))


def test_of_what_checks_found() -> None:
    one, other = {"on_hand": -1}, {"on_hand": -2}
    past = [{"drift": drift} for drift in ({}, one, one, other, {}, one)]
    assert drifts(past) == [one, other, one]


@pytest.mark.parametrize("is_told", [True, False])
def test_a_drift_that_somebody_is_to_hear_of(tale: FactTale, *, is_told: bool) -> None:
    tale.receive(1)
    level = tale.now("InventoryTable", f"{SHOP}#sku#TEE", "level#hq")
    lost = level | {"on_hand": level["on_hand"] - 1}
    change = Written("InventoryTable", (level["pk"], level["sk"]), level, lost)
    tale.judge.tampered(change, is_mended=False)
    drift = {"on_hand": -1}
    check = {"pk": level["pk"], "sk": "check#hq", "shop_id": SHOP, "version": 1, "drift": drift}
    tale.write(("InventoryTable", check | {"sku": "TEE", "location_id": "hq"}))
    gathers(tale)
    if is_told:
        about = {"sku": "TEE", "location_id": "hq", "drift": drift}
        tale.write(note(tale, "stock_drift", subject="check#TEE@hq", alert="other", name="other"))
        tale.write(alert(about, event="stock_drift", name="other"))
    with nullcontext() if is_told else breaks("lost message"):
        tale.judge._messages.alerts.settle()
