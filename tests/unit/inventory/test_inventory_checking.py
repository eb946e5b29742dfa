"""The check: what is proven, what is drift, and what others may do meanwhile."""

import pytest

from inventory.checks import checking
from inventory.checks.statement import Verdict
from tests.support.memory_dynamo import memory_tables
from tests.unit.inventory.stock_room import SHOP, StockRoom


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


def test_a_level_that_changed_is_proven_and_leaves_the_index(room):
    room.order("o1", "A", 3, shipped=1)
    assert room.unchecked() == [("A", "hq")]
    before = room.level("A")
    swept = room.sweep()
    assert (swept.proven, swept.drifting, swept.postponed) == (1, 0, 0)
    assert room.unchecked() == []
    after = room.level("A")
    assert after == {name: v for name, v in before.items() if name != "unchecked_pk"}
    room.order("o2", "A", 1)
    assert room.unchecked() == [("A", "hq")]


def in_pages_of_two(operation, request):
    """A query of DynamoDB ends a page at 1 MB; here it does after two rows."""
    if operation == "Query":
        request.setdefault("Limit", 2)


def test_a_level_is_proven_however_many_pages_its_rows_fill(room):
    for number in range(5):
        room.move("A", 1 + number)
        room.order(f"o{number}", "A", 2, shipped=1)
    room.client.before = in_pages_of_two
    assert room.check("A").verdict is Verdict.PROVEN


def test_a_level_that_did_not_change_is_not_read_again(room):
    room.sweep()
    room.client.calls.clear()
    assert room.sweep().proven == 0
    assert {operation for operation, _ in room.client.calls} == {"Query"}
    assert all("IndexName" in request for _, request in room.client.calls)


@pytest.mark.parametrize("number", ["on_hand", "reserved", "available", "backordered", "incoming"])
def test_a_number_that_was_changed_behind_the_rooms_back_is_drift_and_stays(room, number):
    room.order("o1", "A", 3)
    room.tampered("A", **{number: 2})
    before = room.level("A")
    assert room.sweep().drifting == 1
    assert room.level("A") == before
    assert room.kept("A")["drift"] == {number: 2}
    assert room.unchecked() == [("A", "hq")]


def test_drift_is_written_once_while_it_stays_and_taken_back_when_it_is_gone(room, monkeypatch):
    names = counted(monkeypatch)
    room.tampered("A", on_hand=5, available=5)
    room.sweep()
    first = room.kept("A")
    assert first["drift"] == {"on_hand": 5, "available": 5}
    assert first["drift_since"] == first["updated_at"]
    room.later(hours=1)
    assert room.sweep().drifting == 1
    assert room.kept("A") == first
    room.tampered("A", on_hand=1, available=1)
    room.later(hours=1)
    room.sweep()
    worse = room.kept("A")
    assert (worse["drift"]["on_hand"], worse["version"]) == (6, first["version"] + 1)
    assert worse["drift_since"] == first["drift_since"]
    room.tampered("A", on_hand=-6, available=-6)
    assert room.sweep().proven == 1
    assert (room.kept("A")["drift"], room.kept("A")["drift_since"]) == ({}, None)
    assert room.unchecked() == []
    assert names.count("StockDrift") == 3


def test_a_known_drift_is_told_after_one_reading_and_a_new_one_after_three(room):
    room.tampered("A", on_hand=5, available=5)
    room.sweep()
    assert len(room.waits) == 2
    room.sweep()
    assert len(room.waits) == 2


def test_sales_go_on_while_a_level_drifts(room):
    room.tampered("A", reserved=5)
    room.sweep()
    room.order("o1", "A", 4)
    assert room.level("A")["reserved"] == 9
    room.sweep()
    assert room.kept("A")["drift"] == {"reserved": 5}


def interleaved(room: StockRoom, times: int, act) -> None:
    """Let something happen before the last read of a reading, so many times."""
    left = [times]

    def before(operation, request):
        lines = request.get("ExpressionAttributeValues", {}).get(":pk", {}).get("S", "")
        if left[0] and operation == "Query" and "#movements#" in lines:
            left[0] -= 1
            room.client.before, kept = lambda *_: None, room.client.before
            act(left[0])
            room.client.before = kept

    room.client.before = before


@pytest.mark.parametrize("times", [1, 2, 7])
def test_a_commit_between_the_reads_is_no_drift(room, times):
    interleaved(room, times, lambda n: room.order(f"o{n}", "A", 1))
    assert room.check("A").verdict is Verdict.PROVEN
    assert len(room.waits) == times
    assert room.kept("A") is None


