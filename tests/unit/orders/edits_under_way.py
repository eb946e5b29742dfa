"""Orders with an edit under way, for tests of its confirmation."""

from dataclasses import replace
from datetime import timedelta

from orders.edits.edit import NewLine
from orders.lifecycle import demand
from orders.order import (
    OrderStatus,
)
from tests.unit.orders.edit_builders import (
    confirmed,
    edit_of,
    quoted,
)
from tests.unit.orders.orders_builders import NOW, placed, with_line

CAP = NewLine("CAP", 2, 450)
LATER = NOW + timedelta(hours=1)


def going(**changes):
    """A confirmed order of 2 TEE and 1 MUG that holds them, and what it was sold for."""
    order, details = placed()
    order = replace(order, status=OrderStatus.CONFIRMED, inventory_version=1, version=4)
    order = with_line(with_line(order, 0, allocated=2), 1, allocated=1)
    return replace(order, **changes), details


def reserving(wanted, **changes):
    order, details = going(**changes)
    edit = quoted(order, details, wanted)
    change = confirmed(order, details, edit)
    return order, details, change.order, edit_of(change)


def wants(order):
    """Units that inventory is to hold, by line id."""
    return {line_id: units for line_id, _, units, _, _ in demand(order)}


def as_before(after, before):
    """Whether an order is what it was, but for the edit and what is known of stock."""
    known = {"edit": before.edit, "inventory_version": before.inventory_version}
    return replace(after, **known, lines=before.lines) == before and [
        replace(line, allocated=0, backordered=0) for line in after.lines
    ] == [replace(line, allocated=0, backordered=0) for line in before.lines]
