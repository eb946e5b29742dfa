"""The judge sees what is wrong with orders, and lets pass what is right."""

from contextlib import nullcontext
from typing import Any

import pytest

from tests.simulation.judge.fabricated import (
    KEY,
    SHOP,
    Tale,
    breaks,
    order_id,
)
from tests.simulation.judge.orders import check_cancelled
from tests.simulation.judge.requests import check_kept
from tests.simulation.judge.verdict import Call, Item

CONFIRMED = {"status": "confirmed", "inventory_version": 1}


@pytest.fixture
def tale() -> Tale:
    """An order of two TEE, and stock reserved for it."""
    tale = Tale().ready()
    tale.place()
    tale.allocate()
    return tale


@pytest.fixture
def sent(tale: Tale) -> Tale:
    """The same, confirmed and on its way."""
    tale.confirm()
    tale.write(tale.shipment())
    tale.write(tale.shipped())
    return tale


def test_an_orders_whole_life(sent: Tale) -> None:
    sent.write(sent.scanned("100u\tEMA", status="picked_up"))
    sent.write(sent.scanned("100u\tEMA", "200.5u+60\tEMI\tPARIS", status="delivered"))
    sent.write(sent.shipped(3, delivered=True, status="completed"))


@pytest.mark.parametrize(
    "wrong",
    [
        {"status": "completed"},
        {"status": "pending"},
        {"lines": [{"line_id": "line_1", "sku": "TEE", "quantity": 2, "allocated": 1}]},
        {"holds": [{"kind": "OTHER", "id": "hold_1"}], "status": "pending"},
    ],
)
def test_a_decision_that_does_something_else(tale: Tale, wrong: dict[str, Any]) -> None:
    right = CONFIRMED | {"lines": tale.lines(allocated=2)}
    with breaks("sources" if "lines" in wrong else "order's life"):
        tale.write(tale.changed(**right | wrong))


def test_a_decision_nobody_made(tale: Tale) -> None:
    with breaks("sources"):
        tale.write(tale.changed(inventory_version=2))


@pytest.mark.parametrize(("old", "new"), [("cancelled", "pending"), ("confirmed", "pending")])
def test_a_status_that_goes_back(tale: Tale, old: str, new: str) -> None:
    tale.confirm()
    if old == "cancelled":
        lines = tale.lines(cancelled=2)
        tale.write(
            tale.changed(
                status=old, lines=lines, cancel_reason="staff", cancelled_at="", demand=True
            )
        )
    with breaks("transitions"):
        tale.write(tale.changed(status=new))


@pytest.mark.parametrize(
    "wrong",
    [
        {"currency": "USD"},
        {"placed_at": "later"},
        {"test": True},
        {"external_id": "web-1"},
        {"payment_minutes": 3},
    ],
)
def test_what_was_placed_changes(tale: Tale, wrong: dict[str, Any]) -> None:
    with breaks("placed"):
        tale.write(tale.changed(**wrong))


def test_lines_that_change(tale: Tale) -> None:
    with breaks("placed"):
        tale.write(tale.changed(lines=tale.lines(quantity=3)))


def test_details_that_change(tale: Tale) -> None:
    item = tale.now("OrdersTable", f"{SHOP}#{order_id(1)}", "details")
    with breaks("placed"):
        tale.write(("OrdersTable", item | {"customer": {}}))


def test_details_without_an_order_may_become_anothers(tale: Tale) -> None:
    tale.write(tale.details(2, {"TEE": 1}))
    tale.write(tale.details(2, {"TEE": 2}), tale.order(2, {"TEE": 2}))
    tale.write(tale.details(3, {"TEE": 1}))
    with breaks("placed"):
        tale.write(tale.details(3, {"TEE": 2}))


def test_an_order_without_details(tale: Tale) -> None:
    with breaks("placed"):
        tale.write(tale.order(2, {"TEE": 1}))


@pytest.mark.parametrize(
    ("units", "invariant"),
    [
        ({"fulfilled": 1}, "quantities"),
        ({"delivered": 1}, "quantities"),
        ({"cancelled": 3}, "quantities"),
        ({"cancelled": -1}, "quantities"),
    ],
)
def test_quantities_that_nothing_explains(
    tale: Tale, units: dict[str, int], invariant: str
) -> None:
    with breaks(invariant):
        tale.write(tale.changed(lines=tale.lines(**units), demand=True))