def test_a_level_that_keeps_changing_is_postponed_and_stays_in_the_index(room, monkeypatch):
    names = counted(monkeypatch)
    interleaved(room, 100, lambda n: room.order(f"o{n}", "A", 1))
    swept = room.sweep()
    assert (swept.proven, swept.postponed) == (0, 1)
    assert names == ["StockChecksPostponed"]
    room.client.before = lambda *_: None
    assert room.unchecked() == [("A", "hq")]
    assert room.sweep().proven == 1


def test_a_commit_after_the_proof_keeps_the_level_in_the_index(room):
    def before(operation, request):
        if operation == "UpdateItem":
            room.client.before = lambda *_: None
            room.order("o1", "A", 1)

    room.client.before = before
    assert room.check("A").verdict is Verdict.PROVEN
    assert room.unchecked() == [("A", "hq")]


def test_rows_seen_in_the_middle_of_a_commit_are_no_drift(room, monkeypatch):
    """A query may see some of a transaction whose level is not seen yet."""
    names = counted(monkeypatch)
    room.order("o1", "A", 2)
    level = room.level("A")
    room.tampered("A", reserved=-2, available=2)

    def before(operation, request):
        if len(room.waits) == 2:
            room.client.before = lambda *_: None
            room.table.put(level)

    room.client.before = before
    assert room.check("A").verdict is Verdict.PROVEN
    assert "StockDrift" not in names


def test_of_two_checks_at_once_the_slower_keeps_nothing(room):
    for n in range(checking.WORTH_KEEPING + 1):
        room.order(f"o{n}", "A", 1, shipped=1)
    room.later(days=4)

    def before(operation, request):
        if operation == "PutItem":
            room.client.before = lambda *_: None
            assert room.check("A").verdict is Verdict.PROVEN

    room.client.before = before
    assert room.check("A").verdict is Verdict.POSTPONED
    assert room.kept("A")["version"] == 1


def test_of_two_checks_at_once_the_slower_keeps_nothing_over_an_earlier_one(room):
    def sold(first: int) -> None:
        for n in range(checking.WORTH_KEEPING + 1):
            room.order(f"o{first + n}", "A", 1, shipped=1)
        room.later(days=4)

    def before(operation, request):
        if operation == "PutItem":
            room.client.before = lambda *_: None
            assert room.check("A").verdict is Verdict.PROVEN

    sold(0)
    room.check("A")
    assert room.kept("A")["version"] == 1
    sold(1000)
    room.client.before = before
    assert room.check("A").verdict is Verdict.POSTPONED
    assert room.kept("A")["version"] == 2


def test_a_check_blocks_no_sale(room):
    sold = []

    def before(operation, request):
        room.client.before = lambda *_: None
        sold.append(operation)
        room.order(f"o{len(sold)}", "A", 1)
        if len(sold) < 30:
            room.client.before = before

    room.client.before = before
    room.check("A")
    assert len(sold) > 10
    assert room.level("A")["reserved"] == len(sold)


def test_a_level_that_cannot_be_read_stops_no_other(room):
    room.stocked("B", 5)
    broken = room.level("A")
    del broken["safety_stock"]
    room.table.put(broken)
    swept = room.sweep()
    assert (swept.failed, swept.proven) == (1, 1)
    assert room.unchecked() == [("A", "hq")]


def test_when_time_is_short_no_level_is_begun_and_none_is_read_to_its_end(room):
    room.stocked("B", 5)
    answers = iter([False, True, True])
    swept = room.checker.sweep(room.checks.unchecked(0, "0"), lambda: next(answers, True))
    assert (swept.proven, swept.postponed) == (0, 1)
    assert len(room.unchecked()) == 2


def test_the_index_is_walked_from_anywhere_and_around(room):
    for sku in ("B", "C", "D", "E", "F"):
        room.stocked(sku, 5, "hq", "store")
    everything = {("A", "hq")} | {(s, p) for s in "BCDEF" for p in ("hq", "store")}
    for first in range(4):
        for after in (f"{SHOP}#sku#C", "shop_0", "shop_z"):
            found = [(k.sku, k.location_id) for k in room.checks.unchecked(first, after)]
            assert len(found) == len(everything)
            assert set(found) == everything
    firsts = {next(room.checks.unchecked(n, "0")).sku for n in range(4)}
    assert len(firsts) == 4
    assert next(room.checks.unchecked(1, f"{SHOP}#sku#A")).sku == "E"
