"""Struggles for few units, through the real handlers and with faults on: exactly as many are sold.

`make simulate SCENE=hot BUYERS=1000 UNITS=100 SEEDS=100` runs more of them.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.simulation.judge import Violation
from tests.simulation.people.contest import Contest
from tests.simulation.plants.planting import ROOT


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tests.simulation", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("scene", "buyers", "units", "seeds", "sold"),
    [
        ("hot", 60, 12, 2, {12}),
        ("hot", 12, 60, 1, {12}),
        ("hot", 300, 1, 1, {1}),
        ("crossing", 60, 12, 2, {24}),
        ("twice", 60, 12, 2, {12}),
        ("twice", 20, 13, 2, {12, 13}),  # all of an order or nothing, or what there is of it
    ],
)
def test_as_many_are_sold_as_can_be(
    tmp_path: Path, say, scene: str, buyers: int, units: int, seeds: int, sold: set[int]
) -> None:
    summary = tmp_path / "summary.json"
    sizes = ("--scene", scene, "--buyers", str(buyers), "--units", str(units))
    ended = run(*sizes, "--seeds", str(seeds), "--workers", "1", "--json", str(summary))
    assert ended.returncode == 0, ended.stdout[-8000:] + ended.stderr[-2000:]
    told = json.loads(summary.read_text())
    assert (told["seeds"], told["fewest_orders"]) == (seeds, buyers)
    assert told["figures"]["orders"] == seeds * buyers
    assert min(sold) * seeds <= told["figures"]["sold"] <= max(sold) * seeds
    assert (told["figures"]["oversold"], told["figures"]["stuck"]) == (0, 0)
    say(f"{scene} ({buyers}, {units}): {ended.stdout.splitlines()[-2]}")


def test_a_scene_of_a_seed_is_the_same_again() -> None:
    wanted = ("--scene", "hot", "--buyers", "12", "--units", "5", "--seed")
    first, second, other = run(*wanted, "2"), run(*wanted, "2"), run(*wanted, "3")
    assert first.stdout.splitlines()[-1].startswith("trace 2 ")
    assert first.stdout == second.stdout
    assert first.stdout.splitlines()[-1][8:] != other.stdout.splitlines()[-1][8:]


@pytest.mark.parametrize(
    "arguments",
    [
        ("--seed", "1", "--scene", "cold"),
        ("--seed", "1", "--buyers", "10"),
        ("--seed", "1", "--scene", "hot", "--buyers", "0"),
        ("--seed", "1", "--scene", "hot", "--units", "-1"),
    ],
)
def test_what_cannot_be_played(arguments: tuple[str, ...]) -> None:
    ended = run(*arguments)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "error:" in ended.stderr


# --- how an end is counted ------------------------------------------------------------------------


def order(sku: str, *allocated: int, held: bool = False, **changes: Any) -> dict[str, Any]:
    """An order of one unit a line, as it is stored."""
    return {
        "sk": "order",
        "status": "pending" if held else "confirmed",
        "allocation": "all",
        "holds": [{"kind": "INVENTORY_OUT_OF_STOCK"}] if held else [],
        "lines": [{"sku": sku, "allocated": units} for units in allocated],
    } | changes


def tables(*orders: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    return {"OrdersTable": [*orders, {"sk": "details"}]}


def test_an_end_is_counted() -> None:
    hot = Contest("hot", buyers=3, units=2)
    sold, short = order("SKU-HOT", 1), order("SKU-HOT", 0, held=True)
    assert hot.figures(tables(sold, sold, short)) == {
        "orders": 3,
        "sold": 2,
        "out_of_stock": 1,
        "oversold": 0,
        "stuck": 0,
    }


@pytest.mark.parametrize(
    ("units", "orders"),
    [
        (1, [order("SKU-HOT", 1), order("SKU-HOT", 1)]),  # oversold
        (2, [order("SKU-HOT", 1), order("SKU-HOT", 0, held=True)]),  # one might have been sold
        (1, [order("SKU-HOT", 1), order("SKU-HOT", 0, status="pending")]),  # never decided
        (1, [order("SKU-HOT", 1, status="pending")]),  # decided, and not told
        (1, [order("SKU-HOT", 1, held=True)]),  # held with what it has
    ],
)
def test_a_wrong_end(units: int, orders: list[dict[str, Any]]) -> None:
    with pytest.raises(Violation):
        Contest("hot", buyers=2, units=units).figures(tables(*orders))


@pytest.mark.parametrize(("allocation", "sold"), [("all", 4), ("partial", 5)])
def test_half_an_order_is_sold_to_those_who_take_it(allocation: str, sold: int) -> None:
    twice, each = Contest("twice", buyers=3, units=5), {"allocation": allocation}
    whole = [order("SKU-TWICE", 1, 1, **each) for _ in range(2)]
    half = order("SKU-TWICE", 1, 0, **each)
    short = order("SKU-TWICE", 0, 0, held=True, **each)
    right, wrong = (half, short) if allocation == "partial" else (short, half)
    assert twice.figures(tables(*whole, right))["sold"] == sold
    with pytest.raises(Violation):
        twice.figures(tables(*whole, wrong))