def test_a_cancelled_unit_wanted_again(tale: Tale) -> None:
    tale.write(
        tale.changed(status="cancelled", lines=tale.lines(cancelled=2), cancel_reason="staff",
                     cancelled_at="", demand=True)
    )  # fmt: skip
    with breaks("cancelled"):
        lines = [{"line_id": "line_1", "sku": "TEE", "quantity": 2, "cancelled": 1}]
        tale.write(tale.changed(lines=lines))


def test_a_cancel_that_forgets_a_line(tale: Tale) -> None:
    with breaks("order's life"):
        tale.write(
            tale.changed(status="cancelled", lines=tale.lines(cancelled=1), demand=True,
                         cancel_reason="staff", cancelled_at="")
        )  # fmt: skip


def test_a_cancel_that_leaves_something_to_pay(tale: Tale) -> None:
    with breaks("order's life"):
        tale.write(
            tale.changed(status="cancelled", lines=tale.lines(cancelled=2), demand=True,
                         cancel_reason="staff", cancelled_at="", removed=99)
        )  # fmt: skip


@pytest.fixture
def halved(tale: Tale) -> Tale:
    """One of two was sent, the other cancelled."""
    tale.confirm()
    tale.write(tale.shipment(units=1))
    tale.write(tale.shipped(units=1))
    tale.write(
        tale.changed(lines=tale.lines(cancelled=1), demand=True, cancel_reason="staff",
                     cancelled_at="2026-11-02T09:01:00.000Z")
    )  # fmt: skip
    return tale


@pytest.mark.parametrize(
    "changes",
    [{"cancel_reason": "fraud"}, {"cancelled_at": "2026-11-02T09:05:00.000Z"}],
)
def test_a_cancellation_that_is_told_otherwise_later(halved: Tale, changes: Item) -> None:
    with breaks("cancelled"):
        halved.write(halved.changed(**changes))


def test_what_an_edit_added_may_be_cancelled_as_well() -> None:
    """Seed 154: each cancellation has its own time, the newest is shown."""
    old = {"cancel_reason": "staff", "cancelled_at": "1", "lines": [{"cancelled": 1}, {}]}
    new = {"cancel_reason": "inventory", "cancelled_at": "2", "lines": [{"cancelled": 1}] * 2}
    check_cancelled(old, new)


def test_a_write_for_which_there_is_no_reason(tale: Tale) -> None:
    with breaks("order's life"):
        tale.write(tale.changed())


def test_a_change_of_demand_that_wakes_nobody(tale: Tale) -> None:
    with breaks("demand"):
        tale.write(
            tale.changed(status="cancelled", lines=tale.lines(cancelled=2),
                         cancel_reason="staff", cancelled_at="")
        )  # fmt: skip


def test_a_short_order_is_held_or_cancelled_as_its_shop_wants(tale: Tale) -> None:
    for number, rule in ((2, "hold"), (3, "cancel")):
        tale.place(number, {"TEE": 9}, on_shortage=rule)
        tale.reads(number)
        tale.write(*tale.allocation(number, [], decision="out_of_stock", allocated=0))
    hold = {"kind": "INVENTORY_OUT_OF_STOCK", "id": "hold_1"}
    with breaks("order's life"):
        tale.write(tale.changed(3, inventory_version=1, holds=[hold]))


def test_a_held_order(tale: Tale) -> None:
    tale.place(2, {"TEE": 9})
    tale.reads(2)
    tale.write(*tale.allocation(2, [], decision="out_of_stock", allocated=0))
    hold = {"kind": "INVENTORY_OUT_OF_STOCK", "id": "hold_1"}
    tale.write(tale.changed(2, inventory_version=1, holds=[hold]))
    with breaks("holds"):
        tale.write(tale.changed(2, status="expired", demand=True))


# --- the schedule -------------------------------------------------------------------------------


@pytest.fixture
def waiting() -> Tale:
    """An order that nobody has decided."""
    tale = Tale().ready()
    tale.place()
    return tale


def test_an_undecided_order_is_driven_again(waiting: Tale) -> None:
    waiting.write(waiting.driven())


