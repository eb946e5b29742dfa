"""Whenever all is quiet the ledger of stock adds up, and nobody waits beside free units."""

import pytest

from tests.simulation.judge.fabricated import SHOP, Tale, breaks
from tests.simulation.judge.fabricated_stock import Written
from tests.simulation.judge.verdict import Item


def put(tale: Tale, told: tuple[str, Item], **changes: object) -> None:
    """Bring an item into the world as no rule would let it be written."""
    table, item = told
    key = (item["pk"], item["sk"])
    old = tale.judge.world.now(table, key)
    tale.judge.world.write(0.0, "inventory", 1, [Written(table, key, old, item | changes)])


@pytest.fixture
def waiting() -> Tale:
    """Two units of TEE are owed to an order, and five were free before."""
    tale = Tale().ready(5)
    put(tale, tale.reservation(1, 1, tale.row(1, backordered=2)))
    put(tale, tale.level(backordered=2))
    return tale


def test_somebody_waits_beside_what_is_there(waiting: Tale) -> None:
    with breaks("left waiting"):
        waiting.judge.rest()


def test_nothing_is_free(waiting: Tale) -> None:
    put(waiting, waiting.level(backordered=2), available=0)
    waiting.judge.rest()


def test_what_is_free_is_in_a_closed_place(waiting: Tale) -> None:
    put(
        waiting,
        ("InventoryTable", waiting.now("InventoryTable", f"{SHOP}#locations", "hq")),
        closed=True,
    )
    waiting.judge.rest()


def test_a_level_that_its_rows_do_not_come_to() -> None:
    tale = Tale().ready(5)
    tale.judge.rest()
    put(tale, tale.level(reserved=1))
    with breaks("levels"):
        tale.judge.rest()
