"""A run of the schedule: whom it drives again, where it stops, and what it leaves to the next."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from orders.order import EditState, OrderEdit, OrderStatus
from orders.schedule import driving
from orders.schedule.asking import is_undecided
from orders.schedule.driving import BY_SCHEDULE, Driver
from orders.schedule.ladder import LADDER, MOMENT, Crossing, Marked
from orders.writing import OrderWriter
from tests.unit.orders.orders_builders import NOW, SHOP, FakeStore, placed
from waybill import keys
from waybill.dynamo import ContentionError, TransactionCancelledError

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)


class RefusedError(TransactionCancelledError):
    """What is_transient() takes for a refusal for now."""

    def __init__(self):
        super().__init__(["TransactionConflict"], [None])


class FakeCrossings:
    """The schedule's side of OrdersTable, over the orders of a FakeStore."""

    def __init__(self, store):
        self.store = store
        self.marked = Marked(0, {})
        self.moves = 0
        self.looked_up = []
        self.before_move = None

    def shops(self):
        return iter(sorted({shop_id for shop_id, _ in self.store.by_id}))

    def marks(self):
        return self.marked

    def move_marks(self, seen, marks, now):
        if self.before_move:
            self.before_move()
        if seen != self.marked.version:
            return False
        self.marked = Marked(seen + 1, marks)
        self.moves += 1
        return True

    def placed_in(self, shop_id, span):
        return self._crossed(
            span, ((o, o.placed_at) for o in self.store.by_id.values() if o.shop_id == shop_id)
        )

    def asked_in(self, bucket, span):
        return self._crossed(
            span,
            (
                (o, o.asked_at)
                for o in self.store.by_id.values()
                if o.asked_at and keys.asked(o.order_id) == keys.asked_bucket(bucket)
            ),
        )

    @staticmethod
    def _crossed(span, orders):
        return iter(
            sorted(
                Crossing(span.crossed_at(at), o.shop_id, o.order_id, span.rung.name)
                for o, at in orders
                if span.first <= at <= span.last
            )
        )

    def undecided(self, orders):
        assert len(orders) <= 100
        self.looked_up.append(orders)
        found = (self.store.by_id[key] for key in orders)
        return {(o.shop_id, o.order_id) for o in found if is_undecided(o)}


class FakeDecisions:
    def __init__(self):
        self.made = {}
        self.failures = {}

    def decision(self, shop_id, order_id):
        if order_id in self.failures:
            raise self.failures[order_id]
        return self.made.get(order_id)


class Room:
    """Orders, the schedule, and a clock."""

    def __init__(self, **limits):
        self.now = NOW
        self.store = FakeStore()
        self.crossings = FakeCrossings(self.store)
        self.decisions = FakeDecisions()
        self.writer = OrderWriter(self.store, lambda: self.now)
        self.driver = Driver(self.crossings, self.decisions, self.writer, **limits)
        self.driver.run()  # the first run sets the marks

    def place(self, number=1, **changes):
        order, details = placed(at=self.now, external_id=str(number))
        self.writer.place(replace(order, **changes), details, "key:a")
        return order.order_id

    def order(self, order_id):
        return self.store.by_id[SHOP, order_id]

    def run_after(self, pause):
        self.now += pause
        return self.driver.run()


@pytest.fixture
def room():
    return Room()


@pytest.fixture
def counted(monkeypatch):
    counted = Counter()
    monkeypatch.setattr(driving, "count", lambda name, n=1: counted.update({name: n}))
    return counted


def test_an_undecided_order_is_driven_after_two_minutes_and_no_sooner(room, counted):
    order_id = room.place()
    assert room.run_after(2 * MINUTE - MOMENT) == 0
    assert room.run_after(MOMENT) == 1
    order = room.order(order_id)
    assert order.version == 2
    _, stamp, demand_changed = room.store.writes[-1]
    assert (stamp.actor, demand_changed) == (BY_SCHEDULE, True)
    assert counted == {"OrdersDrivenAgain": 1}
    assert room.run_after(MINUTE) == 0


def test_it_is_driven_at_every_age_until_it_is_decided(room):
    order_id = room.place()
    driven = [minute for minute in range(1, 26 * 60) if room.run_after(MINUTE)]
    assert [round(minute / 60, 1) for minute in driven] == [0.0, 0.2, 1.0, 6.0, 24.0]
    assert room.order(order_id).version == 1 + len(LADDER)


def test_a_decided_order_is_left_alone(room, counted):
    for number, change in enumerate(
        [{"inventory_version": 1}, {"status": OrderStatus.DRAFT}, {"status": OrderStatus.EXPIRED}]
    ):
        room.place(number, **change)
    assert room.run_after(2 * MINUTE) == 0
    assert len(room.store.writes) == 3
    assert not counted


def test_an_order_decided_in_between_is_left_alone(room):
    order_id = room.place()

    def decide():
        order = room.order(order_id)
        room.store.by_id[SHOP, order_id] = replace(order, version=2, inventory_version=1)

    room.store.before_write = decide
    assert room.run_after(2 * MINUTE) == 0
    assert room.order(order_id).version == 2


