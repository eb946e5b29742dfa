"""What the check of a SKU's stock reads and writes, as its history grows."""

from datetime import timedelta

import pytest

from inventory.checks import checking, statement
from inventory.checks.statement import Opening, Verdict
from inventory.horizons import EVERY_DAY, MAX_STALE_DAYS, stale_days
from tests.support.memory_dynamo import memory_tables
from tests.unit.inventory.stock_room import StockRoom


@pytest.fixture(scope="module", autouse=True)
def _tables():
    with memory_tables():
        yield


@pytest.fixture
def room() -> StockRoom:
    made = StockRoom()
    made.stocked("A", 100)
    return made


def counted(monkeypatch) -> list[str]:
    names: list[str] = []
    monkeypatch.setattr(checking, "count", lambda name, value=1: names.append(name))
    return names


def rows_read(room: StockRoom) -> int:
    """Rows of the ledger that a check of A adds up."""
    checked = room.check("A", shown=0)
    assert checked.verdict is Verdict.PROVEN
    return checked.reading.statement.read


def history(room: StockRoom, days: int, a_day: int) -> None:
    for day in range(days):
        for n in range(a_day):
            room.order(f"o{day}-{n}", "A", 1, shipped=1)
        room.move("A", a_day)
        room.later(days=1)


def test_rows_that_are_done_with_are_added_up_once(room):
    history(room, 20, 10)
    assert rows_read(room) == 221
    kept = room.kept("A")
    assert kept["until"] == "2026-12-12"
    assert rows_read(room) == 22
    written = room.client.written()
    assert rows_read(room) == 22
    assert room.client.written() == written


def test_an_opening_balance_is_only_kept_where_it_spares_enough(room):
    history(room, 4, 10)
    assert rows_read(room) == 45
    assert room.kept("A") is None
    assert "unchecked_pk" not in room.level("A")


def test_lines_that_stay_open_are_read_by_name(room):
    room.order("old", "A", 5)
    history(room, 20, 10)
    rows_read(room)
    assert room.kept("A")["open_lines"] == ["2026-11-24T10:00:00.000Z#old"]
    room.order("old", "A", 5, shipped=5, placed_at=room.now - timedelta(days=20))
    assert "stale_days" not in room.level("A")
    assert rows_read(room) == 23
    room.later(days=20)
    room.move("A", 1)
    rows_read(room)
    assert room.check("A").verdict is Verdict.PROVEN


def test_days_with_more_open_lines_than_can_be_named_are_read_again(room, monkeypatch):
    monkeypatch.setattr(statement, "MAX_LISTED", 3)
    monkeypatch.setattr(checking, "WORTH_KEEPING", 1)
    for day in range(6):
        room.order(f"open{day}", "A", 1)
        room.order(f"done{day}", "A", 1, shipped=1)
        room.later(days=1)
    rows_read(room)
    kept = room.kept("A")
    assert (kept["until"], len(kept["open_lines"])) == ("2026-11-27", 3)
    assert rows_read(room) == 9
    room.order("open0", "A", 1, shipped=1, placed_at=room.now - timedelta(days=6))
    rows_read(room)
    kept = room.kept("A")
    assert (kept["until"], len(kept["open_lines"])) == ("2026-11-28", 3)


def test_a_clock_that_goes_back_takes_nothing_out_of_an_opening_balance(room):
    history(room, 20, 10)
    rows_read(room)
    kept = room.kept("A")
    room.later(days=-10)
    placed_at = room.now - timedelta(days=7)
    room.order("o3-4", "A", 1, shipped=1, returned={"hq": 1}, placed_at=placed_at)
    assert rows_read(room) == 32
    assert room.kept("A")["until"] == kept["until"]


def test_an_order_that_was_cancelled_leaves_no_sum_behind(room):
    for n in range(checking.WORTH_KEEPING):
        room.order(f"o{n}", "A", 1)
        room.order(f"o{n}", "A", 0, active=False)
    room.later(days=4)
    room.move("A", 1)
    rows_read(room)
    kept = room.kept("A")
    assert (kept["days"], kept["movements"], kept["open_lines"]) == ({}, 100, [])


def test_movements_at_other_locations_are_theirs(room):
    room.stocked("B", 5, "hq", "store")
    room.move("B", 2, "store")
    for place, units in (("hq", 5), ("store", 7)):
        checked = room.check("B", place)
        assert checked.verdict is Verdict.PROVEN
        assert checked.reading.statement.balance().on_hand == units


