"""Which record of a stream a seed may lose for good: each of what the schedule makes up for."""

from typing import Any

import pytest

from tests.simulation.aws.change import Change
from tests.simulation.world import LOSSES
from tests.support.template import functions

ORDER: dict[str, Any] = {"version": 3, "status": "confirmed"}
EDITED = ORDER | {"edit": {"state": "reserving", "since": 3}}
DECIDED = {"decision": "allocated", "decided": True}
KEPT = {"decision": "allocated", "decided": False}
UNDECIDED = {"decision": "pending", "decided": False}
CHANGES = {
    "a new order": ("OrdersTable", "order", None, ORDER),
    "details": ("OrdersTable", "details", None, ORDER),
    "an order's later version": ("OrdersTable", "order", ORDER, ORDER | {"version": 4}),
    "an edit asks for stock": ("OrdersTable", "order", ORDER, EDITED),
    "an edit that waits": ("OrdersTable", "order", EDITED, EDITED | {"version": 4}),
    "a decision": ("InventoryTable", "allocation", UNDECIDED, DECIDED),
    "a decision at once": ("InventoryTable", "allocation", None, DECIDED),
    "a later decision": ("InventoryTable", "allocation", DECIDED, DECIDED),
    "a decision after one that was no news": ("InventoryTable", "allocation", KEPT, DECIDED),
    "no decision yet": ("InventoryTable", "allocation", None, UNDECIDED),
}
LOST = (
    ("InventoryOrderChangeFunction", {"a new order"}),
    ("OrdersInventoryChangeFunction", {"a decision", "a decision at once"}),
    ("InventoryOrderChangeFunction", {"an edit asks for stock"}),
)


@pytest.mark.parametrize("place", range(len(LOSSES)))
def test_what_may_be_lost(place: int) -> None:
    loses, is_lost = LOSSES[place]
    lost = {
        name
        for name, (table, sk, old, new) in CHANGES.items()
        if is_lost(Change(table, ("shop_a#ord_1", sk), old, new, {}))
    }
    assert (loses, lost) == LOST[place]
    assert loses in functions()
