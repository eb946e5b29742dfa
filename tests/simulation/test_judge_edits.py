"""The judge lets an edit do what was quoted, once, after what it adds is reserved; or nothing."""

from typing import Any

import pytest

from tests.simulation.judge.fabricated import breaks
from tests.simulation.judge.fabricated_facts import LATER, FactTale

NEW = {"line_id": "line_2", "sku": "TEE", "quantity": 1, "allocated": 1}
CONFIRMED = {"edit_id": "edit_1", "state": "confirmed", "charged_at": LATER}
DECLINED = {"edit_id": "edit_1", "state": "declined", "reason": "short"}


@pytest.fixture
def tale() -> FactTale:
    """An order of two TEE, confirmed."""
    tale = FactTale().ready()
    tale.place()
    tale.allocate()
    tale.confirm()
    return tale


@pytest.fixture
def reserving(tale: FactTale) -> FactTale:
    """The same, with an edit under way that adds one TEE."""
    tale.adding()
    tale.write(*tale.reserving())
    return tale


def committed(tale: FactTale, *, demand: bool = False, **changes: Any) -> tuple[str, Any]:
    """The order as the decision makes it."""
    told = {
        "lines": [*tale.lines()[:1], NEW], "edit": CONFIRMED, "total": 110, "updated_at": LATER,
        "inventory_version": 2,
    } | changes  # fmt: skip
    return tale.changed(demand=demand, **told)


def test_an_edit_is_reserved_and_then_done(reserving: FactTale) -> None:
    reserving.allocate_both()
    reserving.write(committed(reserving), reserving.edit("confirmed"), reserving.sold())


def test_who_waits_may_be_shown_the_edit(reserving: FactTale) -> None:
    """Seed 255: a request that prefers to wait was sent again, and met a confirmed edit."""
    body = {"external_id": "1", "lines": [{"sku": "TEE", "quantity": 2}]}
    placed = reserving.shown()["lines"][:1]
    reserving.allocate_both()
    reserving.write(committed(reserving), reserving.edit("confirmed"), reserving.sold())
    waits = {"Prefer": "wait=5"}
    for lines in (placed, reserving.shown()["lines"]):
        shown = reserving.shown(lines=lines)
        reserving.answers("POST", "/v1/orders", 201, shown, sent=body, headers=waits)
    with breaks("lost"):
        shown = reserving.shown(lines=[*placed, *placed])
        reserving.answers("POST", "/v1/orders", 201, shown, sent=body, headers=waits)


def test_who_does_not_wait_is_shown_what_was_placed(reserving: FactTale) -> None:
    body = {"external_id": "1", "lines": [{"sku": "TEE", "quantity": 2}]}
    with breaks("lost"):
        reserving.answers("POST", "/v1/orders", 201, reserving.shown(), sent=body)


@pytest.fixture
def short(tale: FactTale) -> FactTale:
    """An edit under way that adds more than there is, and it was decided so."""
    tale.adding(units=9)
    tale.write(*tale.reserving())
    version = tale.stored("order")["version"]
    tale.reads(1)
    shares = {"line_1": {"allocated": 2, "backordered": 0}}
    shares["line_2"] = {"allocated": 0, "backordered": 0}
    told: dict[str, Any] = {"decision": "out_of_stock", "order_version": version, "lines": shares}
    tale.write(*tale.allocation(1, [tale.row(1, quantity=2)], **told))
    return tale


def declined(tale: FactTale, **changes: Any) -> tuple[str, Any]:
    """The order as it is without its edit."""
    told = {"lines": tale.lines()[:1], "edit": DECLINED, "inventory_version": 2} | changes
    return tale.changed(demand=True, **told)


def test_an_edit_that_is_short_changes_nothing(short: FactTale) -> None:
    short.write(declined(short), short.edit("declined"))


@pytest.fixture
def declined_in_part() -> FactTale:
    """An edit that was declined with one of two units, and another that is quoted."""
    tale = FactTale().ready(3)
    tale.place(allocation="partial")
    tale.allocate()
    tale.confirm()
    tale.adding(units=2)
    tale.write(*tale.reserving())
    tale.allocate_both(decision="partially_allocated")
    tale.write(declined(tale), tale.edit("declined"))
    tale.adding(units=2, name="edit_2")
    return tale


def test_an_edit_asks_for_all_that_it_adds(declined_in_part: FactTale) -> None:
    """Seed 1: before inventory has decided again, the same name is another line's."""
    declined_in_part.write(*declined_in_part.reserving())


def test_an_edit_takes_over_what_an_earlier_one_had(declined_in_part: FactTale) -> None:
    (table, order), edit = declined_in_part.reserving()
    lines = [order["lines"][0], order["lines"][1] | {"allocated": 1}]
    with breaks("sources"):
        declined_in_part.write((table, order | {"lines": lines}), edit)


@pytest.mark.parametrize("wrong", [{"total": 190}, {"removed": 1}, {"status": "pending"}])
def test_an_edit_that_is_declined_and_changes_something(
    short: FactTale, wrong: dict[str, Any]
) -> None:
    with breaks("transitions" if "status" in wrong else "order's life"):
        short.write(declined(short, **wrong), short.edit("declined"))


def test_an_edit_that_is_short_and_is_done(short: FactTale) -> None:
    new = NEW | {"quantity": 9}
    del new["allocated"]
    lines = [*short.lines()[:1], new]
    with breaks("edits"):
        short.write(committed(short, lines=lines, total=190), short.edit("confirmed"), short.sold())


