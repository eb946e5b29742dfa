"""Which lines of an order a shipment carries."""

from typing import Any

import pytest

from tracking.parcels.shipment import Line
from tracking.shipments.lines import resolve_lines
from waybill.problems import Conflict, Unprocessable


def line(line_id: str, quantity: int, **more: Any) -> dict[str, Any]:
    return {"line_id": line_id, "quantity": quantity, "cancelled": 0, "fulfilled": 0} | more


def test_without_lines_it_is_everything_still_open() -> None:
    ordered = [line("1", 5, cancelled=1, fulfilled=2), line("2", 1), line("3", 2, fulfilled=2)]
    assert resolve_lines(ordered, [], None) == (Line("1", 2), Line("2", 1))


def test_what_needs_no_shipping_is_not_shipped_by_itself() -> None:
    ordered = [line("1", 1, requires_shipping=False), line("2", 1, requires_shipping=True)]
    assert resolve_lines(ordered, [], None) == (Line("2", 1),)


def test_other_shipments_count_before_the_order_knows_them() -> None:
    ordered = [line("1", 3)]
    assert resolve_lines(ordered, [Line("1", 2)], None) == (Line("1", 1),)
    with pytest.raises(Conflict) as refused:
        resolve_lines(ordered, [Line("1", 2)], [Line("1", 2)])
    assert refused.value.errors[0].pointer == "/lines/0/quantity"
    # The order has heard of them meanwhile: they are not counted twice.
    assert resolve_lines([line("1", 3, fulfilled=2)], [Line("1", 2)], None) == (Line("1", 1),)


def test_a_cancelled_line_is_shipped_all_the_same() -> None:
    ordered = [line("1", 2, cancelled=2)]
    assert resolve_lines(ordered, [], [Line("1", 2)]) == (Line("1", 2),)
    assert resolve_lines(ordered, [], None) == (Line("1", 2),)


def test_nothing_left_is_a_conflict() -> None:
    with pytest.raises(Conflict):
        resolve_lines([line("1", 2, fulfilled=2)], [], None)


def test_unknown_and_repeated_lines_are_pointed_at() -> None:
    with pytest.raises(Unprocessable) as refused:
        resolve_lines([line("1", 9)], [], [Line("1", 1), Line("9", 1), Line("1", 1)])
    assert [error.pointer for error in refused.value.errors] == [
        "/lines/0/line_id",
        "/lines/1/line_id",
        "/lines/2/line_id",
    ]
