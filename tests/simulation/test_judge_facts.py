"""The judge lets edits, payments, expiry and returns do what they do to an order, and no more."""

from typing import Any

import pytest

from tests.simulation.judge.fabricated import SHOP, Tale, breaks, order_id
from tests.simulation.judge.verdict import Item

PAID = {"payment_rule": "paid"}


@pytest.fixture
def tale() -> Tale:
    """An order of two TEE, and stock reserved for it."""
    tale = Tale().ready()
    tale.place()
    tale.allocate()
    return tale


@pytest.fixture
def unpaid() -> Tale:
    """The same, to be paid before it is sent."""
    tale = Tale().ready()
    tale.place(**PAID)
    return tale


@pytest.fixture
def there(tale: Tale) -> Tale:
    """The same, delivered."""
    tale.confirm()
    tale.write(tale.shipment())
    tale.write(tale.shipped())
    tale.write(tale.scanned("100u\tEMI", status="delivered"))
    tale.write(tale.shipped(2, delivered=True, status="completed"))
    return tale


def edited(tale: Tale, lines: list[Item], **changes: Any) -> tuple[str, Item]:
    return tale.changed(lines=lines, actor="edit", **({"demand": True} | changes))


def test_an_edit_raises_lowers_and_adds(tale: Tale) -> None:
    tale.write(edited(tale, tale.lines(quantity=3)))
    tale.write(edited(tale, tale.lines(quantity=1)))
    added = {"line_id": "line_2", "sku": "TEE", "quantity": 1}
    details = tale.now("OrdersTable", f"{SHOP}#{order_id(1)}", "details")
    details["lines"].append(added)
    tale.write(edited(tale, [*tale.lines(), added]), ("OrdersTable", details))


def test_an_edit_brings_nothing_into_details_but_lines(tale: Tale) -> None:
    details = tale.now("OrdersTable", f"{SHOP}#{order_id(1)}", "details")
    with breaks("placed"):
        tale.write(
            edited(tale, tale.lines(quantity=3)), ("OrdersTable", details | {"number": "NO-9"})
        )


@pytest.mark.parametrize(
    ("line", "changes", "invariant"),
    [
        ({"quantity": 0}, {}, "edits"),
        ({}, {"demand": False}, "edits"),
        ({"quantity": 3, "sku": "MUG"}, {}, "placed"),
        ({"quantity": 3}, {"total": 5}, "placed"),
        ({"quantity": 3}, {"demand": False}, "demand"),
        ({"quantity": 3}, {"status": "confirmed"}, "order's life"),
        ({"quantity": 3, "cancelled": 1}, {"demand": False}, "order's life"),
    ],
)
def test_an_edit_that_does_something_else(
    tale: Tale, line: dict[str, Any], changes: dict[str, Any], invariant: str
) -> None:
    with breaks(invariant):
        tale.write(edited(tale, [tale.lines()[0] | line], **changes))


def test_an_edit_of_what_has_left(there: Tale) -> None:
    with breaks("edits"):
        there.write(edited(there, there.lines(quantity=3)))


def test_nobody_but_an_edit_adds_lines(tale: Tale) -> None:
    more = [*tale.lines(), {"line_id": "line_2", "sku": "TEE", "quantity": 1}]
    with breaks("placed"):
        tale.write(tale.changed(lines=more, demand=True))


def test_the_time_to_pay_is_up(unpaid: Tale) -> None:
    unpaid.write(unpaid.changed(status="expired", actor="expiry", demand=True))


def test_who_has_paid_does_not_expire(unpaid: Tale) -> None:
    unpaid.write(unpaid.changed(payments={"captured": 100}, actor="payment"))
    with breaks("expiry"):
        unpaid.write(unpaid.changed(status="expired", actor="expiry", demand=True))


def test_who_pays_later_does_not_expire(tale: Tale) -> None:
    with breaks("expiry"):
        tale.write(tale.changed(status="expired", actor="expiry", demand=True))


def test_nobody_pays_twice(unpaid: Tale) -> None:
    unpaid.write(unpaid.changed(payments={"captured": 100}, actor="payment"))
    with breaks("payments"):
        unpaid.write(unpaid.changed(payments={"captured": 200}, actor="payment"))


def test_what_came_back_is_restocked(there: Tale) -> None:
    back = there.lines(returned=1, restocked={"hq": 1})
    there.write(there.changed(lines=back, actor="return", demand=True))
    back = there.lines(returned=2)  # and one that cannot be sold again
    there.write(there.changed(lines=back, actor="return"))


@pytest.mark.parametrize(
    "line",
    [
        {"returned": 3},
        {"returned": 1, "restocked": {"hq": 2}},
        {"restocked": {"hq": 1}},
        {},
    ],
)
def test_more_comes_back_than_can(there: Tale, line: dict[str, Any]) -> None:
    back = [there.lines()[0] | line]
    with breaks("returns"):
        there.write(there.changed(lines=back, actor="return", demand="restocked" in line))


def test_what_was_restocked_is_not_lost_by_a_later_write(there: Tale) -> None:
    back = there.lines(returned=1, restocked={"hq": 1})
    there.write(there.changed(lines=back, actor="return", demand=True))
    (line,) = there.lines(returned=2)
    del line["restocked"]
    with breaks("returns"):
        there.write(there.changed(lines=[line], actor="return", demand=True))
