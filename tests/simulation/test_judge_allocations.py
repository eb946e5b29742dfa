"""The judge works out every allocation itself: the rules, and commits that differ from them."""

from typing import Any

import pytest

from tests.simulation.judge.fabricated import Tale, breaks
from tests.simulation.judge.planning import Decider
from tests.simulation.judge.shelf import Outcome, Shelf

Levels = dict[tuple[str, str], int]


def shelf(levels: Levels, owed: Levels | None = None, **settings: Any) -> Shelf:
    """Stock at "hq" (first in priority, in DE), "far" (in PT) and "us" (in US, as good as far)."""
    item = {
        "oversell_policy": "deny", "backorder_limit": None, "tracked": True, "release_at": None,
    } | settings  # fmt: skip
    ranks = {"hq": (1, "DE"), "far": (2, "PT"), "us": (2, "US")}
    used = {place for _, place in levels}
    return Shelf(
        items={
            sku: item | {"locations": [place for of, place in levels if of == sku]}
            for sku in ("TEE", "MUG")
        }
        | {"GONE": None},
        places={
            name: {"priority": rank, "country": country, "closed": False}
            for name, (rank, country) in ranks.items()
            if name in used
        },
        available=dict(levels),
        owed=dict.fromkeys(levels, 0) | (owed or {}),
    )


def decide(
    levels: Levels, lines: list[tuple[str, int]], *, stored: Any = None, order: Any = None,
    owed: Levels | None = None, **settings: Any,
) -> Outcome:  # fmt: skip
    """What the rules decide for an order with these lines."""
    wanted = {
        "status": "pending", "allocation": "all", "ship_country": "DE", "placed_at": "1",
        "order_id": "o", "shop_id": "s", "version": 2,
        "lines": [{"line_id": str(i), "sku": sku, "quantity": units}
                  for i, (sku, units) in enumerate(lines)],
    } | (order or {})  # fmt: skip
    return Decider(wanted, stored, shelf(levels, owed, **settings)).decide()


def places(outcome: Outcome) -> Levels:
    """Units reserved, by SKU and location."""
    return {place: row["quantity"] for place, row in outcome.rows.items() if row["quantity"]}


@pytest.mark.parametrize(
    ("levels", "lines", "country", "expected"),
    [
        # one location that serves all beats priority
        ({("TEE", "hq"): 1, ("TEE", "far"): 2}, [("TEE", 2)], "DE", {("TEE", "far"): 2}),
        (
            {("TEE", "hq"): 9, ("TEE", "far"): 9, ("MUG", "far"): 1},
            [("TEE", 1), ("MUG", 1)], "DE", {("TEE", "far"): 1, ("MUG", "far"): 1},
        ),
        # then priority, then country, then the name
        ({("TEE", "hq"): 2, ("TEE", "far"): 2}, [("TEE", 2)], "PT", {("TEE", "hq"): 2}),
        ({("TEE", "far"): 2, ("TEE", "us"): 2}, [("TEE", 2)], "US", {("TEE", "us"): 2}),
        ({("TEE", "far"): 2, ("TEE", "us"): 2}, [("TEE", 2)], "FR", {("TEE", "far"): 2}),
        # a split takes from as many as it needs, in their order
        (
            {("TEE", "hq"): 1, ("TEE", "far"): 1, ("TEE", "us"): 2}, [("TEE", 3)], "PT",
            {("TEE", "hq"): 1, ("TEE", "far"): 1, ("TEE", "us"): 1},
        ),
        # several lines of one SKU are one need
        (
            {("TEE", "hq"): 3, ("TEE", "far"): 4}, [("TEE", 2), ("TEE", 2)], "DE",
            {("TEE", "far"): 4},
        ),
    ],
)  # fmt: skip
def test_where_units_come_from(
    levels: Levels, lines: list[tuple[str, int]], country: str, expected: Levels
) -> None:
    outcome = decide(levels, lines, order={"ship_country": country})
    assert (places(outcome), outcome.decision) == (expected, "allocated")


def test_short_is_nothing_or_a_part() -> None:
    levels, lines = {("TEE", "hq"): 3}, [("TEE", 2), ("TEE", 2)]
    whole = decide(levels, lines)
    assert (places(whole), whole.decision) == ({}, "out_of_stock")
    part = decide(levels, lines, order={"allocation": "partial"})
    assert (places(part), part.decision) == ({("TEE", "hq"): 3}, "partially_allocated")
    assert [share["allocated"] for share in part.lines.values()] == [2, 1]
    none = decide({("TEE", "hq"): 0}, lines, order={"allocation": "partial"})
    assert none.decision == "out_of_stock"