def test_a_decision_that_was_never_heard_is_told(room, counted):
    order_id = room.place()
    lines = {
        "line_1": {"allocated": 2, "backordered": 0},
        "line_2": {"allocated": 1, "backordered": 0},
    }
    room.decisions.made[order_id] = {"version": 3, "decision": "allocated", "lines": lines}
    assert room.run_after(2 * MINUTE) == 1
    order = room.order(order_id)
    assert (order.status, order.inventory_version) == (OrderStatus.CONFIRMED, 3)
    assert not room.store.writes[-1][2]  # inventory knows
    assert counted == {"OrdersDrivenAgain": 1}


def test_an_order_observed_days_late_is_driven_two_minutes_after_it_came(room):
    room.place(placed_at=NOW - timedelta(days=3))
    assert room.run_after(2 * MINUTE - MOMENT) == 0
    assert room.run_after(MOMENT) == 1


def test_an_order_that_crosses_several_ages_at_once_is_driven_once(room):
    order_id = room.place()
    assert room.run_after(timedelta(days=2)) == 1
    assert room.order(order_id).version == 2


def test_a_run_drives_so_many_and_leaves_the_rest_to_the_next():
    room = Room(max_driven=3)
    for number in range(8):
        room.place(number)
        room.now += SECOND
    assert [room.run_after(MINUTE if n else 2 * MINUTE) for n in range(4)] == [3, 3, 2, 0]
    assert {order.version for order in room.store.by_id.values()} == {2}


def test_what_is_crossed_at_one_instant_is_done_together():
    room = Room(max_driven=3)
    for number in range(5):
        room.place(number)
    assert [room.run_after(2 * MINUTE), room.run_after(MINUTE)] == [5, 0]


def test_a_run_reads_so_many_and_leaves_the_rest_to_the_next():
    room = Room(max_looked_at=250)
    for number in range(600):
        room.place(number, inventory_version=1)
        room.now += SECOND
    last = room.place(601)
    runs = [room.run_after(2 * MINUTE)] + [room.run_after(SECOND) for _ in range(2)]
    assert runs == [0, 0, 1]
    assert room.order(last).version == 2
    assert max(map(len, room.crossings.looked_up)) <= 100


def test_where_aws_refuses_the_next_run_goes_on_from_there(room):
    ids = []
    for number in range(3):
        ids.append(room.place(number))
        room.now += SECOND
    room.decisions.failures[ids[1]] = RefusedError()
    with pytest.raises(TransactionCancelledError):
        room.run_after(2 * MINUTE)
    assert [room.order(each).version for each in ids] == [2, 1, 1]
    room.decisions.failures.clear()
    assert room.run_after(SECOND) == 2
    assert [room.order(each).version for each in ids] == [2, 2, 2]


def test_an_order_that_fails_by_itself_delays_no_other(room):
    ids = []
    for number in range(3):
        ids.append(room.place(number))
        room.now += SECOND
    room.decisions.failures[ids[1]] = ValueError("broken")
    with pytest.raises(ValueError, match="broken"):
        room.run_after(2 * MINUTE)
    assert [room.order(each).version for each in ids] == [2, 1, 2]
    assert room.run_after(SECOND) == 0


def test_an_order_that_others_keep_changing_is_left_to_the_next_age(room):
    order_id = room.place()
    room.decisions.failures[order_id] = ContentionError()
    assert room.run_after(2 * MINUTE) == 0
    room.decisions.failures.clear()
    assert room.run_after(7 * MINUTE) == 0
    assert room.run_after(2 * MINUTE) == 1


def test_a_run_writes_its_marks_once(room):
    moves = room.crossings.moves
    for number in range(3):
        room.place(number)
    room.run_after(timedelta(days=1))
    assert room.crossings.moves == moves + 1


def test_of_two_runs_at_once_the_slower_moves_no_mark(room):
    room.place()
    room.crossings.before_move = lambda: setattr(
        room.crossings, "marked", Marked(9, room.crossings.marked.marks)
    )
    room.run_after(2 * MINUTE)
    assert room.crossings.marked.version == 9


def test_an_order_stored_long_after_its_placement_is_driven_two_minutes_after_it_asked(room):
    """Its placement is two minutes old long before: a first request went unanswered, say."""
    order_id = room.place(placed_at=NOW - 90 * SECOND, updated_at=NOW)
    assert room.order(order_id).asked_at == NOW
    assert room.run_after(31 * SECOND) == 0
    assert room.run_after(90 * SECOND) == 1


def test_an_edit_that_nobody_decides_is_driven_as_an_order_is(room):
    order_id = room.place(status=OrderStatus.CONFIRMED, inventory_version=1)
    room.run_after(3 * HOUR)
    asking = OrderEdit("edit_1", EditState.RESERVING, since=2)
    room.writer.change(SHOP, order_id, "key:a", lambda order, _: replace(order, edit=asking))
    earlier = {"version": 1, "order_version": 1, "decision": "allocated", "lines": {}}
    room.decisions.made[order_id] = earlier
    assert room.run_after(2 * MINUTE - MOMENT) == 0
    assert room.run_after(MOMENT) == 1
    assert room.store.writes[-1][2] is True
    earlier |= {"version": 2}  # what was decided before the edit, and never heard
    assert room.run_after(8 * MINUTE) == 1
    order = room.order(order_id)
    assert (order.inventory_version, order.edit) == (2, asking)
    assert room.store.writes[-1][2] is True
    earlier |= {"version": 3, "order_version": 2}
    assert room.run_after(HOUR) == 1
    assert room.order(order_id).edit.state is EditState.DECLINED  # its record is not there
    assert room.run_after(24 * HOUR) == 0
