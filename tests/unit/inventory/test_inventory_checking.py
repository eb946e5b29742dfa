"""The check: what is proven, what is drift, what it costs, and what it never does."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inventory.checks import checking, statement
from inventory.checks.statement import Opening, Verdict
from inventory.horizons import EVERY_DAY, MAX_STALE_DAYS, stale_days
from tests.support.memory_dynamo import memory_tables
from tests.unit.inventory.stock_room import SHOP, StockRoom
from waybill.clock import to_text


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


# --- while others write -------------------------------------------------------------------------


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


# --- what it costs ------------------------------------------------------------------------------


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


# --- any history --------------------------------------------------------------------------------

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("place"), st.integers(0, 11), st.integers(1, 4)),
        st.tuples(st.just("old"), st.integers(0, 11), st.integers(1, 4)),
        st.tuples(st.just("ship"), st.integers(0, 11), st.integers(0, 4)),
        st.tuples(st.just("return"), st.integers(0, 11), st.integers(1, 2)),
        st.tuples(st.just("cancel"), st.integers(0, 11), st.just(0)),
        st.tuples(st.just("move"), st.integers(-3, 9), st.just(0)),
        st.tuples(st.just("later"), st.sampled_from([1, 20, 30, 50, 24 * 40]), st.just(0)),
        st.tuples(st.just("check"), st.just(0), st.just(0)),
    ),
    max_size=40,
)


class Orders:
    """What orders last asked, so that a step can ask for a little else."""

    def __init__(self, room: StockRoom) -> None:
        self.room = room
        self.asked: dict[str, dict] = {}

    def step(self, kind: str, number: int, units: int) -> None:
        name = f"o{number}"
        if kind == "move":
            if number and self.room.level("A")["on_hand"] + number >= 0:
                self.room.move("A", number, incoming=-number)
        elif kind == "later":
            self.room.later(hours=number)
        elif kind in {"place", "old"}:
            ago = timedelta(days=units * 3 if kind == "old" else 0)
            fresh = {"wanted": 0, "placed_at": self.room.now - ago, "shipped": 0, "returned": {}}
            asked = self.asked.setdefault(name, fresh)
            asked["wanted"] = max(units, asked["shipped"])
            self._ask(name)
        elif name in self.asked:
            asked = self.asked[name]
            if kind == "ship":
                asked["shipped"] = min(units, asked["wanted"])
            elif kind == "return":
                asked["returned"] = {"hq": min(units, asked["shipped"])}
            else:
                asked["wanted"] = asked["shipped"]
            self._ask(name)

    def _ask(self, name: str) -> None:
        self.room.order(name, "A", **self.asked[name])


def proven(room: StockRoom, **options) -> Opening:
    """Check A, whose numbers must be those of all rows there are; the next opening balance."""
    checked = room.check("A", **options)
    assert checked.verdict is Verdict.PROVEN
    balance = checked.reading.statement.balance()
    assert balance.numbers(0) == room.brute("A")
    return checked.reading.statement.closing(to_text(room.now)[:10])


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps=STEPS, listed=st.sampled_from([1, 200]))
def test_whatever_happened_and_whenever_it_was_checked_the_rows_come_to_the_same(steps, listed):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(checking, "WORTH_KEEPING", 1)
        patch.setattr(statement, "MAX_LISTED", listed)
        doubts = counted(patch)
        room = StockRoom()
        room.stocked("A", 30)
        orders = Orders(room)
        for kind, number, units in steps:
            if kind == "check":
                proven(room)
            else:
                orders.step(kind, number, units)
        folded = proven(room)
        assert "StockChecksDoubted" not in doubts
        if listed == 200:
            assert folded == proven(room, from_start=True)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps=STEPS, number=st.sampled_from(["on_hand", "reserved"]), by=st.sampled_from([-1, 2]))
def test_whatever_happened_a_planted_difference_is_found_as_it_is(steps, number, by):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(checking, "WORTH_KEEPING", 1)
        room = StockRoom()
        room.stocked("A", 30)
        orders = Orders(room)
        for kind, which, units in steps:
            room.check("A") if kind == "check" else orders.step(kind, which, units)
        room.tampered("A", **{number: by})
        assert room.check("A").verdict is Verdict.DRIFT
        assert room.kept("A")["drift"] == {number: by}
