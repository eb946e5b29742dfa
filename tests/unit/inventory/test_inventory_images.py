"""Orders' images as demands."""

import pytest
from pydantic import ValidationError

from inventory.allocation.images import read_demand


def image(**changes):
    line = {"line_id": "l1", "sku": "A", "quantity": 5, "cancelled": 1, "fulfilled": 2}
    return {
        "pk": "shop_1#ord_1",
        "sk": "order",
        "shop_id": "shop_1",
        "order_id": "ord_1",
        "version": 3,
        "status": "pending",
        "placed_at": "2026-11-22T10:00:00.000Z",
        "allocation": "all",
        "ship_country": "DE",
        "lines": [line | changes.pop("line", {})],
        "unknown": {"later": "fields"},
    } | changes


def only_line(demand):
    (line,) = demand.lines
    return line.wanted, line.shipped


def test_an_active_order_wants_what_is_not_cancelled():
    demand = read_demand(image())
    assert (demand.active, demand.partial, demand.order_version) == (True, False, 3)
    assert only_line(demand) == (4, 2)


@pytest.mark.parametrize("status", ["cancelled", "expired"])
def test_an_order_that_is_gone_wants_what_was_shipped_alone(status):
    demand = read_demand(image(status=status))
    assert not demand.active
    assert only_line(demand) == (2, 2)


def test_an_order_that_does_not_ask_yet_wants_what_has_left_alone():
    demand = read_demand(image(asks_stock=False))
    assert demand.active
    assert not demand.asks_stock
    assert only_line(demand) == (2, 2)


def test_more_shipped_than_wanted_is_believed():
    assert only_line(read_demand(image(line={"cancelled": 4}))) == (2, 2)


def test_a_completed_order_has_handed_over_what_needs_no_shipping():
    line = {"requires_shipping": False, "fulfilled": 0}
    assert only_line(read_demand(image(status="completed", line=line))) == (4, 4)
    assert only_line(read_demand(image(status="confirmed", line=line))) == (4, 0)


def test_a_draft_asks_nothing():
    assert read_demand(image(status="draft")) is None


def test_missing_and_null_are_the_same():
    assert read_demand(image(ship_country=None, actor=None)).ship_country == ""


@pytest.mark.parametrize(
    "changes",
    [
        {"status": "teleported"},
        {"allocation": "most"},
        {"version": 0},
        {"lines": "none"},
        {"line": {"quantity": -1}},
        {"line": {"quantity": "5"}},
        {"line": {"quantity": None}},
        {"line": {"line_id": ""}},
        {"placed_at": None},
        {"shop_id": None},
    ],
)
def test_what_cannot_be_understood_is_an_error_and_never_a_guess(changes):
    with pytest.raises(ValidationError):
        read_demand(image(**changes))