def test_less_of_a_line_is_done_at_once(tale: FactTale) -> None:
    kept = [{"line_id": "line_1", "before": 2, "after": 1}]
    tale.quote(kept=kept, total_after=50, set_to=[{"line_id": "line_1", "quantity": 1}])
    lines = tale.lines(cancelled=1, allocated=1)
    known = {"edit_id": "edit_1", "state": "confirmed"}
    tale.write(
        tale.changed(demand=True, lines=lines, edit=known, removed=50, updated_at=LATER),
        tale.edit("confirmed"),
    )


@pytest.mark.parametrize(
    ("wrong", "invariant"),
    [
        ({"lines": [{"line_id": "line_1", "sku": "TEE", "quantity": 2, "allocated": 2}],
          "demand": True}, "order's life"),
        ({"total": 120}, "order's life"),
        ({"removed": 1}, "order's life"),
        ({"edit": {"edit_id": "edit_1", "state": "reserving", "since": 3}}, "order's life"),
        ({"lines": [
            {"line_id": "line_1", "sku": "TEE", "quantity": 2, "allocated": 2}, NEW,
            NEW | {"line_id": "line_3", "allocated": 0}], "demand": True}, "order's life"),
    ],
)  # fmt: skip
def test_an_edit_that_does_something_else(
    reserving: FactTale, wrong: dict[str, Any], invariant: str
) -> None:
    reserving.allocate_both()
    with breaks(invariant):
        reserving.write(
            committed(reserving, **wrong), reserving.edit("confirmed"), reserving.sold()
        )


def test_an_edit_that_is_declined_though_all_is_there(reserving: FactTale) -> None:
    reserving.allocate_both()
    with breaks("edits"):
        reserving.write(
            reserving.changed(
                lines=reserving.lines()[:1], edit=DECLINED, inventory_version=2, demand=True
            ),
            reserving.edit("declined"),
        )


def test_an_edit_that_is_done_before_it_is_decided(reserving: FactTale) -> None:
    lines = [{name: one[name] for name in one if name != "edit_id"} for one in reserving.lines()]
    with breaks("edits"):
        reserving.write(
            committed(reserving, inventory_version=1, lines=lines),
            reserving.edit("confirmed"), reserving.sold(),
        )  # fmt: skip


def test_what_adds_is_reserved_before_it_is_done(tale: FactTale) -> None:
    tale.adding()
    lines = [*tale.lines(), {name: NEW[name] for name in ("line_id", "sku", "quantity")}]
    with breaks("edits"):
        tale.write(
            tale.changed(demand=True, lines=lines, edit=CONFIRMED, total=110, updated_at=LATER),
            tale.edit("confirmed"), tale.sold(),
        )  # fmt: skip


def test_something_is_released_while_more_is_reserved(tale: FactTale) -> None:
    tale.adding()
    (_, order), edit = tale.reserving()
    order["lines"][0]["cancelled"] = 1
    with breaks("order's life"):
        tale.write(("OrdersTable", order), edit)


@pytest.mark.parametrize(
    ("values", "invariant"),
    [
        ({"expires_at": "2026-11-02T10:01:00.000Z"}, "edits"),
        ({"state": "confirmed"}, "edits"),
        ({"version": 2}, "versions"),
    ],
)
def test_a_quote_that_makes_no_sense(
    tale: FactTale, values: dict[str, Any], invariant: str
) -> None:
    with breaks(invariant):
        tale.quote(**values)


def test_a_second_quote_while_one_is_open(tale: FactTale) -> None:
    tale.adding()
    with breaks("edits"):
        tale.adding(name="edit_2")


def test_a_quote_that_nobody_asked_for(tale: FactTale) -> None:
    tale.adding()
    first = tale.edit("withdrawn")
    tale.write(first)
    new = tale.stored("edit") | {"edit_id": "edit_2", "state": "open", "version": 3}
    earlier = tale.stored("edit") | {"sk": "edit#edit_1"}
    with breaks("idempotency"):
        tale.write(("OrdersTable", new), ("OrdersTable", earlier))


def test_a_quote_while_an_edit_is_reserved(reserving: FactTale) -> None:
    first = reserving.stored("edit") | {"sk": "edit#edit_1", "state": "declined"}
    new = reserving.stored("edit") | {"edit_id": "edit_2", "state": "open", "version": 3}
    reserving.asks("POST", "/edits", {})
    with breaks("edits"):
        reserving.write(("OrdersTable", new), ("OrdersTable", first))


def test_a_quote_is_confirmed_too_late(tale: FactTale) -> None:
    tale.adding()
    with breaks("edits"):
        tale.write(*tale.reserving(updated_at="2026-11-03T09:01:00.000Z"))


def test_more_is_charged_than_was_quoted(tale: FactTale) -> None:
    tale.adding(total_before=100)
    quoted = tale.stored("edit") | {"total_after": 105}
    with breaks("edits"):
        tale.write(("OrdersTable", quoted))
    dear = FactTale().ready()
    dear.place()
    line = {"line_id": "line_2", "sku": "TEE", "quantity": 1, "unit_price": 10}
    dear.quote(added=[line], total_after=115)
    with breaks("edits"):
        dear.write(*dear.reserving())


def test_an_edit_that_is_confirmed_again(reserving: FactTale) -> None:
    reserving.allocate_both()
    reserving.write(committed(reserving), reserving.edit("confirmed"), reserving.sold())
    with breaks("edits"):
        reserving.write(reserving.changed(), reserving.edit("confirmed"))


def test_an_edit_that_nobody_decides(reserving: FactTale) -> None:
    with breaks("undecided"):
        reserving.judge._edits.settle()