def test_what_may_be_owed_is_owed_at_home_up_to_the_limit() -> None:
    levels, lines = {("TEE", "far"): 1, ("TEE", "hq"): 0}, [("TEE", 3)]
    free = decide(levels, lines, oversell_policy="backorder")
    assert free.decision == "backordered"
    assert free.rows["TEE", "far"] == {
        "quantity": 1, "shipped": 0, "backordered": 2, "released": 0, "returned": 0,
    }  # fmt: skip
    tight = decide(levels, lines, oversell_policy="preorder", backorder_limit=1)
    assert tight.decision == "out_of_stock"


@pytest.mark.parametrize(("ends", "expected"), [("1", "out_of_stock"), ("2", "backordered")])
def test_a_preorder_is_placed_before_the_release(ends: str, expected: str) -> None:
    outcome = decide({("TEE", "hq"): 0}, [("TEE", 1)], oversell_policy="preorder", release_at=ends)
    assert outcome.decision == expected


@pytest.mark.parametrize("there", ["hq", "far"])
def test_units_owed_to_earlier_orders_are_not_promised(there: str) -> None:
    levels = {("TEE", "hq"): 0, ("TEE", "far"): 0, ("TEE", there): 3}
    outcome = decide(levels, [("TEE", 2)], owed={("TEE", "hq"): 2})
    assert outcome.decision == "out_of_stock"


def test_what_arrives_is_given_to_who_waits_and_to_no_new_wish() -> None:
    line = {"line_id": "0", "sku": "TEE", "quantity": 3}
    stored = _stored(quantity=1, backordered=1) | {"order_version": 2}
    wanted = {
        "status": "pending", "allocation": "partial", "ship_country": "DE", "placed_at": "1",
        "order_id": "o", "shop_id": "s", "version": 2, "lines": [line],
    }  # fmt: skip
    stock = shelf({("TEE", "hq"): 0, ("TEE", "far"): 5}, {("TEE", "hq"): 1})
    decider = Decider(wanted, stored, stock, filled="TEE")
    assert decider.turn()[0]
    outcome = decider.decide()
    assert places(outcome) == {("TEE", "hq"): 1, ("TEE", "far"): 1}
    assert (outcome.decision, outcome.news) == ("partially_allocated", True)
    assert stock.owed["TEE", "hq"] == 0


def test_what_came_back_is_there_again() -> None:
    line = {"line_id": "0", "sku": "TEE", "quantity": 1, "fulfilled": 1, "restocked": {"hq": 1}}
    outcome = decide(
        {("TEE", "hq"): 0}, [], stored=_stored(quantity=1, shipped=1),
        order={"status": "completed", "lines": [line]},
    )  # fmt: skip
    assert outcome.rows["TEE", "hq"]["returned"] == 1


def test_untracked_is_never_short_and_unknown_always() -> None:
    assert decide({}, [("TEE", 9)], tracked=False).lines["0"]["allocated"] == 9
    assert decide({}, [("GONE", 1)]).decision == "out_of_stock"


def test_an_order_that_does_not_ask_gets_only_what_has_left() -> None:
    lines = [
        {"line_id": "0", "sku": "TEE", "quantity": 2, "fulfilled": 1},
        {"line_id": "1", "sku": "GONE", "quantity": 1},
    ]
    outcome = decide({("TEE", "hq"): 5}, [], order={"lines": lines, "asks_stock": False})
    assert (places(outcome), outcome.decision) == ({("TEE", "hq"): 1}, "pending")
    assert not outcome.news


def _stored(**row: int) -> dict[str, Any]:
    zero = {"quantity": 0, "shipped": 0, "backordered": 0, "released": 0}
    return {
        "order_version": 1, "decision": "allocated", "lines": {},
        "reservations": [{"sku": "TEE", "location_id": "hq"} | zero | row],
    }  # fmt: skip


def test_what_is_cancelled_is_given_back_and_what_was_sent_is_not() -> None:
    line = {"line_id": "0", "sku": "TEE", "quantity": 3, "cancelled": 2, "fulfilled": 1}
    outcome = decide(
        {("TEE", "hq"): 0}, [], stored=_stored(quantity=2, backordered=1),
        order={"status": "cancelled", "lines": [line]},
    )  # fmt: skip
    assert outcome.decision == "released"
    assert outcome.rows["TEE", "hq"] == {
        "quantity": 1, "shipped": 1, "backordered": 0, "released": 1, "returned": 0,
    }  # fmt: skip