def test_a_return_long_after_costs_the_rows_of_its_day(room):
    history(room, 20, 10)
    rows_read(room)
    placed_at = room.now - timedelta(days=17)
    room.order("o3-4", "A", 1, shipped=1, returned={"hq": 1}, placed_at=placed_at)
    assert room.level("A")["stale_days"] == {"2026-11-27"}
    assert rows_read(room) == 32
    assert "stale_days" not in room.level("A")
    assert rows_read(room) == 22
    assert room.check("A", from_start=True).reading.statement.read == 221


def test_a_return_of_an_order_older_than_days_are_kept_costs_all_rows(room):
    history(room, 20, 10)
    room.later(days=100)
    rows_read(room)
    assert room.kept("A")["days"] == {}
    placed_at = room.now - timedelta(days=117)
    room.order("o3-4", "A", 1, shipped=1, returned={"hq": 1}, placed_at=placed_at)
    assert rows_read(room) == 221
    assert room.waits == []
    assert rows_read(room) == 0


def test_a_return_is_noted_while_drift_lasts_and_added_up_once(room):
    history(room, 20, 10)
    rows_read(room)
    room.tampered("A", reserved=1)
    placed_at = room.now - timedelta(days=17)
    room.order("o3-4", "A", 1, shipped=1, returned={"hq": 1}, placed_at=placed_at)
    assert room.sweep().drifting == 1
    assert "stale_days" not in room.level("A")
    assert room.kept("A")["drift"] == {"reserved": 1}
    assert room.check("A").reading.statement.read == 22
    assert room.unchecked() == [("A", "hq")]


def test_an_order_that_comes_late_is_not_missed(room):
    """Placed at a platform weeks ago, heard of today: its day is added up already."""
    history(room, 20, 10)
    rows_read(room)
    room.order("late", "A", 2, placed_at=room.now - timedelta(days=15))
    assert rows_read(room) == 33
    assert len(room.kept("A")["open_lines"]) == 1


def test_a_wrong_opening_balance_is_no_drift(room, monkeypatch):
    names = counted(monkeypatch)
    history(room, 20, 10)
    rows_read(room)
    kept = room.kept("A")
    room.table.put(kept | {"movements": kept["movements"] + 1})
    assert room.check("A").verdict is Verdict.PROVEN
    assert names == ["StockChecksDoubted"]
    assert room.kept("A")["movements"] == kept["movements"]


def test_an_old_order_costs_no_write_where_nothing_is_added_up_yet(room):
    room.order("late", "A", 2, placed_at=room.now - timedelta(days=15))
    assert room.level("A")["stale_days"] == {"2026-11-09"}
    assert rows_read(room) == 2
    assert room.kept("A") is None
    assert "stale_days" not in room.level("A")


def test_after_too_many_days_all_rows_are_read_and_a_new_balance_is_kept(room):
    history(room, 20, 10)
    rows_read(room)
    days = range(3, 3 + MAX_STALE_DAYS + 1)
    room.allocator.apply(
        room.demand(f"late{day}", "A", 1, placed_at=room.now - timedelta(days=day)) for day in days
    )
    assert room.level("A")["stale_days"] == {EVERY_DAY}
    assert rows_read(room) == 221 + len(days)
    assert room.waits == []
    assert len(room.kept("A")["open_lines"]) == len(days)
    assert rows_read(room) == 22 + len(days)


def test_an_opening_balance_knows_which_days_it_holds():
    opening = Opening(until="2026-11-20")
    assert opening.includes({"2026-11-19", "2026-11-25"})
    assert not opening.includes({"2026-11-20"})
    assert not opening.includes(set())
    assert opening.includes({EVERY_DAY})
    assert not Opening().includes({EVERY_DAY, "2026-11-19"})


def test_a_commit_that_wakes_too_many_days_asks_for_all(room):
    days = {f"2026-01-{day:02}T00:00:00.000Z" for day in range(1, MAX_STALE_DAYS + 2)}
    assert stale_days(days, "2026-02-01") == {EVERY_DAY}
    assert stale_days(sorted(days)[1:], "2026-02-01") == {day[:10] for day in sorted(days)[1:]}
    assert stale_days(days, "2026-01-01T00:00:00.000Z") == set()
    opening = Opening(until="2026-03-01", movements=5)
    assert opening.without({EVERY_DAY}) == Opening()