@pytest.mark.parametrize(
    ("wrong", "invariant"),
    [
        ({"demand": False}, "demand"),
        ({"actor": "staff", "demand": False}, "order's life"),
        ({"updated_at": "2026-11-02T09:00:59.000Z"}, "driven"),
        ({"asked_at": "2026-11-02T09:01:30.000Z"}, "driven"),
        ({"external_id": "web-1"}, "placed"),
        ({"status": "confirmed"}, "driven"),
    ],
)
def test_an_order_driven_again_too_soon_or_changed_by_it(
    waiting: Tale, wrong: dict[str, Any], invariant: str
) -> None:
    with breaks(invariant):
        waiting.write(waiting.driven(**wrong))


def test_a_decided_order_is_driven_again(tale: Tale) -> None:
    tale.confirm()
    with breaks("driven"):
        tale.write(tale.driven())


def test_an_order_of_a_shop_that_nobody_noted() -> None:
    tale = Tale()
    tale.write(tale.details(1, {"TEE": 2}))
    with breaks("directory"):
        tale.write(tale.order(1, {"TEE": 2}))


@pytest.mark.parametrize(
    "wrong", [{"on_shortage": "cancel"}, {"payment_rule": "paid"}, {"payment_minutes": 3}]
)
def test_an_order_goes_by_its_shops_rules(wrong: dict[str, Any]) -> None:
    tale = Tale()
    tale.known()
    tale.write(tale.details(1, {"TEE": 2}))
    with breaks("placed"):
        tale.write(tale.order(1, {"TEE": 2}, **wrong))


def test_a_note_of_no_shop_or_a_second_one(waiting: Tale) -> None:
    note = {"pk": "shops", "sk": SHOP, "shop_id": SHOP}
    with breaks("directory"):
        waiting.write(("OrdersTable", note | {"since": "now"}))
    with breaks("directory"):
        waiting.write(("OrdersTable", note | {"sk": "shop_x", "shop_id": "shop_x"}))
    with breaks("tenants"):
        waiting.write(("OrdersTable", note | {"sk": "shop_y"}))


def test_a_mark_of_the_schedule_that_goes_back() -> None:
    tale = Tale()
    marks = {"pk": "schedule", "sk": "marks", "version": 1, "marks": {"2m": "t2", "1h": "t1"}}
    tale.write(("OrdersTable", marks))
    tale.write(("OrdersTable", marks | {"version": 2, "marks": {"2m": "t3", "1h": "t1"}}))
    with breaks("marks"):
        tale.write(("OrdersTable", marks | {"version": 3, "marks": {"2m": "t4", "1h": "t0"}}))


@pytest.mark.parametrize("asked", [None, {"reason": "customer"}])
def test_a_cancel_for_a_reason_that_nobody_gave(tale: Tale, asked: Item | None) -> None:
    if asked:
        call = Call("POST", f"/v1/orders/{order_id(1)}/cancel", asked, key=KEY)
        tale.judge.asked(0.0, "client", call)
    reason = {"cancel_reason": "fraud", "cancelled_at": ""}
    with breaks("cancelled"):
        tale.write(
            tale.changed(status="cancelled", lines=tale.lines(cancelled=2), demand=True, **reason)
        )


@pytest.mark.parametrize("placed_at", ["2026-11-02T09:00:00.000Z", "2026-11-02T09:02:00.000Z"])
def test_a_draft_is_placed_when_it_is_confirmed(tale: Tale, placed_at: str) -> None:
    tale.place(2, status="draft", demand_changed=False)
    told = {"status": "pending", "updated_at": "2026-11-02T09:02:00.000Z", "demand": True}
    right = placed_at == told["updated_at"]
    with nullcontext() if right else breaks("placed"):
        tale.write(tale.changed(2, placed_at=placed_at, **told))


@pytest.mark.parametrize("name", ["note", "billing_address"])
def test_what_an_order_was_sent_with_is_kept(name: str) -> None:
    sent, order = {name: {"city": "Porto"}}, {"order_id": "o", "shop_id": "s", "total": 0}
    body = sent | {"lines": [{}]}
    check_kept(body, order, sent)
    with breaks("kept"):
        check_kept(body, order, {name: {"city": "Faro"}})
