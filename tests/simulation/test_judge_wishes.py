"""The judge lets a shop correct, hold and cancel what it names of an order, and nothing else."""

from contextlib import nullcontext
from typing import Any

import pytest

from tests.simulation.judge.fabricated import breaks
from tests.simulation.judge.fabricated_facts import ONE, FactTale
from tests.simulation.judge.listed import ListRules
from tests.simulation.judge.verdict import Item

HOLD = {"id": "hold_1", "kind": "OTHER"}
WRONG = {"id": "hold_2", "kind": "INCORRECT_ADDRESS"}
SHORT = {"id": "hold_9", "kind": "INVENTORY_OUT_OF_STOCK"}


@pytest.fixture
def tale() -> FactTale:
    """An order of two TEE and one MUG."""
    tale = FactTale().ready()
    tale.place(lines={"TEE": 2, "MUG": 1}, total=150)
    return tale


# --- amendments ---------------------------------------------------------------------------------


def amended(tale: FactTale, fields: list[str], details: dict[str, Any], **changes: Any) -> None:
    """The order and its details, as an amendment makes them."""
    kept = tale.stored("details") | details
    tale.write(tale.changed(amended=fields, **changes), ("OrdersTable", kept))


def test_what_is_named_is_amended(tale: FactTale) -> None:
    tale.asks("PATCH", "", {"note": "ring twice", "tags": ["gift"]})
    amended(tale, ["note", "tags"], {"note": "ring twice"}, tags=["gift"])
    tale.asks("PATCH", "", {"metadata": {"a": "1", "b": None}})
    amended(tale, ["metadata"], {"metadata": {"a": "1"}})


@pytest.mark.parametrize(
    ("details", "changes", "invariant"),
    [
        ({"note": "another"}, {}, "amended"),
        ({"note": "ring twice", "metadata": {"a": "1"}}, {}, "amended"),
        ({"note": "ring twice"}, {"tags": ["gift"]}, "amended"),
        ({"note": "ring twice", "lines": []}, {}, "placed"),
        ({"note": "ring twice"}, {"total": 1}, "order's life"),
        ({"note": "ring twice"}, {"ship_country": "PT"}, "order's life"),
    ],
)
def test_what_is_not_named_is_amended(
    tale: FactTale, details: dict[str, Any], changes: dict[str, Any], invariant: str
) -> None:
    tale.asks("PATCH", "", {"note": "ring twice"})
    with breaks(invariant):
        amended(tale, ["note"], details, **changes)


@pytest.mark.parametrize("holds", [[], [HOLD], [HOLD, WRONG]])
def test_a_mended_address_releases_the_hold_for_it(tale: FactTale, holds: list[Item]) -> None:
    for kind in ("INCORRECT_ADDRESS", "OTHER"):
        tale.asks("POST", "/holds", {"kind": kind})
    tale.write(tale.changed(holds=[WRONG]))
    tale.write(tale.changed(holds=[WRONG, HOLD]))
    there = {"city": "Porto", "country": "PT"}
    tale.asks("PATCH", "", {"shipping_address": there})
    about = {"holds": holds, "ship_country": "PT"}
    with nullcontext() if holds == [HOLD] else breaks("order's life"):
        amended(tale, ["shipping_address"], {"shipping_address": there}, **about)


def test_an_amendment_that_takes_anothers_back(tale: FactTale) -> None:
    tale.asks("PATCH", "", {"note": "ring twice"})
    tale.asks("PATCH", "", {"metadata": {"a": "1"}})
    amended(tale, ["note"], {"note": "ring twice"})
    kept = tale.stored("details") | {"metadata": {"a": "1"}}
    del kept["note"]
    with breaks("amended"):
        tale.write(tale.changed(amended=["metadata", "note"]), ("OrdersTable", kept))


@pytest.mark.parametrize(("seen", "made"), [(1, 3), (2, 1)])
def test_an_amendment_of_another_version_than_was_seen(
    tale: FactTale, seen: int, made: int
) -> None:
    for note in ("a", "b"):
        tale.asks("PATCH", "", {"note": note})
        amended(tale, ["note"], {"note": note})
    headers = {"If-Match": f'"{seen}"'}
    shown = tale.shown()
    with breaks("amended" if made == 3 else "stale answer"):
        tale.answers("PATCH", ONE, 200, shown, sent={}, headers=headers, etag=f'"{made}"')


def test_an_amendment_that_is_refused_though_nothing_has_changed(tale: FactTale) -> None:
    tale.answers("PATCH", ONE, 412, {}, sent={}, headers={"If-Match": '"7"'})
    with breaks("status"):
        tale.answers("PATCH", ONE, 412, {}, sent={}, headers={"If-Match": '"1"'})
    with breaks("status"):
        tale.answers("PATCH", ONE, 412, {}, sent={})


