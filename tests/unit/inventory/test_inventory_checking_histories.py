"""The check after any history: rows come to what is stored, and a difference is found."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inventory.checks import checking, statement
from inventory.checks.statement import Opening, Verdict
from tests.support.memory_dynamo import memory_tables
from tests.unit.inventory.stock_room import StockRoom
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