def test_parcels_take_what_was_held_then_what_was_owed_then_anything() -> None:
    line = {"line_id": "0", "sku": "TEE", "quantity": 4, "fulfilled": 4}
    outcome = decide(
        {("TEE", "hq"): 0, ("TEE", "far"): 1}, [], stored=_stored(quantity=1, backordered=1),
        order={"status": "confirmed", "lines": [line]},
    )  # fmt: skip
    assert outcome.rows["TEE", "far"]["shipped"] == 1
    assert outcome.rows["TEE", "hq"]["shipped"] == 3


# --- commits ------------------------------------------------------------------------------------


@pytest.fixture
def tale() -> Tale:
    """Three orders of two TEE each; there are five."""
    tale = Tale().ready(5)
    for number in (1, 2, 3):
        tale.place(number, placed_at=f"2026-11-02T09:00:0{number}.000Z")
    return tale


def two(tale: Tale, first: int, second: int) -> list[Any]:
    """Both get two TEE in one commit."""
    return [
        *tale.allocation(first, [tale.row(first, quantity=2)]),
        *tale.allocation(second, [tale.row(second, quantity=2)]),
        tale.level(reserved=4, available=-4),
    ]


def test_first_come_first_served(tale: Tale) -> None:
    tale.reads(1, 2, 3)
    tale.write(*two(tale, 1, 2))
    tale.write(*tale.allocation(3, [], decision="out_of_stock", allocated=0))
    assert tale.judge.coverage()["allocations"] == 3


def test_a_later_order_is_served_first(tale: Tale) -> None:
    tale.reads(1, 2, 3)
    with breaks("overtaken"):
        tale.write(*two(tale, 1, 3))


def test_an_earlier_order_is_served_later(tale: Tale) -> None:
    tale.reads(1, 2)
    rows = [tale.row(1, quantity=2)]
    tale.write(*tale.allocation(1, rows), tale.level(reserved=2, available=-2))
    tale.reads(3, invocation=2)
    rows = [tale.row(3, quantity=2)]
    tale.write(*tale.allocation(3, rows), tale.level(reserved=2, available=-2), invocation=2)
    rows = [tale.row(2)]
    with breaks("allocation"):  # planned when there was enough, but it got nothing
        tale.write(*tale.allocation(2, rows, decision="out_of_stock", allocated=0))


def test_who_is_owed_nothing_tells_not_what_is_filled(tale: Tale) -> None:
    """A later order that only follows its own news comes first; then arrivals fill an earlier."""
    tale.sku("MUG", oversell_policy="backorder")
    tale.receive(2, "MUG")
    for number in (5, 4):
        tale.place(number, {"MUG": 2}, placed_at=f"2026-11-02T09:00:0{number}.000Z")
    tale.reads(5, skus=("MUG",))
    got = [tale.row(5, "MUG", quantity=2)]
    tale.write(*tale.allocation(5, got), tale.level("MUG", reserved=2, available=-2))
    tale.reads(4, skus=("MUG",), invocation=2)
    owed = tale.allocation(
        4, [tale.row(4, "MUG", backordered=2)], decision="backordered", allocated=0, backordered=2
    )
    tale.write(*owed, tale.level("MUG", backordered=2), invocation=2)
    tale.receive(2, "MUG")
    tale.write(tale.driven(5))
    tale.reads(4, 5, skus=("MUG",), invocation=3)
    tale.write(*tale.allocation(5, got, order_version=2, decided=False), invocation=3)
    fill = tale.level("MUG", reserved=2, available=-2, backordered=-2)
    tale.write(*tale.allocation(4, [tale.row(4, "MUG", quantity=2)]), fill, invocation=3)
    assert tale.judge.coverage()["fills"] == 1


def test_short_though_there_was_enough(tale: Tale) -> None:
    tale.reads(1)
    with breaks("allocation"):
        tale.write(*tale.allocation(1, [], decision="out_of_stock", allocated=0))


def test_more_than_was_asked_for(tale: Tale) -> None:
    tale.reads(1)
    with breaks("allocation"):
        rows = [tale.row(1, quantity=3)]
        tale.write(*tale.allocation(1, rows, allocated=3), tale.level(reserved=3, available=-3))