# --- holds --------------------------------------------------------------------------------------


@pytest.fixture
def held(tale: FactTale) -> FactTale:
    tale.asks("POST", "/holds", {"kind": "OTHER"})
    tale.write(tale.changed(holds=[HOLD]))
    return tale


def test_an_order_is_held_and_let_go(held: FactTale) -> None:
    held.write(held.changed(holds=[]))


@pytest.mark.parametrize(
    "holds",
    [
        [HOLD, HOLD | {"id": "hold_2", "kind": "HIGH_RISK_OF_FRAUD"}],
        [HOLD | {"id": "hold_2"}, HOLD | {"id": "hold_3"}],
        [HOLD | {"id": "hold_2", "kind": "INCORRECT_ADDRESS"}],
    ],
)
def test_holds_that_nobody_asked_for(held: FactTale, holds: list[dict[str, Any]]) -> None:
    with breaks("holds"):
        held.write(held.changed(holds=holds))


def test_a_key_holds_once(tale: FactTale) -> None:
    for _ in range(2):
        tale.asks("POST", "/holds", {"kind": "OTHER"}, Idempotency_Key="once")
    tale.write(tale.changed(holds=[HOLD]))
    with breaks("idempotency"):
        tale.write(tale.changed(holds=[HOLD, HOLD | {"id": "hold_2"}]))


@pytest.mark.parametrize("asks", [True, False])
def test_an_order_that_was_short_is_let_go_and_asks_again(tale: FactTale, asks: bool) -> None:
    tale.reads(1, skus=("TEE", "MUG"))
    lines = {f"line_{place}": {"allocated": 0, "backordered": 0} for place in (1, 2)}
    tale.write(*tale.allocation(1, [], decision="out_of_stock", lines=lines))
    tale.write(tale.changed(inventory_version=1, holds=[SHORT]))
    if asks:
        tale.write(tale.changed(holds=[], demand=True))
        return
    with breaks("demand"):
        tale.write(tale.changed(holds=[]))


# --- some of it cancelled -----------------------------------------------------------------------


def test_some_units_are_cancelled(tale: FactTale) -> None:
    body = {"reason": "customer", "lines": [{"line_id": "line_1", "quantity": 1}]}
    tale.asks("POST", "/cancel", body)
    first, second = tale.lines()
    lines = [first | {"cancelled": 1}, second]
    tale.write(tale.changed(lines=lines, removed=50, demand=True))


@pytest.mark.parametrize(
    ("cancelled", "removed", "invariant"),
    [(1, 49, "order's life"), (2, 100, "cancelled")],
)
def test_other_units_are_cancelled_or_at_another_price(
    tale: FactTale, cancelled: int, removed: int, invariant: str
) -> None:
    body = {"reason": "customer", "lines": [{"line_id": "line_1", "quantity": 1}]}
    tale.asks("POST", "/cancel", body)
    first, second = tale.lines()
    lines = [first | {"cancelled": cancelled}, second]
    with breaks(invariant):
        tale.write(tale.changed(lines=lines, removed=removed, demand=True))


def test_units_are_cancelled_once_for_a_key(tale: FactTale) -> None:
    """Who asks again under a key, having got no answer, is one who asks once."""
    body = {"reason": "customer", "lines": [{"line_id": "line_1", "quantity": 1}]}
    for _ in range(2):
        tale.asks("POST", "/cancel", body, Idempotency_Key="one")
    first, second = tale.lines()
    tale.write(tale.changed(lines=[first | {"cancelled": 1}, second], removed=50, demand=True))
    with breaks("idempotency"):
        lines = [first | {"cancelled": 2}, second]
        tale.write(tale.changed(lines=lines, removed=100, demand=True))


# --- lists --------------------------------------------------------------------------------------


def listed(tale: FactTale, *numbers: int, **query: str) -> int:
    """A list was read to its end: who had to be met."""
    orders = {number: f"ord_{number:026}" for number in (1, 2, 3)}
    rules = ListRules(tale.judge.world)
    since = tale.judge.world.number
    shop_id = tale.stored("order")["shop_id"]
    rules.check(shop_id, query, [orders[number] for number in numbers], since)
    return rules.judged


def test_a_list_shows_everybody_once(tale: FactTale) -> None:
    tale.place(2, status="draft", demand_changed=False)
    assert listed(tale, 2, 1) == 2
    assert listed(tale, 2, status="draft") == 1


@pytest.mark.parametrize("numbers", [(), (1, 1), (1, 2), (1, 3)])
def test_a_list_that_shows_somebody_not_or_twice_or_wrongly(
    tale: FactTale, numbers: tuple[int, ...]
) -> None:
    tale.place(2, status="draft", demand_changed=False)
    with breaks("lists"):
        listed(tale, *numbers, status="pending")
