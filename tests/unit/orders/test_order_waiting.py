"""An answer that waits for stock: no longer than it was told, and not for what is decided."""

from dataclasses import replace

import pytest

from orders.order import EditState, OrderEdit, OrderStatus
from orders.waiting import Waiting, waits
from tests.unit.orders.orders_builders import order


class World:
    """Time that passes by sleeping alone, and an order that is decided at an instant."""

    def __init__(self, decided_at):
        self.now = 100.0
        self.decided_at = 100.0 + decided_at
        self.pending = order()
        self.reads = 0

    def monotonic(self):
        return self.now

    def sleep(self, seconds):
        assert seconds > 0
        self.now += seconds

    def order(self, shop_id, order_id):
        self.reads += 1
        if self.now < self.decided_at:
            return self.pending
        return replace(self.pending, version=2, inventory_version=1)


def wait(world, seconds):
    found = Waiting(world, world.monotonic, world.sleep).until_decided(world.pending, seconds)
    return found.version, world.now - 100


@pytest.mark.parametrize("decided_at", [0.0, 0.35, 1.9])
def test_the_answer_comes_soon_after_the_decision(decided_at):
    version, took = wait(World(decided_at), 10)
    assert version == 2
    assert decided_at <= took <= decided_at + 0.5


@pytest.mark.parametrize("seconds", [0, 1, 2])
def test_the_time_is_up_to_the_moment(seconds):
    world = World(99)
    assert wait(world, seconds) == (1, pytest.approx(seconds))
    assert world.reads <= 2 + 4 * seconds


def test_what_asks_for_nothing_is_not_waited_for():
    edit = OrderEdit("edit_1", EditState.RESERVING)
    confirmed = order(OrderStatus.CONFIRMED, inventory_version=1)
    assert waits(order())
    assert waits(replace(confirmed, edit=edit))
    assert not waits(confirmed)
    assert not waits(order(OrderStatus.DRAFT))
    assert not waits(order(asks_stock=False))