def test_news_that_orders_are_not_told(tale: Tale) -> None:
    tale.reads(1)
    with breaks("allocation"):
        rows = [tale.row(1, quantity=2)]
        level = tale.level(reserved=2, available=-2)
        tale.write(*tale.allocation(1, rows, decided=False), level)


def test_decided_without_looking(tale: Tale) -> None:
    tale.reads(1, skus=())
    with breaks("allocation"):
        rows = [tale.row(1, quantity=2)]
        tale.write(*tale.allocation(1, rows), tale.level(reserved=2, available=-2))


def test_a_late_write_fits_what_was_read_before(tale: Tale) -> None:
    tale.reads(1)
    late = [*tale.allocation(1, [tale.row(1, quantity=2)])]
    lost = tale.movement(-4, kind="adjusted")
    tale.write(tale.level(on_hand=-4, available=-4), lost, invocation=9)
    tale.receive(3)
    tale.reads(1)  # four are there now, and no longer five
    tale.write(*late, tale.level(reserved=2, available=-2))


def test_a_late_write_comes_when_its_process_is_at_its_next_invocation(tale: Tale) -> None:
    tale.reads(1, invocation=1)
    late = [*tale.allocation(1, [tale.row(1, quantity=2)])]
    tale.write(*late, tale.level(reserved=2, available=-2), invocation=2, who=1)
    assert tale.judge.coverage()["allocations that came late"] == 1


def test_a_late_write_is_known_after_thousands_of_other_invocations(tale: Tale) -> None:
    tale.reads(1, invocation=1)
    late = [*tale.allocation(1, [tale.row(1, quantity=2)])]
    for other in range(3, 3003):
        tale.reads(2, invocation=other)
    tale.write(*late, tale.level(reserved=2, available=-2), invocation=2, who=1)
    assert tale.judge.coverage()["allocations that came late"] == 1


def test_the_same_units_seen_by_two(tale: Tale) -> None:
    tale.reads(1, 2, invocation=1)
    tale.reads(3, invocation=2)
    tale.write(*two(tale, 1, 2), invocation=1)
    with breaks("oversold"):
        rows = [tale.row(3, quantity=2)]
        level = tale.level(reserved=2, available=-2)
        tale.write(*tale.allocation(3, rows), level, invocation=2)


# --- orders in parts ------------------------------------------------------------------------------


@pytest.fixture
def large() -> Tale:
    """An order of two TEE and one MUG, which is written in two parts; there is enough."""
    tale = Tale().ready(5)
    tale.sku("MUG")
    tale.receive(3, "MUG")
    tale.place(1, {"TEE": 2, "MUG": 1})
    tale.reads(1, skus=("TEE", "MUG"))
    return tale


def part(tale: Tale, units: int = 2, **changes: Any) -> list[Any]:
    """The first part: units of TEE, and nothing is decided."""
    row = tale.row(1, quantity=units) | {"order_version": 1}
    undecided = {"decision": "pending", "order_version": 0, "decided": False, "lines": {}}
    level = tale.level(reserved=units, available=-units)
    return [*tale.allocation(1, [row], **(undecided | changes)), level]


def rest(tale: Tale) -> list[Any]:
    """The last part: the MUG, and the decision."""
    tee = tale.row(1, quantity=2) | {"order_version": 1}
    lines = {name: {"allocated": n, "backordered": 0} for name, n in (("line_1", 2), ("line_2", 1))}
    rows = [tee, tale.row(1, "MUG", quantity=1)]
    return [*tale.allocation(1, rows, lines=lines), tale.level("MUG", reserved=1, available=-1)]


def test_an_order_in_parts_is_one_decision(large: Tale) -> None:
    large.write(*part(large))
    large.write(*rest(large))
    assert large.judge.coverage()["allocations"] == 2


def test_a_part_may_be_all_that_was_written(large: Tale) -> None:
    large.write(*part(large))
    large.reads(1, skus=("TEE", "MUG"), invocation=2)
    large.write(*rest(large), invocation=2)


def test_a_part_of_more_than_is_asked(large: Tale) -> None:
    with breaks("allocation"):
        large.write(*part(large, 3))


@pytest.mark.parametrize("told", [{"decided": True}, {"decision": "allocated"}])
def test_a_part_that_is_told(large: Tale, told: dict[str, Any]) -> None:
    with breaks("allocation"):
        large.write(*part(large, **told))
